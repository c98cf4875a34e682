from datetime import datetime

from odoo import fields, models
from odoo.exceptions import AccessError

from ...domains import COUNTED_LEAD, NEVER
from ...roles import AGENT, SUPERVISOR

#: The lists that the figures were counted from. Agents have lists of their own leads.
ACTIONS = {
    "kpi_bpo_enquiries": "crm_digest_enquiries_action",
    "kpi_bpo_first_attempts": "crm_digest_enquiries_action",
    "kpi_bpo_visits": "crm_digest_visits_action",
    "kpi_bpo_won": "crm_digest_won_action",
}


class Digest(models.Model):
    """Four figures of the floor in Odoo's digest mail.

    Of an agent they are about the leads that the agent has.
    """

    _inherit = "digest.digest"

    kpi_bpo_enquiries = fields.Boolean("Enquiries")
    kpi_bpo_enquiries_value = fields.Integer(compute="_compute_kpi_bpo_enquiries_value")
    kpi_bpo_first_attempts = fields.Boolean("% of First Attempts in Time")
    kpi_bpo_first_attempts_value = fields.Float(
        compute="_compute_kpi_bpo_first_attempts_value"
    )
    kpi_bpo_visits = fields.Boolean("Visits That Took Place")
    kpi_bpo_visits_value = fields.Integer(compute="_compute_kpi_bpo_visits_value")
    kpi_bpo_won = fields.Boolean("Leads Won")
    kpi_bpo_won_value = fields.Integer(compute="_compute_kpi_bpo_won_value")

    # ------------------------------------------------------------
    # COMPUTE
    # ------------------------------------------------------------

    def _compute_kpi_bpo_enquiries_value(self):
        self._count_by_company("kpi_bpo_enquiries_value", "enquiry_date", "__count")

    def _compute_kpi_bpo_first_attempts_value(self):
        name = "kpi_bpo_first_attempts_value"
        self._count_by_company(name, "enquiry_date", "response_met_rate:avg")
        for digest in self:
            digest[name] *= 100

    def _compute_kpi_bpo_visits_value(self):
        self._count_by_company(
            "kpi_bpo_visits_value",
            "start",
            "__count",
            model="calendar.event",
            domain=[("visit_state", "=", "done"), ("active", "=", True)],
        )

    def _compute_kpi_bpo_won_value(self):
        self._count_by_company(
            "kpi_bpo_won_value",
            "date_closed",
            "__count",
            domain=[("stage_id.is_won", "=", True)],
        )

    # ------------------------------------------------------------
    # BUSINESS
    # ------------------------------------------------------------

    def _compute_kpis_actions(self, company, user):
        actions = super()._compute_kpis_actions(company, user)
        menu = self.env.ref("bpo_crm.menu_root")
        suffix = "" if user.has_group(SUPERVISOR) else "_own"
        for name, action in ACTIONS.items():
            actions[name] = f"bpo_crm.{action}{suffix}?menu_id={menu.id}"
        return actions

    def _count_by_company(
        self, name, date_field, aggregate, model="crm.lead", domain=()
    ):
        """Fill in a figure of these digests, with the rights of who gets them.

        :param str name: of the field with the figure.
        :param str date_field: that lies in the period of the digest.
        :param str aggregate: of the records, as ``_read_group`` takes it.
        :param str model: what is counted: leads, or meetings of leads.
        :param list domain: of what is counted, besides.
        :raises AccessError: for whoever has no role, so that core leaves it out.
        """
        if not self.env.user.has_group(AGENT):
            raise AccessError(
                self.env._("The figures of the floor are for who works on it.")
            )
        records = self.env[model].with_context(active_test=False)
        for digest in self:
            company = digest.company_id or self.env.company
            leads = digest._get_leads_domain(company)
            if model != "crm.lead":
                leads = [("opportunity_id", "any", leads)]
            period = digest._get_period_domain(date_field)
            [[figure]] = records._read_group(
                [*period, *leads, *domain], [], [aggregate]
            )
            digest[name] = figure or 0

    def _get_leads_domain(self, company):
        """Return the domain of the leads that count for who gets this digest.

        :param res.company company: whose digest it is. Leads without one are of all.
        :rtype: list
        """
        own = [("user_id", "=", self.env.uid)]
        return [
            *COUNTED_LEAD,
            ("company_id", "in", [False, company.id]),
            *([] if self.env.user.has_group(SUPERVISOR) else own),
        ]

    def _get_period_domain(self, date_field):
        """Return the domain of what lies in the period that core says.

        :param str date_field: the moment that counts.
        :return: of nothing at all, where nobody says a period.
        :rtype: list
        """
        start = self.env.context.get("start_datetime")
        end = self.env.context.get("end_datetime")
        # A client can send no moments, but other things by these names.
        if not (isinstance(start, datetime) and isinstance(end, datetime)):
            return NEVER
        return [(date_field, ">=", _to_text(start)), (date_field, "<", _to_text(end))]


def _to_text(moment):
    return fields.Datetime.to_string(moment)
