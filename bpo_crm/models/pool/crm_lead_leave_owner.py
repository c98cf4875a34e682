from odoo import api, models

from ...domains import OUR_OPEN_LEAD
from ...inner_context import FOLLOWED, LEADS_GO_TO, with_inner_context
from ...roles import SUPERVISOR
from ...series import GROUP_MEMBERS, commit_progress

#: How many leads of owners who are gone one run takes; the next one follows at once.
BATCH = 500

#: The line in the chatter says it in one sentence.
SAID = {"mail_notrack": True, "tracking_disable": False}


class Lead(models.Model):
    """Leads whose owner is gone: to the pool, to a person, or round their team.

    What is planned for them goes along, and whoever has them now is told once.
    """

    _inherit = "crm.lead"

    @api.model
    def _cron_leave_gone_owners(self):
        """Give leads to the pool whose owners were archived past the addon."""
        gone = [("user_id.active", "=", False), *self._get_left_domain()]
        leads = self.search([("user_id", "!=", False), *gone], limit=BATCH, order="id")
        left = leads._lock_available()
        left._leave_owners()
        more = len(leads) == BATCH and bool(left)
        commit_progress(self.env, len(left), 1 if more else 0)

    # ------------------------------------------------------------
    # BUSINESS
    # ------------------------------------------------------------

    @api.model
    def _get_left_domain(self):
        """Return the domain of the leads that somebody else has to work, one day."""
        return [("active", "=", True), *OUR_OPEN_LEAD]

    def _leave_owners(self):
        """Give these open leads to others, since their owners are gone.

        What whoever took the owners away chose for them is in the context, and the
        pool is for all that cannot be given as it was chosen.
        """
        if not self:
            return
        leads = with_inner_context(self.sudo()).with_context(**SAID)
        kind, successor_id = LEADS_GO_TO.get(leads.env) or ("pool", False)
        gone = leads.user_id
        planned = leads._find_left_activities(gone)
        given = leads.browse()
        if kind == "person":
            given = leads._leave_to(leads.env["res.users"].browse(successor_id))
        elif kind == "round":
            given = leads._leave_round()
        (leads - given)._leave_to_pool()
        leads._hand_over_left(planned, gone)

    def _leave_to(self, successor):
        """Give those of these leads to a person that the person may work.

        :param res.users successor: who is told, in one message.
        :return: the leads that are given.
        """
        companies = successor.company_ids
        leads = self.filtered(
            lambda lead: not (lead.company_id | lead.partner_id.company_id) - companies
        )
        for owner, owned in leads.grouped("user_id").items():
            words = {"owner": owner.name, "successor": successor.name}
            message = self.env._(
                "%(owner)s does not work this lead any more: %(successor)s does.",
                **words,
            )
            owned._message_log_batch(dict.fromkeys(owned.ids, message))
        if leads:
            leads.write({"user_id": successor.id})
        return leads

    def _leave_round(self):
        """Give these leads round their teams, whether somebody is at work or not.

        :return: the leads that are given; their new owners are told, each in one
            message.
        """
        given = self.browse()
        for team in self.team_id.sorted("id"):
            leads = self.filtered(lambda lead, team=team: lead.team_id == team)
            seats = team._find_all_seats()
            given |= team._give_out(leads.sorted("enquiry_date"), seats)
        for owner, leads in given.grouped("user_id").items():
            leads._tell_of_left(owner, "bpo_crm.given_leads_message")
        return given

    def _leave_to_pool(self):
        """Let these leads wait in the pool, and tell who sees to it."""
        if not self:
            return
        # Whoever comes back one day is not given them again.
        for owner, leads in self.grouped("user_id").items():
            message = self.env._(
                "%s does not work this lead any more: it is back in the pool.",
                owner.name,
            )
            leads._message_log_batch(dict.fromkeys(leads.ids, message))
            leads._write_by_core({"forgotten_by_id": owner.id})
        self.write({"user_id": False})
        told = {}
        for (team, company), leads in self._group_by_team_and_company().items():
            for supervisor in self._find_supervisors(team, company):
                told[supervisor] = told.get(supervisor, self.browse()) | leads
        for supervisor, leads in told.items():
            leads._tell_of_left(supervisor, "bpo_crm.left_leads_message")

    def _group_by_team_and_company(self):
        """Return these leads by the team and the company that they belong to.

        :rtype: dict[tuple[crm.team, res.company], crm.lead]
        """
        return self.grouped(
            lambda lead: (lead.team_id, lead.company_id or lead.team_id.company_id)
        )

    @api.model
    def _find_supervisors(self, team, company):
        """Return who sees to the leads of a team: its leader, or all supervisors.

        :param crm.team team: of leads, or none.
        :param res.company company: in which the supervisors work.
        :rtype: res.users
        """
        members = self.env.ref(SUPERVISOR).sudo().with_env(self.env)[GROUP_MEMBERS]
        supervisors = members.filtered(
            lambda user: (
                user.active
                and not user._is_leaving()
                and not company - user.company_ids
            )
        )
        return (team.user_id & supervisors) or supervisors

    def _tell_of_left(self, user, template):
        """Tell somebody of leads that others do not work any more, in one message.

        :param res.users user: who is told, in that user's language.
        :param str template: XML id of the view that lists them.
        """
        leads = self.with_context(lang=user.lang)
        subject = leads.env._("Leads of somebody who is gone: %s", len(leads))
        leads._notify_lead_list(template, subject, user.partner_id.ids)

    # What is planned

    def _find_left_activities(self, gone):
        """Return what users who are gone were to do for these leads.

        :param res.users gone: who do not do it any more.
        :rtype: mail.activity
        """
        planned = self._find_pending_activities()
        return planned.filtered(lambda activity: activity.user_id in gone)

    def _hand_over_left(self, planned, gone):
        """Let somebody else do what users who are gone were to do for these leads.

        In the pool, it is a supervisor's, until somebody claims the lead and takes
        all that is planned: what was promised to the customer is kept in sight.

        :param mail.activity planned: for these leads; some have gone along by now.
        :param res.users gone: who do not do it any more.
        """
        doers = self._find_doers(gone)
        left = planned.exists().filtered(lambda activity: activity.user_id in gone)
        by_doer = left.grouped(lambda row: doers[self.browse(row.res_id)])
        for doer, activities in by_doer.items():
            activities.with_context(
                mail_activity_quick_update=True, **FOLLOWED.say()
            ).write({"user_id": doer.id})

    def _find_doers(self, gone):
        """Return who does what is planned for each of these leads from now on.

        :param res.users gone: who does it no more.
        :return: the owner, or a supervisor; the system where there is none.
        :rtype: dict[crm.lead, res.users]
        """
        root = self.env.ref("base.user_root")
        doers = {lead: lead.user_id for lead in self if lead.user_id - gone}
        waiting = self.filtered(lambda lead: lead not in doers)
        for (team, company), leads in waiting._group_by_team_and_company().items():
            keeper = self._find_supervisors(team, company).sorted("id")[:1] or root
            doers |= dict.fromkeys(leads, keeper)
        return doers

    # Where the leads of others are concerned

    @api.model
    def _leave_activities(self, gone):
        """Let others do what users who are gone were to do for leads of others.

        :param res.users gone: who do not do it any more.
        """
        leads = with_inner_context(self.sudo())
        planned = leads.env["mail.activity"].search(
            [("res_model", "=", self._name), ("user_id", "in", gone.ids)]
        )
        leads = leads.search(
            [("id", "in", planned.mapped("res_id")), *self._get_left_domain()]
        )
        known = set(leads.ids)
        of_leads = planned.filtered(lambda activity: activity.res_id in known)
        leads._hand_over_left(of_leads, gone)

    @api.model
    def _count_left(self, users):
        """Return how many open leads users have, in whatever company.

        :param res.users users: who are to be archived.
        :rtype: int
        """
        domain = [("user_id", "in", users.ids), *self._get_left_domain()]
        return self.sudo().search_count(domain)
