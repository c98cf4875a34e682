"""A call centre at work, and the main job: from the pool to the order at the dealer."""

import contextlib
import time

from . import demo_orders, sources
from .console import LauncherError, say, step
from .jsonrpc import WebSession
from .mail_sink import MailSink
from .stack import Stack

DEALER_WORKERS = 3

LOGINS = (
    *("agent", "agent2", "agent3", "agent4", "agent5", "agent6"),
    *("supervisor", "manager"),
)

#: Jobs that somebody who looks at the demo does not wait an hour for.
SOON = ("mail.ir_cron_mail_scheduler_action",)


def run(series=None, once=False):
    """Start both servers, run the main job, and tell what happened.

    :param str series: of Odoo; the newest that is a target by default.
    :param bool once: end after the job.
    :return: 0
    :rtype: int
    :raises LauncherError: unless the dealer has the order exactly once.
    """
    source = sources.find_first(series)
    with Stack(source) as stack, MailSink(stack.folder / "mails") as sink:
        with step("Starting the call centre's and the dealer's server"):
            dealer = stack.server(
                stack.clone("dealer"),
                "dealer",
                workers=DEALER_WORKERS,
                **sink.get_options(),
            ).start()
            bpo = stack.bpo_server(
                stack.clone("dashboard"),
                name="bpo",
                max_cron_threads=1,
                **sink.get_options(),
            ).start()
        _connect(bpo, dealer)
        with step("Making the orders of the leads that were won before"):
            demo_orders.make(bpo, dealer, stack.postgres, source.is_18)
        lead = _work_a_lead(bpo)
        _check_ordered_once(dealer, lead)
        if not once:
            _hasten(bpo)
            _show_addresses(bpo, dealer, sink)
            with contextlib.suppress(KeyboardInterrupt):
                while True:
                    time.sleep(3600)
        return 0


def _connect(bpo, dealer):
    """Let every dealership of the demo be at the one dealer's server."""
    manager = WebSession.of(bpo, "manager")
    dealerships = manager.call("crm.dealership", "search", [])
    connection = {
        "odoo_url": dealer.url,
        "odoo_db": dealer.database,
        "odoo_login": "bpo_service",
        "odoo_api_key": "bpo_service",
    }
    manager.call("crm.dealership", "write", dealerships, connection)
    for dealership in dealerships:
        result = manager.call("crm.dealership", "action_test_connection", [dealership])
        message = result["params"]["message"]
    say(f"  Manager: Test Connection, {len(dealerships)} dealerships: {message}")


def _hasten(bpo):
    """Let mails leave within a minute."""
    admin = WebSession.of(bpo, "admin")
    for name in SOON:
        values = {"interval_number": 1, "interval_type": "minutes"}
        admin.call("ir.cron", "write", [admin.find(name)], values)


def _work_a_lead(bpo):
    agent = WebSession.of(bpo, "agent")
    lead_id = agent.call(
        "crm.lead",
        "search",
        [("user_id", "=", False), ("dealership_id", "!=", False)],
        limit=1,
        order="priority desc, enquiry_date, id",
    )
    result = agent.call("crm.lead", "action_claim", lead_id)
    say(f"  Agent: {result['params']['message']}")
    stages = agent.call(
        "crm.stage",
        "search_read",
        [("is_won", "=", False), ("is_lost", "=", False)],
        ["name"],
    )
    for stage in stages[1:]:
        agent.call("crm.lead", "write", lead_id, {"stage_id": stage["id"]})
        say(f"  Agent: moved to {stage['name']}")
    agent.call("crm.lead", "action_set_won_rainbowman", lead_id)
    fields = ["reference", "name", "dealer_so_name", "stage_id"]
    (lead,) = agent.call("crm.lead", "read", lead_id, fields)
    say(
        f"  Agent: {lead['reference']} ({lead['name']}) is {lead['stage_id'][1]} with "
        f"order {lead['dealer_so_name']}"
    )
    return lead


def _check_ordered_once(dealer, lead):
    admin = WebSession.of(dealer, "admin")
    orders = admin.call(
        "sale.order",
        "search_read",
        [("client_order_ref", "=", lead["reference"])],
        ["name", "partner_id", "amount_total", "order_line"],
    )
    for order in orders:
        say(
            f"  Dealer: order {order['name']} for {order['partner_id'][1]}, "
            f"{len(order['order_line'])} line, {order['amount_total']:,.2f}"
        )
    if [order["name"] for order in orders] != [lead["dealer_so_name"]]:
        raise LauncherError(f"The dealer has {len(orders)} orders for the lead.")


def _show_addresses(bpo, dealer, sink):
    say()
    say(f"Call centre  {bpo.url}")
    for login in LOGINS:
        say(f"             login {login}, password {login}")
    say(f"Dealer       {dealer.url}")
    say("             login admin, password admin")
    say(f"Mails        {sink.folder}")
    say("             none leaves this machine")
    say("Ctrl-C ends both servers.")
