"""The main job, from the pool to the order in the dealer's Odoo."""

import contextlib
import time

from . import sources
from .console import LauncherError, say, step
from .jsonrpc import WebSession
from .stack import Stack

#: The demo dealership that gets the dealer's server.
DEALERSHIP = "MKT"

DEALER_WORKERS = 3

LOGINS = ("agent", "agent2", "supervisor", "manager")


def run(series=None, once=False):
    """Start both servers, run the main job, and tell what happened.

    :param str series: of Odoo; the newest that is a target by default.
    :param bool once: end after the job.
    :return: 0
    :rtype: int
    :raises LauncherError: unless the dealer has the order exactly once.
    """
    source = sources.find_first(series)
    with Stack(source) as stack:
        with step("Starting the call centre's and the dealer's server"):
            dealer = stack.server(
                stack.clone("dealer"), "dealer", workers=DEALER_WORKERS
            ).start()
            bpo = stack.bpo_server(stack.clone("demo"), name="bpo").start()
        _connect(bpo, dealer)
        lead = _work_a_lead(bpo)
        _check_ordered_once(dealer, lead)
        if not once:
            _show_addresses(bpo, dealer)
            with contextlib.suppress(KeyboardInterrupt):
                while True:
                    time.sleep(3600)
        return 0


def _login(server, login):
    return WebSession(server.url).login(server.database, login, login)


def _connect(bpo, dealer):
    manager = _login(bpo, "manager")
    (dealership,) = manager.call(
        "crm.dealership", "search", [("code", "=", DEALERSHIP)]
    )
    connection = {
        "odoo_url": dealer.url,
        "odoo_db": dealer.database,
        "odoo_login": "bpo_service",
        "odoo_api_key": "bpo_service",
    }
    manager.call("crm.dealership", "write", [dealership], connection)
    result = manager.call("crm.dealership", "action_test_connection", [dealership])
    say(f"  Manager: Test Connection: {result['params']['message']}")


def _work_a_lead(bpo):
    agent = _login(bpo, "agent")
    lead_id = agent.call(
        "crm.lead",
        "search",
        [("user_id", "=", False), ("dealership_id.code", "=", DEALERSHIP)],
        limit=1,
        order="priority desc, create_date, id",
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
    admin = WebSession(dealer.url).login(dealer.database, "admin", "admin")
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


def _show_addresses(bpo, dealer):
    say()
    say(f"Call centre  {bpo.url}")
    for login in LOGINS:
        say(f"             login {login}, password {login}")
    say(f"Dealer       {dealer.url}")
    say("             login admin, password admin")
    say("Ctrl-C ends both.")
