from datetime import datetime, time, timedelta

from odoo import api, fields, models

from ...domains import NEVER, OPEN_STAGE, find_in_states
from ...local_time import from_zone, to_zone
from ...series import all_of, any_of, none_of

#: Of the stages in which a lead can be too long.
COUNTED_STAGE = [*OPEN_STAGE, ("stale_after_days", ">", 0)]

#: What is planned for a day within this time counts as a plan. In days.
PLAN_HORIZON = 180


class Lead(models.Model):
    """Leads that stand still (requirements 000, "Reminders and what is due")."""

    _inherit = "crm.lead"

    is_stale = fields.Boolean(
        "Stale",
        compute="_compute_is_stale",
        search="_search_is_stale",
        help="The lead has been in its stage too long, and nothing is planned "
        "for a later day.",
    )

    @api.depends(
        "activity_ids.date_deadline",
        "company_id",
        "date_last_stage_update",
        "is_bpo",
        "stage_id",
        "user_id",
    )
    def _compute_is_stale(self):
        # Working days are looked up for the stages of leads that may be too late.
        waiting = self.filtered(lambda lead: lead._may_be_stale())
        stages = waiting.stage_id.filtered_domain(COUNTED_STAGE)
        stale = waiting.filtered_domain(self._get_stale_domain(stages))
        for lead in self:
            lead.is_stale = lead in stale

    @api.model
    def _search_is_stale(self, operator, value):
        """Return the domain of the leads that stand still, or of the others.

        :param str operator: of the search.
        :param value: True, False, or several of them.
        :rtype: list
        :raises ValueError: for an operator that :func:`find_in_states` does not know.
        """
        stale = self._get_stale_domain()
        domains = {True: stale, False: none_of([stale])}
        return find_in_states(operator, value, domains)

    # ------------------------------------------------------------
    # BUSINESS
    # ------------------------------------------------------------

    def _may_be_stale(self):
        """Whether this lead is too long in its stage, if every day is a working day."""
        days = self.stage_id.stale_after_days
        since = fields.Datetime.now() - timedelta(days=days)
        moved = self.date_last_stage_update
        is_late = bool(self.user_id and days > 0 and moved and moved < since)
        return is_late and self.is_bpo

    @api.model
    def _get_stale_domain(self, stages=None):
        """Return the domain of the claimed leads that stand still.

        :param crm.stage stages: as of :meth:`_get_waiting_domain`.
        :rtype: list
        """
        idle = [("activity_ids", "not any", self._get_planned_domain())]
        claimed = [("user_id", "!=", False)]
        return all_of([claimed, idle, self._get_waiting_domain(stages)])

    @api.model
    def _find_stale_among(self, domain):
        """Return the leads of somebody that stand still.

        What is planned is looked up for these alone, and not for all leads that there
        are, as in a search for :attr:`is_stale`.

        :param list domain: of the leads of somebody.
        :return: in no particular order.
        """
        leads = self.search(all_of([domain, self._get_waiting_domain()]))
        planned = self.env["mail.activity"].search(
            [
                ("res_model", "=", self._name),
                ("res_id", "in", leads.ids),
                *self._get_planned_domain(),
            ]
        )
        return leads - self.browse(planned.mapped("res_id"))

    @api.model
    def _get_planned_domain(self):
        """Return the domain of the activities that count as a plan."""
        today = fields.Date.context_today(self)
        horizon = today + timedelta(days=PLAN_HORIZON)
        return [("date_deadline", ">=", today), ("date_deadline", "<=", horizon)]

    @api.model
    def _get_waiting_domain(self, stages=None):
        """Return the domain of the leads that are too long in their stages.

        :param crm.stage stages: each with the days after which its leads are stale; by
            default, all that have some.
        :rtype: list
        """
        if stages is None:
            stages = self.env["crm.stage"].search(COUNTED_STAGE)
        if not stages:
            return NEVER
        companies = self._group_companies_by_days()
        waiting = []
        for stage in stages:
            for company, alike in companies.items():
                since = self._get_moment_before(company, stage.stale_after_days)
                waiting.append(
                    [
                        ("stage_id", "=", stage.id),
                        ("company_id", "in", alike),
                        ("date_last_stage_update", "<", since),
                    ]
                )
        return all_of([[("is_bpo", "=", True)], any_of(waiting)])

    @api.model
    def _group_companies_by_days(self):
        """Return companies that count their days alike, each under one of them.

        Leads without a company are counted as the user's company does.

        :return: their ids, and False for no company. How they count may be read,
            whoever the user is.
        :rtype: dict
        """
        # Of a union, the left side says with whose rights it is read.
        current = self.env.company.sudo()
        companies = current | current.search([])
        groups = {}
        for company in companies:
            calendar = company.count_working_days and company._get_sales_calendar()
            groups.setdefault(calendar or False, []).append(company)
        return {
            alike[0]: [company.id for company in alike] + [False] * (current in alike)
            for alike in groups.values()
        }

    @api.model
    def _get_moment_before(self, company, days):
        """Return the moment that lies a number of days back.

        :param res.company company: which counts them.
        :param int days: working days or calendar days.
        :rtype: datetime.datetime
        """
        now = fields.Datetime.now()
        if not company.count_working_days:
            return now - timedelta(days=days)
        # The company's clock, which stands still while nobody works.
        zone = company._get_sales_zone()
        local = to_zone(now, zone)
        is_working = company._is_sales_day(local.date())
        day = company._add_sales_days(local.date(), -days)
        moment = datetime.combine(day, local.time() if is_working else time())
        return from_zone(moment, zone)
