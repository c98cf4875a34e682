import dataclasses
import logging
import time
import unicodedata

from odoo import models
from odoo.exceptions import UserError
from odoo.tools import float_compare

from ...remote_odoo import UNREADABLE

_logger = logging.getLogger(__name__)

#: How many records' codes are read at once.
CODES_AT_ONCE = 1000


@dataclasses.dataclass
class Codes:
    """Who has which code, by the code without what people write in several ways."""

    #: The ids of our records, by their codes.
    own: dict = dataclasses.field(default_factory=dict)
    #: The ids of the distributor's records, of those codes that it has several times.
    repeated: dict = dataclasses.field(default_factory=dict)


class LeadFeed(models.Model):
    """Dealerships and vehicle models, as the distributor has them."""

    _inherit = "crm.lead.feed"

    def _take_catalogue(self, distributor, pull, deadline):
        """Make the records that are new, and write what has changed in the others.

        One that is refused does not stop the others. What the distributor does not
        have any more stays.

        :param remote_odoo.Distributor distributor: of this feed's model.
        :param Pull pull: is told what became of them.
        :param float deadline: moment of :func:`time.monotonic` at which to stop.
        :return: whether nothing was left.
        :rtype: bool
        """
        references = self._index_references()
        codes = self._index_codes(distributor)
        size = self._get_batch_size(self.batch_size)
        pull.is_continued = bool(self.cursor)
        for page in distributor.iter_pages(self._get_domain(), self.cursor):
            for first in range(0, len(page), size):
                ids = page[first : first + size]
                records = distributor.fetch(ids, self._get_paths(), self._get_domain())
                self._upsert(records, references, codes, pull)
                self.cursor = ids[-1]
                self._commit()
                if time.monotonic() >= deadline:
                    rest = [("id", ">", self.cursor), *self._get_domain()]
                    self.backlog = distributor.count(rest)
                    return not self.backlog
        self.cursor = self.backlog = 0
        return True

    def _upsert(self, records, references, codes, pull):
        """Bring a batch of the distributor's records into our table.

        :param list records: each with ``id`` and values by remote field.
        :param dict references: records of small tables, by model and name.
        :param Codes codes: by which our records are found again.
        :param Pull pull: is told what became of them.
        """
        for record in records:
            try:
                with self.env.cr.savepoint():
                    values = self._prepare_values(record, references)
                    state = self._upsert_one(values, codes)
                pull.counts[state] += 1
            except Exception as error:
                # The others must have their turn.
                name = f"{self.remote_model}/{record['id']}"
                is_defect = not isinstance(error, ValueError | UserError)
                _logger.info("%s is refused", name, exc_info=is_defect)
                pull.refused.append(f"{name}: {self.brand_id._shorten(str(error))}")

    def _upsert_one(self, values, codes):
        """Make a record or write what is other than before.

        :param dict values: of our record.
        :param Codes codes: by which our records are found again.
        :return: ``created``, ``changed`` or ``unchanged``.
        :rtype: str
        :raises ValueError: when it cannot be told whose the code is.
        """
        key = self._get_key()
        code = values[key]
        found = self._find_own(code, codes)
        if not found:
            # What a shared feed makes is shared, too.
            values = {**values, "company_id": self.company_id.id, "feed_id": self.id}
            found = self.env[self.target_model].create(values)
            self._link(found)
            codes.own.setdefault(fold_code(code), {})[code] = found.id
            return "created"
        self._check_may_change(found)
        self._check_is_sold(found)
        # However the distributor writes it, it is the one that we know.
        del values[key]
        if self._is_kept_by_another(found):
            values = {name: value for name, value in values.items() if not found[name]}
        elif found.feed_id != self:
            found.feed_id = self
        changed = {
            name: value
            for name, value in values.items()
            if not _is_same(found, name, value)
        }
        if changed:
            found.write(changed)
        return "changed" if changed else "unchanged"

    def _find_own(self, code, codes):
        """Return our record of a code; empty for none.

        :param str code: of one of the distributor's records.
        :param Codes codes: by which our records are found again.
        :raises ValueError: when several records are called so, there or here.
        """
        folded = fold_code(code)
        if theirs := codes.repeated.get(folded):
            raise ValueError(
                self.env._(
                    'The distributor has "%(code)s" more than once: %(records)s. '
                    "Ask the distributor to give each a reference of its own, or let "
                    "a BPO manager narrow down the records to read.",
                    code=code,
                    records=", ".join(f"{self.remote_model}/{n}" for n in theirs),
                )
            )
        own = codes.own.get(folded, {})
        if len(own) > 1 and code not in own:
            raise ValueError(
                self.env._(
                    'It cannot be told which one "%(code)s" is: %(names)s. A BPO '
                    "manager can change the code of one of them.",
                    code=code,
                    names=", ".join(sorted(own)),
                )
            )
        record_id = own.get(code) or next(iter(own.values()), None)
        return self.env[self.target_model].browse(record_id)

    def _check_may_change(self, found):
        """Refuse to change what belongs to another company than this feed.

        Managers of any company decide what a shared feed reads.

        :param found: our record.
        :raises ValueError: with its name.
        """
        if found.company_id - self.company_id:
            raise ValueError(
                self.env._(
                    '"%(name)s" belongs to %(company)s, and this feed does not.',
                    name=found.display_name,
                    company=found.company_id.name,
                )
            )

    def _check_is_sold(self, found):
        """Refuse to take a dealership of other brands for one of this brand.

        Two brands may call dealerships of theirs by the same code. Taken for the other
        one, it would keep its account, and get a stranger's name and address.

        :param found: our record.
        :raises ValueError: with its name.
        """
        if self.kind == "dealership" and self.brand_id not in found.brand_ids:
            raise ValueError(
                self.env._(
                    'The code "%(code)s" is that of "%(name)s", which does not sell '
                    "%(brand)s. If it is the same dealership, a BPO manager adds the "
                    "brand to it; if it is not, it needs another code here or there.",
                    code=found.code,
                    name=found.name,
                    brand=self.brand_id.name,
                )
            )

    def _is_kept_by_another(self, found):
        """Whether another feed keeps a record up to date, which two would fight over.

        :param found: our record.
        """
        keeper = found.feed_id
        is_of_brand = self.kind != "dealership" or keeper.brand_id in found.brand_ids
        return keeper.active and keeper != self and is_of_brand

    def _link(self, record):
        """Let a dealership sell this brand."""
        if self.kind == "dealership" and self.brand_id not in record.brand_ids:
            record.brand_ids |= self.brand_id

    def _index_codes(self, distributor):
        """Return who has which code, there and here.

        :param remote_odoo.Distributor distributor: of this feed's model.
        :rtype: Codes
        :raises remote_odoo.RemoteError: a subclass of it.
        """
        key = self._get_key()
        domain = [(key, "!=", False)]
        if self.kind == "vehicle_model":
            domain.append(("brand_id", "=", self.brand_id.id))
        model = self.env[self.target_model].with_context(active_test=False)
        codes = Codes()
        for found in model.search_fetch(domain, [key]):
            codes.own.setdefault(fold_code(found[key]), {})[found[key]] = found.id
        theirs = {}
        for remote_id, code in self._iter_codes(distributor):
            theirs.setdefault(fold_code(code), []).append(remote_id)
        codes.repeated = {code: ids for code, ids in theirs.items() if len(ids) > 1}
        return codes

    def _iter_codes(self, distributor):
        """Yield each record of the distributor that has a code, and its code.

        All of them: a run that goes on where another one ended would not see the
        first of two.

        :param remote_odoo.Distributor distributor: of this feed's model.
        :rtype: collections.abc.Iterator[tuple[int, str]]
        :raises remote_odoo.RemoteError: a subclass of it.
        """
        key = self._get_key()
        lines = self.field_ids.filtered(lambda line: line.target_field == key)
        paths = sorted(set(filter(None, lines.mapped("remote_field"))))
        size = self._halve(CODES_AT_ONCE)
        for page in distributor.iter_pages(self._get_domain()):
            for first in range(0, len(page), size):
                for record in distributor.fetch(page[first : first + size], paths):
                    code = lines._read_first(record)
                    if code:
                        yield record["id"], code

    def _index_references(self):
        """Return the records of small tables by each of their names."""
        return {
            model: {
                record[name].lower(): record.id
                for record in self.env[model].with_context(active_test=False).search([])
                for name in names
                if record[name]
            }
            for model, names in self.field_ids._get_naming_fields().items()
        }

    def _prepare_values(self, record, references):
        """Return the values of our record.

        What is empty there is left as it is here.

        :param dict record: of the distributor.
        :param dict references: records of small tables, by model and name.
        :rtype: dict
        :raises ValueError: when a value does not fit, or the key is missing.
        """
        if UNREADABLE in record:
            raise ValueError(self.brand_id._shorten(record[UNREADABLE]))
        values = {}
        for line in self.field_ids:
            value = line._read_value(record)
            target = line._get_target()
            if target.type == "many2one" and value:
                value = references[target.comodel_name].get(value.lower())
            if target.type == "boolean" or value not in (None, False, ""):
                values.setdefault(line.target_field, value)
        key = self._get_key()
        if not values.get(key):
            raise ValueError(self.env._('"%s" is empty.', self._get_label(key)))
        if self.kind == "vehicle_model":
            values["brand_id"] = self.brand_id.id
        return values


def fold_code(code):
    """Return a code without what people write in several ways: case, width and blanks.

    >>> fold_code(" MKT\u00a0 -\uff19")
    'mkt-9'
    """
    return "".join(unicodedata.normalize("NFKC", code).casefold().split())


def _is_same(record, name, value):
    """Whether a field has a value already, as far as it can be stored.

    :param record: of ours.
    :param str name: of the field.
    :param value: as it would be written.
    """
    field = record._fields[name]
    if field.type == "monetary":
        return not record.currency_id.compare_amounts(record[name], value)
    digits = field.type == "float" and field.get_digits(record.env)
    if digits:
        return not float_compare(record[name], value, precision_digits=digits[1])
    return field.convert_to_write(record[name], record) == value
