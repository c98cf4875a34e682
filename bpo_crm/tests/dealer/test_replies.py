import collections
import copy
import json
import unicodedata

from odoo.tests import BaseCase, tagged

from ... import remote_odoo
from ...remote_odoo import replies, session

#: In every text that a server makes up here; a secret that it echoes, for example.
MARK = "s3cret"


def nested(depth, around="[]"):
    return json.loads(around[0] * depth + around[1] * depth)


#: Values of JSON that are odd in one place or another.
ODD_VALUES = [
    None,
    True,
    False,
    0,
    -1,
    -5,
    1,
    2**31 - 1,
    2**31,
    2**63,
    -(10**400),
    1.0,
    1.5,
    float("nan"),
    float("inf"),
    float("-inf"),
    "",
    " \n\t",
    "5",
    "sale",
    "error",
    MARK,
    f"{MARK}\x00\x01\x7f\x85",
    f"\ud800{MARK}\udfff",
    f"\u202e{MARK}\u2028\r\n",
    "\x00",
    "\ud83d",
    MARK * 20_000,
    [],
    [[]],
    [None],
    [True],
    [1],
    [1, 2],
    [1, MARK],
    [MARK, 1],
    [-5, MARK],
    [2**31, MARK],
    [[1, MARK], [2, MARK]],
    {},
    {MARK: MARK},
    {"id": 1},
    {"ids": [1]},
    [{"id": 1}],
    nested(800),
]


def mutations(reply):
    """Yield a reply with each part of it replaced, left out, or there twice."""
    for path in paths(reply):
        for odd in ODD_VALUES:
            yield replace(reply, path, odd)
        if path:
            yield change(reply, path, lambda parent, key: parent.pop(key))
        if path and isinstance(path[-1], int):
            yield change(
                reply, path, lambda parent, key: parent.insert(key, parent[key])
            )
            yield change(
                reply,
                path,
                lambda parent, key: parent.extend(parent[key : key + 1] * 99),
            )


def paths(reply, path=()):
    """Yield the way to each part of a reply, and to itself."""
    yield path
    items = reply.items() if isinstance(reply, dict) else []
    for key, value in enumerate(reply) if isinstance(reply, list) else items:
        yield from paths(value, (*path, key))


def replace(reply, path, value):
    if not path:
        return value
    return change(reply, path, lambda parent, key: parent.__setitem__(key, value))


def change(reply, path, how):
    reply = copy.deepcopy(reply)
    parent = reply
    for key in path[:-1]:
        parent = parent[key]
    how(parent, path[-1])
    return reply


class ScriptedTransport:
    """A server that always says the same.

    :param dict script: what it says to each request, by :meth:`name`.
    """

    url = "https://odoo.dealer.example"
    deadline = None

    def __init__(self, script):
        self.script = script
        self.sent = collections.Counter()

    def call(self, service, method, args):
        name = self.name(service, method, args)
        self.sent[name] += 1
        assert self.sent[name] < 9, f"{name} is sent without end"
        if name not in self.script:
            raise remote_odoo.Rejected("No such model")
        return self.script[name]

    @staticmethod
    def name(service, method, args):
        """Return what a request is for."""
        if service == "common":
            return method
        model, method, positional = args[3:6]
        if method != "search_read":
            return f"{model} {method}"
        domain, fields = positional
        if fields == ["id"]:
            return f"{model} {'others' if domain[0][1] == 'not in' else 'ids'}"
        return f"{model} {domain[0][0] if domain[0] != '|' else ''}"


class ReplyCase(BaseCase):
    def _session(self, script):
        transport = ScriptedTransport(script)
        return transport, session.OdooSession(transport, "db", "me", "key")

    def _assert_storable(self, value):
        """A text, a number or a list of them that PostgreSQL and a screen take."""
        if isinstance(value, list | tuple):
            for item in value:
                self._assert_storable(item)
        elif isinstance(value, str):
            value.encode()
            self.assertNotIn("\x00", value)
        elif value is not None:
            self.assertIsInstance(value, int | float)
            self.assertLess(abs(value), 2**64)

    def _assert_is_line(self, value, longest=replies.MAX_LINE):
        self.assertTrue(value.strip())
        self.assertLessEqual(len(value), longest)
        for character in value:
            self.assertNotIn(unicodedata.category(character)[0], "C")

    def _assert_is_id(self, value):
        self.assertIs(type(value), int)
        self.assertTrue(0 < value < 2**31)

    def _assert_tells_nothing(self, error):
        """What has no known form is told by its place, not by what is in it."""
        if isinstance(error, remote_odoo.NotOdoo):
            self.assertNotIn(MARK, error.detail)
            self.assertTrue(error.detail)
            self.assertLess(len(error.detail), 200)


@tagged("post_install", "-at_install")
class TestDealerReplies(ReplyCase):
    """Whatever a dealer's server says: an order that fits, or an error to act upon."""

    order = remote_odoo.Order(
        key="key",
        reference="LEAD/2026/00001",
        customer=remote_odoo.Customer("Juan", "0917 123 4567", "juan@x.example", "PH"),
        product_code="KIA-P",
        note="Picanto",
    )
    row = {
        "id": 42,
        "name": "S00042",
        "state": "draft",
        "amount_total": 898000.0,
        "currency_id": [1, "PHP"],
    }
    found = {
        **row,
        "origin": "__bpo_crm__.key",
        "client_order_ref": "LEAD/2026/00001",
    }
    script = {
        "authenticate": 7,
        "sale.order client_order_ref": [found],
        "res.partner ": [
            {
                "id": 3,
                "name": "Juan dela Cruz",
                "phone": "1",
                "mobile": False,
                "email_normalized": "a@b.example",
            }
        ],
        "res.partner load": {"ids": [4], "messages": []},
        "sale.order load": {"ids": [42], "messages": [], "nextrow": 0},
        "sale.order id": [row],
        "sale.order has_access": True,
    }
    refusal = {
        "ids": False,
        "messages": [
            {
                "type": "error",
                "message": "No such vehicle",
                "moreinfo": {"res_model": "product.product"},
            },
            {"type": "warning", "message": "Late"},
        ],
    }

    def _place(self, step, reply, look_first=False):
        """Make an order at a server that says one thing differently.

        :return: the order, or the error, and which requests were sent.
        """
        transport, account = self._session({**self.script, step: reply})
        try:
            placed = remote_odoo.Dealer(account).place_order(self.order, look_first)
        except remote_odoo.RemoteError as error:
            return None, error, transport.sent
        return placed, None, transport.sent

    def _assert_is_order(self, placed):
        self._assert_is_id(placed.id)
        self._assert_is_line(placed.name)
        if placed.state:
            self._assert_is_line(placed.state)
        self.assertIsInstance(placed.state, str)

    def _try_all(self, step, reply, look_first=False):
        tried = refused = 0
        for odd in mutations(reply):
            placed, error, sent = self._place(step, odd, look_first)
            tried += 1
            if placed:
                self._assert_is_order(placed)
                continue
            refused += 1
            self._assert_tells_nothing(error)
            # A clear no means that there is none; a missing right to read, not.
            is_no = isinstance(error, remote_odoo.Rejected)
            is_loaded = sent["sale.order load"] and not is_no
            self.assertEqual(error.may_have_happened, bool(is_loaded), ascii(odd)[:200])
        return tried, refused

    def test_the_script_itself_makes_an_order(self):
        placed, error, sent = self._place("authenticate", 7)
        self.assertIsNone(error)
        self.assertEqual(
            placed, remote_odoo.PlacedOrder(42, "S00042", "draft", 898_000, "PHP")
        )
        self.assertEqual(sent["res.partner load"], 1)

    def test_a_partner_is_the_customer_unless_two_things_contradict(self):
        number = {"phone": "0917 123 4567"}
        address = {"phone": "0917 123 4568", "email_normalized": "juan@x.example"}
        for values, is_customer in (
            ({**number, "email_normalized": False, "name": "Juan Cruz"}, True),
            ({**number, "email_normalized": False, "name": "Ana Reyes"}, True),
            ({**number, "name": "Juan Cruz"}, True),
            ({**number, "name": "Ana Reyes"}, False),
            ({"phone": False, "mobile": "+63 917 123 4567"}, True),
            ({"phone": "02 8123 4567 / 0917 123 4567"}, True),
            ({**address, "phone": False, "name": "Ana Reyes"}, True),
            ({**address, "name": "Juan Cruz"}, True),
            ({**address, "name": "Ana Reyes"}, False),
            ({"phone": "0917 123 4568"}, False),
        ):
            (partner,) = self.script["res.partner "]
            found = [{**partner, **values}]
            with self.subTest(values):
                _placed, error, sent = self._place("res.partner ", found)
                self.assertIsNone(error)
                self.assertEqual(sent["res.partner load"], 0 if is_customer else 1)

    def test_whose_number_it_is_comes_before_whose_address_it_is(self):
        (partner,) = self.script["res.partner "]
        of_address = {**partner, "id": 5, "email_normalized": "juan@x.example"}
        of_number = {**partner, "id": 6, "phone": "0917 123 4567"}
        for found, chosen in (
            ([of_address, of_number], 6),
            ([of_number, of_address], 6),
            ([partner, of_address], 5),
            ([partner], None),
        ):
            _transport, account = self._session({**self.script, "res.partner ": found})
            dealer = remote_odoo.Dealer(account)
            self.assertEqual(dealer._find_customer(self.order.customer), chosen)

    def test_no_answer_at_any_step_ends_otherwise(self):
        for step in (
            "authenticate",
            "res.partner ",
            "res.partner load",
            "sale.order load",
            "sale.order id",
        ):
            with self.subTest(step=step):
                tried, refused = self._try_all(step, self.script[step])
                self.assertGreaterEqual(tried, len(ODD_VALUES))
                self.assertGreater(refused, 30)

    def test_no_answer_of_one_who_refuses_ends_otherwise(self):
        tried, refused = self._try_all("sale.order load", self.refusal)
        self.assertGreater(refused, 300)
        self.assertGreater(tried, 400)

    def test_no_answer_about_an_earlier_order_ends_otherwise(self):
        step = "sale.order client_order_ref"
        tried, refused = self._try_all(step, self.script[step], look_first=True)
        self.assertGreater(refused, 150)
        self.assertGreater(tried, 200)

    def test_no_answer_about_rights_ends_otherwise(self):
        refusal = {"ids": False, "messages": [{"type": "error", "message": "No"}]}
        for odd in [*mutations(True), False]:
            script = {
                **self.script,
                "sale.order load": refusal,
                "sale.order has_access": odd,
            }
            _transport, account = self._session(script)
            with self.assertRaises(remote_odoo.RemoteError) as caught:
                remote_odoo.Dealer(account).place_order(self.order)
            # Whatever it says of rights, it has refused the order before.
            self.assertFalse(caught.exception.may_have_happened)
            expected = {True: "rejected", False: "not_allowed"}
            kind = expected[odd] if isinstance(odd, bool) else "not_odoo"
            self.assertEqual(caught.exception.kind, kind)

    def test_the_order_of_another_lead_is_not_taken(self):
        other = {**self.found, "client_order_ref": "LEAD/2026/00002"}
        step = "sale.order client_order_ref"
        _placed, error, sent = self._place(step, [other], look_first=True)
        self.assertEqual(error.kind, "not_odoo")
        self.assertFalse(sent["sale.order load"])

    def test_an_order_that_was_not_asked_for_is_not_taken(self):
        row = {"id": 43, "name": "S00043", "state": "draft"}
        for rows in ([row], [row, {**row, "id": 42}], [{**row, "id": 42}] * 2):
            placed, error, _sent = self._place("sale.order id", rows)
            self.assertIsNone(placed)
            self.assertEqual(error.kind, "not_odoo")
            self.assertTrue(error.may_have_happened)

    def test_what_does_not_fit_is_named(self):
        for step, reply, named in (
            ("authenticate", "x", "the login has no known form: it is no id"),
            ("res.partner ", [{"id": 3}], "res.partner"),
            (
                "sale.order id",
                [{**self.script["sale.order id"][0], "name": False}],
                "sale.order has no known form: name is no text",
            ),
            ("sale.order load", {"ids": [2**31]}, "import of sale.order"),
        ):
            _placed, error, _sent = self._place(step, reply)
            self.assertIn(named, error.detail)

    def test_a_name_is_kept_as_one_line_of_bounded_length(self):
        for said, kept in (
            ("S00042\x00\r\n (copy)", "S00042 (copy)"),
            ("\u202eS1", "S1"),
            ("S" * 1000, "S" * 250),
        ):
            odd = {**self.script["sale.order id"][0], "name": said, "state": False}
            placed, _error, _sent = self._place("sale.order id", [odd])
            self.assertEqual((placed.name, placed.state), (kept, ""))


@tagged("post_install", "-at_install")
class TestOrderReplies(ReplyCase):
    """What became of orders, whatever a dealer's server says of them."""

    row = {
        "id": 42,
        "name": "S00042",
        "state": "sale",
        "amount_total": 898000.0,
        "currency_id": [1, "PHP"],
        "client_order_ref": "LEAD/2026/00001",
        "origin": "__bpo_crm__.key",
        "invoice_status": "invoiced",
        "delivery_status": "full",
    }
    script = {
        "authenticate": 7,
        "sale.order fields_get": {
            "invoice_status": {"type": "selection"},
            "delivery_status": {"type": "selection"},
        },
        "sale.order id": [row, {**row, "id": 43}],
    }

    def _fetch(self, step, reply, *ids):
        _transport, account = self._session({**self.script, step: reply})
        return remote_odoo.Dealer(account).fetch_orders(ids or [42, 43])

    def test_the_script_itself_tells_of_two_orders(self):
        transport, account = self._session(self.script)
        dealer = remote_odoo.Dealer(account)
        orders = dealer.fetch_orders([42, 43])
        dealer.fetch_orders([42, 43])
        self.assertEqual(sorted(orders), [42, 43])
        self.assertEqual(orders[42].told_amount, "898000.0 PHP")
        self.assertEqual(orders[42].delivery_status, "full")
        self.assertEqual(transport.sent["sale.order fields_get"], 1)
        self.assertEqual(transport.sent["sale.order id"], 2)

    def test_what_is_not_shown_is_left_out(self):
        self.assertEqual(sorted(self._fetch("sale.order id", [self.row])), [42])
        self.assertEqual(self._fetch("sale.order id", []), {})

    def test_a_dealer_without_stock_is_not_asked_for_deliveries(self):
        fields = {"invoice_status": {"type": "selection"}}
        orders = self._fetch("sale.order fields_get", fields)
        self.assertEqual(orders[42].invoice_status, "invoiced")
        self.assertEqual(orders[42].delivery_status, "")

    def test_no_answer_ends_otherwise(self):
        refused = 0
        for step, reply in self.script.items():
            for odd in mutations(reply):
                try:
                    orders = self._fetch(step, odd)
                except remote_odoo.RemoteError as error:
                    self._assert_tells_nothing(error)
                    refused += 1
                    continue
                self.assertLessEqual(set(orders), {42, 43})
                for number, order in orders.items():
                    self.assertEqual(order.id, number)
                    self._assert_is_line(order.name)
                    for value in vars(order).values():
                        self._assert_storable(value)
        self.assertGreater(refused, 500)

    def test_whose_an_order_is(self):
        for told, is_ours in (
            ({}, True),
            ({"client_order_ref": "PO 5"}, True),
            ({"client_order_ref": False}, True),
            ({"origin": False}, True),
            ({"origin": "S00017"}, True),
            ({"origin": "__bpo_crm__.other"}, False),
            ({"origin": False, "client_order_ref": False}, False),
            ({"origin": "S00017", "client_order_ref": "PO 5"}, False),
        ):
            with self.subTest(told):
                orders = self._fetch("sale.order id", [{**self.row, **told}])
                is_of = orders[42].is_of("LEAD/2026/00001", "key")
                self.assertEqual(is_of, is_ours)


@tagged("post_install", "-at_install")
class TestAccountReplies(ReplyCase):
    """The connection test, whatever the server says."""

    script = {
        "version": {"server_version": "18.0", "server_serie": "18.0"},
        "authenticate": 7,
        "sale.order fields_get": {"name": {"type": "char"}},
        "sale.order has_access": True,
        "sale.order.line has_access": True,
        "res.partner has_access": True,
        "product.product has_access": True,
    }

    def test_the_script_itself_is_a_dealer(self):
        _transport, account = self._session(self.script)
        self.assertEqual(remote_odoo.check_dealer(account), ("18.0", 7))

    def test_no_answer_ends_otherwise(self):
        for step, reply in self.script.items():
            for odd in mutations(reply):
                _transport, account = self._session({**self.script, step: odd})
                try:
                    series, uid = remote_odoo.check_dealer(account)
                except remote_odoo.RemoteError as error:
                    self._assert_tells_nothing(error)
                    continue
                self._assert_is_line(series)
                self._assert_is_id(uid)

    def test_only_false_is_a_refused_login(self):
        for odd in mutations(7):
            _transport, account = self._session({**self.script, "authenticate": odd})
            kind = None
            try:
                account.authenticate()
            except remote_odoo.RemoteError as error:
                kind = error.kind
            if odd is False:
                self.assertEqual(kind, "refused")
            elif type(odd) is int and 0 < odd < 2**31:
                self.assertIsNone(kind)
            else:
                self.assertEqual(kind, "not_odoo", ascii(odd)[:200])

    def test_a_series_that_looks_like_numbers_has_no_version(self):
        for series in ("\u00b2\u00b3.0", "9" * 5000 + ".0", "18.0\n", "18", "a.b", ""):
            self.assertIsNone(remote_odoo.series_to_version(series))


@tagged("post_install", "-at_install")
class TestDistributorReplies(ReplyCase):
    """A record that does not fit is told apart from a server that is no Odoo."""

    paths = ("phone", "country_id.code", "partner_id")
    script = {
        "authenticate": 7,
        "version": {"server_serie": "18.0"},
        "crm.lead fields_get": {
            "phone": {"type": "char"},
            "priority": {"type": "selection", "selection": [["0", "Low"], ["1", "Hi"]]},
            "country_id": {"type": "many2one", "relation": "res.country"},
            "partner_id": {"type": "many2one", "relation": "res.partner"},
        },
        "res.country fields_get": {"code": {"type": "char"}},
        "crm.lead has_access": True,
        "crm.lead search_count": 2,
        "crm.lead ids": [{"id": 1}, {"id": 2}],
        "crm.lead others": [],
        "crm.lead id": [
            {"id": 1, "phone": "1", "country_id": [3, "PH"], "partner_id": False},
            {"id": 2, "phone": "2", "country_id": False, "partner_id": [5, "Juan"]},
        ],
        "res.country id": [{"id": 3, "code": "PH"}],
        "crm.lead write": True,
    }

    def _work(self, step, reply):
        """Do all that a feed does at a server that says one thing differently."""
        _transport, account = self._session({**self.script, step: reply})
        distributor = remote_odoo.Distributor(account, "crm.lead")
        described = [distributor.describe(path) for path in (*self.paths, "priority")]
        return {
            "described": described,
            "may_write": distributor.may_write(),
            "count": distributor.count([]),
            "ids": [i for page in distributor.iter_pages([]) for i in page],
            "rows": distributor.fetch([1, 2], self.paths),
            "refused": distributor.mark([1, 2], {"phone": "3"}),
        }

    def test_the_script_itself_is_read(self):
        done = self._work("authenticate", 7)
        self.assertEqual(done["ids"], [1, 2])
        first, second = done["rows"]
        self.assertEqual(first["country_id.code"], "PH")
        self.assertEqual(second["partner_id"], [5, "Juan"])
        self.assertEqual(done["refused"], {})

    def test_no_answer_ends_otherwise(self):
        for step in self.script.keys() - {"version", "crm.lead others"}:
            reply, refused = self.script[step], 0
            for odd in mutations(reply):
                try:
                    done = self._work(step, odd)
                except remote_odoo.RemoteError as error:
                    self._assert_tells_nothing(error)
                    refused += 1
                    continue
                self._assert_is_usable(done)
            self.assertGreater(refused, 20, step)

    def _assert_is_usable(self, done):
        self.assertIsInstance(done["may_write"], bool)
        self.assertTrue(0 <= done["count"] <= replies.MAX_COUNT)
        self.assertEqual(done["ids"], sorted(set(done["ids"])))
        for remote_id in done["ids"]:
            self._assert_is_id(remote_id)
        for description in filter(None, done["described"]):
            self._assert_is_line(description["type"])
            dict(description["selection"])
        for row in done["rows"]:
            self.assertIn(row["id"], (1, 2))
            self.assertLessEqual(row.keys(), {"id", "country_id", "!", *self.paths})
            for value in row.values():
                self._assert_storable(value)

    def test_a_value_that_does_not_fit_is_told_of_its_record_alone(self):
        rows = self.script["crm.lead id"]
        for field, value, named in (
            ("phone", [], "crm.lead.phone is no id with a name"),
            ("phone", {}, "crm.lead.phone has a value of no known form"),
            ("phone", float("nan"), "crm.lead.phone has"),
            ("phone", 10**400, "crm.lead.phone has"),
            ("partner_id", ["Juan", 5], "crm.lead.partner_id is no id"),
            ("partner_id", [2**31, "Juan"], "crm.lead.partner_id is no id"),
            ("country_id", [3], "crm.lead.country_id is no id with a name"),
            ("country_id", 3, "crm.lead.country_id is no id with a name"),
        ):
            with self.subTest(field=field, value=value):
                odd = [{**rows[0], field: value}, rows[1]]
                first, second = self._work("crm.lead id", odd)["rows"]
                self.assertIn(named, first["!"])
                self.assertNotIn("!", second)
                self.assertEqual(
                    first["country_id.code"], "PH" if field != "country_id" else False
                )

    def test_a_value_behind_a_relation_is_one_of_those_records(self):
        odd = [{"id": 3, "code": {}}]
        first, second = self._work("res.country id", odd)["rows"]
        self.assertIn("res.country.code", first["!"])
        self.assertNotIn("!", second)

    def test_where_no_record_fits_it_is_the_server(self):
        rows = [{**row, "phone": []} for row in self.script["crm.lead id"]]
        with self.assertRaisesRegex(remote_odoo.NotOdoo, "crm.lead.phone"):
            self._work("crm.lead id", rows)

    def test_a_record_that_was_not_asked_for_is_the_server(self):
        rows = self.script["crm.lead id"]
        for odd in ([*rows, {**rows[0], "id": 9}], [rows[0], rows[0]], [{"id": 1}]):
            with self.assertRaises(remote_odoo.NotOdoo):
                self._work("crm.lead id", odd)

    def test_a_server_that_turns_the_pages_back_is_not_read_for_ever(self):
        page = [{"id": number} for number in range(1, remote_odoo.PAGE_SIZE + 1)]
        for odd in (page, page[::-1], [*page, {"id": 10_000}], [{"id": 2}, {"id": 1}]):
            with self.assertRaises(remote_odoo.NotOdoo):
                self._work("crm.lead ids", odd)

    def test_where_nothing_matches_there_is_no_page(self):
        self.assertEqual(self._work("crm.lead ids", [])["ids"], [])

    def test_a_customised_write_may_say_nothing(self):
        self.assertEqual(self._work("crm.lead write", None)["refused"], {})
        for odd in (False, 1, "ok", [], {}):
            with self.assertRaisesRegex(remote_odoo.NotOdoo, "writing crm.lead"):
                self._work("crm.lead write", odd)
