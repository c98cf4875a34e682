from odoo import api, models

from ...domains import OUR_OPEN_LEAD
from ...roles import AGENT, SUPERVISOR
from ...series import GROUP_MEMBERS


class Lead(models.Model):
    """The supervisor's home: who has what, who is free, and what waits."""

    _inherit = "crm.lead"

    @api.model
    def get_my_day(self):
        """Return also what the team has to do today, for supervisors.

        :return: as without this; and ``team``, as of :meth:`_prepare_team_day`, or
            None.
        :rtype: dict
        """
        is_supervisor = self.env.user.has_group(SUPERVISOR)
        team = self._prepare_team_day() if is_supervisor else None
        return {**super().get_my_day(), "team": team}

    # ------------------------------------------------------------
    # BUSINESS
    # ------------------------------------------------------------

    @api.model
    def _prepare_team_day(self):
        """Return what the floor has to do, as its screen takes it.

        :return: ``agents``, as of :meth:`_prepare_agent_rows`; the ``domains`` that
            their numbers were counted from, each with the agent's leads alone; the
            ``count`` of the ``pool``, and how long the ``oldest`` has waited; the
            number of ``failed_wins``; and the ``list_view_id`` of the lists that are
            opened.
        :rtype: dict
        """
        pool = self._get_pool_domain()
        oldest = self.search(pool, order="enquiry_date, id", limit=1)
        domains = self._get_team_domains()
        return {
            "agents": self._prepare_agent_rows(domains),
            "domains": domains,
            "pool": {
                "count": self.search_count(pool),
                "oldest": oldest.waiting_time or "",
            },
            "failed_wins": self.search_count([("is_win_failed", "=", True)]),
            "list_view_id": self.env.ref("bpo_crm.crm_lead_view_list_work").id,
        }

    @api.model
    def _prepare_agent_rows(self, domains):
        """Return a row for each agent of the floor, those with most to do first.

        :param dict domains: as of :meth:`_get_team_domains`.
        :return: rows with ``id``, ``name``, ``is_at_work``, the ``calls`` of today, and
            a number for each of the domains.
        :rtype: list[dict]
        """
        agents = self._find_agents()
        leading = agents & self.env.ref(SUPERVISOR).sudo()[GROUP_MEMBERS]
        at_work = agents._filter_at_work()
        of_today = self._get_calls_of_today_domain(agents)
        logs = self.env["crm.call.log"]
        calls = dict(logs._read_group(of_today, ["user_id"], ["__count"]))
        counts = {name: self._count_by_owner(domains[name]) for name in domains}
        rows = [
            {
                "id": agent.id,
                "name": agent.name,
                "is_at_work": agent in at_work,
                "calls": calls.get(agent, 0),
                **{name: counts[name].get(agent, 0) for name in domains},
            }
            for agent in agents
            # Who leads the floor is on it only with calls or leads of their own.
            if agent not in leading or agent in calls or agent in counts["open"]
        ]
        return sorted(rows, key=lambda row: (-row["overdue"], row["name"]))

    @api.model
    def _find_agents(self):
        """Return who works leads, in the companies that the user looks at.

        :rtype: res.users
        """
        members = self.env.ref(AGENT).sudo()[GROUP_MEMBERS]
        companies = self.env.companies
        return members.filtered(
            lambda user: user.active and user.company_ids & companies
        )

    @api.model
    def _get_team_domains(self):
        """Return the domain of each column of the table, of all agents.

        :rtype: dict[str, list]
        """
        own = [
            ("type", "=", "opportunity"),
            ("active", "=", True),
            *OUR_OPEN_LEAD,
        ]
        missed = [*own, ("response_state", "=", "missed")]
        return {
            **self._get_digest_domains(),
            "open": own,
            "response_missed": [*missed, ("first_attempt_date", "=", False)],
        }
