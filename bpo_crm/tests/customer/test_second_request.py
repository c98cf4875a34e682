from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import RedirectWarning, UserError
from odoo.tests import tagged

from ...inner_context import READS_FILE
from ..common import BpoCase

LOGGER = "odoo.addons.bpo_crm.models.customer.crm_lead_second_request"


@tagged("post_install", "-at_install")
class TestSecondRequest(BpoCase):
    """A customer whom somebody else works; real rollbacks are in ``/tests``."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.lead = cls._new_lead(cls.other_agent)

    def _ask(self, user=None, lead=None, context=()):
        """Try to make a second lead of a customer; return the refusal."""
        leads = self.env["crm.lead"].with_user(user or self.agent)
        values = {"name": "Second", "phone": (lead or self.lead).phone}
        with self._own_transactions_shared():
            with self.assertRaises(RedirectWarning) as caught:
                leads.with_context(**dict(context)).create(values)
            self.env.cr.postrollback.run()
            self.env.cr.postcommit.clear()
        self.env.invalidate_all()
        return caught.exception

    def _notes(self, lead=None):
        return [
            body
            for body in self._chatter(lead or self.lead)
            if "second lead" in body or "message" in body
        ]

    def _leave(self, text="Call back", user=None, reference=None):
        windows = self.env["crm.lead.leave.message"].with_user(user or self.agent)
        reference = reference or self.lead.reference
        window = windows.create({"reference": reference, "message": text})
        return window.action_leave()

    # The note

    def test_the_owner_is_told_who_asked(self):
        self._ask()
        (note,) = self._notes()
        self.assertIn("Ana was about to make a second lead", note)
        message = self.lead.message_ids[0]
        self.assertEqual(message.author_id, self.agent.partner_id)
        self.assertEqual(message.partner_ids, self.other_agent.partner_id)
        self.assertTrue(message.subtype_id.internal)

    def test_who_asked_sees_no_more_than_before(self):
        refusal = self._ask()
        text, action, _button, _context = refusal.args
        self.assertIn("Ben works", text)
        self.assertNotIn(self.lead.id, action.values())
        lead = self.lead.with_user(self.agent)
        self.assertFalse(lead._filtered_access("read"))
        followers = self.lead.message_partner_ids
        self.assertNotIn(self.agent.partner_id, followers)

    def test_the_owner_is_told_once_a_day_by_each(self):
        for _time in range(3):
            self._ask()
        self.assertEqual(len(self._notes()), 1)
        third = self._new_user("cleo", "bpo_crm.group_bpo_agent")
        self._ask(third)
        self.assertEqual(len(self._notes()), 2)
        with self._at(fields.Datetime.now() + timedelta(days=1)):
            self._ask()
        self.assertEqual(len(self._notes()), 3)

    def test_nobody_lets_thousands_of_owners_know(self):
        others = [self._new_lead(self.other_agent) for _number in range(3)]
        limit = patch(f"{LOGGER}.NOTES_A_DAY", 2)
        with limit, self.assertLogs(LOGGER, "WARNING") as logs:
            refusals = [self._ask(lead=lead) for lead in others]
        self.assertEqual([len(self._notes(lead)) for lead in others], [1, 1, 0])
        self.assertEqual(len(logs.output), 1)
        # What is said does not depend on it.
        for refusal, lead in zip(refusals, others, strict=True):
            self.assertIn(f"{lead.reference}, which Ben works", refusal.args[0])
            self.assertEqual(refusal.args[2], "Leave a Message")

    def test_nothing_is_left_where_the_refusal_leads_to_the_lead(self):
        pooled = self._new_lead()
        self._ask(lead=pooled)
        self.assertFalse(self._notes(pooled))
        self._ask(self.supervisor)
        self._ask(self.other_agent)
        self.assertFalse(self._notes())

    def test_a_file_lets_nobody_know(self):
        self._ask(context=READS_FILE.say())
        self.assertFalse(self._notes())

    def test_a_client_does_not_pass_for_a_file(self):
        self._ask(context={"import_file": True, "reads_file": True})
        self.assertTrue(self._notes())

    def test_a_note_that_cannot_be_made_hides_no_refusal(self):
        leads = self.registry["crm.lead"]
        broken = patch.object(leads, "_note_second_request", side_effect=ValueError)
        with broken, self.assertLogs("odoo.addons.bpo_crm.own_transaction", "ERROR"):
            self.assertIn("has an open lead already", self._ask().args[0])

    # The message

    def test_who_was_refused_leaves_a_message(self):
        action = self._ask().args[1]
        self.assertEqual(action["name"], "Leave a Message for Ben")
        windows = self.env[action["res_model"]].with_user(self.agent)
        window = windows.with_context(**action["context"]).create({"message": "<b>Hi"})
        window.action_leave()
        self.assertIn("Ana leaves a message: &lt;b&gt;Hi", self._chatter(self.lead)[0])
        message = self.lead.message_ids[0]
        self.assertEqual(message.partner_ids, self.other_agent.partner_id)
        self.assertNotIn(self.agent.partner_id, self.lead.message_partner_ids)

    def test_one_message_a_day(self):
        self._ask()
        self._leave()
        with self._refused("once a day"):
            self._leave()

    def test_nobody_else_leaves_one(self):
        self._ask()
        third = self._new_user("cleo", "bpo_crm.group_bpo_agent")
        texts = set()
        for user, reference in (
            (third, self.lead.reference),
            (third, "LEAD/1999/00001"),
            (self.agent, self._new_lead(self.other_agent).reference),
        ):
            with self.assertRaises(UserError) as caught:
                self._leave(user=user, reference=reference)
            texts.add(str(caught.exception))
        # Which of them there are is told to nobody.
        self.assertEqual(len(texts), 1)
        self.assertEqual(len(self._notes()), 1)

    def test_a_message_is_left_soon_or_not_at_all(self):
        self._ask()
        later = fields.Datetime.now() + timedelta(days=2)
        with self._at(later), self._refused("once a day"):
            self._leave()

    def test_a_message_that_is_too_long_is_refused_not_cut(self):
        self._ask()
        with self._refused("at most 1000 characters. Shorten it"):
            self._leave("x" * 1001)
        self._leave("x" * 1000)
        self.assertIn("x" * 1000, self._chatter(self.lead)[0])

    def test_what_is_old_is_deleted(self):
        self._ask()
        requests = self.env["crm.lead.second.request"]
        requests._delete_old()
        self.assertEqual(requests.search_count([]), 1)
        with self._at(fields.Datetime.now() + timedelta(days=8)):
            requests._delete_old()
        self.assertFalse(requests.search_count([]))
