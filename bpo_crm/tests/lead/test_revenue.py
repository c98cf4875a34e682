from unittest.mock import patch

from odoo.tests import Form, tagged

from ..common import BpoCase


@tagged("post_install", "-at_install")
class TestRevenue(BpoCase):
    """A lead brings the list price while nobody has typed another amount."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.vehicle.list_price = 900_000
        cls.dearer = cls.env["crm.vehicle.model"].create(
            {"name": "Sorento", "brand_id": cls.brand.id, "list_price": 2_000_000}
        )
        cls.free = cls.env["crm.vehicle.model"].create(
            {"name": "Concept", "brand_id": cls.brand.id}
        )

    def test_a_lead_is_born_with_the_list_price(self):
        self.assertEqual(self._new_lead().expected_revenue, 900_000)

    def test_nothing_typed_is_the_list_price(self):
        for nothing in (0, False, None):
            lead = self._new_lead(expected_revenue=nothing)
            self.assertEqual(lead.expected_revenue, 900_000, nothing)

    def test_another_vehicle_has_another_price(self):
        lead = self._new_lead(self.agent).with_user(self.agent)
        lead.vehicle_model_id = self.dearer
        self.assertEqual(lead.expected_revenue, 2_000_000)
        lead.vehicle_model_id = self.free
        self.assertEqual(lead.expected_revenue, 0)
        lead.vehicle_model_id = self.vehicle
        self.assertEqual(lead.expected_revenue, 900_000)
        lead.vehicle_model_id = False
        self.assertEqual(lead.expected_revenue, 0)

    def test_what_somebody_typed_stays(self):
        lead = self._new_lead(self.agent).with_user(self.agent)
        lead.expected_revenue = 850_000
        lead.vehicle_model_id = self.dearer
        self.assertEqual(lead.expected_revenue, 850_000)
        born = self._new_lead(expected_revenue=1)
        born.vehicle_model_id = self.dearer
        self.assertEqual(born.expected_revenue, 1)

    def test_emptied_it_is_the_list_price_again(self):
        lead = self._new_lead(self.agent, expected_revenue=1).with_user(self.agent)
        lead.expected_revenue = 0
        self.assertEqual(lead.expected_revenue, 900_000)
        lead.vehicle_model_id = self.dearer
        self.assertEqual(lead.expected_revenue, 2_000_000)

    def test_of_many_leads_it_is_noticed_in_two_writes(self):
        amounts = (1, 2, 900_000, 0)
        values = {"name": "Many", "type": "opportunity", "user_id": False}
        values["vehicle_model_id"] = self.vehicle.id
        lead_class = self.registry["crm.lead"]
        with patch.object(
            lead_class, "write", autospec=True, side_effect=lead_class.write
        ) as write:
            leads = self.env["crm.lead"].create(
                [{**values, "expected_revenue": amount} for amount in amounts]
            )
        written = [call.args for call in write.call_args_list]
        noticed = [args for args in written if "is_revenue_typed" in args[1]]
        self.assertEqual(
            noticed,
            [
                (leads[:2], {"is_revenue_typed": True}),
                (leads[2:], {"is_revenue_typed": False}),
            ],
        )
        self.assertEqual(leads.mapped("expected_revenue"), [1, 2, 900_000, 900_000])

    def test_a_copy_keeps_what_was_typed(self):
        copy = self._new_lead(expected_revenue=1).copy({"phone": "+63 917 7009999"})
        copy.vehicle_model_id = self.dearer
        self.assertEqual(copy.expected_revenue, 1)

    def test_the_form_proposes_it_while_one_chooses(self):
        lead = self._new_lead(self.agent).with_user(self.agent)
        with Form(lead) as form:
            form.vehicle_model_id = self.dearer
            self.assertEqual(form.expected_revenue, 2_000_000)
            form.vehicle_model_id = self.vehicle
            self.assertEqual(form.expected_revenue, 900_000)
        lead.vehicle_model_id = self.dearer
        self.assertEqual(lead.expected_revenue, 2_000_000)

    def test_the_form_keeps_what_one_types(self):
        lead = self._new_lead(self.agent).with_user(self.agent)
        with Form(lead) as form:
            form.expected_revenue = 850_000
            form.vehicle_model_id = self.dearer
            self.assertEqual(form.expected_revenue, 850_000)
        self.assertEqual(lead.expected_revenue, 850_000)

    def test_it_is_in_the_currency_of_the_lead(self):
        foreign = self.env["res.currency"].with_context(active_test=False)
        foreign = foreign.search([("id", "!=", self.env.company.currency_id.id)])[0]
        self.env["res.currency.rate"].create(
            {"currency_id": foreign.id, "name": "2020-01-01", "rate": 50}
        )
        self.vehicle.currency_id = foreign
        self.assertEqual(self._new_lead().expected_revenue, 18_000)

    def test_a_closed_lead_keeps_what_it_brought(self):
        lead = self._new_lead(self.agent)
        self.env.flush_all()
        self._lose(lead)
        lead.sudo().vehicle_model_id = self.dearer
        self.assertEqual(lead.expected_revenue, 900_000)

    def test_who_knows_no_vehicles_may_expect_an_amount(self):
        seller = self._new_user("sam", "sales_team.group_sale_salesman")
        lead = self._new_lead(seller).with_user(seller)
        lead.expected_revenue = 5
        self.assertEqual(lead.expected_revenue, 5)
        self.assertTrue(lead.sudo().is_revenue_typed)

    def test_a_lead_from_before_without_an_amount_expects_its_next_vehicle(self):
        lead = self._new_lead()
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE crm_lead SET expected_revenue = 0, is_revenue_typed = TRUE"
            " WHERE id = %s",
            [lead.id],
        )
        lead.invalidate_recordset()
        lead.vehicle_model_id = self.dearer
        self.assertEqual(lead.expected_revenue, 2_000_000)
