from datetime import date, datetime, timedelta
from unittest.mock import patch

import psycopg2
from freezegun import freeze_time

from odoo.tests import tagged
from odoo.tools import mute_logger

from ...models.follow_up import res_users
from ...models.pool import crm_lead_pool_return
from ..common import CALL, BpoCase

#: Eight on a Wednesday morning in Manila.
MORNING = "2026-11-18 00:00:00"

TEMPLATE = "bpo_crm.mail_template_follow_up_digest"


@tagged("post_install", "-at_install")
class TestDigest(BpoCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._remove_all_leads()
        cls.floor = cls.agent | cls.other_agent | cls.supervisor | cls.manager

    def _run(self, now=MORNING):
        """Return the mails of one run of the cron to this floor."""
        mails = self.env["mail.mail"].search([])
        with freeze_time(now):
            self._run_job("res.users", "_cron_send_follow_up_digest")
        new = self.env["mail.mail"].search([]) - mails
        emails = {user.email_formatted: user for user in self.floor}
        return {emails[mail.email_to]: mail for mail in new if mail.email_to in emails}

    def _overdue(self, owner, **values):
        lead = self._new_lead(owner, **values)
        lead.activity_schedule(CALL, date(2026, 11, 10), user_id=owner.id)
        return lead

    def test_owners_are_told_what_has_slipped(self):
        overdue = self._overdue(self.agent)
        with freeze_time(MORNING):
            forgotten = self._new_lead(self.agent)
        self.new.stale_after_days = 1
        overdue.date_last_stage_update = datetime(2026, 11, 1)
        others = self._overdue(self.other_agent)
        mail = self._run()[self.agent]
        for text in (overdue.reference, forgotten.reference, "Overdue", "Stale"):
            self.assertIn(text, mail.body_html)
        self.assertNotIn(others.reference, mail.body_html)
        self.assertNotIn("The floor", mail.body_html)

    def test_supervisors_get_the_sum(self):
        for _number in range(3):
            self._overdue(self.agent)
        self._overdue(self.other_agent)
        # Archived before the addon was there, which hands over the leads.
        self.env.flush_all()
        query = "UPDATE res_users SET active = FALSE WHERE id = %s"
        self.env.cr.execute(query, [self.other_agent.id])
        self.other_agent.invalidate_recordset()
        body = self._run()[self.supervisor].body_html
        self.assertIn("The floor", body)
        self.assertLess(body.index(self.agent.name), body.index(self.other_agent.name))
        self.assertIn("(left)", body)

    def test_who_has_nothing_to_hear_hears_nothing(self):
        lead = self._new_lead(self.agent)
        lead.activity_schedule(CALL, date(2099, 1, 1), user_id=self.agent.id)
        self.assertFalse(self._run())

    def test_it_comes_once_a_day_in_the_morning(self):
        self._overdue(self.agent)
        self.agent.tz, self.other_agent.tz = "Asia/Manila", "Europe/Berlin"
        self._overdue(self.other_agent)
        self.assertNotIn(self.agent, self._run("2026-11-17 22:30:00"))
        first = self._run(MORNING)
        self.assertIn(self.agent, first)
        self.assertNotIn(self.other_agent, first)
        later = self._run("2026-11-18 07:00:00")
        self.assertNotIn(self.agent, later)
        self.assertIn(self.other_agent, later)
        self.assertIn(self.agent, self._run("2026-11-19 00:00:00"))

    def test_it_does_not_come_on_a_day_off(self):
        self._overdue(self.agent)
        self.assertFalse(self._run("2026-11-21 00:00:00"))

    def test_a_long_list_is_cut(self):
        for _number in range(3):
            self._overdue(self.agent)
        with patch(
            "odoo.addons.bpo_crm.models.follow_up.crm_lead_digest.LIST_LIMIT", 2
        ):
            body = self._run()[self.agent].body_html
        self.assertIn("and 1 more", " ".join(body.split()))

    def test_one_users_trouble_is_not_the_others(self):
        self._overdue(self.agent)
        self._overdue(self.other_agent)
        prepare = self.registry["res.users"]._prepare_follow_up_digest

        def fail_for_agent(user):
            if user == self.agent:
                raise RuntimeError
            return prepare(user)

        users = self.registry["res.users"]
        with (
            patch.object(users, "_prepare_follow_up_digest", fail_for_agent),
            self.assertLogs("odoo.addons.bpo_crm", "ERROR") as logs,
        ):
            mails = self._run()
        self.assertIn(f"digest of user {self.agent.id}", logs.output[0])
        self.assertNotIn(self.agent, mails)
        self.assertIn(self.other_agent, mails)

    def _interrupt(self, times):
        """Let another transaction get in the way of the agent's digest.

        :param int times: how often.
        """
        prepare = self.registry["res.users"]._prepare_follow_up_digest
        left = [None] * times

        def fail_at_first(user):
            if user == self.agent and left:
                left.pop()
                raise psycopg2.errors.SerializationFailure
            return prepare(user)

        return patch.object(
            self.registry["res.users"], "_prepare_follow_up_digest", fail_at_first
        )

    def test_a_zone_that_does_not_exist_stops_nobody_elses(self):
        self._overdue(self.other_agent)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE res_partner SET tz = 'Mars/Olympus' WHERE id = %s",
            [self.agent.partner_id.id],
        )
        self.env.invalidate_all()
        self.assertIn(self.other_agent, self._run())

    def test_a_digest_that_something_got_in_the_way_of_is_sent_anew(self):
        self._overdue(self.agent)
        self._overdue(self.other_agent)
        with self._interrupt(times=2):
            mails = self._run()
        self.assertIn(self.agent, mails)
        self.assertIn(self.other_agent, mails)

    @mute_logger("odoo.addons.bpo_crm.models.follow_up.res_users")
    def test_one_that_never_gets_through_is_tried_in_an_hour(self):
        self._overdue(self.agent)
        self._overdue(self.other_agent)
        with self._interrupt(times=3):
            mails = self._run()
        self.assertNotIn(self.agent, mails)
        self.assertIn(self.other_agent, mails)
        later = self._run("2026-11-18 01:00:00")
        self.assertEqual(later.keys(), {self.agent})

    def test_each_digest_is_kept_before_the_next_one_is_written(self):
        self._overdue(self.agent)
        self._overdue(self.other_agent)
        with (
            patch.object(
                self.registry["res.users"],
                "_send_digest_alone",
                autospec=True,
                side_effect=self.registry["res.users"]._send_digest_alone,
            ) as send,
            patch.object(
                res_users, "commit_progress", side_effect=res_users.commit_progress
            ) as commit,
        ):
            self._run()
        self.assertGreater(send.call_count, 3)
        remaining = [call.args[2] for call in commit.call_args_list]
        self.assertEqual(remaining, list(range(send.call_count, -1, -1)))

    def test_it_comes_from_the_company_and_greets_at_any_hour(self):
        self.env.company.write({"name": "Call Centre", "email": "floor@bpo.example"})
        self._overdue(self.agent)
        mail = self._run("2026-11-18 07:00:00")[self.agent]
        self.assertEqual(mail.email_from, '"Call Centre" <floor@bpo.example>')
        self.assertEqual(mail.author_id, self.env.company.partner_id)
        self.assertIn("Hello", mail.body_html)
        self.assertNotIn("morning", mail.body_html)

    def test_a_sender_in_the_template_is_the_sender(self):
        self.env.ref(TEMPLATE).email_from = "desk@bpo.example"
        self._overdue(self.agent)
        self.assertEqual(self._run()[self.agent].email_from, "desk@bpo.example")

    def test_it_is_in_the_language_of_who_gets_it(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.env["ir.module.module"]._load_module_terms(["crm", "bpo_crm"], ["fr_FR"])
        self.env.invalidate_all()
        self.agent.lang = self.supervisor.lang = "fr_FR"
        self._overdue(self.agent)
        mails = self._run()
        mail = mails[self.agent]
        self.assertEqual(mail.subject, "Pistes qui demandent votre attention")
        for said in ("En retard", "(Nouveau)"):
            self.assertIn(said, mail.body_html)
        self.assertIn("Le plateau", mails[self.supervisor].body_html)
        self.assertIn("Overdue", mails[self.manager].body_html)

    def test_without_the_template_there_is_no_digest(self):
        self._overdue(self.agent)
        self.env.ref(TEMPLATE).unlink()
        self.assertFalse(self._run())


@tagged("post_install", "-at_install")
class TestPoolReturn(BpoCase):
    """Leads that their owner forgot go back to the pool, where that is wanted."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.company.write({"count_working_days": False, "pool_return_days": 10})
        cls.new.stale_after_days = 2

    def _untouched(self, **values):
        lead = self._new_lead(self.agent, **values)
        long_ago = datetime.now() - timedelta(days=20)
        lead.write({"date_open": long_ago, "date_last_stage_update": long_ago})
        return lead

    def _run(self):
        self._run_job("crm.lead", "_cron_return_to_pool")

    def test_an_untouched_lead_goes_back(self):
        lead = self._untouched()
        lead.activity_schedule(CALL, "2001-01-01", user_id=self.agent.id)
        self._run()
        self.assertFalse(lead.user_id)
        self.assertFalse(lead._find_pending_activities())
        self._assert_in_chatter("it is back in the pool", lead)

    def test_what_is_given_out_again_is_the_new_owners_for_as_long(self):
        self._set_presence(self.other_agent)
        self.env.company.sales_calendar_id = self._new_calendar("Always")
        self.team.lead_distribution = "round_robin"
        lead = self._untouched()
        self._run()
        self.team._distribute_waiting()
        self.assertEqual(lead.user_id, self.other_agent)
        self._run()
        self.assertEqual(lead.user_id, self.other_agent)

    def test_who_forgot_a_lead_is_not_given_it_again(self):
        self._set_presence(self.agent)
        self.env.company.sales_calendar_id = self._new_calendar("Always")
        self.team.lead_distribution = "round_robin"
        lead, other = self._untouched(), self._new_lead()
        self._run()
        self.assertEqual(self.team._distribute_waiting(), other)
        self.assertFalse(lead.user_id)
        lead.with_user(self.agent).action_claim()
        self.assertEqual(lead.user_id, self.agent)

    def test_by_default_nothing_goes_back(self):
        self.env.company.pool_return_days = 0
        lead = self._untouched()
        self._run()
        self.assertEqual(lead.user_id, self.agent)

    def test_what_was_touched_stays(self):
        called, written, planned, fresh, done, moved, declined = kept = [
            self._untouched() for _n in range(7)
        ]
        self.env["crm.call.log"].with_user(self.agent).create(
            {"lead_id": called.id, "result": "busy"}
        )
        written.with_user(self.agent).message_post(
            body="Hello", message_type="comment", subtype_xmlid="mail.mt_comment"
        )
        planned.activity_schedule(
            CALL, date.today() + timedelta(days=3), user_id=self.agent.id
        )
        fresh.date_open = datetime.now()
        done.with_user(self.agent).activity_schedule(CALL).action_feedback()
        moved.date_last_stage_update = datetime.now() - timedelta(days=5)
        declined._decline_next_step("Waits for the new model")
        # One thing is late, and another one is planned.
        planned.activity_schedule(CALL, "2001-01-01", user_id=self.agent.id)
        self._run()
        for lead in kept:
            self.assertEqual(lead.user_id, self.agent)

    @mute_logger("odoo.addons.bpo_crm.models.pool.crm_lead_pool_return")
    def test_one_leads_trouble_is_not_the_others(self):
        trouble, fine = self._untouched(), self._untouched()
        give_back = self.registry["crm.lead"]._return_to_pool

        def fail_for_one(leads):
            if trouble in leads:
                raise RuntimeError
            return give_back(leads)

        with patch.object(self.registry["crm.lead"], "_return_to_pool", fail_for_one):
            self._run()
        self.assertTrue(trouble.user_id)
        self.assertFalse(fine.user_id)

    def test_leads_that_cannot_go_back_do_not_keep_the_others_from_it(self):
        troubles = [self._untouched() for _n in range(3)]
        fine = self._untouched()
        give_back = self.registry["crm.lead"]._return_to_pool

        def fail_for_some(leads):
            if any(trouble in leads for trouble in troubles):
                raise RuntimeError
            return give_back(leads)

        broken = patch.object(
            self.registry["crm.lead"], "_return_to_pool", fail_for_some
        )
        with (
            broken,
            patch.object(crm_lead_pool_return, "BATCH", 2),
            self.assertLogs("odoo.addons.bpo_crm", "ERROR"),
        ):
            self._run()
        self.assertFalse(fine.user_id)
        self.assertTrue(all(trouble.user_id for trouble in troubles))

    def test_every_company_has_its_own_limit(self):
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        theirs = self._untouched()
        theirs.write({"user_id": False, "company_id": elsewhere.id})
        self.other_agent.write(
            {"company_ids": [(4, elsewhere.id)], "company_id": elsewhere.id}
        )
        theirs.user_id = self.other_agent
        long_ago = datetime.now() - timedelta(days=20)
        theirs.write({"date_open": long_ago, "date_last_stage_update": long_ago})
        self._run()
        self.assertEqual(theirs.user_id, self.other_agent)
