from unittest.mock import patch

from odoo import Command
from odoo.tests import Form, new_test_user, tagged

from ... import roles
from ...series import GROUP_MEMBERS, GROUP_USERS, IS_19, USER_GROUPS
from ..common import BpoCase

SALESPERSON, ALL_LEADS, SALES_MANAGER = roles.SALES

#: The highest Sales role that each role in the call centre brings along.
SALES_OF = {
    roles.AGENT: SALESPERSON,
    roles.SUPERVISOR: ALL_LEADS,
    roles.MANAGER: SALES_MANAGER,
}


@tagged("post_install", "-at_install")
class TestSalesRole(BpoCase):
    """Nobody in the call centre has more Sales rights than the role brings along."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if IS_19:
            # As with demo data; on 18.0, it is so in each database.
            default = cls.env.ref("base.default_user_group")
            default.implied_ids = [Command.link(cls.env.ref(SALES_MANAGER).id)]
        cls.administrator = new_test_user(
            cls.env,
            "adm@bpo.test",
            "base.group_system,base.group_partner_manager",
        )
        cls.users = cls.env["res.users"].with_user(cls.administrator)

    def _link(self, group):
        return {USER_GROUPS: [Command.link(self.env.ref(group).id)]}

    def _new_person(self, login="new@bpo.test", **values):
        """Make a user with Odoo's defaults."""
        return self.users.create({"name": "New", "login": login, **values})

    def _assert_sales_role(self, user, expected):
        """Check that somebody has a Sales role, and none above it."""
        held = [role for role in roles.SALES if user.has_group(role)]
        self.assertEqual(held[-1:], [expected])

    def test_a_new_user_is_a_sales_administrator_by_default(self):
        self._assert_sales_role(self._new_person(), SALES_MANAGER)

    def test_a_role_that_is_given_brings_its_sales_role(self):
        for number, (role, sales) in enumerate(SALES_OF.items()):
            user = self._new_person(f"{number}@bpo.test")
            user.write(self._link(role))
            self.assertTrue(user.has_group(role))
            self._assert_sales_role(user, sales)

    def test_a_user_who_is_made_with_a_role_has_its_sales_role(self):
        for number, (role, sales) in enumerate(SALES_OF.items()):
            groups = self.users.default_get([USER_GROUPS])[USER_GROUPS]
            groups = [*groups, Command.link(self.env.ref(role).id)]
            user = self._new_person(f"{number}@bpo.test", **{USER_GROUPS: groups})
            self._assert_sales_role(user, sales)

    def test_the_user_form_makes_an_agent(self):
        user = self._new_person()
        agent = self.env.ref(roles.AGENT)
        with Form(user, "base.view_users_form") as form:
            if IS_19:
                form.group_ids.add(agent)
            else:
                chain = self.env["res.groups"].concat(*map(self.env.ref, roles.ALL))
                ids = "_".join(map(str, sorted(chain.ids)))
                setattr(form, f"sel_groups_{ids}", agent.id)
        self.assertTrue(user.has_group(roles.AGENT))
        self._assert_sales_role(user, SALESPERSON)

    def test_an_agent_is_not_made_a_sales_administrator(self):
        for group in (ALL_LEADS, SALES_MANAGER):
            self.agent.with_user(self.administrator).write(self._link(group))
            self._assert_sales_role(self.agent, SALESPERSON)
        self.supervisor.write(self._link(SALES_MANAGER))
        self._assert_sales_role(self.supervisor, ALL_LEADS)

    def test_the_form_of_a_group_makes_no_agent_a_sales_administrator(self):
        self.env.ref(SALES_MANAGER)[GROUP_USERS] = [Command.link(self.agent.id)]
        self._assert_sales_role(self.agent, SALESPERSON)
        user = self._new_person()
        self.env.ref(roles.AGENT)[GROUP_USERS] = [Command.link(user.id)]
        self._assert_sales_role(user, SALESPERSON)

    def test_many_agents_are_kept_from_it_in_one_write(self):
        agents = self.agent | self.other_agent
        users = self.registry["res.users"]
        with patch.object(
            users, "write", autospec=True, side_effect=users.write
        ) as write:
            self.env.ref(SALES_MANAGER)[GROUP_USERS] = [
                Command.link(agent.id) for agent in agents
            ]
        for agent in agents:
            self._assert_sales_role(agent, SALESPERSON)
        written = [call.args[0] for call in write.call_args_list]
        # Core 19.0 writes to nobody besides.
        self.assertEqual([users for users in written if users], [agents])

    def test_a_group_that_brings_it_along_makes_no_agent_a_sales_administrator(self):
        chief = self.env["res.groups"].create({"name": "Chief"})
        self.agent.write({USER_GROUPS: [Command.link(chief.id)]})
        chief.implied_ids = [Command.link(self.env.ref(SALES_MANAGER).id)]
        self._assert_sales_role(self.agent, SALESPERSON)

    def test_a_group_that_is_taken_away_leaves_all_else_that_it_gave(self):
        chief = self.env["res.groups"].create({"name": "Chief"})
        user = self._new_person()
        user.write({USER_GROUPS: [Command.link(chief.id)]})
        gives = ("base.group_partner_manager", roles.SUPERVISOR, SALES_MANAGER)
        chief.implied_ids = [Command.link(self.env.ref(name).id) for name in gives]
        self._assert_sales_role(user, ALL_LEADS)
        for name in gives[:-1]:
            self.assertTrue(user.has_group(name), name)

    def test_a_group_for_everybody_asks_nobody_but_the_floor(self):
        employees = self.env.ref("base.group_user")
        harmless = self.env["res.groups"].create({"name": "Harmless"})
        agents = self.env.ref(roles.AGENT).with_context(active_test=False)
        floor = agents[GROUP_MEMBERS]
        users = self.registry["res.users"]
        with patch.object(users, "_fit_sales_role", autospec=True) as fit:
            employees.implied_ids = [Command.link(harmless.id)]
        asked = [call.args[0] for call in fit.call_args_list]
        self.assertTrue(asked)
        for asked_users in asked:
            self.assertFalse(asked_users - floor)

    def test_who_was_a_manager_and_is_an_agent_has_the_sales_role_of_agents(self):
        self.agent.write(self._link(roles.MANAGER))
        self._assert_sales_role(self.agent, SALES_MANAGER)
        unlink = [
            Command.unlink(self.env.ref(role).id)
            for role in (roles.MANAGER, roles.SUPERVISOR)
        ]
        agent = Command.link(self.env.ref(roles.AGENT).id)
        self.agent.write({USER_GROUPS: [*unlink, agent]})
        self._assert_sales_role(self.agent, SALESPERSON)

    def test_who_has_no_role_keeps_what_odoo_gives(self):
        seller = self._new_person()
        seller.write({"name": "Seller", **self._link("base.group_no_one")})
        self._assert_sales_role(seller, SALES_MANAGER)


@tagged("post_install", "-at_install")
class TestFirstScreen(BpoCase):
    """Whoever works in the call centre begins with My Day."""

    def _menus(self, user):
        """Return the menus of somebody, the apps first and in their order."""
        menus = self.env["ir.ui.menu"].with_user(user).load_menus(False)
        apps = [menus[app] for app in menus.pop("root")["children"]]
        return apps, menus

    def _apps(self, user):
        return [app["xmlid"] for app in self._menus(user)[0]]

    def test_everybody_with_a_role_lands_on_my_day(self):
        for user in (self.agent, self.supervisor, self.manager):
            (first, *_others), menus = self._menus(user)
            self.assertEqual(first["xmlid"], "bpo_crm.menu_root")
            landed = menus[first["children"][0]]
            self.assertEqual(landed["xmlid"], "bpo_crm.menu_my_day")

    def test_cores_crm_is_for_managers_and_for_who_has_no_role(self):
        seller = new_test_user(self.env, "seller@bpo.test", SALESPERSON)
        for user in (self.agent, self.supervisor):
            _apps, menus = self._menus(user)
            named = {menu["xmlid"] for menu in menus.values()}
            self.assertIn("bpo_crm.menu_root", named)
            self.assertFalse({"crm.crm_menu_root", "crm.crm_menu_sales"} & named)
        for user in (seller, self.manager):
            self.assertIn("crm.crm_menu_root", self._apps(user))
