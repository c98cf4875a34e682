"""Servers that answer in JSON, and not as any Odoo does: told apart, and no harm done.

They are said at each step of winning a lead, of testing a connection, of reading an
order again and of reading a distributor, by a server that did the work before: so
there may be an order.
"""

import pytest

from tests.bad_server import nest
from tests.distributor import Feeds
from tests.scripted_odoo import ScriptedDealer, ScriptedDistributor
from tools.jsonrpc import RpcError

NOT_ODOO = "not that of an Odoo"

#: Wrong as the whole of a result, at every step but where it is said.
WHOLE = [
    "0",
    "-1",
    "-5",
    "1.5",
    "2147483648",
    "9999999999999999999999",
    "1" + "0" * 400,
    "1" + "0" * 5000,
    "1e999",
    "-1e999",
    "NaN",
    "Infinity",
    "-Infinity",
    '""',
    '"7"',
    '"S00001"',
    r'"\u0000"',
    r'"a\u0000b"',
    r'"\ud800"',
    '"' + "x" * 100_000 + '"',
    "[[]]",
    "[null]",
    "[true]",
    "[false]",
    "[0]",
    "[1]",
    "[-5]",
    "[1.5]",
    "[2147483648]",
    '["x"]',
    '[[1, "x"]]',
    "[{}]",
    '[{"id": "x"}]',
    '[{"id": true}]',
    '[{"id": 1}]',
    '[{"id": -5}]',
    '[{"id": 0}]',
    '[{"id": 2147483648}]',
    nest(500),
    nest(5000),
]

#: And these, where an object is wanted or none.
OBJECTS = ["{}", '{"id": 1}', '{"a": {"b": []}}', '{"ids": {"0": 1}}']

ANY = [*WHOLE, *OBJECTS, "null"]


def rows(*variants):
    """Return answers of one record each, which is right but for what is said.

    :param variants: members of the record in JSON.
    """
    return ["[{" + variant + "}]" for variant in variants]


AUTHENTICATE = [*ANY, "true", "[]", '{"uid": 7}', "[7]", "7.0", '"true"']

PARTNER = '"name": "Juan", "phone": false, "mobile": false, "email_normalized": false'
NAMED = '"id": 3, "name": "Juan", "mobile": false'
PARTNERS = [
    *ANY,
    "true",
    "false",
    *rows(
        f'"id": true, {PARTNER}',
        f'"id": 0, {PARTNER}',
        f'"id": -5, {PARTNER}',
        f'"id": 2147483648, {PARTNER}',
        f'"id": "3", {PARTNER}',
        f'"id": 3.0, {PARTNER}',
        f'"id": [3], {PARTNER}',
        '"id": 3',
        f'{NAMED}, "phone": [], "email_normalized": false',
        f'{NAMED}, "phone": 917, "email_normalized": false',
        f'{NAMED}, "phone": true, "email_normalized": false',
        f'{NAMED}, "phone": false, "email_normalized": ["x"]',
    ),
    # The same twice, and more than were asked for
    f'[{{"id": 3, {PARTNER}}}, {{"id": 3, {PARTNER}}}]',
    "[" + ", ".join(f'{{"id": {n}, {PARTNER}}}' for n in range(1, 82)) + "]",
]

LOADED = [
    *ANY,
    "true",
    "false",
    "[]",
    '{"ids": true, "messages": []}',
    '{"ids": 5, "messages": []}',
    '{"ids": "5", "messages": []}',
    '{"ids": {}, "messages": []}',
    '{"ids": [true], "messages": []}',
    '{"ids": [false], "messages": []}',
    '{"ids": [null], "messages": []}',
    '{"ids": [0], "messages": []}',
    '{"ids": [-5], "messages": []}',
    '{"ids": ["5"], "messages": []}',
    '{"ids": [5.0], "messages": []}',
    '{"ids": [2147483648], "messages": []}',
    '{"ids": [[5]], "messages": []}',
    '{"ids": [5, 6], "messages": []}',
    '{"ids": [], "messages": []}',
    '{"ids": false, "messages": []}',
    '{"ids": false, "messages": "no"}',
    '{"ids": false, "messages": ["no"]}',
    '{"ids": false, "messages": [{"message": "no"}]}',
    '{"ids": false, "messages": [{"type": "warning", "message": "no"}]}',
    '{"ids": false, "messages": [{"type": "error", "message": ["no"]}]}',
    '{"ids": false, "messages": [{"type": "error", "message": 5}]}',
    '{"ids": false, "messages": {"type": "error", "message": "no"}}',
]

#: A clear no: there is no order.
REFUSALS = [
    '{"ids": false, "messages": [{"type": "error", "message": "Closed today"}]}',
    '{"ids": [], "messages": [{"type": "error", "message": "Closed today"}]}',
    '{"ids": false, "messages": [{"type": "error", "message": "Closed today", '
    '"moreinfo": [[[]]], "rows": "x"}]}',
    r'{"ids": false, "messages": [{"type": "error", "message": '
    r'"\u0000Closed\ud800 today"}]}',
]

ORDERS = [
    *ANY,
    "true",
    "false",
    *rows(
        '"id": ASKED',
        '"id": ASKED, "name": "S1"',
        '"id": ASKED, "state": "draft"',
        '"id": ASKED, "name": false, "state": "draft"',
        '"id": ASKED, "name": true, "state": "draft"',
        '"id": ASKED, "name": null, "state": "draft"',
        '"id": ASKED, "name": 5, "state": "draft"',
        '"id": ASKED, "name": "", "state": "draft"',
        r'"id": ASKED, "name": " \n\t", "state": "draft"',
        r'"id": ASKED, "name": "\u0000\ud800", "state": "draft"',
        '"id": ASKED, "name": ["S1"], "state": "draft"',
        '"id": ASKED, "name": {"en_US": "S1"}, "state": "draft"',
        '"id": ASKED, "name": "S1", "state": []',
        '"id": ASKED, "name": "S1", "state": ["draft"]',
        '"id": ASKED, "name": "S1", "state": {"draft": 1}',
        '"id": ASKED, "name": "S1", "state": true',
        '"id": ASKED, "name": "S1", "state": 1',
        '"id": ASKED0, "name": "S1", "state": "draft"',
        '"id": -ASKED, "name": "S1", "state": "draft"',
        '"id": ASKED.0, "name": "S1", "state": "draft"',
        '"id": "ASKED", "name": "S1", "state": "draft"',
        '"id": true, "name": "S1", "state": "draft"',
        f'"id": ASKED, "name": {nest(500)}, "state": "draft"',
    ),
    '[{"id": ASKED, "name": "S1", "state": "draft"}, '
    '{"id": ASKED, "name": "S1", "state": "draft"}]',
    '[{"id": ASKED, "name": "S1", "state": "draft"}, '
    '{"id": 99, "name": "S2", "state": "draft"}]',
]

#: What can be used all the same: the members of the order, and what is kept of it.
USABLE = {
    r'"name": " S1\u0000\n(copy)\u202e", "state": "sale"': ("S1 (copy)", "sale"),
    r'"name": "S\ud8001", "state": "draft"': ("S1", "draft"),
    '"name": "S1", "state": false': ("S1", False),
    r'"name": "S1", "state": "on hold\u0000"': ("S1", False),
    '"name": "' + "S" * 1000 + '", "state": "sent"': ("S" * 250, "sent"),
}


@pytest.fixture(autouse=True)
def nothing_in_the_log(bpo):
    """No answer is a defect of ours."""
    before = len(bpo.read_log())
    yield
    log = bpo.read_log()[before:]
    for line in log.splitlines():
        assert " ERROR " not in line
        assert " CRITICAL " not in line
        assert "Traceback" not in line


@pytest.fixture
def scripted():
    with ScriptedDealer() as server:
        yield server


@pytest.fixture
def shop(floor, scripted):
    """A dealership of the scripted dealer."""
    return floor.new_dealership(scripted.url, scripted.database)


def fail(session, *call):
    """Call a method; return what its refusal says."""
    with pytest.raises(RpcError) as caught:
        session.call(*call)
    assert caught.value.name == "odoo.exceptions.UserError"
    assert "Traceback" not in caught.value.message
    assert "\x00" not in caught.value.message
    assert len(caught.value.message) < 1500
    return caught.value.message


def assert_not_won(floor, lead, kind, order_may_exist):
    """A win fails with words, and the lead is where it was."""
    message = fail(floor.agent, "crm.lead", "action_set_won", [lead])
    row = floor.read(lead)
    assert row["stage"] == floor.open_stages[0]
    assert not row["dealer_so_name"]
    assert not row["dealer_so_id"]
    push = floor.pushes(lead)[-1]
    assert (push["state"], push["error_kind"]) == ("failed", kind)
    assert push["order_may_exist"] == order_may_exist
    assert push["message"] in message
    return message


def assert_won_once(floor, scripted, lead):
    """The lead is won at last, with the one order that its dealer has."""
    scripted.behave()
    floor.win(lead, floor.agent)
    assert_has_the_order(floor, scripted, floor.read(lead))


def assert_has_the_order(floor, scripted, row):
    assert row["stage"] == floor.won
    (order,) = scripted.orders(row["reference"])
    assert (row["dealer_so_id"], row["dealer_so_name"]) == (order["id"], order["name"])
    assert row["dealer_so_state"] == "draft"
    assert floor.pushes(row["id"])[-1]["state"] == "done"


#: The steps of a win, what is said there, and whether there is an order by then.
STEPS = {
    "authenticate": (AUTHENTICATE, False),
    "read_res_partner": (PARTNERS, False),
    "load_res_partner": (LOADED, False),
    "load_sale_order": (LOADED, True),
    "read_sale_order": (ORDERS, True),
}


@pytest.mark.parametrize("step", STEPS)
def test_no_answer_at_any_step_of_a_win_does_harm(floor, scripted, shop, step):
    replies, is_ordered = STEPS[step]
    assert len(set(replies)) == len(replies) >= 40
    lead = floor.new_lead(shop)
    for number, reply in enumerate(replies, 1):
        scripted.say(step, reply)
        assert NOT_ODOO in assert_not_won(floor, lead, "not_odoo", is_ordered)
        assert scripted.odd_count == number
        # Let the next attempt be one that has no reason to look first.
        floor.execute(
            "UPDATE crm_dealer_push SET order_may_exist = FALSE WHERE lead_id = %s",
            [lead],
        )
    assert len(scripted.orders(floor.read(lead)["reference"])) == is_ordered
    assert_won_once(floor, scripted, lead)


@pytest.mark.parametrize("step", STEPS)
def test_after_any_answer_the_next_attempt_makes_one_order(floor, scripted, shop, step):
    replies, is_ordered = STEPS[step]
    for reply in replies[::12]:
        lead = floor.new_lead(shop)
        scripted.say(step, reply)
        assert_not_won(floor, lead, "not_odoo", is_ordered)
        assert_won_once(floor, scripted, lead)
        # Otherwise the account is known from now on, and nobody asks for it.
        floor.execute("UPDATE crm_dealership SET odoo_uid = 0 WHERE id = %s", [shop])


def test_when_it_is_looked_for_there_may_be_one(floor, scripted, shop):
    lead = floor.new_lead(shop)
    scripted.say("read_sale_order", "[{}]")
    assert_not_won(floor, lead, "not_odoo", True)
    found = '"id": 1, "name": "S1", "state": "draft", "origin": false'
    others = ('"client_order_ref": "LEAD/1"', '"client_order_ref": []', '"origin": []')
    for reply in [*ANY[::3], *rows(*(f"{found}, {other}" for other in others))]:
        scripted.say("read_sale_order", reply)
        assert NOT_ODOO in assert_not_won(floor, lead, "not_odoo", False)
    # Since the first attempt nobody knows, and each of the others has looked.
    assert [push["order_may_exist"] for push in floor.pushes(lead)][0]
    assert_won_once(floor, scripted, lead)


def test_a_clear_no_is_the_dealers_own(floor, scripted, shop):
    lead = floor.new_lead(shop)
    for reply in REFUSALS:
        # The mini dealer makes the order all the same, which a real one does not.
        scripted.say("load_sale_order", reply)
        message = assert_not_won(floor, lead, "rejected", False)
        assert "Closed today" in message
    assert_won_once(floor, scripted, lead)


def test_a_login_that_is_refused_is_told_apart(floor, scripted, shop):
    scripted.say("authenticate", "false")
    assert_not_won(floor, floor.new_lead(shop), "refused", False)


def test_an_order_that_cannot_be_read_again_is_a_missing_right(floor, scripted, shop):
    lead = floor.new_lead(shop)
    scripted.say("read_sale_order", "[]")
    assert_not_won(floor, lead, "not_allowed", True)
    assert_won_once(floor, scripted, lead)


@pytest.mark.parametrize("members", USABLE, ids=range(len(USABLE)))
def test_what_can_be_shown_of_an_order_is_kept(floor, scripted, shop, members):
    lead = floor.new_lead(shop)
    scripted.say("read_sale_order", '[{"id": ASKED, ' + members + "}]")
    floor.win(lead, floor.agent)
    row = floor.read(lead)
    assert row["stage"] == floor.won
    assert (row["dealer_so_name"], row["dealer_so_state"]) == USABLE[members]
    (order,) = scripted.orders(row["reference"])
    assert row["dealer_so_id"] == order["id"]
    assert floor.pushes(lead)[-1]["order_name"] == USABLE[members][0]


def test_an_order_that_is_read_again_stays_as_it_was(floor, scripted, shop):
    lead = floor.new_lead(shop)
    floor.win(lead, floor.agent)
    before = floor.read(lead)
    for reply in ORDERS:
        scripted.say("read_sale_order", reply)
        refresh = ("crm.lead", "action_refresh_dealer_order", [lead])
        assert NOT_ODOO in fail(floor.agent, *refresh)
    assert floor.read(lead) == before
    scripted.say("read_sale_order", report(before["reference"], '"state": "sale"'))
    floor.agent.call(*refresh)
    assert floor.read(lead)["dealer_so_state"] == "sale"


#: Of what became of orders, wrong besides what :data:`ORDERS` says of each.
REPORTS = [
    '"amount_total": "5"',
    '"amount_total": false',
    '"amount_total": NaN',
    '"amount_total": [5]',
    '"currency_id": 1',
    '"currency_id": ["USD", 1]',
    '"client_order_ref": 5',
    '"client_order_ref": ["x"]',
    '"origin": true',
    '"origin": {}',
    '"id": 2147483648',
    '"id": -1',
    '"name": []',
    '"state": {}',
]


def report(reference, odd=""):
    """Return what is said of the one order that was asked for.

    :param str reference: of its lead.
    :param str odd: members in JSON that are said last, which counts.
    """
    members = (
        '"id": ASKED, "name": "S1", "state": "draft", "amount_total": 5.0, '
        f'"currency_id": [1, "USD"], "client_order_ref": "{reference}", "origin": false'
    )
    return "[{" + ", ".join(filter(None, [members, odd])) + "}]"


@pytest.fixture
def alone(floor):
    """Let the job find nothing to ask for but what a test wins."""
    floor.execute("UPDATE crm_lead SET dealer_so_check_at = '2100-01-01'")


def read_back(floor, shop):
    """Run the job; return what is said of the dealership."""
    floor.execute("UPDATE crm_dealership SET orders_retry_at = NULL")
    floor.execute(
        "UPDATE crm_lead SET dealer_so_check_at = '2000-01-01'"
        " WHERE dealership_id = %s",
        [shop],
    )
    floor.run_job("cron_read_back_orders")
    (row,) = floor.supervisor.call(
        "crm.dealership", "read", [shop], ["orders_failure_count", "orders_problem"]
    )
    return row


def test_no_answer_makes_an_order_another_one_or_gone(floor, scripted, shop, alone):
    lead = floor.new_lead(shop)
    floor.win(lead, floor.agent)
    fields = ["dealer_so_state", "dealer_so_amount", "is_dealer_so_gone"]
    fields += ["dealer_so_checked_at", "dealer_so_unseen_at", "dealer_so_name"]
    (before,) = floor.admin.call("crm.lead", "read", [lead], fields)
    reference = floor.read(lead)["reference"]
    odd = [*ORDERS, *(report(reference, row) for row in REPORTS)]
    for number, reply in enumerate(odd, 1):
        scripted.say("read_sale_order", reply)
        told = read_back(floor, shop)
        assert NOT_ODOO in told["orders_problem"], reply
        assert told["orders_failure_count"] == number
    (after,) = floor.admin.call("crm.lead", "read", [lead], fields)
    assert after == before
    scripted.say("read_sale_order", report(reference, '"state": "sale"'))
    assert not read_back(floor, shop)["orders_problem"]
    assert floor.read(lead)["dealer_so_state"] == "sale"


def test_no_answer_about_fields_does_harm(floor, scripted, shop, alone):
    lead = floor.new_lead(shop)
    floor.win(lead, floor.agent)
    for reply in [*WHOLE[::4], "null", "true", "false", "[]"]:
        scripted.say("fields_get_sale_order", reply)
        assert NOT_ODOO in read_back(floor, shop)["orders_problem"], reply
    scripted.behave()
    assert not read_back(floor, shop)["orders_problem"]


VERSIONS = [
    *ANY,
    "true",
    "false",
    "[]",
    *(
        f'{{"server_serie": {value}}}'
        for value in ('""', "null", "true", "18", "18.0", "[]", "{}", '["18.0"]')
    ),
    r'{"server_serie": "\u0000"}',
    r'{"server_serie": " \n"}',
]


@pytest.mark.parametrize(
    ("step", "replies"),
    [
        ("version", VERSIONS),
        ("authenticate", AUTHENTICATE),
        ("fields_get_sale_order", [*WHOLE[::4], "null", "true", "false", "[]"]),
        ("has_access_sale_order", [*ANY[::4], "[]", '"true"', "1"]),
    ],
    ids=["version", "login", "sales", "rights"],
)
def test_a_connection_test_says_what_is_there(floor, scripted, shop, step, replies):
    for number, reply in enumerate(replies, 1):
        scripted.say(step, reply)
        message = floor.test_connection(shop)
        assert NOT_ODOO in message
        assert "\x00" not in message
        assert scripted.odd_count == number
    scripted.behave()
    assert floor.test_connection(shop) == "Connected to Odoo 18.0."


@pytest.mark.parametrize(
    ("series", "shown"),
    [
        (r'"18.0\u0000"', "18.0"),
        (r'"\u00b2\u00b3.0"', "\u00b2\u00b3.0"),
        ('"' + "9" * 5000 + '.0"', "9" * 250),
    ],
    ids=["controls", "superscript", "long"],
)
def test_a_series_of_another_form_is_shown(floor, scripted, shop, series, shown):
    scripted.say("version", f'{{"server_serie": {series}}}')
    assert floor.test_connection(shop) == f"Connected to Odoo {shown}."
    scripted.behave()
    lead = floor.new_lead(shop)
    assert_won_once(floor, scripted, lead)


def test_no_answer_that_may_have_a_secret_in_it_is_told(floor, scripted):
    secret = "correct-horse-battery-staple"
    shop = floor.new_dealership(scripted.url, "scripted", odoo_api_key=secret)
    lead = floor.new_lead(shop)
    for reply in (
        f'"{secret}"',
        f'["{secret}"]',
        f'{{"{secret}": "{secret}"}}',
        f'{{"ids": ["{secret}"], "messages": "{secret}"}}',
        r'{"ids": false, "messages": [{"type": "error", "message": '
        r'"correct-\u0000horse-battery-staple"}]}',
    ):
        scripted.say("load_res_partner", reply)
        message = fail(floor.agent, "crm.lead", "action_set_won", [lead])
        for shown in (message, floor.chatter(lead), str(floor.pushes(lead))):
            assert secret not in shown


# Distributors


@pytest.fixture
def scripted_feeds(floor):
    """A brand with the feeds of a scripted distributor."""
    with ScriptedDistributor() as server:
        feeds = Feeds(floor, server, server.url)
        yield feeds
        floor.execute(
            "UPDATE crm_lead_feed SET active = FALSE WHERE brand_id = %s", [feeds.brand]
        )


def new_marking_feed(feeds):
    return feeds.new_feed(
        mapping=ScriptedDistributor.mapping,
        write_back={"x_taken": {"value": "True"}},
        domain="[]",
    )


IDS = [reply for reply in ANY if reply != '[{"id": 1}]']
IDS += ["true", "false", '[{"id": 2}, {"id": 1}]', '[{"id": 1}, {"id": 1}]']

RECORD = '"phone": false, "contact_name": false, "country_id": false'
RECORDS = [
    *ANY,
    "true",
    "false",
    *rows(f'"id": 99, {RECORD}', f'"id": true, {RECORD}', f'"id": "1", {RECORD}'),
]


@pytest.mark.parametrize(
    ("step", "replies"),
    [
        ("list_crm_lead", IDS[::2]),
        ("read_crm_lead", RECORDS[1::2]),
        ("fields_get_crm_lead", [*WHOLE[::4], "null", "true", "false", "[]"]),
        ("read_res_country", [*ANY[::4], *rows('"id": 4, "code": "PH"')]),
    ],
    ids=["ids", "records", "fields", "relation"],
)
def test_a_distributor_that_is_no_odoo_is_told_so(scripted_feeds, step, replies):
    feeds, server = scripted_feeds, scripted_feeds.distributor
    feed = new_marking_feed(feeds)
    first, second = server.new_enquiry(), server.new_enquiry()
    for reply in replies:
        server.say(step, reply)
        message = feeds.sync()
        assert NOT_ODOO in message
        assert NOT_ODOO in feeds.state(feed)["last_error"]
        assert feeds.enquiries() == []
    assert feeds.state(feed)["failure_count"] == len(replies) == server.odd_count
    server.behave()
    assert "2 new" in feeds.sync()
    assert feeds.written_back() == {first: "done", second: "done"}
    assert server.taken == {first, second}
    assert feeds.state(feed)["failure_count"] == 0


def test_what_says_nothing_of_writing_is_asked_again(scripted_feeds):
    feeds, server = scripted_feeds, scripted_feeds.distributor
    feed = new_marking_feed(feeds)
    there = server.new_enquiry()
    for reply in (*WHOLE[::3], *OBJECTS, "false", "[]"):
        server.say("write_crm_lead", reply)
        assert NOT_ODOO in feeds.sync()
        assert feeds.written_back() == {there: "waiting"}
        assert feeds.state(feed)["failure_count"]
    server.behave()
    feeds.sync()
    assert feeds.written_back() == {there: "done"}
    assert len(feeds.leads()) == 1


#: Values of a text that are none.
ODD_VALUES = [
    "[]",
    "[1]",
    "[1, 2]",
    "[1, 2, 3]",
    '["x", 1]',
    '[2147483648, "x"]',
    '[-5, "x"]',
    '[true, "x"]',
    "[[]]",
    "{}",
    '{"en_US": "x"}',
    "NaN",
    "Infinity",
    "1e999",
    "1" + "0" * 400,
    "-1e999",
    "9223372036854775808",
    "-" + "9" * 4000,
    "true",
    nest(500),
    '{"a": {"b": {"c": []}}}',
    r'{"\u0000": "x"}',
    r'{"\ud800": 1}',
    '[null, "x"]',
    '[false, "x"]',
    '[1, ["x"]]',
    '[1, {"x": 1}]',
    '[1.5, "x"]',
    '[0, "x"]',
    '[[1, "x"]]',
    '[1, "x", true]',
    '["1", "x"]',
    '[9999999999999999999999, "x"]',
]


def test_a_record_that_does_not_fit_does_not_stop_the_others(scripted_feeds):
    feeds, server = scripted_feeds, scripted_feeds.distributor
    feed = new_marking_feed(feeds)
    for value in ODD_VALUES:
        odd = server.new_enquiry(contact_name=value)
        server.new_enquiry()
        message = feeds.sync()
        assert "1 new, 1 in quarantine" in message, value[:50]
        row = next(row for row in feeds.enquiries() if row["remote_id"] == odd)
        assert row["state"] == "quarantined"
        assert row["error"]
        assert len(row["error"]) < 500
    assert feeds.state(feed)["failure_count"] == 0
    # Once the distributor has mended them, they come in as well.
    server.raw_values = dict.fromkeys(server.raw_values, '"Mended"')
    waiting = [row["id"] for row in feeds.enquiries() if row["state"] == "quarantined"]
    assert len(waiting) == len(ODD_VALUES)
    feeds.manager.call("crm.lead.enquiry", "action_retry", waiting)
    assert {row["state"] for row in feeds.enquiries()} == {"created"}


def test_a_relation_of_another_form_is_one_of_those(scripted_feeds):
    feeds, server = scripted_feeds, scripted_feeds.distributor
    new_marking_feed(feeds)
    for value in (
        *("3", "[3]", '["PH"]', "{}", '[2147483648, "PH"]', "true", "NaN", '"PH"'),
        *('[3, ["PH"]]', '{"id": 3}', "[[3]]", '[-3, "PH"]', "[]", '[true, "PH"]'),
    ):
        odd = server.new_enquiry(country_id=value)
        server.new_enquiry()
        assert "1 new, 1 in quarantine" in feeds.sync()
        row = next(row for row in feeds.enquiries() if row["remote_id"] == odd)
        assert "crm.lead.country_id" in row["error"]


def test_where_no_record_fits_it_is_the_distributor(scripted_feeds):
    feeds, server = scripted_feeds, scripted_feeds.distributor
    feed = new_marking_feed(feeds)
    for _number in range(3):
        server.new_enquiry(contact_name="[]")
    assert NOT_ODOO in feeds.sync()
    assert feeds.enquiries() == []
    assert feeds.state(feed)["failure_count"] == 1


def test_what_no_database_takes_is_left_out_of_texts(scripted_feeds):
    feeds, server = scripted_feeds, scripted_feeds.distributor
    new_marking_feed(feeds)
    server.new_enquiry(contact_name=r'"Ma\u0000ria\ud800 \u0007Santos"')
    assert "1 new" in feeds.sync()
    (lead,) = feeds.leads()
    assert lead["contact_name"] == "Maria Santos"


def test_the_dealers_of_a_catalogue_are_told_apart_in_the_same_way(scripted_feeds):
    feeds, server = scripted_feeds, scripted_feeds.distributor
    mapping = {"code": "phone", "name": "contact_name"}
    feed = feeds.new_feed("dealership", mapping, domain="[]")
    server.new_enquiry(phone=r'"\u0000' + feeds.batch + '"')
    odd = [server.new_enquiry(contact_name=value) for value in ODD_VALUES]
    # And its key.
    odd += [server.new_enquiry(phone=value) for value in ODD_VALUES[::3]]
    message = feeds.sync("action_sync_dealers")
    assert "1 new" in message
    assert f"{len(odd)} refused" in message
    assert "crm.lead.contact_name" in message
    (code,) = feeds.manager.call(
        "crm.dealership", "search_read", [("code", "=", feeds.batch)], ["name"]
    )
    assert code["name"].startswith("Visitor")
    assert feeds.state(feed)["failure_count"] == 0
    for step, replies in (("list_crm_lead", IDS), ("read_crm_lead", RECORDS)):
        for reply in replies[::5]:
            server.say(step, reply)
            assert NOT_ODOO in feeds.sync("action_sync_dealers")
    assert feeds.state(feed)["failure_count"]


@pytest.mark.parametrize(
    ("step", "replies"),
    [
        ("version", VERSIONS[::4]),
        ("authenticate", AUTHENTICATE[::4]),
        ("search_count_crm_lead", [*ANY[1::4], "true", "[]", '"2"']),
        ("has_access_crm_lead", [*ANY[::4], "[]", '"true"', "1"]),
        (
            "fields_get_crm_lead",
            [
                *WHOLE[::4],
                '{"contact_name": "char"}',
                '{"contact_name": {"type": ["char"]}}',
                '{"contact_name": {"type": {"char": 1}}}',
                '{"contact_name": {"type": true}}',
                '{"contact_name": ["char"]}',
                '{"contact_name": 5}',
                '[["contact_name", {"type": "char"}]]',
            ],
        ),
        (
            "fields_get_res_country",
            [*WHOLE[::4], '{"code": ["char"]}', '{"code": {"type": 5}}'],
        ),
    ],
    ids=["version", "login", "number", "rights", "fields", "relation"],
)
def test_a_distributors_connection_test_says_what_is_there(
    scripted_feeds, step, replies
):
    feeds, server = scripted_feeds, scripted_feeds.distributor
    new_marking_feed(feeds)
    for reply in replies:
        server.say(step, reply)
        assert NOT_ODOO in feeds.sync("action_test_connection"), reply[:80]
    server.behave()
    assert "Connected" in feeds.sync("action_test_connection")


# With a real dealer behind


@pytest.mark.parametrize("reply", ['{"ids": [true]}', '{"ids": [2147483648]}'])
def test_a_real_dealer_has_one_order_after_an_odd_load(
    floor, dealer, proxy, dealership, reply
):
    lead = floor.new_lead(dealership)
    proxy.plan(f'{{"jsonrpc": "2.0", "id": 1, "result": {reply}}}'.encode())
    assert_not_won(floor, lead, "not_odoo", True)
    assert_real_dealer_has_one(floor, dealer, lead)


@pytest.mark.parametrize("reply", ['[{"id": 1}]', "false", "[[]]"])
def test_a_real_dealer_has_one_order_after_it_was_read_oddly(
    floor, dealer, proxy, dealership, reply
):
    lead = floor.new_lead(dealership)
    proxy.plan(
        f'{{"jsonrpc": "2.0", "id": 1, "result": {reply}}}'.encode(),
        lambda body: b'"sale.order"' in body and b'"search_read"' in body,
    )
    assert_not_won(floor, lead, "not_odoo", True)
    assert_real_dealer_has_one(floor, dealer, lead)


def assert_real_dealer_has_one(floor, dealer, lead):
    reference = floor.read(lead)["reference"]
    (order,) = dealer.orders(reference)
    floor.win(lead, floor.agent)
    row = floor.read(lead)
    assert (row["stage"], row["dealer_so_id"]) == (floor.won, order["id"])
    assert len(dealer.orders(reference)) == 1
    assert len(dealer.lines(order)) == 1
