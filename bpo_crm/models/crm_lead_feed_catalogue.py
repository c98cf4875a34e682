import logging
import time

from odoo import models

from .crm_lead_feed_field import NAMES

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
        for page in distributor.iter_pages(self._get_domain(), self.position):
            for first in range(0, len(page), self.batch_size):
                if time.monotonic() >= deadline:
                    return False
                ids = page[first : first + self.batch_size]
                records = distributor.fetch(ids, self._get_paths(), self._get_domain())
                self._upsert(records, references, pull)
                self.position = ids[-1]
                self._commit()
        self.position = 0
        return True

    def _upsert(self, records, references, pull):
        """Bring a batch of the distributor's records into our table.

        :param list records: each with ``id`` and values by remote field.
        :param dict references: records of small tables, by model and name.
        :param Pull pull: is told what became of them.
        """
        for record in records:
            try:
                with self.env.cr.savepoint():
                    values = self._prepare_values(record, references)
                    state = self._upsert_one(values)
                pull.counts[state] += 1
            except Exception as error:
                # The others must have their turn.
                name = f"{self.remote_model}/{record['id']}"
                _logger.info("%s is refused", name, exc_info=True)
                pull.refused.append(f"{name}: {error}")

    def _upsert_one(self, values):
        """Make a record or write what is other than before; return which."""
        found = self._find_known(values[self._get_key()])
        if not found:
            self._link(found.create(values))
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

    def _find_known(self, key):
        """Return our record that the distributor calls so, or none."""
        domain = [(self._get_key(), "=", key)]
        if self.kind == "vehicle_model":
            domain.append(("brand_id", "=", self.brand_id.id))
        model = self.env[self.target_model].with_context(active_test=False)
        return model.search(domain, limit=1)

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
            if target.type == "boolean" or value not in (None, False, ""):
                values.setdefault(line.target_field, value)
        key = self._get_key()
        if not values.get(key):
            raise ValueError(self.env._('"%s" is empty.', self._get_label(key)))
        if self.kind == "vehicle_model":
            values["brand_id"] = self.brand_id.id
        return values
