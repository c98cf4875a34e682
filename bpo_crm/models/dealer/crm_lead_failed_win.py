from odoo import api, fields, models

from ...domains import OPEN_LEAD, find_in_states
from ...roles import AGENT
from ...series import none_of


class Lead(models.Model):
    """Leads that somebody marked as won, and that are open still."""

    _inherit = "crm.lead"

    is_win_failed = fields.Boolean(
        "Win Failed",
        compute="_compute_win_failure",
        search="_search_is_win_failed",
        compute_sudo=True,
        groups=AGENT,
        help="Marked as won, but no order was made.",
    )
    win_failure_date = fields.Datetime(
        "Failed On", compute="_compute_win_failure", compute_sudo=True, groups=AGENT
    )
    win_failure = fields.Text("Why", compute="_compute_win_failure_text", groups=AGENT)

    # ------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------

    def unlink(self):
        dealerships = self.dealership_id
        result = super().unlink()
        dealerships._end_unwaited_failures()
        return result

    # ------------------------------------------------------------
    # PHASES
    # ------------------------------------------------------------

    def _follow_up_change(self, change):
        result = super()._follow_up_change(change)
        leaving = change.find_changing("dealership_id", "stage_id").filtered(
            lambda lead: (
                lead.is_lost
                or lead.dealership_id != change.get_old(lead, "dealership_id")
            )
        )
        left = [change.get_old(lead, "dealership_id") for lead in leaving]
        self.env["crm.dealership"].union(*left)._end_unwaited_failures()
        return result

    # ------------------------------------------------------------
    # COMPUTE
    # ------------------------------------------------------------

    @api.depends("stage_id", "dealer_so_id", "push_ids.state")
    def _compute_win_failure(self):
        pushes = self._get_last_pushes()
        for lead in self:
            push = pushes.get(lead._origin.id) if lead._is_open() else None
            is_failed = bool(push and push._is_over() and not lead.dealer_so_id)
            lead.is_win_failed = is_failed
            lead.win_failure_date = is_failed and push.create_date

    @api.depends("is_win_failed")
    @api.depends_context("uid")
    def _compute_win_failure_text(self):
        pushes = self.filtered("is_win_failed")._get_last_pushes()
        # What a dealer says of a customer is for who works the lead.
        readable = self.env["crm.dealer.push"].concat(*pushes.values())
        readable = readable.with_env(self.env)._filtered_access("read")
        for lead in self:
            push = pushes.get(lead._origin.id)
            lead.win_failure = bool(push and push in readable) and push.message

    @api.model
    def _search_is_win_failed(self, operator, value):
        failed = self._get_failed_win_domain()
        return find_in_states(operator, value, {True: failed, False: none_of([failed])})

    @api.model
    def _get_failed_win_domain(self):
        """Return the domain of the leads whose last attempt made no order.

        :rtype: list
        """
        pushes = self.env["crm.dealer.push"].sudo()
        tried = pushes._search([])
        # One that runs is the last one: it ends those before it.
        running = pushes._search(["!", *pushes._get_over_domain()])
        return [
            *OPEN_LEAD,
            ("dealer_so_id", "in", [0, False]),
            ("id", "in", tried.subselect("lead_id")),
            ("id", "not in", running.subselect("lead_id")),
        ]

    def _get_last_pushes(self):
        """Return the last attempt to make the order of each of these leads.

        :return: by the id of the lead; leads without any attempt are left out.
        :rtype: dict[int, crm.dealer.push]
        """
        pushes = self.env["crm.dealer.push"].sudo()
        found = pushes._read_group(
            [("lead_id", "in", self.ids)], ["lead_id"], ["id:max"]
        )
        last = pushes.browse([push_id for _lead, push_id in found])
        return {lead.id: push for (lead, _id), push in zip(found, last, strict=True)}
