from unittest.mock import patch

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ...remote_odoo import Unreachable
from ..common import BpoCase


@tagged("post_install", "-at_install")
class TestWin(BpoCase):
    """Requirements 003: marking as won. The dealers' real servers are in ``/tests``."""

    def setUp(self):
        super().setUp()
        self.lead = self._new_lead(
            self.agent, email_from="Juan <juan@customer.example>", city="Pasig"
        ).with_user(self.agent)

    def _fail(self, error):
        """Try to win the lead at a dealer who answers with an error."""
        with self._dealer(error):
            with self.assertRaises(UserError) as caught, self.env.cr.savepoint():
                self.lead.action_set_won()
            self.env.cr.postrollback.run()
        return str(caught.exception)

    def test_a_won_lead_has_the_dealers_order(self):
        with self._dealer() as sent:
            self.lead.action_set_won()
        self.assertEqual(self.lead.stage_id, self.won)
        self.assertEqual(self.lead.probability, 100)
        self.assertEqual(self.lead.dealer_so_name, "S00001")
        self.assertEqual(self.lead.dealer_so_id, 1)
        self.assertEqual(self.lead.dealer_so_state, "draft")
        self.assertIn("https://odoo.dealer.example/", self.lead.dealer_so_url)
        self._assert_in_chatter("Order S00001 was made at Pasig", self.lead)
        (order,) = sent
        self.assertEqual(order.reference, self.lead.reference)
        self.assertEqual(order.product_code, "KIA-P")
        self.assertIn("Kia Picanto [KIA-P]", order.note)
        self.assertEqual(order.customer.name, "Juan dela Cruz")
        self.assertEqual(order.customer.email, "juan@customer.example")
        self.assertEqual(order.customer.details["city"], "Pasig")

    def test_a_won_lead_has_the_dealers_amount(self):
        self.lead.expected_revenue = 1
        own = self.lead.company_currency
        with self._dealer(amount=898_000, currency=own.name):
            self.lead.action_set_won()
        self.assertEqual(self.lead.dealer_so_amount, 898_000)
        self.assertEqual(self.lead.expected_revenue, 898_000)

    def test_an_amount_that_says_nothing_changes_nothing(self):
        own = self.env.company.currency_id.name
        for said in ({"amount": 0, "currency": own}, {"amount": 5, "currency": "?"}):
            lead = self._new_lead(self.agent, expected_revenue=850_000)
            with self._dealer(**said):
                lead.with_user(self.agent).action_set_won()
            self.assertEqual(lead.expected_revenue, 850_000)
            self.assertFalse(lead.dealer_so_amount)

    def test_an_amount_is_converted(self):
        other = self.env["res.currency"].create(
            {"name": "XPX", "symbol": "X", "rounding": 0.01}
        )
        other.rate_ids = [Command.create({"name": "2020-01-01", "rate": 50})]
        with self._dealer(amount=50, currency="XPX"):
            self.lead.action_set_won()
        self.assertEqual(self.lead.expected_revenue, 1)

    def test_every_way_ends_at_the_dealer(self):
        ways = (
            lambda lead: lead.action_set_won(),
            lambda lead: lead.action_set_won_rainbowman(),
            lambda lead: lead.write({"stage_id": self.won.id}),
            lambda lead: setattr(lead, "stage_id", self.won),
        )
        for way in ways:
            lead = self._new_lead(self.agent).with_user(self.agent)
            with self._dealer() as sent:
                way(lead)
            self.assertEqual(len(sent), 1)
            self.assertTrue(lead.is_won)

    def test_the_key_is_the_same_for_every_attempt_and_for_one_lead_only(self):
        key = self.lead._prepare_order_key()
        self.assertEqual(self.lead._prepare_order_key(), key)
        self.assertNotEqual(self._new_lead()._prepare_order_key(), key)
        self.env["crm.dealer.push"].create(
            {"lead_id": self.lead.id, "state": "failed", "order_key": key}
        )
        # As in a copy of the database
        self.env["ir.config_parameter"].set_param("database.uuid", "another")
        with self._dealer() as sent:
            self.lead.action_set_won()
        self.assertEqual(sent[0].key, key)

    def test_a_won_lead_is_not_pushed_again(self):
        with self._dealer() as sent:
            self.lead.action_set_won()
            self.lead.action_set_won()
            self.lead.write({"stage_id": self.won.id})
        self.assertEqual(len(sent), 1)

    def test_a_lost_lead_can_be_won(self):
        self._lose(self.lead)
        with self._dealer() as sent:
            self.lead.action_set_won()
        self.assertEqual(len(sent), 1)
        self.assertTrue(self.lead.active)
        self.assertFalse(self.lead.lost_reason_id)
        self.assertEqual(self.lead.probability, 100)

    def test_the_manager_of_the_dealership_gets_a_mail(self):
        with self._dealer():
            self.lead.action_set_won()
        mail = self.env["mail.mail"].search(
            [("res_id", "=", self.lead.id), ("subject", "like", "New order")]
        )
        self.assertEqual(mail.mapped("email_to"), ["manager@dealer.example"])
        self.assertFalse(mail.recipient_ids)
        self.assertEqual(mail.state, "outgoing")
        self.assertIn("S00001", mail.subject)
        self.assertIn("Kia Picanto", mail.body_html)

    def test_without_a_managers_address_the_chatter_says_so(self):
        self.dealership.manager_email = False
        with self._dealer():
            self.lead.action_set_won()
        self.assertTrue(self.lead.is_won)
        self._assert_in_chatter("Nobody was told by email", self.lead)

    def test_a_missing_or_broken_mail_template_does_not_undo_a_win(self):
        template = self.env.ref("bpo_crm.mail_template_lead_won")
        self.env.cr.execute(
            "UPDATE mail_template SET subject = jsonb_build_object('en_US', %s::text) "
            "WHERE id = %s",
            ["{{ object.no_such_field }}", template.id],
        )
        template.invalidate_recordset()
        with (
            self._dealer(),
            mute_logger("odoo.addons.mail.models.mail_render_mixin"),
            self.assertLogs("odoo.addons.bpo_crm", "ERROR") as logs,
        ):
            self.lead.action_set_won()
        self.assertIn(f"win of lead {self.lead.id}", logs.output[0])
        self._assert_in_chatter("template could not be filled in", self.lead)
        template.unlink()
        further = self._new_lead(self.agent)
        with self._dealer():
            further.action_set_won()
        self._assert_in_chatter("template was deleted", further)

    def test_a_lead_with_an_order_stays_at_its_dealership(self):
        with self._dealer():
            self.lead.action_set_won()
        other = self.dealership.copy({"code": "OTHER"})
        with self.assertRaisesRegex(UserError, "Pasig has order S00001 for"):
            self.lead.dealership_id = other

    def test_an_import_wins_no_lead(self):
        row = [str(self.lead.id), str(self.won.id)]
        with self._dealer() as sent:
            result = self.lead.with_context(import_file=True).load(
                [".id", "stage_id/.id"], [row]
            )
        self.assertIn("An import cannot win leads", result["messages"][0]["message"])
        self.assertFalse(sent)

    def test_a_toast_shows_the_order(self):
        toasts = []

        def bus_send(users, kind, message, **kwargs):
            toasts.append((users, kind, message))

        with (
            self._dealer(),
            patch.object(self.registry["res.users"], "_bus_send", bus_send),
        ):
            self.lead.action_set_won()
        ((users, kind, message),) = [t for t in toasts if t[1] == "simple_notification"]
        self.assertEqual(users, self.agent)
        self.assertEqual(message["type"], "success")
        self.assertIn("S00001", message["message"])

    def test_a_failure_leaves_the_lead_where_it_was(self):
        message = self._fail(Unreachable("The connection was refused."))
        self.assertIn("cannot be reached", message)
        self.assertIn("The connection was refused.", message)
        self.assertEqual(self.lead.stage_id, self.new)
        self.assertFalse(self.lead.dealer_so_name)
        self._assert_in_chatter("cannot be reached", self.lead)
        self.assertEqual(self.lead.message_ids[0].author_id, self.agent.partner_id)

    def test_without_a_dealership_the_message_says_so(self):
        self.lead.dealership_id = False
        with self._dealer(), self.assertRaisesRegex(UserError, "Choose the dealership"):
            self.lead.action_set_won()

    def test_a_lead_that_is_not_saved_cannot_be_won(self):
        with self.assertRaisesRegex(UserError, "is not saved yet"):
            self.lead.action_set_won()

    def test_without_a_won_stage_the_message_says_so(self):
        self._remove_all_leads()
        self.env["crm.stage"].search([("is_won", "=", True)]).is_won = False
        with self.assertRaisesRegex(UserError, "No won stage configured"):
            self._new_lead().action_set_won()

    def test_winning_many_is_all_or_nothing(self):
        further = self._new_lead(self.agent, dealership_id=False)
        leads = self.lead | further.with_user(self.agent)
        with self._dealer(), self.assertRaises(UserError), self.env.cr.savepoint():
            leads.write({"stage_id": self.won.id})
        self.assertEqual(leads.stage_id, self.new)

    def test_winning_each_holds_nobody_back(self):
        further = self._new_lead(self.agent, dealership_id=False)
        leads = self.lead | further.with_user(self.agent)
        with self._dealer():
            action = leads.action_win_each()
        self.assertTrue(self.lead.is_won)
        self.assertFalse(further.is_won)
        report = self.env["crm.lead.win.report"].browse(action["res_id"])
        self.assertEqual((report.won_count, report.failed_count), (1, 1))
        texts = {line.reference: line.error for line in report.line_ids}
        self.assertFalse(texts[self.lead.reference])
        self.assertIn("Choose the dealership", texts[further.reference])

    def test_a_won_lead_of_the_past_keeps_its_order(self):
        values = {"stage_id": self.won.id, "dealer_so_name": "S00099"}
        leads = self.env["crm.lead"].with_context(skip_stage_transition_check=True)
        with self._dealer() as sent:
            lead = leads.create({"name": "History", "team_id": self.team.id, **values})
        self.assertEqual(sent, [])
        self.assertEqual(lead.stage_id, self.won)
        self.assertEqual(lead.probability, 100)
        self.assertTrue(lead.date_closed)
        self.assertFalse(lead.push_ids)
