from odoo import api, fields, models

#: The leads that lists show: those that are archived stand among the lost ones.
SHOWN = [
    ("type", "=", "opportunity"),
    "|",
    ("active", "=", True),
    ("stage_id.is_lost", "=", True),
]

#: What is counted of a dealership: in which model, and which of its records.
COUNTED = {
    "lead_count": ("crm.lead", SHOWN),
    "won_lead_count": ("crm.lead", [*SHOWN, ("stage_id.is_won", "=", True)]),
    # Not the attempts: of one that Odoo ran again, two found the same order.
    "order_count": ("crm.lead", [("dealer_so_id", ">", 0)]),
    "failed_push_count": (
        "crm.dealer.push",
        [("state", "in", ("failed", "interrupted"))],
    ),
}


class Dealership(models.Model):
    """What came of a dealership's leads, as far as the user may see them."""

    _inherit = "crm.dealership"

    lead_count = fields.Integer("Leads", compute="_compute_counts")
    won_lead_count = fields.Integer("Won", compute="_compute_counts")
    order_count = fields.Integer("Orders", compute="_compute_counts")
    failed_push_count = fields.Integer("Failed Attempts", compute="_compute_counts")

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_counts(self):
        for name in COUNTED:
            counts = self._count(name)
            for dealership in self:
                dealership[name] = counts.get(dealership._origin, 0)

    # ------------------------------------------------------------
    # ACTIONS
    # ------------------------------------------------------------

    def action_view_leads(self):
        """Return the action that shows the leads of this dealership.

        :rtype: dict
        """
        return self._open_counted("lead_count", "bpo_crm.crm_lead_action_all")

    def action_view_won_leads(self):
        """Return the action that shows the won leads of this dealership.

        :rtype: dict
        """
        return self._open_counted("won_lead_count", "bpo_crm.crm_lead_action_all")

    def action_view_orders(self):
        """Return the action that shows the leads with an order at this dealership.

        :rtype: dict
        """
        return self._open_counted("order_count", "bpo_crm.crm_lead_action_orders")

    def action_view_failed_pushes(self):
        """Return the action that shows the attempts that made no order.

        :rtype: dict
        """
        return self._open_counted("failed_push_count", "bpo_crm.crm_dealer_push_action")

    # ------------------------------------------------------------
    # BUSINESS
    # ------------------------------------------------------------

    def _get_counted(self, name):
        """Return what a field of these dealerships counts.

        :param str name: of the field, one of :data:`COUNTED`.
        :return: the model, and the domain of its records that are counted.
        :rtype: tuple[odoo.models.BaseModel, list]
        """
        model, domain = COUNTED[name]
        records = self.env[model].with_context(active_test=False)
        return records, [("dealership_id", "in", self.ids), *domain]

    def _count(self, name):
        """Count something of all these dealerships at once.

        :param str name: of the field, one of :data:`COUNTED`.
        :return: by dealership; those that have none are left out.
        :rtype: dict[crm.dealership, int]
        """
        records, domain = self._get_counted(name)
        return dict(records._read_group(domain, ["dealership_id"], ["__count"]))

    def _open_counted(self, name, action):
        """Return the action that shows the records that a field counts.

        :param str name: of the field, one of :data:`COUNTED`.
        :param str action: XML id of one that shows such records.
        :rtype: dict
        """
        self.ensure_one()
        _records, domain = self._get_counted(name)
        label = self._fields[name]._description_string(self.env)
        return {
            **self.env["ir.actions.act_window"]._for_xml_id(action),
            "display_name": self.env._(
                "%(dealership)s: %(what)s", dealership=self.display_name, what=label
            ),
            "domain": domain,
            "context": {"active_test": False},
        }
