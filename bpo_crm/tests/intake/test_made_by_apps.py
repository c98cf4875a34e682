from unittest.mock import patch

from odoo.exceptions import RedirectWarning
from odoo.tests import tagged

from ...models.intake import crm_lead_made_by_apps
from ..common import BpoCase


@tagged("post_install", "-at_install")
class TestMadeByApps(BpoCase):
    """What an app makes of a known customer is merged, whoever is signed in.

    The apps themselves are in ``tests/test_used_database.py``.
    """

    def setUp(self):
        super().setUp()
        self.held = self._new_lead(self.agent)
        self.values = {"name": "Again", "phone": self.held.phone}

    def test_a_person_who_makes_a_lead_by_hand_is_asked(self):
        leads = self.env["crm.lead"]
        for user in (self.other_agent, self.supervisor, self.manager):
            with self._refused("has an open lead already", RedirectWarning):
                leads.with_user(user).create(self.values)

    def test_an_app_that_has_all_rights_is_not(self):
        leads = self.env["crm.lead"]
        for user in (self.other_agent, self.manager):
            made = leads.with_user(user).sudo().create(self.values)
            self.assertEqual(made, self.held)
        self._assert_in_chatter("Again", self.held)

    def test_new_customers_beside_a_known_one_have_leads_of_their_own(self):
        new = {"name": "New", "phone": "+63 917 555 9401"}
        leads = self.env["crm.lead"].with_user(self.other_agent).sudo()
        first, second = leads.create([self.values, new])
        self.assertEqual(first, self.held)
        self.assertNotEqual(second, self.held)
        self.assertEqual(second.type, "opportunity")

    def test_what_is_wrapped_makes_leads_with_all_rights(self):
        def make(records, values):
            return records.env["crm.lead"].create(values)

        wrapped = crm_lead_made_by_apps._with_all_rights(make)
        self.assertEqual(wrapped(self.env["crm.team"], self.values), self.held)
        teams = self.env["crm.team"].with_user(self.other_agent)
        forged = teams.with_context(default_user_id=self.agent.id)
        self.assertEqual(wrapped(teams, self.values), self.held)
        new = wrapped(forged, {"name": "New", "user_id": False})
        self.assertFalse(new.user_id)
        self.assertNotIn("default_user_id", new.env.context)

    def test_methods_of_apps_that_are_there_are_wrapped_once(self):
        leads = self.env["crm.lead"]
        wrap = crm_lead_made_by_apps._with_all_rights
        names = (("crm.team", "action_your_pipeline"), ("no.such.app", "make"))
        wrapped = [(*pair, wrap) for pair in names]
        cls = self.registry["crm.team"]
        with patch.object(crm_lead_made_by_apps, "WRAPPED", wrapped):
            leads._register_hook()
            method = vars(cls)["action_your_pipeline"]
            leads._register_hook()
            self.assertIs(vars(cls)["action_your_pipeline"], method)
            leads._unregister_hook()
        self.assertNotIn("action_your_pipeline", vars(cls))
        leads._register_hook()

    def test_a_link_to_a_lead_that_one_may_not_see_says_its_reference(self):
        self.held.name = "Ana's customer"
        lead = self.held.with_user(self.other_agent).sudo()
        self.assertIn(self.held.reference, lead._get_html_link())
        self.assertNotIn("customer", lead._get_html_link())
        self.assertIn("customer", self.held._get_html_link())
