import contextlib
import logging
import time

from odoo import models

from ...remote_odoo import UNREADABLE

_logger = logging.getLogger(__name__)


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
        size = self._get_batch_size(self.batch_size)
        pull.is_continued = bool(self.cursor)
        for page in distributor.iter_pages(self._get_domain(), self.cursor):
            for first in range(0, len(page), size):
                ids = page[first : first + size]
                records = distributor.fetch(ids, self._get_paths(), self._get_domain())
                self._upsert(records, references, pull)
                self.cursor = ids[-1]
                self._commit()
                if time.monotonic() >= deadline:
                    rest = [("id", ">", self.cursor), *self._get_domain()]
                    self.backlog = distributor.count(rest)
                    return not self.backlog
        self.cursor = self.backlog = 0
        return True

    def _upsert(self, records, references, pull):
        """Bring a batch of the distributor's records into our table.

        :param list records: each with ``id`` and values by remote field.
        :param dict references: records of small tables, by model and name.
        :param Pull pull: is told what became of them.
        """
        known = self._index_known(records)
        for record in records:
            try:
                with self.env.cr.savepoint():
                    values = self._prepare_values(record, references)
                    key = values[self._get_key()]
                    self._check_may_change(known.get(key))
                    state, known[key] = self._upsert_one(values, known.get(key))
                pull.counts[state] += 1
            except Exception as error:
                # The others must have their turn.
                name = f"{self.remote_model}/{record['id']}"
                is_defect = not isinstance(error, ValueError)
                _logger.info("%s is refused", name, exc_info=is_defect)
                pull.refused.append(f"{name}: {self.brand_id._shorten(str(error))}")

    def _upsert_one(self, values, found):
        """Make a record or write what is other than before.

        :param dict values: of our record.
        :param found: our record, or None.
        :return: ``created``, ``changed`` or ``unchanged``, and our record.
        :rtype: tuple[str, odoo.models.BaseModel]
        """
        if not found:
            # What a shared feed makes is shared, too.
            values = {**values, "company_id": self.company_id.id}
            found = self.env[self.target_model].create(values)
            self._link(found)
            return "created", found
        changed = {
            name: value
            for name, value in values.items()
            if found._fields[name].convert_to_write(found[name], found) != value
        }
        self._link(found)
        if changed:
            found.write(changed)
        return ("changed" if changed else "unchanged"), found

    def _check_may_change(self, found):
        """Refuse to change what belongs to another company than this feed.

        Managers of any company decide what a shared feed reads.

        :param found: our record, or None.
        :raises ValueError: with its name.
        """
        if found and found.company_id - self.company_id:
            raise ValueError(
                self.env._(
                    '"%(name)s" belongs to %(company)s, and this feed does not.',
                    name=found.display_name,
                    company=found.company_id.name,
                )
            )

    def _link(self, record):
        """Let a dealership sell this brand."""
        if self.kind == "dealership" and self.brand_id not in record.brand_ids:
            record.brand_ids |= self.brand_id

    def _index_known(self, records):
        """Return those of our records that the distributor's mean, by their key.

        :param list records: of the distributor, each with values by remote field.
        :return: our record of each key that we have.
        :rtype: dict
        """
        key = self._get_key()
        domain = [(key, "in", list(self._read_keys(records)))]
        if self.kind == "vehicle_model":
            domain.append(("brand_id", "=", self.brand_id.id))
        model = self.env[self.target_model].with_context(active_test=False)
        return {found[key]: found for found in model.search(domain)}

    def _read_keys(self, records):
        """Yield the keys by which our records of the distributor's are found.

        :param list records: of the distributor, each with values by remote field. Keys
            that do not fit are left out.
        """
        key = self._get_key()
        lines = self.field_ids.filtered(lambda line: line.target_field == key)
        for record in records:
            for line in lines:
                # What does not fit is told with the rest of its record.
                with contextlib.suppress(ValueError):
                    yield line._read_value(record)

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
