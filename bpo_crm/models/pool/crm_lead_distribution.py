from odoo import api, models

from ...domains import POOL_ORDER
from ...series import Index

#: How many leads a toast names; the others are counted.
TOAST_LIMIT = 3

#: The line in the chatter says it in one sentence, and the agent gets a toast.
GIVEN_OUT = {
    "mail_auto_subscribe_no_notify": True,
    "mail_notrack": True,
    "tracking_disable": False,
}


class Lead(models.Model):
    """Leads that are given to agents, where their team wants it so."""

    _inherit = "crm.lead"

    # What each agent has open, among all that it ever had.
    _owner_stage_idx = Index(
        "(user_id, stage_id) WHERE active AND type = 'opportunity'"
    )

    # ------------------------------------------------------------
    # BUSINESS
    # ------------------------------------------------------------

    def _distribute(self):
        """Give those of these leads that wait in the pool to agents at work.

        What nobody can take waits there.

        :return: the leads that were given out.
        """
        given = self.sudo().browse()
        by_team = self.sudo().grouped("team_id")
        # In one order, so that two transactions never wait in a circle.
        for team in self.sudo().team_id.sorted("id"):
            if team.lead_distribution != "pool":
                waiting = by_team[team].filtered(lambda lead: lead._is_in_pool())
                given |= team._try_give_out(waiting.sorted("enquiry_date"))
        return given.with_env(self.env)

    @api.model
    def _lock_waiting(self, team, wanted, limit):
        """Return the most urgent leads of a team's pool that nobody is claiming.

        :param crm.team team: whose pool.
        :param list wanted: the domain of those that are asked for.
        :param int limit: how many at most.
        :return: leads that are locked.
        """
        domain = [*self._get_pool_domain(), ("team_id", "=", team.id), *wanted]
        leads = self.search(domain, order=POOL_ORDER, limit=limit)._lock_available()
        leads.invalidate_recordset(["stage_id", "user_id"])
        return leads.filtered(lambda lead: lead._is_in_pool())

    def _give_to(self, agent, message):
        """Let an agent become the owner of these leads, as by claiming them.

        :param res.users agent: who is told so in the client.
        :param str message: for the chatter.
        """
        leads = self.with_context(**GIVEN_OUT)
        leads._claim(agent)
        leads._message_log_batch(dict.fromkeys(leads.ids, message))
        env = self.with_context(lang=agent.lang).env
        leads._send_toast(agent, "success", env._("New for you"))

    def _send_toast(self, user, toast_type, title, get_line=None):
        """Name these leads in the client of a user.

        :param res.users user: who is told, when signed in.
        :param str toast_type: of the notification, such as ``warning``.
        :param str title: in the user's language.
        :param get_line: returns how a lead is named.
        """
        leads = self.with_context(lang=user.lang)
        get_line = get_line or Lead._get_toast_line
        names = [get_line(lead) for lead in leads[:TOAST_LIMIT]]
        more = len(leads) - len(names)
        if more:
            names.append(leads.env._("and %s more", more))
        user._bus_send(
            "simple_notification",
            {"type": toast_type, "title": title, "message": ", ".join(names)},
        )

    def _get_toast_line(self):
        """Return how a toast names this lead."""
        return " ".join(filter(None, (self._get_label(), self.customer_name)))
