from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged

from ... import roles
from ...series import GROUP_USERS, USER_GROUPS
from ..common import BpoCase
from ..screens import list_menu_actions

EXPORT = "base.group_allow_export"


@tagged("post_install", "-at_install")
class TestExport(BpoCase):
    """Supervisors and managers export every list; agents what they see, if at all.

    The web client's files are in ``/tests``.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.lead = cls._new_lead(cls.agent, name="Mine")
        cls.others = cls._new_lead(cls.other_agent, name="Others")

    def _allow(self, user):
        self.env.ref(EXPORT)._add_members(user.ids)

    # ------------------------------------------------------------
    # Who has the right
    # ------------------------------------------------------------

    def test_supervisors_and_managers_have_it_by_their_role(self):
        self.assertFalse(self.agent.has_group(EXPORT))
        for user in (self.supervisor, self.manager):
            self.assertTrue(user.has_group(EXPORT))

    def test_who_becomes_an_agent_again_has_it_no_more(self):
        agent, supervisor, manager = map(self.env.ref, roles.ALL)
        self.supervisor.write(
            {USER_GROUPS: [Command.unlink(supervisor.id), Command.link(agent.id)]}
        )
        self.assertFalse(self.supervisor.has_group(EXPORT))
        # By the form of the group.
        self._add(supervisor, self.agent)
        self.assertTrue(self.agent.has_group(EXPORT))
        supervisor[GROUP_USERS] = [Command.unlink(self.agent.id)]
        self.assertFalse(self.agent.has_group(EXPORT))

    def _add(self, group, user):
        group._add_members(user.ids)

    def test_who_goes_on_to_be_a_supervisor_keeps_it(self):
        manager = self.env.ref(roles.MANAGER)
        self.manager.write({USER_GROUPS: [Command.unlink(manager.id)]})
        self._add(self.env.ref(roles.SUPERVISOR), self.manager)
        self.assertTrue(self.manager.has_group(EXPORT))

    def test_an_agent_to_whom_it_was_given_keeps_it(self):
        self._allow(self.agent)
        sales = self.env.ref(roles.SALES_USER)
        self.agent.write({USER_GROUPS: [Command.link(sales.id)]})
        self.assertTrue(self.agent.has_group(EXPORT))

    # ------------------------------------------------------------
    # By RPC
    # ------------------------------------------------------------

    def test_an_agent_exports_nothing(self):
        call = self.env["crm.call.log"].create(
            {"lead_id": self.lead.id, "user_id": self.agent.id, "result": "busy"}
        )
        for records in (self.lead, call):
            with self._refused("rights to export"):
                records.with_user(self.agent).export_data(["id"])

    def test_supervisors_and_managers_export_what_every_menu_lists(self):
        for user in (self.supervisor, self.manager):
            actions = list_menu_actions(self.env(user=user.id))
            models = {
                action.res_model
                for action in actions.values()
                if action._name == "ir.actions.act_window"
            }
            self.assertGreater(len(models), 5)
            for model in models:
                with self.subTest(user=user.name, model=model):
                    records = self.env[model].with_user(user).search([], limit=1)
                    # A row of a report has no external id, and Odoo offers none.
                    is_stored = records._is_an_ordinary_table()
                    name = "id" if is_stored else "display_name"
                    rows = records.export_data([name])["datas"]
                    self.assertEqual(len(rows), len(records))
        leads = (self.lead + self.others).with_user(self.supervisor)
        self.assertEqual(leads.export_data(["name"])["datas"], [["Mine"], ["Others"]])

    def test_an_agent_with_the_right_exports_own_rows_only(self):
        self._allow(self.agent)
        mine = self.lead.with_user(self.agent)
        self.assertEqual(mine.export_data(["name"])["datas"], [["Mine"]])
        with self.assertRaises(UserError):
            self.others.with_user(self.agent).export_data(["name"])

    # ------------------------------------------------------------
    # The screens
    # ------------------------------------------------------------

    def test_no_screen_hides_the_export(self):
        ours = self.env["ir.model.data"].search(
            [("module", "=", "bpo_crm"), ("model", "=", "ir.ui.view")]
        )
        views = self.env["ir.ui.view"].browse(ours.mapped("res_id"))
        self.assertGreater(len(views), 50)
        for view in views:
            self.assertNotIn("export_xlsx", view.arch_db, view.name)
