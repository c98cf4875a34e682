"""Deliveries and mails while this server is in trouble, which passes."""

import contextlib
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.distributor import Feeds
from tests.floor import Floor
from tests.sender import Sender, find, new_phone
from tests.test_intake_mail import Portal
from tests.waiting import comes_true
from tests.wire import Wire
from tools.jsonrpc import RpcError

#: Of PostgreSQL: who waits for a customer that somebody else takes in.
WAITING = """
    SELECT pid FROM pg_stat_activity
     WHERE datname = current_database() AND wait_event_type = 'Lock'
       AND query LIKE '%crm_lead_customer%'
"""

SECONDS = 20


@contextlib.contextmanager
def held(stack, floor, key):
    """Let whoever takes in a customer wait; give what cuts its connection."""
    with stack.postgres.connect(floor.server.database) as cursor:
        cursor.execute("BEGIN")
        cursor.execute("INSERT INTO crm_lead_customer (key) VALUES (%s)", [key])
        try:
            yield lambda: cut_waiting(stack, floor)
        finally:
            cursor.execute("ROLLBACK")


def cut_waiting(stack, floor):
    """Cut the connection of whoever waits for a customer."""
    cut_those(stack, floor, WAITING)


def cut_those(stack, floor, query):
    """Cut connections, as soon as there are some.

    :param str query: that finds their ``pid``.
    """
    with stack.postgres.connect(floor.server.database) as cursor:

        def cut():
            cursor.execute(f"SELECT pg_terminate_backend(pid) FROM ({query}) AS those")
            return cursor.fetchall()

        if not comes_true(cut, SECONDS):
            pytest.fail("Nobody waited")


def check_comes_again(status, answer, headers):
    assert status == 503, answer
    assert "again later" in answer["error"]
    assert int(headers["Retry-After"]) > 0
    assert headers["Content-Type"].startswith("application/json")


@pytest.fixture
def sender(floor):
    return Sender(floor)


def find_open(floor, key):
    """Return the open leads of a customer, by phone number or by address."""
    domain = [
        *["|", ("phone_sanitized", "=", key.replace(" ", ""))],
        ("email_normalized", "=", key),
        ("stage_id", "in", floor.open_stages),
    ]
    return floor.admin.call("crm.lead", "search", domain)


def list_rows(floor, sender):
    domain = [("source_id", "=", sender.source)]
    names = ["state", "error", "external_id"]
    return floor.admin.call("crm.lead.enquiry", "search_read", domain, names)


def test_a_delivery_whose_connection_is_cut_comes_in_when_it_is_sent_again(
    stack, floor, sender
):
    phone = new_phone()
    body = {"phone": phone, "external_id": "8841"}
    with (
        held(stack, floor, phone.replace(" ", "")) as cut,
        ThreadPoolExecutor(1) as pool,
    ):
        sent = pool.submit(sender.post, body)
        cut()
        check_comes_again(*sent.result(), sender.headers)
    assert list_rows(floor, sender) == []
    status, answer = sender.post(body)
    assert (status, answer["state"], answer["is_known"]) == (201, "created", False)
    assert find(floor, answer["reference"])


#: What a delivery waits for before anything is read: the source, the count of its
#: requests.
DOOR_STEPS = {
    "crm_lead_source": '%FROM "crm_lead_source"%',
    "crm_lead_source_rate": "%crm_lead_source_rate%",
}


@pytest.mark.parametrize("table", DOOR_STEPS)
def test_a_fault_before_anything_is_read_passes_too(stack, floor, sender, table):
    body = {"phone": new_phone(), "external_id": "8843"}
    # The servers have their caches, and the source its count.
    assert sender.post({"phone": new_phone()})[0] == 201
    waiting = f"""
        SELECT pid FROM pg_stat_activity
         WHERE datname = current_database() AND wait_event_type = 'Lock'
           AND query LIKE '{DOOR_STEPS[table]}'
    """
    with (
        stack.postgres.connect(floor.server.database) as cursor,
        ThreadPoolExecutor(1) as pool,
    ):
        cursor.execute("BEGIN")
        cursor.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
        sent = pool.submit(sender.post, body)
        cut_those(stack, floor, waiting)
        check_comes_again(*sent.result(), sender.headers)
        cursor.execute("ROLLBACK")
    assert sender.post(body)[0] == 201


def test_of_many_prospects_each_comes_in_once_though_one_is_cut(stack, floor, sender):
    phones = [new_phone() for _n in range(6)]
    prospects = "".join(
        f"<prospect><id>{n}</id><customer><contact><phone>{phone}</phone></contact>"
        "</customer></prospect>"
        for n, phone in enumerate(phones)
    )
    body = f"<adf>{prospects}</adf>"
    with (
        held(stack, floor, phones[3].replace(" ", "")) as cut,
        ThreadPoolExecutor(1) as pool,
    ):
        sent = pool.submit(sender.post, body)
        cut()
        check_comes_again(*sent.result(), sender.headers)
    assert sender.post(body)[0] == 201
    assert [row["state"] for row in list_rows(floor, sender)] == ["created"] * 6


def test_what_was_quarantined_by_a_fault_of_this_server_comes_in_when_sent_again(
    floor, sender
):
    body = {"phone": new_phone(), "external_id": "8842"}
    # As an earlier version left it.
    assert sender.post({**body, "phone": "soon"})[0] == 422
    floor.execute(
        """
        UPDATE crm_lead_enquiry SET has_failed_here = TRUE,
               error = 'server closed the connection unexpectedly',
               content = %s
         WHERE source_id = %s
        """,
        [f'{{"external_id": "8842", "phone": "{body["phone"]}"}}', sender.source],
    )
    status, answer = sender.post(body)
    assert (status, answer["state"]) == (201, "created")


# ------------------------------------------------------------
# Mails
# ------------------------------------------------------------


def test_a_mail_whose_connection_is_cut_is_read_by_itself(stack, floor):
    portal = Portal(floor)
    customer = f"cut{portal.sender.code}@customer.example"
    (team,) = floor.admin.call("crm.team", "search", [], limit=1)
    domain = floor.admin.call("mail.alias.domain", "search", [], limit=1)[0]
    values = {"alias_name": f"cut{portal.sender.code}", "alias_domain_id": domain}
    floor.admin.call("crm.team", "write", [team], values)
    (row,) = floor.admin.call("crm.team", "read", [team], ["alias_email"])
    with held(stack, floor, customer) as cut, ThreadPoolExecutor(1) as pool:
        for headers in ({}, {"To": row["alias_email"]}):
            sent = pool.submit(
                portal.send, "Is it there?", From=f"Maria <{customer}>", **headers
            )
            cut()
            sent.result()
    assert find_open(floor, customer) == []
    # The job leaves some time to whoever kept them.
    floor.execute(
        "UPDATE crm_lead_enquiry SET write_date = write_date - interval '1 hour'"
        " WHERE reads_left > %s",
        [0],
    )
    floor.run_job("cron_read_kept_mails")
    (lead,) = find_open(floor, customer)
    assert [row["state"] for row in portal.rows()] == ["created"]
    said = floor.chatter(lead)
    (row,) = floor.admin.call("crm.lead", "read", [lead], ["description"])
    assert (said + (row["description"] or "")).count("Is it there?") == 2


# ------------------------------------------------------------
# Feeds
# ------------------------------------------------------------

#: Of PostgreSQL: who reads a feed.
READING = """
    SELECT pid FROM pg_locks
     WHERE locktype = 'advisory'
       AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""


def test_a_feed_takes_in_later_what_was_cut(stack, floor, feeds, distributor):
    feed = feeds.new_feed()
    phone = new_phone()
    distributor.new_enquiry(feeds.batch, phone=phone)
    with (
        held(stack, floor, phone.replace(" ", "")) as cut,
        ThreadPoolExecutor(1) as pool,
    ):
        syncing = pool.submit(feeds.sync)
        cut()
        syncing.result()
    assert feeds.state(feed)["failure_count"] == 1
    assert feeds.enquiries() == []
    assert "1 new" in feeds.sync()
    assert feeds.state(feed)["failure_count"] == 0


def test_a_feed_whose_own_connection_is_cut_stops_no_other(
    stack, floor, feeds, distributor, line
):
    others = Feeds(floor, distributor, line.url)
    for brand in (feeds, others):
        brand.new_feed()
    phone = new_phone()
    distributor.new_enquiry(feeds.batch, phone=phone)
    distributor.new_enquiry(others.batch)
    with (
        held(stack, floor, phone.replace(" ", "")) as cut,
        ThreadPoolExecutor(1) as pool,
    ):
        running = pool.submit(feeds.run_job)
        cut_those(stack, floor, f"{READING} AND EXISTS ({WAITING})")
        cut()
        running.result()
    assert len(others.leads()) == 1
    assert feeds.enquiries() == []
    feeds.wait_for_retry()
    feeds.run_job()
    assert len(feeds.leads()) == 1
    floor.execute(
        "UPDATE crm_lead_feed SET active = FALSE WHERE brand_id = %s", [others.brand]
    )


# ------------------------------------------------------------
# Imports
# ------------------------------------------------------------


def test_an_import_that_is_cut_comes_in_when_it_is_done_again(stack, floor):
    phones = [new_phone() for _n in range(3)]
    rows = [[f"Row {phone}", phone] for phone in phones]
    load = ("crm.lead", "load", ["name", "phone"], rows)
    with (
        held(stack, floor, phones[1].replace(" ", "")) as cut,
        ThreadPoolExecutor(1) as pool,
    ):
        done = pool.submit(floor.manager.call, *load)
        cut()
        with pytest.raises(RpcError):
            done.result()
    assert not any(find_open(floor, phone) for phone in phones)
    assert len(floor.manager.call(*load)["ids"]) == 3
    for phone in phones:
        assert len(find_open(floor, phone)) == 1


# ------------------------------------------------------------
# A server of threads, with few connections
# ------------------------------------------------------------


@pytest.fixture(scope="module")
def wire(stack):
    with Wire(stack.postgres) as wire:
        yield wire


@pytest.fixture(scope="module")
def small_floor(stack, wire):
    server = stack.bpo_server(
        stack.clone("floor"), name="threads", workers=0, db_maxconn=4, **wire.options
    ).start()
    yield Floor(server, stack.postgres)
    server.stop()


def post_until_taken(sender, body):
    """Deliver as a good sender does; return the statuses of all attempts."""
    statuses = []
    deadline = time.monotonic() + 3 * SECONDS
    while time.monotonic() < deadline:
        status, answer = sender.post(body)
        statuses.append(status)
        if status != 503:
            return statuses
        assert "again later" in answer["error"]
        time.sleep(0.5)
    return statuses


def test_deliveries_for_which_there_is_no_connection_come_again(small_floor):
    bodies = [{"phone": new_phone(), "external_id": str(n)} for n in range(24)]
    senders = [Sender(small_floor) for _body in bodies]
    with ThreadPoolExecutor(len(bodies)) as pool:
        found = list(pool.map(post_until_taken, senders, bodies))
    assert 503 in sum(found, []), "there were enough connections"
    # What was taken in before there was no connection for the rest is known.
    assert {statuses[-1] for statuses in found} <= {200, 201}
    for body, sender in zip(bodies, senders, strict=True):
        assert len(find_open(small_floor, body["phone"])) == 1
        (row,) = list_rows(small_floor, sender)
        assert row["state"] == "created"


def test_while_the_database_is_away_deliveries_come_again(small_floor, wire):
    sender = Sender(small_floor)
    body = {"phone": new_phone(), "external_id": "1"}
    with wire.cut():
        for _n in range(3):
            check_comes_again(*sender.post(body), sender.headers)
    assert post_until_taken(sender, body)[-1] == 201
