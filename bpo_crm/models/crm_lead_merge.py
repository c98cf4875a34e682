from odoo import api, models
from odoo.exceptions import UserError

MERGED_FIELDS = ["dealership_id", "vehicle_model_id"]


class Lead(models.Model):
    """Merging, and the leads that must not disappear in it."""

    _inherit = "crm.lead"

    def _merge_opportunity(self, *args, **kwargs):
        # Closed leads stay on record for the reports.
        closed = self.filtered(lambda lead: lead.stage_id._is_closed)
        if closed and len(self - closed) < 2:
            raise UserError(
                self.env._(
                    "Closed leads stay on record and cannot be merged: %s.",
                    ", ".join(lead._get_label() for lead in closed),
                )
            )
        merged = self - closed
        keys = [key for lead in merged for key in lead._get_customer_keys()]
        # The head may take over how the others' customers are reached.
        released = merged._release_customers()
        head = super(Lead, merged)._merge_opportunity(*args, **kwargs)
        # Another lead from before the addon may hold them, and goes on to.
        head._hold_customers({head: keys})
        self._pass_on_customers(released)
        return head

    def _merge_dependences(self, opportunities):
        opportunities._release_stage_activities(self)
        result = super()._merge_dependences(opportunities)
        # Core deletes the other leads next, and all that is left with them.
        for name in ("call_log_ids", "enquiry_ids", "push_ids"):
            opportunities.sudo()[name].write({"lead_id": self.id})
        asked = [*opportunities.mapped("enquiry_date"), self.enquiry_date]
        self.sudo().enquiry_date = min(filter(None, asked), default=False)
        self._plan_stage_activities()
        return result

    def _release_stage_activities(self, head):
        """Let the head have what is planned, but one activity of its stage only.

        :param crm.lead head: what these leads are merged into.
        """
        planned = self._find_stage_activities()
        # The head's own stage plans; what was agreed with the customer stays.
        planned.filtered(lambda row: row.automated and not row._is_promised()).unlink()
        planned.exists().crm_stage_id = False
        done = self.env["mail.activity"].sudo().with_context(active_test=False)
        done.search(
            [
                ("res_model", "=", self._name),
                ("res_id", "in", self.ids),
                ("active", "=", False),
            ]
        ).write({"res_id": head.id})

    def _merge_get_fields(self):
        return [*super()._merge_get_fields(), *MERGED_FIELDS]

    def _merge_get_fields_specific(self):
        # Brand and vehicle must come from the same lead.
        return {
            **super()._merge_get_fields_specific(),
            "brand_id": lambda fname, leads: (
                (leads.vehicle_model_id[:1].brand_id or leads.brand_id[:1]).id
            ),
        }

    @api.ondelete(at_uninstall=False)
    def _unlink_except_ordered(self):
        pushes = self.env["crm.dealer.push"].sudo()
        ordered = pushes.search(
            [("lead_id", "in", self.ids), ("order_may_exist", "=", True)]
        ).lead_id
        if ordered:
            raise UserError(
                self.env._(
                    "The dealer has, or may have, an order for %s. These leads cannot "
                    "be deleted or merged away.",
                    ", ".join(lead._get_label() for lead in ordered),
                )
            )
