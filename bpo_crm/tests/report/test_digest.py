from datetime import datetime, timedelta

from odoo import Command, fields
from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools.safe_eval import safe_eval

from ..companies import CompaniesCase

FIGURES = (
    "kpi_bpo_enquiries",
    "kpi_bpo_first_attempts",
    "kpi_bpo_visits",
    "kpi_bpo_won",
)

NOW = datetime(2026, 11, 24, 8)
YESTERDAY = NOW - timedelta(hours=12)
LAST_WEEK = NOW - timedelta(days=4)


@tagged("post_install", "-at_install")
class TestDigest(CompaniesCase):
    """Four figures in Odoo's digest: to each recipient what is the recipient's."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._remove_all_leads()
        cls.digest = cls.env["digest.digest"].create(
            {
                "name": "The Floor",
                "company_id": False,
                **dict.fromkeys(FIGURES, True),
                "kpi_res_users_connected": True,
            }
        )

    def setUp(self):
        super().setUp()
        self._stay_at(NOW)

    def _new_enquiry(self, moment, owner=None, **values):
        """Make a lead whose customer asked at a moment."""
        values = {"company_id": self.home.id, **values}
        with self._at(moment):
            return self._new_lead(owner, enquiry_date=moment, **values)

    def _measure(self, lead, is_met):
        """Say whether the first attempt of a lead was in time, as the last thing."""
        due = lead.enquiry_date + timedelta(hours=1)
        tried = due + timedelta(minutes=-5 if is_met else 5)
        self.env.flush_all()
        self.env.cr.execute(
            """
            UPDATE crm_lead
               SET response_deadline = %s, response_warning_date = %s,
                   first_attempt_date = %s, response_met_rate = %s
             WHERE id = %s
            """,
            [due, due, tried, float(is_met), lead.id],
        )
        self.env.invalidate_all()

    def _new_visit(self, lead, moment, state="done"):
        visit = self.env["calendar.event"].create(
            {
                "name": "Visit",
                "opportunity_id": lead.id,
                "user_id": lead.user_id.id,
                "visit_state": "planned",
                "start": moment,
                "stop": moment + timedelta(hours=1),
            }
        )
        visit.visit_state = state
        return visit

    def _win(self, lead, moment):
        with self._dealer(), self._at(moment):
            lead.action_set_won()
            self.env.flush_all()

    def _figures(self, user, column=1):
        """Return the figures in somebody's mail, by name.

        :param int column: 1 for the last 24 hours, 2 for the last 7 days.
        """
        self.env.flush_all()
        self.env.invalidate_all()
        kpis = self.digest._compute_kpis(user.company_id, user)
        return {
            kpi["kpi_name"]: float(kpi[f"kpi_col{column}"]["value"])
            for kpi in kpis
            if kpi["kpi_name"] in FIGURES
        }

    def _make_two_days(self):
        met = self._new_enquiry(YESTERDAY, self.agent)
        missed = self._new_enquiry(YESTERDAY, self.other_agent)
        self._new_enquiry(YESTERDAY)
        earlier = self._new_enquiry(LAST_WEEK, self.other_agent)
        self._lose(self._new_enquiry(YESTERDAY, self.agent))
        self._new_visit(met, YESTERDAY)
        self._new_visit(earlier, LAST_WEEK)
        self._new_visit(earlier, YESTERDAY, "no_show")
        self._win(met, YESTERDAY)
        self._win(earlier, LAST_WEEK)
        for lead, is_met in ((met, True), (missed, False), (earlier, True)):
            self._measure(lead, is_met)

    def test_supervisors_and_managers_get_the_figures_of_the_floor(self):
        self._make_two_days()
        for user in (self.supervisor, self.manager):
            day = dict(zip(FIGURES, (4, 50, 1, 1), strict=True))
            self.assertEqual(self._figures(user), day)
            week = dict(zip(FIGURES, (5, 66.67, 2, 2), strict=True))
            self.assertEqual(self._figures(user, 2), week)

    def test_agents_get_their_own(self):
        self._make_two_days()
        mine = dict(zip(FIGURES, (2, 100, 1, 1), strict=True))
        self.assertEqual(self._figures(self.agent), mine)
        others = dict(zip(FIGURES, (1, 0, 0, 0), strict=True))
        self.assertEqual(self._figures(self.other_agent), others)

    def test_each_company_gets_its_own(self):
        self._make_two_days()
        none = dict.fromkeys(FIGURES, 0)
        self.assertEqual(self._figures(self.manager_abroad), none)
        self._new_enquiry(
            YESTERDAY,
            self.agent_abroad,
            company_id=self.abroad.id,
            team_id=self.team_abroad.id,
            dealership_id=self.dealerships["abroad"].id,
            vehicle_model_id=self.vehicles["abroad"].id,
        )
        figures = self._figures(self.manager_abroad)
        self.assertEqual(figures["kpi_bpo_enquiries"], 1)
        self.assertEqual(self._figures(self.manager)["kpi_bpo_enquiries"], 4)

    def test_a_digest_of_another_company_tells_nothing_of_it(self):
        self._make_two_days()
        self.digest.company_id = self.home
        none = dict.fromkeys(FIGURES, 0)
        self.assertEqual(self._figures(self.manager_abroad), none)

    def test_who_has_no_role_gets_none_of_them(self):
        employee = self._new_user("employee", "base.group_user")
        seller = self._new_user("seller", "sales_team.group_sale_salesman")
        for user in (employee, seller):
            self.assertEqual(self._figures(user), {})
            kpis = self.digest._compute_kpis(user.company_id, user)
            self.assertTrue(kpis, "Core's figures stay.")
            with self.assertRaises(AccessError):
                self.digest.with_user(user).read(["kpi_bpo_won_value"])

    def test_a_client_without_a_period_is_told_nothing(self):
        self._make_two_days()
        seen = self.digest.with_user(self.manager)
        for context in ({}, {"start_datetime": "2000-01-01", "end_datetime": "2100"}):
            seen.invalidate_recordset()
            [row] = seen.with_context(**context).read(["kpi_bpo_won_value"])
            self.assertEqual(row["kpi_bpo_won_value"], 0)

    def test_each_figure_opens_the_list_that_it_was_counted_from(self):
        self._make_two_days()
        for user in (self.agent, self.supervisor):
            actions = self.digest._compute_kpis_actions(user.company_id, user)
            figures = self._figures(user, 2)
            for name, date_field in zip(
                FIGURES,
                ("enquiry_date", "enquiry_date", "start", "date_closed"),
                strict=True,
            ):
                action = self.env.ref(actions[name].split("?")[0])
                records = self._list(user, action)
                since = fields.Datetime.to_string(NOW - timedelta(days=7))
                listed = records.filtered_domain([(date_field, ">=", since)])
                if name == "kpi_bpo_first_attempts":
                    measured = listed.filtered("response_deadline")
                    rates = measured.mapped("response_met_rate")
                    found = round(100 * sum(rates) / len(rates), 2)
                else:
                    found = len(listed)
                self.assertEqual(found, figures[name], (user.name, name))

    def _list(self, user, action):
        """Return what an action lists for somebody."""
        env = self._env_of(user)
        domain = safe_eval(action.domain, {"uid": user.id})
        return env[action.res_model].with_context(active_test=False).search(domain)

    def test_they_are_on_in_the_digest_of_a_fresh_database(self):
        default = self.env.ref("digest.digest_digest_default")
        for name in FIGURES:
            self.assertTrue(default[name], name)

    def test_the_mail_is_made_for_every_role(self):
        self._make_two_days()
        users = self.agent | self.supervisor | self.manager
        self.digest.user_ids = [Command.set(users.ids)]
        before = self.env["mail.mail"].search([])
        self.digest.action_send()
        mails = self.env["mail.mail"].search([]) - before
        self.assertEqual(len(mails), 3)
        for mail in mails:
            self.assertIn("Visits That Took Place", mail.body_html)
            self.assertIn("bpo_crm.crm_digest_visits_action", mail.body_html)

    def test_supervisors_choose_them_on_the_form(self):
        view = self.env.ref("digest.digest_digest_view_form")
        arch = self.digest.with_user(self.manager).get_view(view.id, "form")["arch"]
        for name in FIGURES:
            self.assertIn(name, arch)
