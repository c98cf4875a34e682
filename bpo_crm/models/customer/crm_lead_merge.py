from odoo import SUPERUSER_ID, api, models
from odoo.exceptions import UserError

from ...inner_context import MERGES_LEADS
from ...roles import MANAGER

MERGED_FIELDS = ["dealership_id", "vehicle_model_id"]


class Lead(models.Model):
    """Merging, and the leads that must not disappear in it."""

    _inherit = "crm.lead"

    # ------------------------------------------------------------
    # HOOKS
    # ------------------------------------------------------------

    def _merge_opportunity(self, *args, **kwargs):
        if not any(self.mapped("is_bpo")):
            return super()._merge_opportunity(*args, **kwargs)
        self._check_mergeable()
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
        merging = merged.with_context(**MERGES_LEADS.say())
        head = super(Lead, merging)._merge_opportunity(*args, **kwargs)
        head = head.with_env(self.env)
        # Another lead from before the addon may hold them, and goes on to.
        head._write_by_core(head._prepare_other_reach(keys))
        head._hold_customers({head: keys})
        self._pass_on_customers(released)
        return head

    def _sort_by_confidence_level(self, reverse=False):
        ranked = super()._sort_by_confidence_level(reverse=reverse)
        if MERGES_LEADS.get(self.env):
            # By a merge, no lead leaves the teams that work for dealerships.
            return ranked.sorted("is_bpo", reverse=reverse)
        return ranked

    @api.model
    def _normalize(self, vals):
        values = super()._normalize(vals)
        if MERGES_LEADS.get(self.env):
            # Core would send it back to the first stage, whatever that is.
            values.pop("stage_id", None)
        return values

    # ------------------------------------------------------------
    # BUSINESS
    # ------------------------------------------------------------

    def _check_mergeable(self):
        """Refuse to let an agent make somebody else's lead, or customer, disappear.

        :raises AccessError: for leads that are not the agent's.
        :raises UserError: for leads in the pool, and for those of several customers.
        """
        if not self._is_below_supervisor():
            return
        self.check_access("write")
        self.filtered(lambda lead: lead.user_id != self.env.user)._refuse_unclaimed()
        if not self._are_of_one_customer():
            raise UserError(
                self.env._(
                    "Only leads with a phone number or an email address in common are "
                    "of one customer. Ask a supervisor to merge others."
                )
            )

    def _merge_unqualified(self):
        """Merge those of these leads whose customers have an open lead into that.

        They were made before their team worked for dealerships, and become
        opportunities now.

        :return: the others, and the leads that some were merged into.
        :rtype: tuple[crm.lead, crm.lead]
        """
        rest, heads = self, self.browse()
        for lead in self.filtered(lambda lead: lead.is_bpo and lead.type == "lead"):
            head = lead._find_customers_open_lead() - lead
            if head:
                heads |= (head | lead)._merge_opportunity(max_length=0)
                rest -= lead
        return rest, heads

    def _are_of_one_customer(self):
        """Whether each of these leads has a key in common with the others.

        :rtype: bool
        """
        known, rest = set(), self
        while rest:
            found = rest.filtered(lambda lead: known.intersection(lead._list_keys()))
            found = found or (rest[:1] if not known else rest.browse())
            if not found:
                return False
            known.update(key for lead in found for key in lead._list_keys())
            rest -= found
        return True

    def _merge_dependences(self, opportunities):
        # Core deletes the other leads soon, and all that is left with them. What
        # follows from what they had is worked out after it is the head's.
        opportunities.sudo().call_log_ids.write({"lead_id": self.id})
        if not (self | opportunities)._were_for_dealerships():
            return super()._merge_dependences(opportunities)
        opportunities._release_stage_activities(self)
        for name in ("enquiry_ids", "push_ids"):
            opportunities.sudo()[name].write({"lead_id": self.id})
        asked = [*opportunities.mapped("enquiry_date"), self.enquiry_date]
        self.sudo().enquiry_date = min(filter(None, asked), default=False)
        result = super()._merge_dependences(opportunities)
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
        ordered = self._find_possible_orders().lead_id
        if ordered:
            raise UserError(
                self.env._(
                    "The dealer has, or may have, an order for %s. These leads cannot "
                    "be deleted or merged away.",
                    ", ".join(lead._get_label() for lead in ordered),
                )
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_closed(self):
        """Closed leads stay on record, also where core deletes what it merged.

        :raises UserError: for whoever is no manager.
        """
        if self.env.uid == SUPERUSER_ID or self.env.user.has_group(MANAGER):
            return
        closed = self.filtered(lambda lead: lead.is_bpo and lead.stage_id._is_closed)
        if closed:
            raise UserError(
                self.env._(
                    "Closed leads stay on record: %s. Only a BPO manager can delete "
                    "them.",
                    ", ".join(lead._get_label() for lead in closed),
                )
            )


class LeadConvert(models.TransientModel):
    """Core's windows that convert leads, one or many.

    They delete all that they were to merge, and may have left out some.
    """

    _inherit = "crm.lead2opportunity.partner"

    def _action_merge(self):
        self.duplicated_lead_ids -= self.duplicated_lead_ids.filtered(
            lambda lead: lead.is_bpo and lead.stage_id._is_closed
        )
        return super()._action_merge()

    def _action_convert(self):
        leads = self.env["crm.lead"].browse(self.env.context.get("active_ids", []))
        rest, heads = leads._merge_unqualified()
        if not rest:
            return heads[:1]
        converting = self.with_context(active_ids=rest.ids)
        return super(LeadConvert, converting)._action_convert()
