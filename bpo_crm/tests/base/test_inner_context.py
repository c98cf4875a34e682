import ast
import re
from datetime import datetime, timedelta
from pathlib import Path
from unittest.mock import patch

from odoo.tests import tagged

from ... import inner_context
from ...inner_context import InnerKey, with_inner_context
from ..common import BpoCase

#: The keys that the addon reads though a client may send them, and why it may.
READ_FROM_CLIENTS = {
    # Looked at together with who says it.
    "install_module",
    "mail_activity_automation_skip",
    "skip_stage_transition_check",
    # By it, its sender is asked first.
    "ASKS",
    # By it, more is refused. ``load`` says it itself.
    "import_file",
    "default_tracking_value_ids",
    # Looked at as what the form itself says: ``default_`` and the name of a field.
    "f'default_{name}",
    # Core's own: whoever gives leads away may do so without a message.
    "mail_auto_subscribe_no_notify",
    # By which clock a page shows a time to who reads it.
    "tz",
    # Which records a window is for: they are looked at as whoever opened it.
    "active_ids",
    # Which team's columns a board shows: stages, which everybody reads.
    "default_team_id",
    # Of a job, which no client runs.
    "ir_cron_progress_id",
    # The period of a digest: moments, which no client can send.
    "start_datetime",
    "end_datetime",
    # By it, archived records are shown to who may see them.
    "active_test",
}

#: What JSON and XML can carry.
SENDABLE = (True, 1, "1", [1], {"value": True}, 1.5, None)


def list_keys():
    return [key for key in vars(inner_context).values() if isinstance(key, InnerKey)]


def read_keys(source):
    """Yield what a file reads out of a context by its name."""
    for node in ast.walk(ast.parse(source)):
        call = isinstance(node, ast.Call) and node.func
        if isinstance(call, ast.Attribute) and call.attr in ("get", "pop"):
            where, name = ast.unparse(call.value), node.args[:1]
        elif isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load):
            where, name = ast.unparse(node.value), [node.slice]
        elif isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.In):
            where, name = ast.unparse(node.comparators[0]), [node.left]
        else:
            continue
        if re.search(r"(^|[._])context$", where):
            yield ast.unparse(name[0])


@tagged("post_install", "-at_install")
class TestInnerContext(BpoCase):
    """What a client says in the context lifts no rule and gets no rights."""

    def test_a_client_cannot_say_what_the_addon_says(self):
        self.assertGreater(len(list_keys()), 5)
        for key in list_keys():
            (name,) = key.say()
            self.assertEqual(key.get(self.env(context=key.say("x"))), "x")
            for value in SENDABLE:
                with self.subTest(key=name, value=value):
                    self.assertIsNone(key.get(self.env(context={name: value})))

    def test_the_addon_reads_no_other_key_that_a_client_may_send(self):
        root = Path(inner_context.__file__).parent
        files = [*root.rglob("*.py"), *root.parent.glob("bpo_crm_*/**/*.py")]
        found = {
            (name.strip("'\""), path.name)
            for path in files
            if "tests" not in path.parts and path.name != "inner_context.py"
            for name in read_keys(path.read_text())
        }
        self.assertTrue(found)
        others = {pair for pair in found if pair[0] not in READ_FROM_CLIENTS}
        self.assertFalse(others)

    def test_rights_are_taken_on_without_what_a_client_said(self):
        other = self.env["res.company"].create({"name": "Other"})
        mine = self.agent.company_id
        sent = {
            "lang": "en_US",
            "tz": "Asia/Manila",
            "allowed_company_ids": [other.id, mine.id, "x", [1]],
            "default_user_id": 1,
            "skip_stage_transition_check": True,
            "fetchmail_cron_running": True,
            **inner_context.KEPT_MAIL.say(),
        }
        leads = self.env["crm.lead"].with_user(self.agent).with_context(**sent)
        clean = with_inner_context(leads.with_context(**sent), "fetchmail_cron_running")
        self.assertEqual(clean.env.uid, self.agent.id)
        self.assertEqual(
            dict(clean.env.context),
            {
                "lang": "en_US",
                "tz": "Asia/Manila",
                "allowed_company_ids": [mine.id],
                "fetchmail_cron_running": True,
                **inner_context.KEPT_MAIL.say(),
            },
        )

    # ------------------------------------------------------------
    # What a client could get
    # ------------------------------------------------------------

    def _let_stages_plan(self):
        call = self.env.ref("mail.mail_activity_data_call")
        stages = self.new | self.qualified | self.negotiation
        stages.write({"activity_type_id": call.id})

    def _pending(self, lead):
        return self.env["mail.activity"].search(
            [("res_model", "=", "crm.lead"), ("res_id", "=", lead.id)]
        )

    def test_the_activity_of_a_stage_is_planned_whatever_a_client_says(self):
        self._let_stages_plan()
        forged = {
            "mail_activity_automation_skip": True,
            "is_follow_up_planned": True,
        }
        lead = self._new_lead(self.agent)
        lead.with_user(self.agent).with_context(**forged).stage_id = self.qualified
        planned = self._pending(lead)
        self.assertEqual(planned.crm_stage_id, self.qualified)

    def test_a_move_leaves_a_line_in_the_chatter_whatever_a_client_says(self):
        for key in ("mail_notrack", "tracking_disable"):
            lead = self._new_lead(self.agent)
            self._flush_tracking()
            silent = lead.with_user(self.agent).with_context(**{key: True})
            silent.stage_id = self.qualified
            self._flush_tracking()
            moves = lead.message_ids.tracking_value_ids
            self.assertIn(self.qualified.name, moves.mapped("new_value_char"))

    def test_core_leaves_no_line_of_what_no_rule_promises_one(self):
        lead = self._new_lead(self.agent)
        self._flush_tracking()
        before = lead.message_ids
        silent = lead.with_user(self.agent).with_context(tracking_disable=True)
        silent.write({"expected_revenue": 5, "priority": "2"})
        self._flush_tracking()
        self.assertEqual(lead.message_ids, before)

    def test_an_activity_that_is_done_is_followed_whatever_a_client_says(self):
        self._let_stages_plan()
        self.new.advance_when_done = True
        lead = self._new_lead(self.agent)
        activity = self._pending(lead).with_user(self.agent)
        skip = {"mail_activity_automation_skip": True}
        activity.with_context(**skip).action_feedback()
        self.assertEqual(lead.stage_id, self.qualified)
        self.assertEqual(self._pending(lead).crm_stage_id, self.qualified)

    def test_who_says_to_ask_for_the_next_step_is_asked_all_the_same(self):
        lead = self._new_lead(self.agent)
        lead.activity_schedule("mail.mail_activity_data_todo", user_id=self.agent.id)
        activity = self._pending(lead).with_user(self.agent)
        activity.with_context(asks_for_next_step=True).action_feedback()
        self.env.cr.precommit.run()
        asked = self.env["bus.bus"].search([("message", "ilike", "next_step_wanted")])
        self.assertIn(str(lead.id), asked[-1:].message or "")

    def test_a_visit_is_planned_as_an_activity_whatever_a_client_says(self):
        lead = self._new_lead(self.agent, email_from="vera@customer.example")
        start = datetime.now().replace(microsecond=0) + timedelta(days=2)
        events = self.env["calendar.event"].with_user(self.agent)
        visit = events.with_context(mail_activity_automation_skip=True).create(
            {
                "name": "Visit",
                "start": start,
                "stop": start + timedelta(hours=1),
                "opportunity_id": lead.id,
                "visit_state": "planned",
            }
        )
        self.assertEqual(self._pending(lead), visit.activity_ids)
        self.assertTrue(visit.activity_ids)

    def test_a_feed_is_read_without_a_managers_flags(self):
        source = self.env["crm.lead.source"].create({"name": "Kia", "code": "kia-t"})
        feed = (
            self.env["crm.lead.feed"]
            .with_user(self.manager)
            .create(
                {
                    "name": "Web",
                    "active": False,
                    "brand_id": self.brand.id,
                    "source_id": source.id,
                    "remote_model": "crm.lead",
                    "field_ids": [
                        (0, 0, {"target_field": "phone", "remote_field": "phone"})
                    ],
                }
            )
        )
        self.env.flush_all()
        flags = {"skip_stage_transition_check": 1, "default_dealer_so_name": "X"}
        with (
            # It begins a transaction of its own, which it cannot here.
            patch.object(type(feed), "_commit"),
            self._own_transactions_shared(),
            feed.with_context(lang="en_US", **flags)._lock() as locked,
        ):
            self.assertEqual(locked.env.uid, 1)
            self.assertEqual(dict(locked.env.context), {"lang": "en_US"})
