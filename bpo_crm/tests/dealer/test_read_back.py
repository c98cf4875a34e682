import contextlib
import itertools
from datetime import datetime, timedelta
from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger
from odoo.tools.misc import file_open

from ... import remote_odoo
from ..common import CONNECTION, BpoCase

NOW = datetime(2026, 11, 24, 8)

JOB = ("crm.dealership", "_cron_read_back_orders")

STATUSES = {
    "invoice_status": {"type": "selection"},
    "delivery_status": {"type": "selection"},
}


class FakeDealer:
    """A dealer's server in which orders are, as a transport sees it."""

    url = "https://odoo.dealer.example"
    deadline = None

    def __init__(self):
        self.fields = STATUSES
        self.orders = {}
        self.error = None
        #: What it says in the place of the orders that were asked for.
        self.answer = None
        #: The ids that were asked for, one list a call.
        self.asked = []
        self.calls = []

    def close(self):
        """Hang up."""

    def call(self, service, method, args):
        self.calls.append(method)
        if self.error:
            raise self.error
        if service == "common":
            return 7
        model, method, positional, _options = args[3:]
        assert (model, method) in (
            ("sale.order", "search_read"),
            ("sale.order", "fields_get"),
        ), f"{model} {method} is called, which writes"
        self.calls[-1] = method
        if method == "fields_get":
            return dict(self.fields)
        ((_id, _in, ids),), names = positional
        self.asked.append(ids)
        rows = [
            {"id": id_, **{name: self.orders[id_][name] for name in names}}
            for id_ in ids
            if id_ in self.orders
        ]
        return self.answer(rows) if self.answer else rows


class ReadBackCase(BpoCase):
    """Leads that were won, and dealers who tell what became of their orders."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["crm.lead"].search([("dealer_so_id", ">", 0)]).dealer_so_id = 0
        cls.team.user_id = cls.supervisor
        cls.currency = cls.env.company.currency_id.name

    def setUp(self):
        super().setUp()
        self._stay_at(NOW)
        self.dealers, self.numbers = {}, itertools.count(1)
        self.dealer = self._new_dealer(self.dealership)

        def open_session(dealership):
            dealership.ensure_one()
            server = self.dealers[dealership.id]
            return remote_odoo.OdooSession(server, "db", "me", "key")

        dealerships = self.registry["crm.dealership"]
        self.startPatcher(patch.object(dealerships, "_open_session", open_session))

    def _new_dealer(self, dealership):
        self.dealers[dealership.id] = FakeDealer()
        return self.dealers[dealership.id]

    def _new_dealership(self, code="QUE-T"):
        values = {"name": f"Dealership {code}", "code": code, **CONNECTION}
        dealership = self.env["crm.dealership"].create(values)
        return dealership, self._new_dealer(dealership)

    def _win(self, lead=None, dealer=None, **values):
        """Win a lead, and let its dealer have the order."""
        lead = lead or self._new_lead(self.agent)
        number = next(self.numbers)
        placed = remote_odoo.PlacedOrder(
            number, f"S{number:05}", "draft", 898_000.0, self.currency
        )
        place = patch.object(
            self.registry["crm.dealership"], "_place_order", lambda *args: placed
        )
        with self._own_transactions_shared(), place:
            lead.with_user(self.agent).action_set_won()
        (dealer or self.dealer).orders[number] = {
            "name": f"S{number:05}",
            "state": "draft",
            "amount_total": 898_000.0,
            "currency_id": [1, self.currency],
            "client_order_ref": lead.reference,
            "origin": f"__bpo_crm__.{lead._prepare_order_key()}",
            "invoice_status": "no",
            "delivery_status": False,
            **values,
        }
        return lead

    def _order(self, lead):
        return self.dealers[lead.dealership_id.id].orders[lead.dealer_so_id]

    def _run(self, after=timedelta()):
        """Run the job, some time later."""
        self._stay_at(NOW + after)
        self._run_job(*JOB)

    def _activities(self, lead):
        """Return what a supervisor is told of a lead's order."""
        return lead._find_pending_activities().filtered("is_order_trouble")

    @contextlib.contextmanager
    def _failing(self, dealer, error):
        dealer.error = error
        yield
        dealer.error = None


HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@tagged("post_install", "-at_install")
class TestReadBack(ReadBackCase):
    """What became of the orders. Real dealers' servers are in ``/tests``."""

    def test_one_call_tells_of_many_orders(self):
        leads = [self._win() for _n in range(7)]
        for lead in leads:
            self._order(lead).update(state="sale", invoice_status="invoiced")
        self._run()
        self.assertEqual(len(self.dealer.asked), 1)
        self.assertEqual(self.dealer.calls.count("fields_get"), 1)
        for lead in leads:
            self.assertEqual(lead.dealer_so_state, "sale")
            self.assertEqual(lead.dealer_so_invoice_status, "invoiced")
            self.assertEqual(lead.dealer_so_checked_at, NOW)
        self.assertEqual(self.dealership.orders_read_at, NOW)

    def test_a_dealer_without_stock_says_nothing_of_deliveries(self):
        lead = self._win()
        self._order(lead)["delivery_status"] = "full"
        self.dealer.fields = {"invoice_status": {"type": "selection"}}
        self._run()
        self.assertFalse(lead.dealer_so_delivery_status)
        self.dealer.fields = STATUSES
        self._run(HOUR)
        self.assertEqual(lead.dealer_so_delivery_status, "full")

    def test_what_no_plain_odoo_says_is_left_out(self):
        lead = self._win(state="frozen", invoice_status="maybe", delivery_status="x")
        self._run()
        self.assertFalse(lead.dealer_so_state)
        self.assertFalse(lead.dealer_so_invoice_status)
        self.assertFalse(lead.dealer_so_delivery_status)

    def test_a_changed_amount_is_taken_over(self):
        lead = self._win()
        self._run()
        lead.expected_revenue = 5
        self._run(HOUR)
        # The dealer has said nothing new.
        self.assertEqual(lead.expected_revenue, 5)
        self._order(lead)["amount_total"] = 910_000.0
        self._run(2 * HOUR)
        self.assertEqual(lead.dealer_so_amount, 910_000)
        self.assertEqual(lead.expected_revenue, 910_000)

    def test_an_amount_is_not_converted_anew_every_day(self):
        other = self.env["res.currency"].create(
            {"name": "XPX", "symbol": "X", "rounding": 0.01}
        )
        rate = self.env["res.currency.rate"].create(
            {"currency_id": other.id, "name": "2020-01-01", "rate": 50}
        )
        lead = self._win(amount_total=50.0, currency_id=[9, "XPX"])
        self._run()
        self.assertEqual(lead.dealer_so_amount, 1)
        rate.rate = 25
        self._run(HOUR)
        self.assertEqual(lead.dealer_so_amount, 1)
        self._order(lead)["amount_total"] = 100.0
        self._run(2 * HOUR)
        self.assertEqual(lead.dealer_so_amount, 4)

    # Which are asked

    def test_when_an_order_is_asked_for_again(self):
        sale = {"dealer_so_state": "sale", "dealer_so_invoice_status": "invoiced"}
        half = {**sale, "dealer_so_delivery_status": "partial"}
        cancelled = {"dealer_so_state": "cancel"}
        gone = {"is_dealer_so_gone": True}
        lead = self._win()
        for values, days, interval in (
            ({"dealer_so_state": "draft"}, 0, HOUR),
            ({"dealer_so_state": "draft"}, 31, DAY),
            ({"dealer_so_state": "sale"}, 400, DAY),
            (half, 1, HOUR),
            (sale, 1, 7 * DAY),
            ({**sale, "dealer_so_delivery_status": "full"}, 1, 7 * DAY),
            (sale, 180, None),
            (cancelled, 1, DAY),
            (cancelled, 180, None),
            (gone, 1, DAY),
            (gone, 180, None),
        ):
            with self.subTest(values, days=days):
                lead.write(
                    {
                        "dealer_so_invoice_status": False,
                        "dealer_so_delivery_status": False,
                        "is_dealer_so_gone": False,
                        **values,
                        "date_closed": NOW - days * DAY,
                    }
                )
                self.assertEqual(lead._get_check_interval(NOW, None), interval)

    def test_what_was_asked_for_just_now_is_not_asked_for_again(self):
        self._win()
        self._run()
        self._run(HOUR / 2)
        self.assertEqual(len(self.dealer.asked), 1)
        self._run(HOUR)
        self.assertEqual(len(self.dealer.asked), 2)

    def test_an_order_of_which_no_more_is_expected_is_not_asked_for(self):
        lead = self._win(state="sale", invoice_status="invoiced")
        lead.date_closed = NOW - 200 * DAY
        self._run()
        self.assertEqual(len(self.dealer.asked), 1)
        self._run(1000 * DAY)
        self.assertEqual(len(self.dealer.asked), 1)

    def test_the_newest_of_those_that_were_never_asked_for_come_first(self):
        old, lead, new = self._win(), self._win(), self._win()
        self._run()
        (lead | new).write({"dealer_so_checked_at": False, "dealer_so_check_at": False})
        self._stay_at(NOW + HOUR)
        found = self.dealership._find_due_orders(set(), 9)
        self.assertEqual(found.ids, [new.id, lead.id, old.id])
        found = self.dealership._find_due_orders({new.id}, 1)
        self.assertEqual(found, lead)

    def test_an_order_is_asked_for_where_it_was_made(self):
        other, elsewhere = self._new_dealership()
        lead = self._win()
        self.env["crm.dealer.push"].create(
            {
                "lead_id": lead.id,
                "dealership_id": self.dealership.id,
                "state": "done",
                "order_name": lead.dealer_so_name,
            }
        )
        lead._write_by_core({"dealership_id": other.id})
        self._run()
        self.assertFalse(elsewhere.asked)
        self.assertFalse(self.dealer.asked)
        with self._refused(f"was made at {self.dealership.name}"):
            lead.with_user(self.agent).action_refresh_dealer_order()

    def test_a_lead_that_was_lost_after_all_is_asked_for_and_nobody_is_told(self):
        lead = self._win()
        lead.action_set_lost(lost_reason_id=self.reason.id)
        self._order(lead)["state"] = "cancel"
        self._run()
        self.assertEqual(lead.dealer_so_state, "cancel")
        self.assertFalse(self._activities(lead))

    def test_leads_of_other_teams_are_not_asked_for(self):
        lead = self._win()
        self.team.with_user(self.manager).is_bpo = False
        self.assertFalse(lead.is_bpo)
        self._run()
        self.assertFalse(self.dealer.asked)

    def test_a_dealership_without_a_connection_or_archived_is_not_asked(self):
        self._win()
        for name in CONNECTION:
            before = self.dealership[name]
            self.dealership[name] = False
            self._run()
            self.dealership[name] = before
        self.dealership.active = False
        self._run()
        self.assertFalse(self.dealer.calls)
        self.assertFalse(self.dealership.orders_failure_count)

    def test_a_copy_of_the_database_asks_nobody(self):
        self._win()
        self.env.flush_all()
        with file_open("bpo_crm/data/neutralize.sql") as script:
            self.env.cr.execute(script.read())
        self.env.invalidate_all()
        self._run()
        self.assertFalse(self.dealer.calls)

    def test_an_order_that_somebody_read_meanwhile_is_left_alone(self):
        lead = self._win()

        def answer(rows):
            lead.sudo().write({"dealer_so_checked_at": NOW, "dealer_so_state": "sent"})
            self.env.flush_all()
            return rows

        self.dealer.answer = answer
        self._run()
        self.assertEqual(lead.dealer_so_state, "sent")

    # Cancelled, and gone

    def test_a_cancelled_order_is_told_once(self):
        lead = self._win()
        self._order(lead)["state"] = "cancel"
        self._run()
        activity = self._activities(lead)
        self.assertEqual(activity.user_id, self.supervisor)
        self.assertIn(lead.dealer_so_name, activity.summary)
        self._assert_in_chatter("was cancelled at Pasig", lead)
        self.assertEqual(lead.dealer_so_trouble_at, NOW)
        activity.with_user(self.supervisor).action_feedback(feedback="I know")
        self._run(2 * DAY)
        self.assertEqual(len(self.dealer.asked), 2)
        self.assertFalse(self._activities(lead))
        said = [text for text in self._chatter(lead) if "was cancelled at" in text]
        self.assertEqual(len(said), 1 + 1, "once by itself, once in what was done")

    def test_who_is_told_finds_it_on_the_day(self):
        lead = self._win()
        self._order(lead)["state"] = "cancel"
        self._run()
        day = self.env["crm.lead"].with_user(self.supervisor).get_my_day()
        (row,) = day["elsewhere"]["rows"]
        self.assertEqual(row["activity_id"], self._activities(lead).id)
        self.assertEqual((row["model"], row["id"]), (lead._name, lead.id))

    def test_an_order_that_stands_again_takes_it_back(self):
        lead = self._win()
        self._order(lead)["state"] = "cancel"
        self._run()
        self._order(lead)["state"] = "draft"
        self._run(DAY)
        self.assertFalse(self._activities(lead))
        self.assertFalse(lead.dealer_so_trouble_at)
        self._assert_in_chatter("stands again at Pasig", lead)
        self._order(lead)["state"] = "cancel"
        self._run(2 * DAY)
        self.assertTrue(self._activities(lead))

    def test_an_order_is_gone_once_it_was_not_shown_twice_in_a_row(self):
        lead = self._win()
        self._run()
        order = self.dealer.orders.pop(lead.dealer_so_id)
        self._run(HOUR)
        self.assertFalse(lead.is_dealer_so_gone)
        self.assertEqual(lead.dealer_so_state, "draft")
        self._run(2 * HOUR)
        self.assertTrue(lead.is_dealer_so_gone)
        self.assertTrue(self._activities(lead))
        self._assert_in_chatter("our account may not see it any more", lead)
        self.dealer.orders[lead.dealer_so_id] = order
        self._run(2 * DAY)
        self.assertFalse(lead.is_dealer_so_gone)
        self.assertFalse(self._activities(lead))

    def test_an_order_that_is_shown_in_between_is_not_gone(self):
        lead = self._win()
        order = self.dealer.orders.pop(lead.dealer_so_id)
        self._run()
        self.dealer.orders[lead.dealer_so_id] = order
        self._run(HOUR)
        del self.dealer.orders[lead.dealer_so_id]
        self._run(2 * HOUR)
        self.assertFalse(lead.is_dealer_so_gone)

    def test_no_failure_makes_an_order_gone(self):
        lead = self._win()
        for number, error in enumerate(
            (
                remote_odoo.Unreachable(),
                remote_odoo.TimedOut(),
                remote_odoo.Refused(),
                remote_odoo.NotAllowed(),
                remote_odoo.NotOdoo(),
                remote_odoo.Rejected(),
            ),
            1,
        ):
            with self._failing(self.dealer, error):
                self._run(10 * number * DAY)
            self.assertEqual(self.dealership.orders_failure_count, number)
        self.assertFalse(lead.is_dealer_so_gone)
        self.assertFalse(lead.dealer_so_unseen_at)
        self.assertFalse(lead.dealer_so_checked_at)

    def test_the_order_of_another_under_the_same_number_is_not_taken(self):
        lead = self._win()
        number = lead.dealer_so_id
        for other in (
            {"client_order_ref": False, "origin": False},
            {"client_order_ref": "LEAD/1999/00001", "origin": "x"},
            {"origin": "__bpo_crm__.another_lead_1"},
        ):
            self.dealer.orders[number].update(other, state="sale")
            with self.assertRaises(UserError):
                lead.with_user(self.agent).action_refresh_dealer_order()
        self._run()
        self.assertEqual(lead.dealer_so_state, "draft")
        self.assertTrue(lead.dealer_so_unseen_at)
        # By one of the two it is known.
        self.dealer.orders[number]["client_order_ref"] = "PO 17"
        self.dealer.orders[number]["origin"] = (
            f"__bpo_crm__.{lead._prepare_order_key()}"
        )
        self._run(HOUR)
        self.assertEqual(lead.dealer_so_state, "sale")

    def test_a_dealer_who_shows_none_of_many_has_lost_sight_of_them(self):
        leads = [self._win() for _n in range(10)]
        self.dealer.orders.clear()
        for number in range(4):
            self._run(number * 2 * DAY)
        self.assertFalse(any(lead.dealer_so_unseen_at for lead in leads))
        self.assertIn("none of 10 orders", self.dealership.orders_problem)
        self.assertEqual(self.dealership.orders_failure_count, 4)

    def test_whoever_wins_the_lead_again_begins_anew(self):
        lead = self._win()
        self._order(lead)["state"] = "cancel"
        self._run()
        lead.action_set_lost(lost_reason_id=self.reason.id)
        self.assertFalse(self._activities(lead))
        self.assertFalse(lead.dealer_so_trouble_at)
        self._win(lead)
        self.assertFalse(lead.dealer_so_checked_at)
        self._order(lead)["state"] = "cancel"
        self._run(HOUR)
        self.assertTrue(self._activities(lead))

    # Dealers who fail

    def test_a_dealer_who_failed_waits_longer_each_time(self):
        self._win()
        self.dealer.error = remote_odoo.Unreachable("No route")
        waits = []
        for number in range(12):
            moment = NOW + 3 * number * DAY
            self._run(moment - NOW)
            waits.append(self.dealership.orders_retry_at - moment)
        minutes = [wait.total_seconds() / 60 for wait in waits]
        self.assertEqual(minutes[:4], [5, 10, 20, 40])
        self.assertEqual(minutes[-2:], [24 * 60, 24 * 60])
        self.assertIn("No route", self.dealership.orders_problem)

    def test_a_dealer_who_failed_is_not_asked_until_then(self):
        self._win()
        self.dealer.error = remote_odoo.Unreachable()
        self._run()
        calls = len(self.dealer.calls)
        self._run(timedelta(minutes=4))
        self.assertEqual(len(self.dealer.calls), calls)
        self.dealer.error = None
        self._run(timedelta(minutes=5))
        self.assertFalse(self.dealership.orders_failure_count)
        self.assertFalse(self.dealership.orders_retry_at)
        self.assertFalse(self.dealership.orders_problem)

    def test_a_connection_that_works_again_ends_the_wait(self):
        self._win()
        for mend in (
            lambda: self.dealership.write({"odoo_login": "other"}),
            lambda: self.dealership._settle_failure(),
            lambda: self.dealership.with_user(self.manager).action_test_connection(),
        ):
            with self._failing(self.dealer, remote_odoo.Unreachable()):
                self._run(DAY)
            self.assertTrue(self.dealership.orders_retry_at)
            works = patch.object(
                self.registry["crm.dealership"],
                "_run_connection_checks",
                lambda *args: ("18.0", 7),
            )
            with self._own_transactions_shared(), works:
                mend()
            self.env.invalidate_all()
            self.assertFalse(self.dealership.orders_retry_at)

    def test_a_dealer_who_fails_holds_nobody_up(self):
        self._win()
        other, dealer = self._new_dealership()
        lead = self._win(self._new_lead(self.agent, dealership_id=other.id), dealer)
        for failure in (
            {"error": remote_odoo.TimedOut()},
            {"error": ZeroDivisionError("a defect of ours")},
            {"answer": lambda rows: [*rows, {"id": 5}]},
        ):
            self.dealer.error = self.dealer.answer = None
            vars(self.dealer).update(failure)
            lead.write({"dealer_so_checked_at": False, "dealer_so_check_at": False})
            self.dealership.orders_retry_at = False
            with mute_logger("odoo.addons.bpo_crm"):
                self._run()
            self.assertEqual(lead.dealer_so_checked_at, NOW)
            self.assertTrue(self.dealership.orders_retry_at)
            self.assertFalse(other.orders_retry_at)

    def test_those_who_answered_last_time_are_asked_first(self):
        self._win()
        other, dealer = self._new_dealership()
        self._win(self._new_lead(self.agent, dealership_id=other.id), dealer)
        self.dealership.orders_failure_count = 1
        self.assertEqual(
            self.env["crm.dealership"]._find_to_ask().ids,
            [other.id, self.dealership.id],
        )

    def test_a_run_ends_in_time_and_another_one_follows(self):
        self._win()
        clock = iter(range(0, 10_000, 61))
        jobs = self.env["ir.cron.trigger"]
        job = self.env.ref("bpo_crm.cron_read_back_orders")
        with patch(
            "odoo.addons.bpo_crm.models.dealer.crm_dealership_read_back.time.monotonic",
            lambda: next(clock),
        ):
            self._run()
        self.assertFalse(self.dealer.calls)
        self.assertTrue(jobs.search([("cron_id", "=", job.id)]))

    def test_an_order_that_cannot_be_read_is_passed_over(self):
        self._win()
        leads = [self._win() for _n in range(9)]
        self._order(leads[4])["name"] = []
        self._run()
        read = [lead for lead in leads if lead.dealer_so_checked_at]
        self.assertEqual(read, leads[:4] + leads[5:])
        self.assertFalse(self.dealership.orders_failure_count)
        self.assertTrue(self.dealership.orders_problem)
        self._run(HOUR)
        self.assertFalse(self.dealership.orders_problem)

    def test_no_nonsense_changes_a_lead(self):
        leads = self._win() | self._win()
        told = [name for name in leads._fields if "dealer_so" in name]
        # Of an order at which answers fail, it is asked later.
        told.remove("dealer_so_check_at")
        before = leads.read(told)
        for number, answer in enumerate(
            (
                lambda rows: None,
                lambda rows: {},
                lambda rows: "x",
                lambda rows: [{"id": 1}],
                lambda rows: rows * 2,
                lambda rows: [{**row, "id": True} for row in rows],
                lambda rows: [{**row, "id": row["id"] + 99} for row in rows],
                lambda rows: [{**row, "name": ""} for row in rows],
                lambda rows: [{**row, "state": 5} for row in rows],
                lambda rows: [{**row, "amount_total": "5"} for row in rows],
                lambda rows: [{**row, "amount_total": float("nan")} for row in rows],
                lambda rows: [{**row, "currency_id": [1]} for row in rows],
                lambda rows: [{**row, "origin": []} for row in rows],
                lambda rows: [{**row, "invoice_status": 1} for row in rows],
            ),
            1,
        ):
            self.dealer.answer = answer
            self._run(number * 2 * DAY)
            self.assertTrue(self.dealership.orders_problem, number)
        self.assertEqual(leads.read(told), before)

    def test_an_account_is_told_nothing_and_its_secret_is_not_shown(self):
        self._win()
        self.dealer.error = remote_odoo.Rejected("Juan owes us money; key a-secret-key")
        self._run()
        self.assertNotIn("Juan", self.dealership.orders_problem)
        self.assertNotIn("a-secret-key", self.dealership.orders_problem)

    # The button

    def test_the_button_says_what_the_job_says(self):
        lead = self._win()
        self._order(lead).update(state="cancel", invoice_status="to invoice")
        lead.with_user(self.agent).action_refresh_dealer_order()
        self.assertEqual(lead.dealer_so_state, "cancel")
        self.assertEqual(lead.dealer_so_invoice_status, "to invoice")
        self.assertEqual(lead.dealer_so_checked_at, NOW)
        self.assertEqual(self._activities(lead).user_id, self.supervisor)

    def test_the_button_calls_nothing_gone(self):
        lead = self._win()
        self.dealer.orders.clear()
        for _time in range(3):
            with self._refused("does not show order"):
                lead.with_user(self.agent).action_refresh_dealer_order()
        self.assertFalse(lead.is_dealer_so_gone)

    def test_a_lead_without_an_order_cannot_be_asked_for(self):
        lead = self._new_lead(self.agent)
        with self._refused("has no order yet"):
            lead.with_user(self.agent).action_refresh_dealer_order()
        self.assertFalse(self.dealer.calls)

    # What it costs

    def test_a_hundred_orders_cost_no_more_queries(self):
        def cost(count, moment):
            for _n in range(count):
                lead = self._new_lead(self.agent)
                number = lead.id
                lead._write_by_core(
                    {
                        "stage_id": self.won.id,
                        "dealer_so_id": number,
                        "dealer_so_name": f"S{number}",
                        "dealer_so_state": "draft",
                        "dealer_so_url": (
                            "https://odoo.dealer.example/mail/view?"
                            f"model=sale.order&res_id={number}"
                        ),
                        "date_closed": NOW,
                    }
                )
                self.dealer.orders[number] = {
                    "name": f"S{number}",
                    "state": "sale",
                    "amount_total": 0.0,
                    "currency_id": [1, self.currency],
                    "client_order_ref": lead.reference,
                    "origin": False,
                    "invoice_status": "no",
                    "delivery_status": False,
                }
            self.env.flush_all()
            self._stay_at(moment)
            asked = len(self.dealer.asked)
            cost = self._count_queries(lambda: self._run_job(*JOB))
            self.assertEqual(len(self.dealer.asked), asked + 1)
            return cost

        cost(2, NOW)
        few = cost(10, NOW + HOUR)
        many = cost(110, NOW + 2 * HOUR)
        self.assertLess(many - few, 10)
        again = self._count_queries_of_unchanged()
        self.assertLess(again, few)

    def _count_queries_of_unchanged(self):
        self._stay_at(NOW + 4 * HOUR)
        return self._count_queries(lambda: self._run_job(*JOB))
