import dataclasses

from odoo import SUPERUSER_ID, api, models
from odoo.exceptions import RedirectWarning, UserError, ValidationError

from ...inner_context import CUSTOMERS_MATCHED, READS_FILE
from ...intake import leave_out_controls


class Lead(models.Model):
    """Odoo's own import ends at the door, too: rows of known customers are merged.

    A row is what ``_load_records`` takes: a dict with ``values``, maybe an
    ``xml_id``, and in the end the ``record``.
    """

    _inherit = "crm.lead"

    @api.model
    def load(self, fields, data):
        # No database takes these characters, and nobody typed them.
        data = [
            [
                leave_out_controls(cell) if isinstance(cell, str) else cell
                for cell in row
            ]
            for row in data
        ]
        if self._is_loaded_by_module():
            return super().load(fields, data)
        # By the client of Odoo or by a program: its rules are those of an import.
        leads = self.with_context(import_file=True, **READS_FILE.say())
        return super(Lead, leads).load(fields, data)

    @api.model
    def _load_records(self, data_list, update=False, **options):
        # Customers are told apart below: two may share a number or an address.
        load = super(Lead, self.with_context(**CUSTOMERS_MATCHED.say()))._load_records
        if self._is_loaded_by_module():
            # What a module brings is no enquiry.
            return load(data_list, update, **options)
        loaded = self._find_loaded(data_list)
        source = self.env["crm.lead.source"].sudo()._get_of_core("import")
        # Merged by an earlier run: what the row says is in the chatter already.
        kept = source._find_merged(loaded)
        rows = [row for row in data_list if row.get("xml_id") not in kept]
        self._prepare_row_updates(rows, loaded)
        fresh = self._prepare_row_entries(rows, loaded, source)
        new, returning = self._match_values(list(fresh))
        if returning:
            self.check_access("create")
            self._tell_of_merged_rows(len(returning))
        asking = {id(fresh[entry]) for entry in returning}
        try:
            load([row for row in rows if id(row) not in asking], update, **options)
        except RedirectWarning as refusal:
            # The import has no button that leads elsewhere.
            raise UserError(refusal.args[0]) from refusal
        leads = self.concat(*(fresh[entry]["record"] for entry in new))
        self.sudo()._link_enquiries(new, leads.sudo(), returning)
        source._keep_merged({entry: fresh[entry] for entry in returning})
        return self.browse(
            kept.get(row.get("xml_id")) or row["record"].id for row in data_list
        )

    @api.model
    def _is_loaded_by_module(self):
        """Whether a module brings its own leads, and no client says so."""
        return self.env.uid == SUPERUSER_ID and bool(
            self.env.context.get("install_module")
        )

    @api.model
    def _find_loaded(self, data_list):
        """Return the ids of the leads that rows were loaded into before.

        :param list data_list: rows, as the class describes them.
        :return: by external id.
        :rtype: dict[str, int]
        :raises ValidationError: for an external id of another record.
        :raises UserError: for a new one that would belong to a module.
        """
        xml_ids = [row["xml_id"] for row in data_list if row.get("xml_id")]
        found = self.env["ir.model.data"].sudo()._lookup_xmlids(xml_ids, self)
        loaded = {}
        for _id, module, name, model, lead_id, _noupdate, exists in found:
            xml_id = f"{module}.{name}"
            if model != self._name:
                raise ValidationError(
                    self.env._(
                        "The external id %s is that of another record, not of a lead. "
                        "Use another one.",
                        xml_id,
                    )
                )
            if exists:
                loaded[xml_id] = lead_id
        self._check_free_names(xml_id for xml_id in xml_ids if xml_id not in loaded)
        return loaded

    @api.model
    def _prepare_row_updates(self, rows, loaded):
        """Hook: look at what rows say of leads that are there.

        :param list rows: as the class describes them.
        :param dict loaded: the id of the lead of each external id that has one.
        """

    @api.model
    def _tell_of_merged_rows(self, count):
        """Say that rows became no leads of their own.

        A run that only tests takes it back, as all that it does.

        :param int count: of the rows.
        """
        self.env.user._bus_send(
            "simple_notification",
            {
                "type": "warning",
                "sticky": True,
                "message": self.env._(
                    "Rows of customers who have an open lead, added to that lead: %s",
                    count,
                ),
            },
        )

    @api.model
    def _check_free_names(self, xml_ids):
        """Refuse external ids that an upgrade of a module would take for its own.

        :param xml_ids: of leads that are not there yet.
        :raises UserError: naming one of them.
        """
        by_module = {xml_id.partition(".")[0]: xml_id for xml_id in xml_ids}
        modules = self.env["ir.module.module"].sudo()
        taken = modules.search([("name", "in", list(by_module))], limit=1).name
        if taken:
            raise UserError(
                self.env._(
                    "The external id %(name)s would belong to the module "
                    "%(module)s, whose next update would delete the lead. Leave "
                    "out what is before the dot.",
                    name=by_module[taken],
                    module=taken,
                )
            )

    @api.model
    def _prepare_row_entries(self, rows, loaded, source):
        """Return the entries of the rows that update no lead.

        :param list rows: as the class describes them; the texts of these are cleaned.
        :param dict loaded: the id of the lead of each external id that has one.
        :param crm.lead.source source: of those that name none.
        :return: the row of each entry.
        :rtype: dict[Entry, dict]
        """
        fresh = [
            row
            for row in rows
            if not row["values"].get("id") and row.get("xml_id") not in loaded
        ]
        for row in fresh:
            row["values"] = self._clean_texts(row["values"])
            row["values"].setdefault("intake_source_id", source.id)
            if self._is_open_enquiry(row["values"]):
                # Whoever imports a file does not work all of it.
                row["values"].setdefault("user_id", False)
        entries = self._prepare_values_entries([row["values"] for row in fresh])
        return dict(zip(entries, fresh, strict=True))


class LeadSource(models.Model):
    """Which rows of imports were merged, so that another run knows them."""

    _inherit = "crm.lead.source"

    def _find_merged(self, loaded):
        """Return which rows were merged into the leads that they are loaded into.

        :param dict loaded: the id of the lead of each external id.
        :return: the same for these rows only.
        :rtype: dict[str, int]
        """
        rows = self.env["crm.lead.enquiry"].search(
            [
                ("source_id", "=", self.id),
                ("external_id", "in", list(loaded)),
                ("state", "=", "merged"),
            ]
        )
        return {
            row.external_id: row.lead_id.id
            for row in rows
            if row.lead_id.id == loaded[row.external_id]
        }

    def _keep_merged(self, rows):
        """Write down rows that were merged, and let their external ids say so.

        :param dict rows: of an import, by their entries.
        """
        if not rows:
            return
        for entry, row in rows.items():
            row["record"] = entry.lead
            name = row.get("xml_id") or ""
            named = dataclasses.replace(entry.enquiry, external_id=name)
            entry.enquiry = named.with_name()
        enquiries = self.env["crm.lead.enquiry"]
        written, _new = enquiries._write_down(self, [entry.enquiry for entry in rows])
        for entry, entry_row in zip(rows, written, strict=True):
            entry.row = entry_row
        enquiries._record_results([entry.to_result() for entry in rows])
        named = [row for row in rows.values() if row.get("xml_id")]
        self.env["ir.model.data"]._update_xmlids(named)
