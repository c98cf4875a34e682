"""Making one sales order, and only one, on a dealer's plain Odoo.

The order is made by ``load()`` with an external id, which the dealer's
PostgreSQL holds unique in ``ir_model_data`` (module, name): however often and
from wherever the same order is sent, one exists. Two switches that ``load()``
reads from the context (``odoo/models.py``, ``_load_records``) make it
*create-only*: ``noupdate`` marks the external id, and ``mode=update`` leaves a
record with that mark alone. So a repeated load answers with the id of the
order that is there, and never undoes what the dealer changed in it.
"""

import contextlib
import dataclasses
import itertools

from ..intake import Person
from .errors import Contended, NotAllowed, NotOdoo, Rejected, RemoteError
from .phone import list_e164, search_pattern
from .replies import (
    Misfit,
    anything,
    lenient,
    line,
    list_of,
    mapping,
    number,
    optional,
    positive_id,
    read,
    record,
    related,
    text,
)
from .transport import is_contention

#: Not the name of a module, so no installation or update ever cleans up there.
EXTERNAL_ID_MODULE = "__bpo_crm__"

CREATE_ONLY = {"mode": "update", "noupdate": True}

#: The series in which ``res.partner`` lost its second phone field.
VERSION_WITHOUT_MOBILE = (18, 1)

#: More partners than these never share a phone number or an email address.
MAX_CANDIDATES = 80

#: What is read of an order.
ORDER = {
    "name": line,
    "state": optional(line),
    # A win does not fail for a figure.
    "amount_total": lenient(number, 0.0),
    "currency_id": lenient(related, False),
}

#: And of one that is looked for.
FOUND_ORDER = {**ORDER, "client_order_ref": text, "origin": optional(text)}

#: What is read of orders later. Here a figure counts: it takes the place of another.
REPORTED_ORDER = {
    **FOUND_ORDER,
    "client_order_ref": optional(text),
    "amount_total": number,
    "currency_id": related,
}

#: What else of it where the dealer's Odoo has the field: what Stock adds, for example.
STATUSES = {"invoice_status": optional(line), "delivery_status": optional(line)}

#: What ``load()`` says of one row: the id that it made or found, or what is wrong.
LOADED = record(
    ids=optional(list_of(positive_id), ()),
    messages=optional(
        list_of(record(type=text, message=optional(text), moreinfo=anything)), ()
    ),
)


@dataclasses.dataclass(frozen=True)
class Customer:
    """The person who buys.

    :param str name: how the dealer shall see the customer.
    :param str phone: as typed; compared in E.164.
    :param str email: normalized, or an empty value.
    :param str region: ISO 3166 country code for phones without a prefix.
    :param dict details: further ``res.partner`` fields, text by field name.
    """

    name: str
    phone: str = ""
    email: str = ""
    region: str = ""
    details: dict = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True)
class Order:
    """What to order.

    :param str key: unique for the lead, over all call centres and for ever.
    :param str reference: the call centre's own number of the lead.
    :param Customer customer: who buys.
    :param str product_code: ``default_code`` of the vehicle.
    :param str note: the line that names a vehicle which the dealer does not
        sell.
    """

    key: str
    reference: str
    customer: Customer
    product_code: str
    note: str


@dataclasses.dataclass(frozen=True)
class PlacedOrder:
    """The order as the dealer has it.

    :param int id: its id there, which fits into an integer of PostgreSQL's.
    :param str name: its number there, such as ``S00042``; never empty, one line.
    :param str state: ``draft``, ``sent``, ``sale`` or ``cancel``; what else a dealer
        has made of it, or an empty text.
    :param float amount: its total, taxes included; 0 as long as nothing has a price.
    :param str currency: what the dealer calls the currency of the amount, which is its
        ISO 4217 code in a plain Odoo; empty for an unknown one.
    """

    id: int
    name: str
    state: str
    amount: float = 0.0
    currency: str = ""

    @property
    def told_amount(self):
        """The amount as the dealer tells it, with its currency.

        :rtype: str
        """
        return f"{self.amount} {self.currency}".strip()


@dataclasses.dataclass(frozen=True)
class ReportedOrder(PlacedOrder):
    """What became of an order, as the dealer tells it.

    :param str reference: the customer's reference in it, which was our lead's.
    :param str origin: from what the order was made, which was our key.
    :param str invoice_status: as a plain Odoo has it, such as ``invoiced``, or empty.
    :param str delivery_status: the same, such as ``full``; empty without Stock.
    """

    reference: str = ""
    origin: str = ""
    invoice_status: str = ""
    delivery_status: str = ""

    def is_of(self, reference, key):
        """Whether this is the order that was made for a lead.

        Under its number there may be another one: where a server was replaced.

        :param str reference: the lead's.
        :param str key: of the lead's order.
        :rtype: bool
        """
        return _is_of(self.reference, self.origin, reference, key)


class Dealer:
    """A dealer's Odoo, seen as a place that takes orders.

    :param OdooSession session: the account to work with.
    """

    def __init__(self, session):
        self._session = session
        self._statuses = None

    def place_order(self, order, look_first=False):
        """Make the order unless it is there already.

        :param Order order: what to order.
        :param bool look_first: an earlier attempt may have arrived; look for
            its order before anything is written.
        :rtype: PlacedOrder
        :raises RemoteError: a subclass of it; ``may_have_happened`` tells
            whether the order may exist all the same.
        """
        try:
            return self._place_order(order, look_first)
        except Contended:
            # Somebody else's transaction came first, maybe an earlier attempt
            # of ours that was thought lost.
            return self._place_order(order, look_first=True)

    def find_order(self, order):
        """Return the order of a lead, if the dealer has it.

        :param Order order: the order to look for.
        :rtype: PlacedOrder | None
        :raises RemoteError: a subclass of it.
        """
        found = self._session.search_read(
            "sale.order",
            [("client_order_ref", "=", order.reference)],
            FOUND_ORDER,
            order="id",
        )
        if any(row["client_order_ref"] != order.reference for row in found):
            raise NotOdoo("The answer about sale.order has orders of other leads.")
        rows = [
            row
            for row in found
            if _is_of(
                row["client_order_ref"], row["origin"], order.reference, order.key
            )
        ]
        rows.sort(key=lambda row: row["origin"] != _origin(order.key))
        return _placed_order(rows[0]) if rows else None

    def fetch_order(self, order_id):
        """Read an order.

        :param int order_id: its id on the dealer.
        :rtype: PlacedOrder | None
        :raises RemoteError: a subclass of it.
        """
        rows = self._session.search_read(
            "sale.order", [("id", "=", order_id)], ORDER, among=[order_id]
        )
        return _placed_order(rows[0]) if rows else None

    def fetch_orders(self, order_ids):
        """Read what became of many orders, in one call.

        :param order_ids: their ids on the dealer.
        :return: by id; those that the dealer does not show are left out.
        :rtype: dict[int, ReportedOrder]
        :raises RemoteError: a subclass of it; also where a part of the answer is none.
        """
        rows = self._session.search_read(
            "sale.order",
            [("id", "in", list(order_ids))],
            {**REPORTED_ORDER, **self._find_statuses()},
            among=order_ids,
            # Some dealers put orders away.
            context={"active_test": False},
        )
        return {row["id"]: _reported_order(row) for row in rows}

    def _find_statuses(self):
        """Return which of :data:`STATUSES` the dealer has, asked once."""
        if self._statuses is None:
            answer = self._session.call(
                "sale.order", "fields_get", list(STATUSES), ["type"]
            )
            known = read(answer, mapping, "the fields of sale.order")
            self._statuses = {
                name: reader for name, reader in STATUSES.items() if name in known
            }
        return self._statuses

    def _place_order(self, order, look_first):
        with _order_may_exist(False):
            placed = self.find_order(order) if look_first else None
            if placed:
                return placed
            customer_id = self._find_customer(order.customer)
            customer_id = customer_id or self._create_customer(order)
        order_id = self._create_order(order, customer_id)
        with _order_may_exist(True):
            placed = self.fetch_order(order_id)
            if not placed:
                raise NotAllowed(f"The account may not read sale.order {order_id}.")
        return placed

    # Customer

    def _find_customer(self, customer):
        """Return the id of the customer's partner, by phone, then by email.

        What a stranger shares with the customer, and two more things contradict, makes
        no partner the customer's.
        """
        try:
            candidates = self._search_partners(customer, self._has_mobile())
        except Rejected as error:
            if "mobile" not in error.detail:
                raise
            candidates = self._search_partners(customer, with_mobile=False)
        return _choose_partner(customer, candidates)

    def _has_mobile(self):
        version = self._session.version
        return version is None or version < VERSION_WITHOUT_MOBILE

    def _search_partners(self, customer, with_mobile):
        phones = ["phone", "mobile"] if with_mobile else ["phone"]
        pattern = search_pattern(customer.phone, customer.region)
        terms = [(field, "=like", pattern) for field in phones] if pattern else []
        if customer.email:
            terms.append(("email_normalized", "=", customer.email))
        if not terms:
            return []
        return self._session.search_read(
            "res.partner",
            ["|"] * (len(terms) - 1) + terms,
            dict.fromkeys([*phones, "email_normalized", "name"], optional(text)),
            limit=MAX_CANDIDATES,
            order="id",
        )

    def _create_customer(self, order):
        customer = order.customer
        values = {
            "id": _external_id(order, "customer"),
            "name": customer.name,
            "phone": customer.phone,
            "email": customer.email,
            **customer.details,
        }
        return self._load("res.partner", {k: v for k, v in values.items() if v})

    # Order

    def _create_order(self, order, customer_id):
        values = {
            "id": _external_id(order, "order"),
            "client_order_ref": order.reference,
            "origin": _origin(order.key),
            "partner_id/.id": str(customer_id),
            # Without a salesperson of its own the account could not read the
            # order again where the customer belongs to somebody else.
            "user_id/.id": str(self._session.uid),
            "order_line/id": _external_id(order, "line"),
        }
        if order.product_code:
            with contextlib.suppress(_UnknownProduct):
                return self._load("sale.order", values | _vehicle_line(order))
        return self._load("sale.order", values | _note_line(order))

    def _load(self, model, values):
        """Create a record unless its external id exists; return its id."""
        fields, row = list(values), list(values.values())
        answer = self._session.call(model, "load", fields, [row], context=CREATE_ONLY)
        with _order_may_exist(True):
            loaded = read(answer, _read_loaded, f"the import of {model}")
        if loaded["ids"]:
            return loaded["ids"][0]
        with _order_may_exist(False):
            raise self._get_refusal(model, loaded["messages"])

    def _get_refusal(self, model, messages):
        error = _load_error(messages)
        # `load` reports a missing right as a text, in the account's language.
        is_plain = type(error) is Rejected
        if is_plain and not self._session.has_access(model, "create"):
            return NotAllowed(error.detail)
        return error


class _UnknownProduct(Rejected):
    """The dealer does not sell the vehicle."""


def _vehicle_line(order):
    # Without a sub-field, `load` looks for the product as its search box does:
    # `default_code` first.
    return {
        "order_line/product_id": order.product_code,
        "order_line/product_uom_qty": "1",
    }


def _note_line(order):
    return {"order_line/display_type": "line_note", "order_line/name": order.note}


def _external_id(order, what):
    return f"{EXTERNAL_ID_MODULE}.{order.key}_{what}"


def _origin(key):
    return f"{EXTERNAL_ID_MODULE}.{key}"


def _is_of(told_reference, told_origin, reference, key):
    """Whether an order is a lead's, by what the dealer has in it.

    Two call centres may number their leads alike, and a dealer may write a reference of
    its own into an order.
    """
    if told_origin == _origin(key):
        return True
    is_foreign = told_origin.startswith(f"{EXTERNAL_ID_MODULE}.")
    return told_reference == reference and not is_foreign


def _placed_order(row):
    return PlacedOrder(**_prepare_placed(row))


def _reported_order(row):
    return ReportedOrder(
        **_prepare_placed(row),
        reference=row["client_order_ref"],
        origin=row["origin"],
        **{name: row.get(name, "") for name in STATUSES},
    )


def _prepare_placed(row):
    currency = row["currency_id"]
    return {
        "id": row["id"],
        "name": row["name"],
        "state": row["state"],
        "amount": row["amount_total"],
        "currency": currency[1] if currency else "",
    }


@contextlib.contextmanager
def _order_may_exist(value):
    """Mark the errors of a part of the job: could the order be there already?"""
    try:
        yield
    except RemoteError as error:
        error.may_have_happened = value
        raise


def _read_loaded(value):
    """Read what ``load()`` says of one row."""
    loaded = LOADED(value)
    if len(loaded["ids"]) > 1:
        raise Misfit("has more than one record", "ids")
    if not loaded["ids"] and not _get_errors(loaded["messages"]):
        raise Misfit("has neither a record nor an error")
    return loaded


def _get_errors(messages):
    return [row for row in messages if row["type"] == "error"]


def _load_error(messages):
    """Return the exception for the messages of a ``load()`` that made nothing."""
    errors = _get_errors(messages)
    detail = " ".join(row["message"] for row in errors)
    if is_contention(detail):
        return Contended(detail)
    if any(_is_about_product(row) for row in errors):
        return _UnknownProduct(detail)
    return Rejected(detail)


def _is_about_product(message):
    details = message["moreinfo"]
    return isinstance(details, dict) and details.get("res_model") == "product.product"


def _read_person(customer):
    """Return who the customer is, as two of them compare.

    :param Customer customer: of an order.
    :rtype: Person
    """
    numbers = list_e164(customer.phone, customer.region)[:1]
    return Person.of_keys(filter(None, [*numbers, customer.email]), customer.name)


def _read_partner(partner, region):
    """Return who a partner of the dealer is, as two of them compare.

    :param dict partner: what was read of it.
    :param str region: of numbers without a prefix.
    :rtype: Person
    """
    numbers = (list_e164(partner.get(name), region) for name in ("phone", "mobile"))
    keys = [*itertools.chain(*numbers), partner["email_normalized"]]
    return Person.of_keys(filter(None, keys), partner["name"])


def _choose_partner(customer, candidates):
    """Return the id of the partner who is the customer; None where none is.

    :param Customer customer: of an order.
    :param list[dict] candidates: partners of the dealer.
    :rtype: int | None
    """
    person = _read_person(customer)
    known = [(one["id"], _read_partner(one, customer.region)) for one in candidates]
    known = [(id_, one) for id_, one in known if not person.is_other_than(one)]
    by_phone = [id_ for id_, one in known if person.numbers & one.numbers]
    by_email = [id_ for id_, one in known if person.addresses & one.addresses]
    return next(iter(by_phone + by_email), None)
