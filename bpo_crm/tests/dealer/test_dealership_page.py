from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import tagged

from ..common import CONNECTION, BpoCase

#: The buttons of the page, and the fields that they show.
BUTTONS = {
    "lead_count": "action_view_leads",
    "won_lead_count": "action_view_won_leads",
    "order_count": "action_view_orders",
    "failed_push_count": "action_view_failed_pushes",
}


@tagged("post_install", "-at_install")
class TestDealershipPage(BpoCase):
    """What a dealership's page says of its leads, and who may read it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.own = cls._new_lead(cls.agent)
        cls.others = cls._new_lead(cls.other_agent)
        cls.pooled = cls._new_lead()
        cls.lost = cls._lose(cls._new_lead(cls.agent))
        cls.elsewhere = cls._new_lead(cls.agent, dealership_id=False)
        cls.env["crm.dealer.push"].create(
            [
                {
                    "lead_id": lead.id,
                    "dealership_id": cls.dealership.id,
                    "state": state,
                }
                for lead in (cls.own, cls.others)
                for state in ("failed", "interrupted", "done")
            ]
        )

    def _win(self):
        with self._dealer():
            self.others.with_user(self.other_agent).action_set_won()

    def _counts(self, user):
        """Return what each button counts, which is what its list has."""
        dealership = self.dealership.with_user(user)
        counts = {name: dealership[name] for name in BUTTONS}
        for name, button in BUTTONS.items():
            action = getattr(dealership, button)()
            context = action["context"]
            listed = self.env[action["res_model"]].with_user(user)
            listed = listed.with_context(**context)
            self.assertEqual(listed.search_count(action["domain"]), counts[name], name)
        return list(counts.values())

    def test_a_supervisor_counts_all_and_an_agent_what_it_may_see(self):
        self._win()
        self.assertEqual(self._counts(self.supervisor), [4, 1, 1, 4])
        self.assertEqual(self._counts(self.other_agent), [2, 1, 1, 2])
        self.assertEqual(self._counts(self.agent), [3, 0, 0, 2])

    def test_an_order_that_was_found_again_is_counted_once(self):
        self._win()
        self.env["crm.dealer.push"].create(
            {
                "lead_id": self.others.id,
                "dealership_id": self.dealership.id,
                "state": "done",
            }
        )
        self.assertEqual(self.dealership.order_count, 1)

    def test_many_dealerships_are_counted_at_once(self):
        dealerships = self.dealership
        for number in range(20):
            values = {"name": f"Branch {number}", "code": f"B{number}"}
            dealerships |= dealerships.create(values)
        dealerships = dealerships.with_user(self.supervisor)
        self.env.invalidate_all()
        self.assertEqual(dealerships[0].lead_count, 4)
        dealerships.invalidate_recordset()
        with self.assertQueryCount(len(BUTTONS)):
            for name in BUTTONS:
                dealerships.mapped(name)

    # The chatter

    def _tracked(self):
        self._flush_tracking()
        self.env.invalidate_all()
        return self.dealership.sudo().message_ids.tracking_value_ids

    def test_a_change_is_written_down(self):
        self._flush_tracking()
        self.dealership.with_user(self.supervisor).city = "Taguig"
        self.assertEqual(self._tracked().mapped("new_value_char"), ["Taguig"])

    def test_what_connects_us_is_never_written_down(self):
        self._flush_tracking()
        others = {name: f"{value}x" for name, value in CONNECTION.items()}
        self.dealership.with_user(self.manager).write(others)
        self.assertFalse(self._tracked())
        for body in self._chatter(self.dealership):
            for value in CONNECTION.values():
                self.assertNotIn(value, body)

    def test_an_agent_reads_the_chatter_and_writes_nothing(self):
        dealership = self.dealership.with_user(self.agent)
        self.dealership.message_post(body="Closed on Fridays")
        bodies = dealership.message_ids.mapped("body")
        self.assertTrue(any("Closed on Fridays" in body for body in bodies))
        with self.assertRaises(AccessError):
            dealership.message_post(body="No")
        with self.assertRaises(AccessError):
            dealership.activity_schedule(user_id=self.agent.id)
        with self.assertRaises(AccessError):
            dealership.message_partner_ids = [Command.link(self.agent.partner_id.id)]

    def test_each_list_opens(self):
        for button in BUTTONS.values():
            action = getattr(self.dealership.with_user(self.agent), button)()
            records = self.env[action["res_model"]].with_user(self.agent)
            views = records.get_views(action["views"])["views"]
            self.assertIn("list", views)
