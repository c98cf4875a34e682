from odoo import models

from ...inner_context import LEADS_GO_TO, LEAVING
from ...roles import AGENT
from ...series import GROUP_MEMBERS, gives_groups

#: By which a client asks to be shown a window where there is something to choose.
ASKS = "asks_who_gets_the_leads"


class ResUsers(models.Model):
    """Whoever does not work leads any more leaves none behind.

    Archived, deleted, without a role, or without a company: the open leads go to the
    pool unless something else is chosen, with all that is planned for them.
    """

    _inherit = "res.users"

    # ------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------

    def write(self, vals):
        ends_work = "active" in vals or "company_ids" in vals or gives_groups(vals)
        before = self._look_at_work() if ends_work else {}
        result = super().write(vals)
        self._leave_since(before)
        return result

    def unlink(self):
        self.check_access("unlink")
        # PostgreSQL would empty the owners and delete the activities, past the ORM.
        self._leave_leads()
        return super().unlink()

    # ------------------------------------------------------------
    # ACTIONS
    # ------------------------------------------------------------

    def action_archive(self):
        """Archive these users, after their leads went to others.

        :return: the window that asks to whom, for a client that asks for it.
        """
        self.check_access("write")
        users = self.filtered("active")
        if self.env.context.get(ASKS) is True and self._has_leads_to_leave():
            return self._ask_who_gets_leads()
        # Core deletes what is planned for them, before it archives them.
        users._leave_leads()
        # And it asks for the rights of a sales administrator, for the teams.
        users.sudo().crm_team_member_ids.action_archive()
        return super().action_archive()

    # ------------------------------------------------------------
    # BUSINESS
    # ------------------------------------------------------------

    def _has_leads_to_leave(self):
        """Whether any of these users has open leads, and nobody was asked yet."""
        return bool(
            not LEADS_GO_TO.get(self.env) and self.env["crm.lead"]._count_left(self)
        )

    def _ask_who_gets_leads(self):
        """Return the window that archives these users once their leads are settled.

        :rtype: dict
        """
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Archive"),
            "res_model": "crm.lead.leave.owner",
            "views": [[False, "form"]],
            "target": "new",
            "context": {"default_user_ids": self.ids, "dialog_size": "medium"},
        }

    def _is_leaving(self):
        """Whether this user is on the way out, and is given nothing any more."""
        return self.id in (LEAVING.get(self.env) or ())

    def _look_at_work(self):
        """Return by what each of these users can work leads now.

        :return: whether the user is active, whether it has a role, and its companies.
        :rtype: dict[res.users, tuple[bool, bool, res.company]]
        """
        users = self.sudo()
        agents = self.env.ref(AGENT, raise_if_not_found=False)
        if not agents:
            # The role goes with the addon, and nobody leaves.
            return {}
        members = set(agents.sudo().with_context(active_test=False)[GROUP_MEMBERS].ids)
        return {
            user: (user.active, user.id in members, user.company_ids) for user in users
        }

    def _leave_since(self, before):
        """Leave the leads that users could work before, and cannot any more.

        :param dict before: as of :meth:`_look_at_work`, of any users.
        """
        if not before:
            return
        users = self.browse().concat(*before)
        users.invalidate_recordset(["company_ids"])
        left = {}
        for user, (is_active, is_agent, companies) in users._look_at_work().items():
            was_active, was_agent, had = before[user]
            lost = had - companies
            if (was_active and not is_active) or (was_agent and not is_agent):
                # In all companies.
                lost = companies.browse()
            elif not lost:
                continue
            left[lost] = left.get(lost, users.browse()) | user
        for companies, gone in left.items():
            gone._leave_leads(companies)

    def _leave_leads(self, companies=None):
        """Let others have the open leads of these users, and what is planned for them.

        :param res.company companies: in which they work no more; all by default.
        """
        if not self:
            return
        leads = self.env["crm.lead"].sudo().with_context(**LEAVING.say(tuple(self.ids)))
        domain = [("user_id", "in", self.ids), *leads._get_left_domain()]
        if companies:
            domain.append(("company_id", "in", companies.ids))
        leads.search(domain, order="id")._leave_owners()
        if not companies:
            leads._leave_activities(self.sudo())
