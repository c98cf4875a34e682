from lxml import etree

from odoo.tests import new_test_user, tagged

from ..common import BpoCase

#: What the call centre's form does without.
CORES_ALONE = ("probability", "automated_probability", "recurring_revenue")


@tagged("post_install", "-at_install")
class TestLeadForm(BpoCase):
    """Whoever has a role sees leads on the call centre's form, others on core's."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.salesman = new_test_user(
            cls.env, "elsewhere@bpo.test", "sales_team.group_sale_salesman"
        )

    def _get_form(self, user, view_id=None, **context):
        leads = self.env["crm.lead"].with_user(user).with_context(**context)
        return leads.get_view(view_id, "form")

    def test_it_opens_from_wherever_no_view_is_named(self):
        ours = self.env.ref("bpo_crm.crm_lead_view_form")
        for user in (self.agent, self.supervisor, self.manager):
            self.assertEqual(self._get_form(user)["id"], ours.id)

    def test_who_has_no_role_gets_cores(self):
        form = self._get_form(self.salesman)
        self.assertEqual(form["id"], self.env.ref("crm.crm_lead_view_form").id)
        self.assertNotIn("dealership_id", form["arch"])

    def test_a_view_that_is_asked_for_is_shown(self):
        core = self.env.ref("crm.crm_lead_view_form")
        self.assertEqual(self._get_form(self.agent, core.id)["id"], core.id)
        form = self._get_form(self.agent, form_view_ref="crm.crm_lead_view_form")
        self.assertEqual(form["id"], core.id)

    def test_it_asks_for_a_customer_once_and_for_no_probability(self):
        arch = etree.fromstring(self._get_form(self.agent)["arch"])
        names = arch.xpath("//field/@name")
        self.assertEqual(names.count("contact_name"), 1)
        self.assertFalse(set(names) & set(CORES_ALONE))

    def test_it_says_what_the_last_call_brought(self):
        lead = self._new_lead(self.agent).with_user(self.agent)
        self.assertFalse(lead.last_call_date)
        calls = self.env["crm.call.log"].with_user(self.agent)
        for result, summary in (("no_answer", "Rang"), ("answered", "Wants blue")):
            calls.create({"lead_id": lead.id, "result": result, "summary": summary})
        self.assertEqual(
            (lead.last_call_result, lead.last_call_summary, lead.last_call_user_id),
            ("answered", "Wants blue", self.agent),
        )
