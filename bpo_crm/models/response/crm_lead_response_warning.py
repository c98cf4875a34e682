from odoo import api, fields, models
from odoo.tools import format_datetime

from ...roles import SUPERVISOR
from ...series import GROUP_MEMBERS, Index, commit_progress

#: How many leads are warned of at once.
BATCH = 500


class Lead(models.Model):
    """A warning before a customer has waited too long, once for each lead."""

    _inherit = "crm.lead"

    is_response_warned = fields.Boolean(
        readonly=True, copy=False, server_only=True, inner=True
    )

    # What is to be warned of, every minute, among a million leads.
    _response_idx = Index(
        "(response_warning_date)"
        " WHERE first_attempt_date IS NULL AND is_response_warned IS NOT TRUE"
    )

    # ------------------------------------------------------------
    # CRON
    # ------------------------------------------------------------

    @api.model
    def _cron_warn_of_response(self):
        """Warn of the leads whose customers wait too long soon, each once.

        Where nobody is there to be told, that is tried until the time is over.
        """
        untold = 0
        while leads := self._lock_unwarned(untold):
            done = leads._warn_who_is_there()
            untold += len(leads) - len(done)
            commit_progress(self.env, len(done), 0)

    # ------------------------------------------------------------
    # BUSINESS
    # ------------------------------------------------------------

    @api.model
    def _lock_unwarned(self, offset):
        """Return leads that nobody was warned of yet, and who should be.

        Two jobs at once warn of different leads, and neither waits for somebody who
        works on one.

        :param int offset: how many to leave out, because nobody is there for them.
        """
        self.env.flush_all()
        closed = self.env["crm.stage"]._find_closed()
        self.env.cr.execute(
            """
            SELECT id FROM crm_lead
             WHERE response_warning_date <= %(now)s
               AND first_attempt_date IS NULL
               AND is_response_warned IS NOT TRUE
               AND active AND type = 'opportunity'
               AND NOT stage_id = ANY(%(closed)s)
             ORDER BY response_warning_date, id
            OFFSET %(offset)s LIMIT %(limit)s
               FOR NO KEY UPDATE SKIP LOCKED
            """,
            {
                "now": fields.Datetime.now(),
                "closed": closed.ids,
                "offset": offset,
                "limit": BATCH,
            },
        )
        leads = self.browse(lead_id for (lead_id,) in self.env.cr.fetchall())
        return leads.sorted("response_deadline")

    def _warn_who_is_there(self):
        """Warn of these leads.

        :return: those that are done: somebody was told, or it is too late.
        """
        now = fields.Datetime.now()
        done = self.filtered(lambda lead: lead.response_deadline <= now)
        for user, leads in self._find_whom_to_warn().items():
            leads._warn(user)
            done |= leads
        self.env.cr.execute(
            "UPDATE crm_lead SET is_response_warned = TRUE WHERE id = ANY(%s)",
            [done.ids],
        )
        done.invalidate_recordset(["is_response_warned"])
        return done

    def _find_whom_to_warn(self):
        """Return who is there to be told of which of these leads.

        The owner, or else the supervisors; for the pool the supervisors and the
        agents of the team who are at work. Of all of them, who works for the lead's
        company.

        :return: the leads of each user.
        :rtype: dict
        """
        supervisors = self.env.ref(SUPERVISOR).sudo()[GROUP_MEMBERS]
        there = (supervisors | self.user_id)._filter_signed_in()
        pool = self.filtered(lambda lead: not lead.user_id)
        agents = {
            team: team._find_members_at_work().user_id
            for team in pool.grouped("team_id")
        }
        warned = {}
        for (owner, team, company), leads in self.grouped(
            lambda lead: (lead.user_id, lead.team_id, lead.company_id)
        ).items():
            users = owner & there or supervisors & there
            if not owner:
                users |= agents[team]
            for user in users:
                if not company or company in user.company_ids:
                    warned[user] = warned.get(user, self.browse()) | leads
        return warned

    def _warn(self, user):
        """Name these leads in the client of a user, each with its time.

        :param res.users user: who is told, when signed in.
        """
        env = self.with_context(lang=user.lang).env
        self._send_toast(
            user,
            "warning",
            env._("Customers wait for a first attempt"),
            lambda lead: lead._get_warning_line(user),
        )

    def _get_warning_line(self, user):
        """Return how a warning names this lead, with the time until which to call.

        :param res.users user: in whose zone the time is.
        :rtype: str
        """
        return self.env._(
            "%(lead)s, due by %(time)s",
            lead=self._get_toast_line(),
            time=format_datetime(
                self.env, self.response_deadline, tz=user.tz, dt_format="short"
            ),
        )
