from odoo.exceptions import AccessError

from ..common import BpoCase


class TestDemoGuard(BpoCase):
    """History is rewritten by nobody but the installation."""

    def test_nobody_loads_the_demo_afterwards(self):
        leads = self.env["crm.lead"]
        before = leads.search_count([])
        for user in (self.agent, self.manager, self.env.ref("base.user_admin")):
            for rights in (leads.with_user(user), leads.with_user(user).sudo()):
                with self.assertRaises(AccessError):
                    rights._load_demo_floor()
        self.assertEqual(leads.search_count([]), before)
