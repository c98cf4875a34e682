from odoo.tests import tagged

from ... import hooks
from ..common import BpoCase


@tagged("post_install", "-at_install")
class TestInstall(BpoCase):
    """What the post_init_hook does to a fresh database and to a used one."""

    def test_a_fresh_database_shows_exactly_the_five_stages(self):
        self._remove_all_leads()
        self.env["crm.stage"].create({"name": "Something else"})
        hooks._set_up_fresh_pipeline(self.env)
        stages = self.env["crm.stage"].search([])
        self.assertEqual(
            [(s.sequence, s.name, s.is_won, s.is_lost, s.fold) for s in stages],
            [
                (10, "New", False, False, False),
                (20, "Qualified", False, False, False),
                (30, "Negotiation", False, False, False),
                (40, "Won", True, False, False),
                (50, "Lost", False, True, True),
            ],
        )

    def test_a_used_database_keeps_its_stages_and_gets_a_lost_one_last(self):
        own = self.env["crm.stage"].create({"name": "Own", "sequence": 70})
        before = self.env["crm.stage"].search([])
        hooks._adopt_existing_leads(self.env)
        after = self.env["crm.stage"].search([])
        self.assertEqual(set(after.ids), set(before.ids))
        self.assertEqual(after[-1], self.env.ref("bpo_crm.stage_lost"))
        self.assertGreater(after[-1].sequence, own.sequence)

    def test_leads_lost_before_move_to_the_lost_column(self):
        lead = self._new_lead()
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE crm_lead SET active = false, probability = 0 WHERE id = %s",
            [lead.id],
        )
        self.env.invalidate_all()
        hooks._adopt_existing_leads(self.env)
        self.assertTrue(lead.is_lost)
        self.assertEqual(lead.lost_stage_id, self.new)

    def test_leads_from_before_get_a_reference(self):
        leads = self._new_lead() | self._new_lead()
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE crm_lead SET reference = NULL WHERE id IN %s", [tuple(leads.ids)]
        )
        self.env.invalidate_all()
        hooks._adopt_existing_leads(self.env)
        self.assertEqual(len(set(leads.mapped("reference"))), 2)
        self.assertTrue(all(leads.mapped("reference")))

    def _new_leads_from_before(self, **values):
        """Make two open leads of one customer, as there are without the addon."""
        leads = self._new_lead(self.agent) | self._new_lead(self.agent)
        leads._release_customers()
        leads._write_by_core(values)
        leads._hold_existing_customers()
        return leads

    def _find_holder(self, key):
        customers = self.env["crm.lead.customer"]
        customers.invalidate_model()
        return customers.search([("key", "=", key)]).lead_id

    def test_leads_from_before_hold_their_customers(self):
        first, second = self._new_leads_from_before(phone="+63 917 555 9101")
        self.assertEqual(self._find_holder("+639175559101"), first)
        # The other one is worked on, all the same.
        second.with_user(self.agent).stage_id = self.qualified
        self.assertEqual(second.stage_id, self.qualified)

    def test_leads_from_before_hold_all_their_numbers(self):
        # 18.0 has a mobile number besides.
        names = self.env["crm.lead"]._phone_get_number_fields()
        numbers = {name: f"+63 917 555 910{n}" for n, name in enumerate(names)}
        first, _second = self._new_leads_from_before(**numbers)
        for number in numbers.values():
            self.assertEqual(self._find_holder(number.replace(" ", "")), first)

    def test_the_contact_of_two_leads_from_before_can_be_corrected(self):
        partner = self.env["res.partner"].create({"name": "Maria"})
        leads = self._new_leads_from_before(partner_id=partner.id, phone=False)
        partner.with_user(self.agent).phone = "+63 917 555 9101"
        self.assertEqual(set(leads.mapped("phone_sanitized")), {"+639175559101"})
        self.assertEqual(self._find_holder("+639175559101"), leads[0])

    def test_two_of_three_leads_from_before_are_merged(self):
        leads = self._new_lead() | self._new_lead() | self._new_lead()
        leads._release_customers()
        leads._write_by_core({"phone": "+63 917 555 9101"})
        leads._hold_existing_customers()
        head = leads[1:].with_user(self.supervisor).merge_opportunity()
        self.assertEqual(len(leads.exists()), 2)
        self.assertIn(head, leads)
        self.assertEqual(self._find_holder("+639175559101"), leads[0])

    def test_of_two_leads_from_before_the_other_one_is_held_next(self):
        keys = ("+639175559101", "maria@customer.example")
        values = {"phone": "+63 917 555 9101", "email_from": keys[1]}
        first, second = self._new_leads_from_before(**values)
        third = self._new_leads_from_before(**values)[0]
        first.email_from = "m@customer.example"
        self.assertEqual([*map(self._find_holder, keys)], [first, second])
        self._lose(first)
        self.assertEqual([*map(self._find_holder, keys)], [second, second])
        second.unlink()
        self.assertEqual([*map(self._find_holder, keys)], [third, third])

    def test_the_reasons_of_the_specification_are_there(self):
        names = [
            self.env.ref(f"bpo_crm.lost_reason_{name}").name
            for name in (
                "price",
                "competitor",
                "timing",
                "unavailable",
                "financing",
                "other",
            )
        ]
        self.assertEqual(
            names,
            [
                "Price",
                "Competitor",
                "Timing",
                "Model Unavailable",
                "Financing",
                "Other",
            ],
        )
