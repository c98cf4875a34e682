import json
from ast import literal_eval
from datetime import datetime, timedelta

from lxml import etree
from psycopg2 import IntegrityError

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import SQL, mute_logger

from ..companies import CompaniesCase


class ReviewCase(CompaniesCase):
    """A scorecard: two things worth 10 and 30 points, one that must not happen."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["crm.call.scorecard"].search([]).active = False
        cls.scorecard = cls._new_scorecard("Calls")
        cls.lead = cls._new_lead(cls.agent, company_id=cls.home.id)
        cls.call = cls._new_call(cls.agent)

    @classmethod
    def _new_scorecard(cls, name, **values):
        criteria = [
            {"name": "Greets", "max_points": 10},
            {"name": "Listens", "max_points": 30},
            {"name": "Lies", "fails_call": True, "max_points": 0},
        ]
        return cls.env["crm.call.scorecard"].create(
            {
                "name": name,
                "company_id": False,
                "criterion_ids": [Command.create(values) for values in criteria],
                **values,
            }
        )

    @classmethod
    def _new_call(cls, user, lead=None, **values):
        lead = lead or cls.lead
        values = {"lead_id": lead.id, "user_id": user.id, "result": "busy", **values}
        return cls.env["crm.call.log"].create(values)

    def _begin(self, call=None, user=None):
        """Return the draft of a review."""
        call = (call or self.call).with_user(user or self.supervisor)
        return (
            self.env["crm.call.review"]
            .with_user(user or self.supervisor)
            .browse(call.action_review()["res_id"])
        )

    def _rate(self, review, greets, listens, lies=False):
        first, second, fatal = review.line_ids
        review.line_ids = [
            Command.update(first.id, {"points": greets}),
            Command.update(second.id, {"points": listens}),
            Command.update(fatal.id, {"has_happened": lies}),
        ]

    def _finish(self, call=None, user=None, points=(10, 20), lies=False):
        review = self._begin(call, user)
        self._rate(review, *points, lies)
        review.action_finish()
        return review

    def _inbox(self, user):
        notified = self.env["mail.notification"].sudo()
        return notified.search(
            [
                ("res_partner_id", "=", user.partner_id.id),
                ("mail_message_id.model", "=", "crm.call.review"),
            ]
        )


@tagged("post_install", "-at_install")
class TestCallReview(ReviewCase):
    # ------------------------------------------------------------
    # The score
    # ------------------------------------------------------------

    def test_a_review_begins_with_the_criteria_of_the_scorecard(self):
        review = self._begin()
        self.assertEqual(review.user_id, self.agent)
        self.assertEqual(review.reviewer_id, self.supervisor)
        self.assertEqual(review.state, "draft")
        self.assertEqual(review.line_ids.mapped("name"), ["Greets", "Listens", "Lies"])
        self.assertEqual(review.line_ids.mapped("max_points"), [10, 30, 0])
        self.assertEqual(self._begin(), review, "A second press opens the same one.")

    def test_the_score_is_the_share_of_the_points(self):
        review = self._finish(points=(10, 20))
        self.assertEqual((review.points, review.max_points), (30, 40))
        self.assertAlmostEqual(review.score, 0.75)
        self.assertFalse(review.is_failed)

    def test_what_must_not_happen_fails_the_call_whatever_the_points(self):
        review = self._finish(points=(10, 30), lies=True)
        self.assertTrue(review.is_failed)
        self.assertEqual(review.score, 0)
        self.assertEqual(review.points, 40)

    def test_what_does_not_apply_is_left_out(self):
        review = self._begin()
        self._rate(review, 5, 0)
        review.line_ids[1].is_skipped = True
        self.assertAlmostEqual(review.score, 0.5)

    def test_a_review_in_which_nothing_applies_is_not_finished(self):
        review = self._begin()
        review.line_ids.write({"is_skipped": True})
        with self._refused("No criterion with points applies", ValidationError):
            review.action_finish()

    def test_points_lie_between_none_and_the_most(self):
        review = self._begin()
        for points in (-1, 11):
            with self._refused("0 to 10 points"), self.env.cr.savepoint():
                review.line_ids[0].points = points
        for column, value in (("points", 11), ("has_happened", True)):
            with (
                mute_logger("odoo.sql_db"),
                self.assertRaises(IntegrityError),
                self.env.cr.savepoint(),
            ):
                self.env.cr.execute(
                    SQL(
                        "UPDATE crm_call_review_line SET %s = %s WHERE id = %s",
                        SQL.identifier(column),
                        value,
                        review.line_ids[0].id,
                    )
                )

    def test_a_review_keeps_the_criteria_as_they_were(self):
        review = self._finish(points=(10, 30))
        greets, listens, _lies = self.scorecard.criterion_ids
        self.scorecard.with_user(self.manager).criterion_ids = [
            Command.update(greets.id, {"name": "Sings", "max_points": 99}),
            Command.update(listens.id, {"active": False}),
            Command.create({"name": "Dances", "max_points": 50}),
        ]
        self.env.invalidate_all()
        self.assertEqual(review.line_ids.mapped("name"), ["Greets", "Listens", "Lies"])
        self.assertEqual((review.score, review.max_points), (1, 40))
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError):
            self.scorecard.with_user(self.manager).unlink()

    def test_the_form_rates_a_call(self):
        review = self._begin()
        with Form(review) as form:
            form.comment = "Well done"
            with form.line_ids.edit(0) as line:
                line.points = 10
            with form.line_ids.edit(2) as line:
                line.has_happened = True
        self.assertEqual((review.points, review.is_failed), (10, True))

    def test_another_scorecard_brings_its_criteria(self):
        other = self._new_scorecard("Other", sequence=99)
        other.criterion_ids[0].name = "Smiles"
        review = self._begin()
        review.scorecard_id = other
        self.assertEqual(review.line_ids[0].name, "Smiles")
        self.assertEqual(len(review.line_ids), 3)

    # ------------------------------------------------------------
    # Who reviews
    # ------------------------------------------------------------

    def test_each_supervisor_reviews_a_call_once(self):
        first = self._finish()
        second = self._finish(user=self.manager, points=(0, 0))
        self.assertNotEqual(first, second)
        self.assertAlmostEqual(self.call.review_score, 0.375)
        values = {"call_id": self.call.id, "scorecard_id": self.scorecard.id}
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError):
            self.env["crm.call.review"].with_user(self.supervisor).create(values)

    def test_nobody_reviews_an_own_call(self):
        call = self._new_call(self.supervisor)
        with self._refused("made this call yourself", ValidationError):
            self._begin(call)
        review = self._begin(call, self.manager)
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(IntegrityError),
            self.env.cr.savepoint(),
        ):
            self.env.cr.execute(
                "UPDATE crm_call_review SET reviewer_id = user_id WHERE id = %s",
                [review.id],
            )

    def test_a_supervisor_does_not_see_the_draft_on_an_own_call(self):
        call = self._new_call(self.supervisor)
        review = self._begin(call, self.manager)
        seen = review.with_user(self.supervisor)
        self.assertFalse(seen.search([("id", "=", review.id)]))
        self._rate(review, 1, 1)
        review.action_finish()
        self.assertTrue(seen.search([("id", "=", review.id)]))

    def test_an_agent_reviews_nothing(self):
        reviews = self.env["crm.call.review"].with_user(self.agent)
        others = self._new_call(self.other_agent)
        values = {"call_id": others.id, "scorecard_id": self.scorecard.id}
        with self.assertRaises(AccessError):
            reviews.create(values)
        with self.assertRaises(AccessError):
            reviews.with_context(default_reviewer_id=self.supervisor.id).create(values)
        with self._refused("Only a supervisor can review", AccessError):
            self.call.with_user(self.agent).action_review()

    def test_a_call_of_another_company_is_reviewed_by_its_own_supervisors(self):
        with self.assertRaises(AccessError):
            self._begin(user=self.supervisor_abroad)
        reviews = self.env["crm.call.review"].with_env(
            self._env_of(self.supervisor_abroad)
        )
        values = {"call_id": self.call.id, "scorecard_id": self.scorecard.id}
        with self.assertRaises(AccessError):
            reviews.create(values)
        review = self._finish()
        seen = reviews.browse(review.id)
        with self.assertRaises(AccessError):
            seen.read(["score"])
        self.assertFalse(seen.search_count([]))

    def test_each_company_has_its_scorecards(self):
        self._new_scorecard("Abroad", company_id=self.abroad.id, sequence=0)
        review = self._begin()
        self.assertEqual(review.scorecard_id, self.scorecard)
        self._new_scorecard("Home", company_id=self.home.id, sequence=99)
        other = self._begin(self._new_call(self.agent))
        self.assertEqual(other.scorecard_id.name, "Home")
        abroad = self.env["crm.call.scorecard"].search([("name", "=", "Abroad")])
        with self._refused("cannot be reviewed by this scorecard", UserError):
            other.sudo().scorecard_id = abroad

    def test_without_a_scorecard_one_is_asked_for(self):
        self.scorecard.active = False
        with self._refused("Ask a BPO manager"):
            self._begin()

    def test_a_scorecard_has_points(self):
        scorecards = self.env["crm.call.scorecard"].with_user(self.manager)
        lies = {"name": "Lies", "fails_call": True, "max_points": 0}
        with self._refused("Enter a criterion with points", ValidationError):
            scorecards.create({"name": "None", "criterion_ids": [Command.create(lies)]})

    def test_managers_alone_write_scorecards(self):
        for user in (self.agent, self.supervisor):
            with self.assertRaises(AccessError):
                self.scorecard.with_user(user).name = "Mine"
            with self.assertRaises(AccessError):
                self.scorecard.criterion_ids[0].with_user(user).max_points = 1

    # ------------------------------------------------------------
    # Who changes it
    # ------------------------------------------------------------

    def test_nobody_but_the_server_writes_what_it_works_out(self):
        review = self._begin()
        for name, value in (
            ("score", 1),
            ("state", "done"),
            ("finished_at", fields.Datetime.now()),
            ("reviewer_id", self.manager.id),
            ("user_id", self.other_agent.id),
            ("is_failed", False),
            ("local_day", fields.Date.today()),
        ):
            with self.subTest(name), self._refused("filled in by the", AccessError):
                review.write({name: value})
        for name, value in (("max_points", 1), ("name", "X"), ("fails_call", True)):
            with self.subTest(name), self._refused("filled in by the", AccessError):
                review.line_ids[0].write({name: value})
        with self._refused("stays with its call", AccessError):
            review.call_id = self._new_call(self.agent)

    def test_defaults_of_a_client_fill_nothing_that_the_server_works_out(self):
        forged = {
            "default_score": 1,
            "default_state": "done",
            "default_user_id": self.other_agent.id,
            "default_reviewer_id": self.manager.id,
        }
        reviews = self.env["crm.call.review"].with_user(self.supervisor)
        values = {"call_id": self.call.id, "scorecard_id": self.scorecard.id}
        review = reviews.with_context(**forged).create(values)
        self.assertEqual(review.state, "draft")
        self.assertEqual(review.score, 0)
        self.assertEqual(review.user_id, self.agent)
        self.assertEqual(review.reviewer_id, self.supervisor)

    def test_no_criterion_is_added_or_taken_away(self):
        review = self._begin()
        line = review.line_ids[0]
        for command in (
            Command.delete(line.id),
            Command.create({"name": "X", "criterion_id": line.criterion_id.id}),
        ):
            with self.assertRaises(AccessError), self.env.cr.savepoint():
                review.line_ids = [command]
        other = self._begin(self._new_call(self.agent))
        with self.assertRaises(AccessError), self.env.cr.savepoint():
            review.line_ids = [Command.link(other.line_ids[0].id)]

    def test_a_review_is_its_reviewers(self):
        review = self._begin()
        for do in (
            lambda: review.with_user(self.manager).write({"comment": "Mine"}),
            lambda: review.with_user(self.manager).line_ids.write({"points": 1}),
            lambda: review.with_user(self.manager).action_finish(),
        ):
            with self._refused("only its reviewer", AccessError):
                do()

    def test_a_finished_review_is_fixed(self):
        review = self._finish()
        for do in (
            lambda: review.write({"comment": "More"}),
            lambda: review.line_ids.write({"points": 1}),
            lambda: review.write({"scorecard_id": self.scorecard.id}),
        ):
            with self._refused("Reopen it", AccessError):
                do()
        with self._refused("Ask a BPO manager", AccessError):
            review.unlink()
        review.with_user(self.manager).unlink()

    def test_its_reviewer_or_a_manager_reopens_it_with_a_trace(self):
        for user in (self.supervisor, self.manager):
            review = self._finish(self._new_call(self.agent))
            review.with_user(user).with_context(tracking_disable=True).action_reopen()
            self.assertEqual((review.state, review.finished_at), ("draft", False))
            message = review.sudo().message_ids[0]
            self.assertIn("reopened", message.body)
            self.assertEqual(message.author_id, user.partner_id)
            self._rate(review, 0, 0)
        other = self._new_user("sid", "bpo_crm.group_bpo_supervisor")
        with self._refused("Only its reviewer", AccessError):
            self._finish(self._new_call(self.agent)).with_user(other).action_reopen()

    def test_reviewers_delete_their_own_drafts(self):
        other = self._new_user("sid", "bpo_crm.group_bpo_supervisor")
        review = self._begin()
        with self._refused("their own drafts", AccessError):
            review.with_user(other).unlink()
        review.unlink()
        self.assertFalse(review.exists())

    # ------------------------------------------------------------
    # The agent
    # ------------------------------------------------------------

    def _assert_unseen(self, review, user):
        """Check that somebody learns nothing of a review, whichever way."""
        self.env.flush_all()
        for records in (review, review.line_ids):
            seen = records.sudo().with_user(user)
            self.assertFalse(seen.search([]))
            self.assertFalse(seen.search_count([("id", "in", records.ids)]))
            counted = seen._read_group([], [], ["__count"])
            self.assertEqual(counted, [(0,)])
            with self.assertRaises(AccessError):
                seen.read(["display_name"])
        call = self.call.with_user(user)
        self.assertFalse(call.search([("review_ids.score", ">", 0)]))
        self.assertFalse(call.search([("review_ids.is_failed", "=", True)]))
        messages = self.env["mail.message"].with_user(user)
        found = [("model", "=", review._name), ("res_id", "=", review.id)]
        self.assertFalse(messages.search(found))

    def test_a_draft_is_not_visible_to_the_agent(self):
        review = self._begin()
        self._rate(review, 10, 30, lies=True)
        self._assert_unseen(review, self.agent)
        self.assertFalse(self.call.with_user(self.agent).is_reviewed)
        self.assertFalse(self._inbox(self.agent))
        with self.assertRaises(AccessError):
            review.with_user(self.agent).action_acknowledge()

    def test_another_agent_sees_nothing(self):
        review = self._finish()
        self._assert_unseen(review, self.other_agent)
        self.assertTrue(self.call.with_user(self.agent).is_reviewed)
        self.lead.sudo().user_id = self.other_agent
        self.env.flush_all()
        self.env.invalidate_all()
        seen = self.call.with_user(self.other_agent)
        self.assertFalse(seen.is_reviewed)
        [row] = seen.read(["review_ids", "review_score"])
        self.assertEqual((row["review_ids"], row["review_score"]), ([], 0))
        self._assert_unseen(review, self.other_agent)

    def test_the_agent_is_told_once_and_reads_it(self):
        review = self._begin()
        self._rate(review, 10, 20)
        review.comment = "Slower, please"
        review.action_finish()
        review.action_finish()
        self.assertEqual(len(self._inbox(self.agent)), 1)
        self.assertFalse(self._inbox(self.other_agent))
        mine = review.with_user(self.agent)
        self.assertEqual(mine.comment, "Slower, please")
        self.assertEqual(mine.line_ids.mapped("points"), [10, 20, 0])
        for do in (
            lambda: mine.write({"comment": "Great"}),
            lambda: mine.line_ids.write({"points": 10}),
            mine.unlink,
            mine.action_reopen,
        ):
            with self.assertRaises(AccessError):
                do()
            self.assertEqual(review.comment, "Slower, please")

    def test_the_agent_sees_the_review_of_a_call_whose_lead_is_anothers_now(self):
        review = self._finish()
        self.lead.user_id = self.other_agent
        self.env.flush_all()
        mine = review.with_user(self.agent)
        self.assertEqual(mine.search([]), mine)
        self.assertIn("Review", mine.display_name)
        with self.assertRaises(AccessError):
            mine.read(["lead_id"])

    def test_the_agent_acknowledges_and_answers(self):
        review = self._finish()
        mine = review.with_user(self.agent)
        mine.action_acknowledge()
        self.assertTrue(review.acknowledged_at)
        mine.message_post(body="I shall", message_type="comment")
        self.assertIn("I shall", review.message_ids[0].body)
        with self._refused("Only the agent", AccessError):
            review.action_acknowledge()

    def test_a_reopened_review_is_told_anew_when_it_is_finished(self):
        review = self._finish()
        review.with_user(self.agent).action_acknowledge()
        review.action_reopen()
        self._assert_unseen_but_told(review)
        review.action_finish()
        self.assertFalse(review.acknowledged_at)
        self.assertEqual(len(self._inbox(self.agent)), 2)

    def _assert_unseen_but_told(self, review):
        self.env.flush_all()
        self.assertFalse(review.with_user(self.agent).search([]))
        self.assertNotIn(self.agent.partner_id, review.sudo().message_partner_ids)

    # ------------------------------------------------------------
    # On the calls
    # ------------------------------------------------------------

    def test_calls_are_found_by_their_review(self):
        others = [self._new_call(self.agent) for _count in range(3)]
        drafted, failed, good = others
        self._begin(drafted)
        self._finish(failed, lies=True)
        self._finish(good)
        mine = self.env["crm.call.log"].concat(self.call, *others)
        mine = mine.with_user(self.supervisor)
        view = self.env.ref("bpo_crm.crm_call_log_view_search")
        arch = self.env["crm.call.log"].get_view(view.id, "search")["arch"]
        for name, expected in (
            ("reviewed", failed | good),
            ("not_reviewed", self.call | drafted),
            ("review_failed", failed),
        ):
            domain = self._read_filter(arch, name)
            found = mine.search([("id", "in", mine.ids), *domain])
            self.assertEqual(found, mine.browse(expected.ids).sorted(), name)

    def _read_filter(self, arch, name):
        (node,) = etree.fromstring(arch).iterfind(f".//filter[@name='{name}']")
        return literal_eval(node.get("domain"))

    def test_many_calls_take_no_more_queries(self):
        calls = [self._new_call(self.agent) for _count in range(12)]
        for call in calls:
            self._finish(call)
        calls = self.env["crm.call.log"].concat(*calls).with_user(self.supervisor)
        few = self._count_queries(lambda: calls[:2].mapped("review_score"))
        many = self._count_queries(lambda: calls.mapped("review_score"))
        self.assertEqual(few, many)

    def test_a_call_is_of_the_floors_day(self):
        calendar = self._new_calendar("Floor", zone="Asia/Manila")
        self.home.sales_calendar_id = calendar
        late = datetime(2026, 3, 1, 16, 30)
        lead = self._new_lead(self.agent, company_id=self.home.id)
        calls = self.env["crm.call.log"]
        for moment in (late, late - timedelta(hours=1)):
            values = {"lead_id": lead.id, "result": "busy", "call_date": moment}
            calls |= calls.create(values)
        days = calls.mapped("local_day")
        self.assertEqual([str(day) for day in days], ["2026-03-02", "2026-03-01"])

    def test_nobody_forges_what_a_report_counts_of_a_call(self):
        calls = self.env["crm.call.log"].with_user(self.agent)
        values = {"lead_id": self.lead.id, "result": "busy"}
        for name, value in (("contact_rate", 1), ("local_day", "2020-01-01")):
            with self.subTest(name), self._refused("filled in by the", AccessError):
                calls.create({**values, name: value})
            forged = {f"default_{name}": value}
            call = calls.with_context(**forged).create(values)
            self.assertNotEqual(json.dumps(call[name], default=str), json.dumps(value))


@tagged("post_install", "-at_install")
class TestShippedScorecard(CompaniesCase):
    def test_a_fresh_floor_can_review_calls(self):
        lead = self._new_lead(self.agent)
        scorecard = self.env["crm.call.scorecard"]._find_all_for(lead)[:1]
        self.assertEqual(scorecard.max_points, 100)
        self.assertTrue(any(scorecard.criterion_ids.mapped("fails_call")))
