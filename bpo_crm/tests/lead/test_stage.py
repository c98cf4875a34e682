from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from ..common import BpoCase


@tagged("post_install", "-at_install")
class TestStage(BpoCase):
    def test_a_stage_is_not_won_and_lost(self):
        with self.assertRaises(ValidationError):
            self.env["crm.stage"].create(
                {"name": "Both", "is_won": True, "is_lost": True}
            )

    def test_flags_of_a_stage_with_leads_stay(self):
        self._new_lead()
        for flag in ("is_won", "is_lost"):
            with self.assertRaisesRegex(UserError, "closed or reopened"):
                self.new.with_user(self.manager).write({flag: True})

    def test_flags_of_an_empty_stage_can_change(self):
        stage = self.env["crm.stage"].create({"name": "Dead", "sequence": 99})
        stage.with_user(self.manager).is_lost = True
        self.assertTrue(stage.is_lost)

    def test_only_managers_edit_stages(self):
        for user in (self.agent, self.supervisor):
            with self.assertRaises(AccessError):
                self.new.with_user(user).name = "Fresh"
        self.new.with_user(self.manager).name = "Fresh"
        self.assertEqual(self.new.name, "Fresh")
