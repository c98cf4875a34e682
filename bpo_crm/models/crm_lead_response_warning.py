from odoo import api, fields, models
from odoo.tools import format_datetime

from ..roles import SUPERVISOR
from ..series import GROUP_MEMBERS
from .crm_stage import OPEN_STAGE

#: How many leads one run warns of; the next one follows at once.
BATCH = 500


class Lead(models.Model):
    """A warning before a customer has waited too long, once for each lead."""

    _inherit = "crm.lead"

    is_response_warned = fields.Boolean(readonly=True, copy=False)

    def init(self):
        result = super().init()
        # What is to be warned of, every minute, among a million leads.
        self.env.cr.execute(
            """
            CREATE INDEX IF NOT EXISTS crm_lead_response_idx
                ON crm_lead (response_warning_date)
             WHERE first_attempt_date IS NULL AND is_response_warned IS NOT TRUE
            """
        )
        return result

    # ------------------------------------------------------------
    # CRON
    # ------------------------------------------------------------

    @api.model
    def _cron_warn_of_response(self):
        """Warn of the leads whose customers wait too long soon, each once."""
        leads = self._take_unwarned()
        for user, warned in leads._find_whom_to_warn().items():
            warned._warn(user)
        remaining = int(len(leads) == BATCH)
        self.env["ir.cron"]._notify_progress(done=len(leads), remaining=remaining)

    # ------------------------------------------------------------
    # BUSINESS
    # ------------------------------------------------------------

    @api.model
    def _take_unwarned(self):
        """Return leads that nobody was warned of yet, and who should be.

        In one statement: two jobs at once warn of different leads, and neither waits
        for somebody who works on one.
        """
        self.env.flush_all()
        closed = self.env["crm.stage"].search(["!", "&", *OPEN_STAGE])
        self.env.cr.execute(
            """
            UPDATE crm_lead SET is_response_warned = TRUE
             WHERE id IN (
                SELECT id FROM crm_lead
                 WHERE response_warning_date <= %(now)s
                   AND first_attempt_date IS NULL
                   AND is_response_warned IS NOT TRUE
                   AND active AND type = 'opportunity'
                   AND NOT stage_id = ANY(%(closed)s)
                 ORDER BY response_warning_date
                 LIMIT %(limit)s
                   FOR NO KEY UPDATE SKIP LOCKED
             )
            RETURNING id
            """,
            {"now": fields.Datetime.now(), "closed": closed.ids, "limit": BATCH},
        )
        leads = self.browse(lead_id for (lead_id,) in self.env.cr.fetchall())
        leads.invalidate_recordset(["is_response_warned"])
        return leads.sorted("response_deadline")

    def _find_whom_to_warn(self):
        """Return who is to be told of which of these leads.

        The owner; for the pool, and where the owner is not there, the supervisors;
        for the pool also the agents of the team who are at work.

        :return: the leads of each user.
        :rtype: dict
        """
        supervisors = self.env.ref(SUPERVISOR).sudo()[GROUP_MEMBERS]
        warned = {}
        for (owner, team), leads in self.grouped(
            lambda lead: (lead.user_id, lead.team_id)
        ).items():
            users = owner
            if not owner:
                users = supervisors | team._find_members_at_work().user_id
            elif not owner.sudo()._is_signed_in():
                users = owner | supervisors
            for user in users:
                warned[user] = warned.get(user, self.browse()) | leads
        return warned

    def _warn(self, user):
        """Name these leads in the client of a user, each with its time."""
        env = self.with_context(lang=user.lang).env
        self._send_toast(
            user,
            "warning",
            env._("Customers wait for a first contact"),
            lambda lead: lead._get_warning_line(user),
        )

    def _get_warning_line(self, user):
        return self.env._(
            "%(lead)s until %(time)s",
            lead=self._get_toast_line(),
            time=format_datetime(
                self.env, self.response_deadline, tz=user.tz, dt_format="short"
            ),
        )
