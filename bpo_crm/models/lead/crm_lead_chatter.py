from odoo import models

from ...inner_context import without_keys
from ...roles import AGENT, SUPERVISOR
from ...series import GROUP_MEMBERS

#: By which core leaves no line of what was changed.
UNTRACED = ("mail_notrack", "tracking_disable")


class Lead(models.Model):
    """Who writes in the chatter of a lead, and who is told of it."""

    _inherit = "crm.lead"

    # ------------------------------------------------------------
    # CORE'S METHODS THAT ANY CLIENT MAY CALL
    # ------------------------------------------------------------

    def message_change_thread(self, *args, **kwargs):
        # Core moves the messages with all rights.
        self._check_reach()
        return super().message_change_thread(*args, **kwargs)

    def message_get_followers(self, *args, **kwargs):
        # Whoever may not see a lead does not learn of its customer.
        self.check_access("read")
        return super().message_get_followers(*args, **kwargs)

    # ------------------------------------------------------------
    # HOOKS
    # ------------------------------------------------------------

    def _notify_get_recipients(self, message, msg_vals=False, **kwargs):
        recipients = super()._notify_get_recipients(message, msg_vals, **kwargs)
        if msg_vals:
            named = msg_vals.get("partner_ids") or []
        else:
            named = message.sudo().partner_ids.ids
        return self._drop_former_agents(recipients, named)

    # ------------------------------------------------------------
    # BUSINESS
    # ------------------------------------------------------------

    def _check_post(self, kind=None):
        """Refuse what somebody may not say about these leads.

        Core writes some messages with all rights, whoever says them.

        :param str kind: of the message; what a mail program sent comes by mail.
        :raises UserError: for an agent, when a lead is unclaimed.
        """
        if kind == "email":
            self.env["mail.message"]._refuse_change()
        if self._is_agent_only():
            # Core lets whoever follows a lead write about it.
            self._check_reach()
            self._check_claimed()

    def _leave_trace(self, change):
        """Return these leads in a context in which a move leaves a line in the chatter.

        Whatever the client of whoever moves them says. Code with all rights may leave
        a line of its own instead.

        :param LeadChange change: of these leads.
        """
        if self.env.su or not change.find_changing("stage_id"):
            return self
        return without_keys(self, UNTRACED)

    def _filter_spoken_for(self):
        """Return the leads about which the user speaks in nobody else's name."""
        if self._is_of_the_floor():
            return self
        return self._filter_for_dealerships()

    def _drop_former_agents(self, recipients, named):
        """Tell agents nothing of a lead any more that is another one's by now.

        They go on to follow it, from when it was theirs or waited in the pool.

        :param list recipients: as Odoo's ``_notify_get_recipients`` returns them.
        :param list named: ids of the contacts who are told whether they follow or not.
        :return: those of the recipients who are told.
        :rtype: list[dict]
        """
        lead = self.sudo()
        followers = {
            row["uid"]
            for row in recipients
            if row.get("uid") and row["id"] not in named
        } - {lead.user_id.id}
        if not followers or lead._is_in_pool():
            return recipients
        agents, supervisors = (
            set(self.env.ref(role).sudo()[GROUP_MEMBERS].ids)
            for role in (AGENT, SUPERVISOR)
        )
        former = followers & (agents - supervisors)
        return [row for row in recipients if row.get("uid") not in former]
