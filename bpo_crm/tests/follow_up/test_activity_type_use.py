from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from ...hooks import find_stage_activity
from ..common import CALL, BpoCase


@tagged("post_install", "-at_install")
class TestActivityTypeUse(BpoCase):
    """A type that is planned by itself does not go in silence."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.kind = cls.env["mail.activity.type"].create({"name": "Ring"})
        cls.managed = cls.kind.with_user(cls.manager)

    def _ways(self):
        """Return what lets the type go, by whatever way."""
        return (
            self.managed.action_archive,
            lambda: self.managed.write({"active": False}),
            lambda: self.managed.write({"active": 0, "sequence": 3}),
            self.managed.unlink,
        )

    def _assert_kept(self, *texts):
        for way in self._ways():
            with self.assertRaises(UserError) as caught:
                way()
            for text in texts:
                self.assertIn(text, str(caught.exception))
            self.assertTrue(self.kind.exists().active)

    def test_a_type_that_stages_plan_is_kept(self):
        (self.new | self.negotiation).activity_type_id = self.kind
        self._assert_kept(
            f'"Ring" is planned in "{self.new.name}", "{self.negotiation.name}"',
            "Configuration → Stages",
        )
        lead = self._new_lead(self.agent)
        self.assertEqual(lead.activity_ids.activity_type_id, self.kind)

    def test_a_type_that_calls_propose_is_kept(self):
        outcome = self.env["crm.call.outcome"]._find("busy")
        outcome.step_ids[0].activity_type_id = self.kind
        self._assert_kept(
            '"Ring" is proposed', '"Line Busy"', "Configuration → Call Outcomes"
        )

    def test_who_reads_no_stage_is_told_as_well(self):
        self.new.activity_type_id = self.kind
        system = self._new_user("sys", "base.group_system")
        with self.assertRaisesRegex(UserError, f'planned in "{self.new.name}"'):
            self.kind.with_user(system).action_archive()

    def test_one_of_many_keeps_all(self):
        self.new.activity_type_id = self.kind
        other = self.kind.copy()
        with self.assertRaises(UserError):
            (other | self.kind).with_user(self.manager).action_archive()
        self.assertTrue(other.active)

    def test_a_type_that_nothing_plans_may_go(self):
        self.new.activity_type_id = self.kind
        self.new.with_user(self.manager).activity_type_id = self.env.ref(CALL)
        self.managed.action_archive()
        self.assertFalse(self.kind.active)
        self.managed.unlink()
        self.assertFalse(self.kind.exists())

    def test_a_closed_stage_plans_nothing(self):
        self.won.activity_type_id = self.kind
        self.managed.action_archive()
        self.assertFalse(self.kind.active)

    def test_an_archived_type_is_not_chosen(self):
        self.kind.active = False
        with self.assertRaisesRegex(ValidationError, '"Ring", which is archived'):
            self.new.with_user(self.manager).activity_type_id = self.kind
        with self.assertRaisesRegex(ValidationError, '"Ring", which is archived'):
            self.env["crm.stage"].create(
                {"name": "Another", "activity_type_id": self.kind.id}
            )

    def test_an_archived_type_from_before_is_not_planned(self):
        self.new.activity_type_id = self.kind
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE mail_activity_type SET active = FALSE WHERE id = %s", self.kind.ids
        )
        self.env.invalidate_all()
        self.assertFalse(self._new_lead(self.agent).activity_ids)

    def test_an_archived_type_is_not_proposed(self):
        call = self.env.ref(CALL)
        self.assertEqual(find_stage_activity(self.env), call)
        self.env["crm.call.outcome.step"].search([]).activity_type_id = self.kind
        call.active = False
        self.assertFalse(find_stage_activity(self.env))
        settings = self.env["crm.pipeline.settings"].with_user(self.manager).create({})
        self.assertFalse(settings.line_ids.activity_type_id)
