import collections
from datetime import date, datetime, timedelta
from unittest.mock import patch

import psycopg2
import pytz

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import file_open, mute_logger

from .report_case import ZONES, percentile
from .work_case import MINUTE, WorkCase

#: A Wednesday. The week before begins on a Monday on which New York's clock is not
#: changed, and ends on a Sunday on which it is.
NOW = datetime(2026, 11, 4, 8)
LAST_WEEK = date(2026, 10, 26)
WEEKS = (LAST_WEEK, LAST_WEEK - timedelta(days=7))

#: The first moment of a Monday at home that is the morning there, and a week later.
MONDAY = datetime(2026, 11, 8, 23)
NEXT_MONDAY = MONDAY + timedelta(days=7)

JOB = ("crm.dealership", "_cron_mail_weekly_reports")
TEMPLATE = "bpo_crm.mail_template_weekly_report"
MODULE = "odoo.addons.bpo_crm"
LOGGER = f"{MODULE}.models.report.crm_dealership_weekly_report"

PARTS = ("ladder", "speed", "orders", "lost")


@tagged("post_install", "-at_install")
class TestWeeklyReport(WorkCase):
    """What a dealership's manager is told, each figure counted in plain Python."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.template = cls.env.ref(TEMPLATE)
        cls.dealership = cls.dealerships["home"]
        cls.dealership.write(
            {"manager_email": "boss@dealer.example", "manager_name": "Ada"}
        )

    @classmethod
    def _around_changes(cls, dice):
        """Return moments near the ends of two weeks, and within them."""
        midnights = [
            pytz.timezone(zone).localize(datetime.combine(day, datetime.min.time()))
            for zone in ZONES
            for day in (*WEEKS, LAST_WEEK + timedelta(days=7))
        ]
        near = [
            midnight.astimezone(pytz.utc).replace(tzinfo=None)
            + minutes * MINUTE
            + days * timedelta(days=1)
            for midnight in midnights
            for minutes in (-1, 0, 1)
            for days in (0, dice.randint(1, 5))
        ]
        return [moment for moment in near if moment < NOW - timedelta(days=1)]

    @classmethod
    def _new_worked(cls, dice, owner):
        result = super()._new_worked(dice, owner)
        lead = cls.env["crm.lead"].with_context(active_test=False)
        lead = lead.search([], order="id desc", limit=1)
        values = {"date_closed": dice.choice(cls.moments)}
        if lead.stage_id != cls.new and dice.random() < 0.7:
            values |= {
                "dealer_so_id": lead.id,
                "dealer_so_name": f"S{lead.id}",
                "dealer_so_state": dice.choice(["sale", "sale", "cancel"]),
                "dealer_so_amount": dice.randint(1, 900_000),
                "is_dealer_so_gone": dice.random() < 0.2,
            }
        lead._write_by_core(values)
        return result

    def setUp(self):
        super().setUp()
        self._stay_at(NOW)

    # What is there, in plain Python

    def _count_again(self, dealership, week, hidden=None):
        days = {week + timedelta(days=n) for n in range(7)}
        # An order counts, whichever team its lead is of by now.
        every = self.env["crm.lead"].with_context(active_test=False).search([])
        every = every.filtered(
            lambda lead: lead.dealership_id == dealership and lead.company_id != hidden
        )
        leads = every & self._find_leads()
        asked = leads.filtered(
            lambda lead: (
                not lead.is_response_unmeasured
                and self._to_day(lead, lead.enquiry_date) in days
            )
        )
        spoken = asked.filtered("first_conversation_date")
        tried = asked.filtered(lambda lead: lead in spoken or lead.call_log_ids)
        visiting = spoken.filtered(self._find_visits)
        measured = asked.filtered("first_attempt_date")
        minutes = measured.mapped("response_minutes")
        aimed = measured.filtered("response_deadline")
        closed = leads.filtered(
            lambda lead: (
                lead.date_closed and self._to_day(lead, lead.date_closed) in days
            )
        )
        lost = closed.filtered(lambda lead: not lead.active and lead.stage_id.is_lost)
        ordered = every.filtered(
            lambda lead: (
                lead.dealer_so_id and self._to_day(lead, lead.date_closed) in days
            )
        )
        sales = ordered.filtered("stage_id.is_won")
        undone = sales.filtered(
            lambda lead: lead.is_dealer_so_gone or lead.dealer_so_state == "cancel"
        )
        return {
            "enquiries": len(asked),
            "attempted": (len(tried), len(asked)),
            "contact": (len(spoken), len(tried)),
            "visit_set": (len(visiting), len(spoken)),
            **self._count_visits_again(leads, days),
            "first_attempts": len(measured),
            "minutes_median": percentile(minutes, 0.5),
            "minutes_90": percentile(minutes, 0.9),
            "within_five": (sum(m <= 5 for m in minutes), len(minutes)),
            "in_time": (sum(aimed.mapped("response_met_rate")), len(aimed)),
            "orders": len(ordered),
            "amounts": sum(ordered.mapped("dealer_so_amount")),
            "trouble_rate": (len(undone), len(sales)),
            "lost": len(lost),
        }

    def _count_visits_again(self, leads, days):
        states, bought = collections.Counter(), []
        for lead in leads:
            shown = self._find_visits(lead, "done")
            for visit in self._find_visits(lead):
                at = self._to_day(lead, visit.start)
                if (visit.start_date if visit.allday else at) not in days:
                    continue
                states[visit.visit_state] += 1
                if visit == shown[:1]:
                    bought.append(lead.stage_id.is_won)
        done = states["done"]
        return {
            "show": (done, done + states["no_show"]),
            "sold": (sum(bought), len(bought)),
        }

    def _assert_same(self, told, expected):
        told = {**told, "amounts": sum(amount for _currency, amount in told["amounts"])}
        self.assertEqual(set(told), set(expected))
        for name, figure in expected.items():
            with self.subTest(name):
                if isinstance(figure, float):
                    self.assertAlmostEqual(told[name], figure, 2)
                else:
                    self.assertEqual(told[name], figure, name)

    def _share_leads_of_abroad(self, dealership):
        leads = self._find_leads().filtered(
            lambda lead: lead.dealership_id == self.dealerships["abroad"]
        )
        self.assertTrue(leads)
        leads._write_by_core({"dealership_id": dealership.id})

    # What is sent

    def _switch_on(self, dealership=None, moment=NOW):
        with self._at(moment):
            dealership = dealership or self.dealership
            dealership.with_user(self.manager).has_weekly_report = True
            self.env.flush_all()

    def _run(self, moment):
        """Run the job at a moment; return the mails that it has made."""
        before = self.env["mail.mail"].search([])
        with self._at(moment):
            self._run_job(*JOB)
        return self.env["mail.mail"].search([]) - before

    # Figures

    def test_each_figure_is_counted_right(self):
        seen = collections.Counter()
        for owner, dealership in self.dealerships.items():
            for week in WEEKS:
                with self.subTest(owner, week=week):
                    expected = self._count_again(dealership, week)
                    self._assert_same(dealership._count_week(week), expected)
                    seen.update(
                        {name: bool(figure) for name, figure in expected.items()}
                    )
        self.assertTrue(all(seen.values()), seen)

    def test_lost_reasons_add_up(self):
        other = self.env["crm.lost.reason"].create({"name": "Price, again"})
        lost = self._find_leads().filtered("stage_id.is_lost")
        lost[::2]._write_by_core({"lost_reason_id": other.id})
        lost[:1]._write_by_core({"lost_reason_id": False})
        counted = collections.Counter()
        for dealership in self.dealerships.values():
            for week in WEEKS:
                counts = dealership._count_lost(week)
                expected = self._count_again(dealership, week)["lost"]
                self.assertEqual(sum(counts.values()), expected)
                counted.update(counts)
        self.assertLessEqual(set(counted), {other, self.reason, other.browse()})
        self.assertIn(other, counted)

    def test_a_shared_dealership_is_told_of_all_companies(self):
        shared = self.dealerships["shared"]
        self._share_leads_of_abroad(shared)
        for week in WEEKS:
            expected = self._count_again(shared, week)
            self._assert_same(shared._count_week(week), expected)

    def test_what_has_no_base_is_a_dash(self):
        empty = self.dealership.copy({"code": "EMPTY", "name": "Empty"})
        report = empty._prepare_weekly_report()
        figures = {name: told[0] for name, told in report["figures"].items()}
        numbers = {name for name, told in figures.items() if told == "0"}
        self.assertEqual(numbers, {"enquiries", "first_attempts", "orders", "lost"})
        self.assertEqual({*figures.values()}, {"0", "–"})
        self.assertEqual(report["lost"], [])

    def test_amounts_in_two_currencies_are_not_added(self):
        currencies = self.env["res.currency"].with_context(active_test=False)
        currencies = currencies.search([], limit=2)
        told = self.dealership._format_figure([(each, 5.0) for each in currencies])
        self.assertEqual(told.count("5"), 2)
        self.assertIn(" + ", told)

    def test_each_figure_opens_what_it_was_counted_from(self):
        for part in PARTS:
            for weeks_ago, week in enumerate(WEEKS, 1):
                counts = self.dealership._count_week(week)
                seen = self.dealership.with_env(self._env_of(self.supervisor))
                action = seen.action_explain_weekly_report(part, weeks_ago)
                rows = seen.env[action["res_model"]].search(action["domain"])
                enquiries = part == "ladder" and rows.filtered(
                    lambda row: row.kind == "enquiry"
                )
                name = {
                    "ladder": "enquiries",
                    "speed": "first_attempts",
                    "orders": "orders",
                    "lost": "lost",
                }[part]
                found = len(enquiries if part == "ladder" else rows)
                with self.subTest(part, week=week):
                    self.assertEqual(found, counts[name])
                    self.assertEqual(action["context"], {})

    def test_no_customer_is_named(self):
        leads = self._find_leads()
        leads._write_by_core({"contact_name": "Zebedee", "email_from": "z@z.example"})
        body = str(self.dealership.weekly_report_body)
        self.assertIn("Ada", body)
        for word in ("Zebedee", "z@z", *leads.mapped("phone"), "LEAD/"):
            self.assertNotIn(word, body)

    # When

    def test_nothing_is_sent_before_a_manager_says_so(self):
        self.assertFalse(self.dealership.has_weekly_report)
        self.assertFalse(self._run(MONDAY))

    def test_it_goes_once_a_week_from_the_next_monday_on(self):
        self._switch_on()
        for moment in (NOW, NOW + timedelta(hours=3), MONDAY - timedelta(minutes=1)):
            self.assertFalse(self._run(moment), moment)
        mail = self._run(MONDAY)
        self.assertEqual(mail.email_to, "boss@dealer.example")
        self.assertIn("11/02/2026", mail.subject)
        self.assertFalse(self._run(MONDAY + timedelta(hours=1)))
        self.assertFalse(self._run(MONDAY + timedelta(days=3)))
        # The server was down on that Monday.
        self.assertEqual(len(self._run(NEXT_MONDAY + timedelta(days=2))), 1)
        self.assertFalse(self._run(NEXT_MONDAY + timedelta(days=3)))

    def test_off_and_on_again_sends_no_week_twice(self):
        self._switch_on()
        self.assertTrue(self._run(MONDAY))
        self.dealership.has_weekly_report = False
        self._switch_on(moment=MONDAY + timedelta(hours=1))
        self.assertFalse(self._run(MONDAY + timedelta(hours=2)))

    def test_a_week_that_another_run_has_told_is_not_told_again(self):
        self._switch_on()
        with self._at(MONDAY):
            template = self.template
            self.dealership._send_weekly_report(template)
            before = self.env["mail.mail"].search_count([])
            self.assertFalse(self.dealership._try_weekly_report(template))
            self.assertEqual(self.env["mail.mail"].search_count([]), before)

    def test_it_goes_to_nobody_without_an_address_or_of_an_archived_dealership(self):
        self._switch_on()
        self.dealership.manager_email = False
        self.assertFalse(self._run(MONDAY))
        self.dealership.write({"manager_email": "a@dealer.example", "active": False})
        self.assertFalse(self._run(MONDAY))
        self.dealership.active = True
        self.assertEqual(len(self._run(MONDAY)), 1)

    def test_an_address_of_before_that_is_none_is_told_on_the_form(self):
        self._switch_on()
        self.env.cr.execute(
            "UPDATE crm_dealership SET manager_email = 'a@x.example, b@x.example'"
            " WHERE id = %s",
            [self.dealership.id],
        )
        self.env.invalidate_all()
        self.assertFalse(self._run(MONDAY))
        self.assertIn("one email address", self.dealership.weekly_report_problem)

    def test_a_neutralized_copy_sends_nothing(self):
        self._switch_on()
        with file_open("bpo_crm/data/neutralize.sql") as script:
            self.env.cr.execute(script.read())
        self.env.invalidate_all()
        self.assertFalse(self._run(MONDAY))

    def test_one_dealership_that_fails_stops_no_other(self):
        both = self.dealership | self.dealerships["shared"]
        both.manager_email = "boss@dealer.example"
        self._switch_on(both)
        dealerships = self.registry["crm.dealership"]
        count = dealerships._count_week

        def fail(dealership, week):
            if dealership == self.dealership:
                dealership.env.cr.execute("SELECT nothing")
            return count(dealership, week)

        muted = mute_logger("odoo.sql_db", f"{MODULE}.mail_templates")
        with patch.object(dealerships, "_count_week", fail), muted:
            self.assertEqual(len(self._run(MONDAY)), 1)
        self.assertTrue(self.dealership.weekly_report_problem)
        # It is tried again, and not each hour.
        self.assertFalse(self._run(MONDAY + timedelta(hours=2)))
        self.assertEqual(len(self._run(MONDAY + timedelta(days=1))), 1)
        self.assertFalse(self.dealership.weekly_report_problem)

    def test_a_broken_template_stops_nothing_and_is_told(self):
        self._switch_on()
        body = self.template.body_html
        self._break_template()
        muted = mute_logger(
            f"{MODULE}.mail_templates", "odoo.addons.mail.models.mail_render_mixin"
        )
        with muted:
            self.assertFalse(self._run(MONDAY))
            self.assertFalse(self.dealership.weekly_report_body)
        self.assertTrue(self.dealership.weekly_report_problem)
        self.template.body_html = body
        self.assertEqual(len(self._run(MONDAY + timedelta(days=1))), 1)

    def _break_template(self):
        """Let the template name what is not there, which 19.0 does not let be saved."""
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE mail_template SET body_html = jsonb_build_object('en_US', %s::text)"
            " WHERE id = %s",
            ['<p><t t-out="object.nothing.at_all()"/></p>', self.template.id],
        )
        self.env.invalidate_all()

    def test_what_another_transaction_holds_waits_for_the_next_run(self):
        self._switch_on()
        dealerships = self.registry["crm.dealership"]

        def interrupt(dealership, week):
            raise psycopg2.errors.SerializationFailure

        with (
            patch.object(dealerships, "_count_week", interrupt),
            mute_logger(LOGGER),
        ):
            self.assertFalse(self._run(MONDAY))
        self.assertFalse(self.dealership.weekly_report_problem)
        self.assertEqual(len(self._run(MONDAY + timedelta(hours=1))), 1)

    # To whom, and how

    def test_it_is_written_in_the_language_of_the_dealership(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        french = self.template.with_context(lang="fr_FR")
        french.subject = "Semaine du {{ (ctx.get('report') or {}).get('first_day') }}"
        self.assertEqual(self.dealership._get_report_lang(), "en_US")
        self.dealership.report_lang = "fr_FR"
        self._switch_on()
        mail = self._run(MONDAY)
        self.assertEqual(mail.subject, "Semaine du 02/11/2026")
        told = self.dealership.with_context(lang="fr_FR")._format_share(1, 2)
        self.assertRegex(told, r"50\s%")
        self.env["res.lang"].search([("code", "=", "fr_FR")]).active = False
        self.assertEqual(self.dealership._get_report_lang(), "en_US")

    def test_it_is_written_in_the_company_s_language_by_default(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.home.partner_id.lang = "fr_FR"
        self.assertEqual(self.dealership._get_report_lang(), "fr_FR")

    def test_an_answer_reaches_a_person_and_agents_read_no_figure(self):
        self.dealership.user_id = self.supervisor
        self._switch_on()
        mail = self._run(MONDAY)
        self.assertIn(self.supervisor.email, mail.reply_to)
        self.assertFalse(mail.model)
        messages = self.env["mail.message"].with_user(self.agent)
        with self.assertRaises(AccessError):
            messages.browse(mail.mail_message_id.id).read(["body"])

    # Who

    def test_only_managers_change_it(self):
        for values in ({"has_weekly_report": True}, {"report_lang": "en_US"}):
            with self.assertRaises(AccessError):
                self.dealership.with_user(self.supervisor).write(values)
        seen = self.dealership.with_env(self._env_of(self.supervisor))
        seen.write({"has_weekly_report": False, "city": "Makati"})
        fields = seen.fields_get(["has_weekly_report", "report_lang"])
        self.assertTrue(all(field["readonly"] for field in fields.values()))
        own = self.dealership.with_user(self.manager)
        own.write({"has_weekly_report": True, "report_lang": "en_US"})
        for name in ("weekly_report_week", "weekly_report_retry_at"):
            with self.assertRaises(AccessError):
                own.write({name: "2020-01-06"})

    def test_supervisors_see_the_mail_and_nothing_is_sent(self):
        before = self.env["mail.mail"].search_count([])
        for user in (self.supervisor, self.manager):
            seen = self.dealership.with_env(self._env_of(user))
            action = seen.action_preview_weekly_report()
            self.assertEqual(action["res_id"], self.dealership.id)
            [row] = seen.read(["weekly_report_subject", "weekly_report_body"])
            self.assertIn(self.dealership.name, row["weekly_report_subject"])
            self.assertIn("10/26/2026", row["weekly_report_subject"])
            told = self.dealership._prepare_weekly_report()["figures"]
            self.assertIn(told["contact"][0], row["weekly_report_body"])
        self.assertEqual(self.env["mail.mail"].search_count([]), before)

    def test_the_preview_counts_what_the_user_may_see(self):
        shared = self.dealerships["shared"]
        self._share_leads_of_abroad(shared)
        seen = shared.with_env(self._env_of(self.supervisor))
        for week in WEEKS:
            expected = self._count_again(shared, week, hidden=self.abroad)
            self._assert_same(seen._count_week(week), expected)
        self.assertTrue(seen.weekly_report_is_partial)
        both = self._env_of(self.manager, self.home | self.abroad)
        self.assertFalse(shared.with_env(both).weekly_report_is_partial)

    def test_agents_see_nothing_of_it(self):
        seen = self.dealership.with_env(self._env_of(self.agent))
        for ask in (
            lambda: seen.action_preview_weekly_report(),
            lambda: seen.action_explain_weekly_report(),
            lambda: seen.read(["weekly_report_body"]),
            lambda: seen.read(["weekly_report_subject"]),
            lambda: seen._export_rows([["weekly_report_body"]]),
        ):
            with self.assertRaises(AccessError):
                ask()

    def test_what_is_no_part_is_refused(self):
        seen = self.dealership.with_env(self._env_of(self.supervisor))
        for part, weeks_ago in (
            ("x", 1),
            (["ladder"], 1),
            (None, 1),
            ("ladder", 3),
            ("ladder", "1"),
        ):
            with self.assertRaises(UserError):
                seen.action_explain_weekly_report(part, weeks_ago)
