import logging

from odoo import models

from .crm_lead_feed_field import NAMES

_logger = logging.getLogger(__name__)


class LeadFeed(models.Model):
    """Dealerships and vehicle models, as the distributor has them."""

    _inherit = "crm.lead.feed"

    def _take_catalogue(self, distributor, pull):
        """Make the records that are new, and write what has changed in the others.

        One that is refused does not stop the others. What the distributor does not
        have any more stays.

        :param remote_odoo.Distributor distributor: of this feed's model.
        :param Pull pull: is told what became of them.
        """
        for page in distributor.iter_pages(self._get_domain()):
            for first in range(0, len(page), self.batch_size):
                ids = page[first : first + self.batch_size]
                records = distributor.fetch(ids, self._get_paths(), self._get_domain())
                self._upsert(records, pull)
                self._commit()
        pull.is_complete = True

    def _upsert(self, records, pull):
        """Bring a batch of the distributor's records into our table.

        :param list records: each with ``id`` and values by remote field.
        :param Pull pull: is told what became of them.
        """
        known = self._index_known()
        references = self._index_references()
        for record in records:
            try:
                with self.env.cr.savepoint():
                    values = self._prepare_values(record, references)
                    state = self._upsert_one(values, known)
                pull.counts[state] += 1
            except Exception as error:
                # The others must have their turn.
                name = self._get_external_id(record["id"])
                _logger.info("%s is refused", name, exc_info=True)
                pull.refused.append(f"{name}: {error}")

    def _upsert_one(self, values, known):
        """Make a record or write what is other than before; return which."""
        key = values[self._get_key()]
        found = known.get(key)
        if not found:
            known[key] = self.env[self.target_model].create(values)
            self._link(known[key])
            return "created"
        changed = {
            name: value
            for name, value in values.items()
            if found._fields[name].convert_to_write(found[name], found) != value
        }
        self._link(found)
        if not changed:
            return "unchanged"
        found.write(changed)
        return "changed"

    def _link(self, record):
        """Let a dealership sell this brand."""
        if self.kind == "dealership" and self.brand_id not in record.brand_ids:
            record.brand_ids |= self.brand_id

    def _index_known(self):
        """Return our records by what the distributor calls them."""
        name = self._get_key()
        model = self.env[self.target_model].with_context(active_test=False)
        domain = [("brand_id", "=", self.brand_id.id)]
        records = model.search([] if self.kind == "dealership" else domain)
        return {record[name]: record for record in records if record[name]}

    def _index_references(self):
        """Return the records of small tables by each of their names."""
        return {
            model: {
                record[name].lower(): record.id
                for record in self.env[model].with_context(active_test=False).search([])
                for name in names
                if record[name]
            }
            for model, names in NAMES.items()
        }

    def _prepare_values(self, record, references):
        """Return the values of our record.

        What is empty there is left as it is here.

        :param dict record: of the distributor.
        :param dict references: records of small tables, by model and name.
        :rtype: dict
        :raises ValueError: when a value does not fit, or the key is missing.
        """
        values = {}
        for line in self.field_ids:
            value = line._read_value(record)
            target = line._get_target()
            if target.type == "many2one" and value:
                value = references[target.comodel_name].get(value.lower())
            if value or target.type == "boolean":
                values.setdefault(line.target_field, value)
        key = self._get_key()
        if not values.get(key):
            raise ValueError(self.env._('"%s" is empty.', self._get_label(key)))
        if self.kind == "vehicle_model":
            values["brand_id"] = self.brand_id.id
        return values
