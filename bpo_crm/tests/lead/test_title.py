from odoo.tests import Form, tagged

from ..common import BpoCase


@tagged("post_install", "-at_install")
class TestTitle(BpoCase):
    """Who makes a lead need not think of a title."""

    def _create(self, **values):
        leads = self.env["crm.lead"].with_user(self.agent)
        return leads.create({"phone": "+63 917 7009998", **values})

    def test_it_says_who_asks_and_for_what(self):
        lead = self._create(contact_name="Maria", vehicle_model_id=self.vehicle.id)
        self.assertEqual(lead.name, "Maria – Kia Picanto")

    def test_without_a_name_it_is_the_number(self):
        for nothing in (False, "", None):
            lead = self._create(name=nothing)
            self.assertEqual(lead.name, "+63 917 7009998")
            lead.sudo().unlink()

    def test_of_nobody_and_nothing_there_is_no_lead(self):
        for nothing in ({}, {"name": False}, {"contact_name": ""}):
            with self._refused("Enter a name, a phone number or an email"):
                self.env["crm.lead"].with_user(self.agent).create(nothing)

    def test_what_somebody_wrote_stays(self):
        lead = self._create(name="Fleet", contact_name="Maria")
        lead.write({"vehicle_model_id": self.vehicle.id, "contact_name": "Jose"})
        self.assertEqual(lead.name, "Fleet")

    def test_the_vehicle_is_added_once_it_is_known(self):
        lead = self._create(contact_name="Maria")
        self.assertEqual(lead.name, "Maria")
        lead.vehicle_model_id = self.vehicle
        self.assertEqual(lead.name, "Maria – Kia Picanto")

    def test_the_form_writes_it_while_one_types(self):
        form = Form(self.env["crm.lead"].with_user(self.agent))
        form.contact_name = "Maria"
        form.vehicle_model_id = self.vehicle
        self.assertEqual(form.name, "Maria – Kia Picanto")

    def test_a_card_is_made_of_a_number_and_a_wish(self):
        view = "bpo_crm.crm_lead_view_form_quick"
        form = Form(self.env["crm.lead"].with_user(self.agent), view)
        form.phone = "+63 917 7009997"
        form.vehicle_model_id = self.vehicle
        lead = form.save()
        self.assertEqual(lead.name, f"{lead.phone} – Kia Picanto")
        self.assertEqual(lead.user_id, self.agent)
