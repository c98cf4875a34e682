"""Leads, dealerships and vehicle models of a distributor who has a plain Odoo."""

import ast
import itertools
import json
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone

import pytest

from tests.distributor import LEAD_FIELDS, Feeds
from tests.floor import SERVICE, refuse
from tools.jsonrpc import RpcError

MANY = 50_000
PAGE = 5_000  # ids
NEW_AMONG_MANY = 500


def is_write(body):
    """Tell whether a request writes something back."""
    return b'"write"' in body


def is_long_write(body):
    """Tell whether a request writes back more than two records at once."""
    if not is_write(body):
        return False
    arguments = json.loads(body)["params"]["args"]
    return len(arguments[5][0]) > 2


def is_fetch(body):
    """Tell whether a request reads the values of records."""
    return b'"search_read"' in body and b'"contact_name"' in body


def is_fetch_number(number):
    """Return what tells which request reads values for so many a time."""
    fetches = itertools.count(1)
    return lambda body: is_fetch(body) and next(fetches) == number


def test_what_is_new_becomes_a_lead_and_is_marked_there(feeds, distributor):
    (wanted,) = distributor.admin.call(
        "product.product", "search", [("default_code", "=", "toy-vios-g")]
    )
    feed = feeds.new_marking_feed(
        mapping={**LEAD_FIELDS, "brand_id": "referred"},
    )
    # The name of the brand there is none of ours.
    toyota = feeds.floor.admin.call("crm.brand", "search", [("code", "=", "TOY")])
    feeds.manager.call(
        "crm.lead.source", "write", feeds.source, {"brand_id": toyota[0]}
    )
    there = distributor.new_enquiry(
        feeds.batch, x_wanted_id=wanted, description="<p>Is it <b>red</b>?</p>"
    )
    assert "1 new" in feeds.sync()
    (lead,) = feeds.leads()
    assert lead["contact_name"].startswith("Visitor")
    assert "Is it *red*?" in lead["description"]
    assert distributor.read(there)["x_taken"]
    assert distributor.read(there)["x_reference"] == lead["reference"]
    assert "nothing new" in feeds.sync()
    state = feeds.state(feed)
    assert state["last_success"]
    assert state["backlog"] == state["failure_count"] == 0
    assert not state["last_error"]


def test_a_vehicle_is_found_by_what_the_distributor_calls_it(feeds, distributor):
    (wanted,) = distributor.admin.call(
        "product.product", "search", [("default_code", "=", "toy-vios-g")]
    )
    feeds.new_feed()
    mapping = {"external_ref": "default_code", "name": "name"}
    feeds.new_feed(
        "vehicle_model",
        mapping,
        remote_model="product.product",
        domain="[('default_code', 'like', 'toy-')]",
    )
    feeds.sync("action_sync_vehicle_models")
    distributor.new_enquiry(feeds.batch, x_wanted_id=wanted)
    feeds.sync()
    (lead,) = feeds.leads()
    assert lead["brand_id"][0] == feeds.brand
    assert lead["vehicle_model_id"][1].endswith("Vios 1.3 G CVT")


def test_what_came_in_does_not_come_in_again(feeds, distributor):
    feeds.new_marking_feed()
    there = distributor.new_enquiry(feeds.batch)
    feeds.sync()
    distributor.admin.call("crm.lead", "write", there, {"x_taken": False})
    assert "nothing new" in feeds.sync()
    assert len(feeds.leads()) == len(feeds.enquiries()) == 1


@pytest.mark.parametrize("fault", ["swallow", "cut", "error"])
def test_a_lost_write_back_imports_nothing_twice(feeds, distributor, line, fault):
    feed = feeds.new_marking_feed()
    there = distributor.new_enquiry(feeds.batch)
    line.plan(fault, is_write)
    assert "1 new" in feeds.sync()
    assert feeds.state(feed)["failure_count"] == 1
    assert feeds.enquiries()[0]["write_back_state"] == "waiting"
    feeds.sync()
    assert distributor.read(there)["x_taken"]
    assert feeds.enquiries()[0]["write_back_state"] == "done"
    assert feeds.state(feed)["failure_count"] == 0
    assert len(feeds.leads()) == 1


def test_a_record_that_is_gone_is_not_written_back_for_ever(feeds, distributor, line):
    feeds.new_marking_feed()
    gone, there = (distributor.new_enquiry(feeds.batch) for _n in range(2))
    line.plan(lambda: distributor.admin.call("crm.lead", "unlink", [gone]), is_write)
    feeds.sync()
    assert feeds.written_back() == {gone: "failed", there: "done"}
    assert distributor.read(there)["x_taken"]


def test_a_record_that_may_not_be_written_does_not_stop_the_others(feeds, distributor):
    feeds.new_marking_feed()
    closed, there = (distributor.new_enquiry(feeds.batch) for _n in range(2))
    admin = distributor.admin
    rule = admin.call(
        "ir.rule",
        "create",
        {
            "name": "Closed",
            "model_id": admin.find("crm.model_crm_lead"),
            "domain_force": f"[('id', '!=', {closed})]",
            "perm_read": False,
        },
    )
    feeds.sync()
    admin.call("ir.rule", "unlink", [rule])
    assert feeds.written_back() == {closed: "failed", there: "done"}
    assert distributor.read(there)["x_taken"]
    rows = [row["id"] for row in feeds.enquiries()]
    feeds.manager.call("crm.lead.enquiry", "action_retry", rows)
    feeds.sync()
    assert distributor.read(closed)["x_taken"]


def test_the_proposed_feed_leaves_out_what_is_closed_and_old(feeds, distributor):
    action = feeds.manager.call("crm.brand", "action_sync_now", [feeds.brand])
    context = {**action["context"], "default_name": "Proposed"}
    spec = {"domain": {}, "remote_model": {}, "kind": {}, "field_ids": {"fields": {}}}
    values = {"kind": "lead", "brand_id": feeds.brand}
    proposed = feeds.manager.call(
        "crm.lead.feed", "onchange", [], values, ["kind"], spec, context=context
    )["value"]
    assert proposed["remote_model"] == "crm.lead"
    admin = distributor.admin
    (won,) = admin.call("crm.stage", "search", [("is_won", "=", True)], limit=1)
    (open_stage,) = admin.call("crm.stage", "search", [("is_won", "=", False)], limit=1)
    kinds = {
        "lead": {"type": "lead"},
        "opportunity": {"type": "opportunity", "stage_id": open_stage},
        "no_stage": {"type": "lead", "stage_id": False},
        "won": {"type": "opportunity", "stage_id": won},
        "lost": {"type": "opportunity", "stage_id": open_stage},
        "archived": {"type": "lead", "active": False},
        "old": {"type": "lead"},
    }
    there = {
        kind: distributor.new_enquiry(feeds.batch, **values)
        for kind, values in kinds.items()
    }
    with distributor.postgres.connect(distributor.server.database) as cursor:
        cursor.execute(
            "UPDATE crm_lead SET create_date = create_date - interval '400 days'"
            " WHERE id = %s",
            [there["old"]],
        )
        # As core marks a lead as lost.
        cursor.execute(
            "UPDATE crm_lead SET active = FALSE, probability = 0 WHERE id = %s",
            [there["lost"]],
        )
    matching = admin.call(
        "crm.lead",
        "search",
        [("referred", "=", feeds.batch), *ast.literal_eval(proposed["domain"])],
    )
    assert set(matching) == {
        there[kind] for kind in ("lead", "opportunity", "no_stage")
    }


def take_right(distributor):
    """Let nobody at the distributor write leads; return what gives it back."""
    admin = distributor.admin
    domain = [("model_id.model", "=", "crm.lead"), ("perm_write", "=", True)]
    rights = admin.call("ir.model.access", "search", domain)

    def let_write(is_allowed):
        admin.call("ir.model.access", "write", rights, {"perm_write": is_allowed})
        # Odoo forgets what people may write before it changes that. To change it, it
        # looks up what the admin may write, and would know that for ever.
        admin.call("ir.model.access", "call_cache_clearing_methods")

    let_write(False)
    return lambda: let_write(True)


def close_all(distributor):
    """Let a rule of the distributor's close every lead."""
    admin = distributor.admin
    values = {
        "name": "All closed",
        "model_id": admin.find("crm.model_crm_lead"),
        "domain_force": "[('id', '<', 0)]",
        "perm_read": False,
    }
    rule = admin.call("ir.rule", "create", values)
    return lambda: admin.call("ir.rule", "unlink", [rule])


def refuse_value(distributor):
    """Let the distributor's database take no such value."""

    def run(query):
        with distributor.postgres.connect(distributor.server.database) as cursor:
            cursor.execute(f"ALTER TABLE crm_lead {query}")

    run("ADD CONSTRAINT untaken CHECK (x_taken IS NOT TRUE) NOT VALID")
    return lambda: run("DROP CONSTRAINT untaken")


def lose_field(distributor):
    """Let a field of the distributor's have another name."""
    admin = distributor.admin
    domain = [("model", "=", "crm.lead"), ("name", "=", "x_reference")]
    (field,) = admin.call("ir.model.fields", "search", domain)
    admin.call("ir.model.fields", "write", [field], {"name": "x_other"})
    values = {"name": "x_reference"}
    return lambda: admin.call("ir.model.fields", "write", [field], values)


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize("take", [take_right, close_all, refuse_value, lose_field])
def test_where_nothing_can_be_written_the_feed_has_failed_and_tries_again(
    feeds, distributor, take, count
):
    feed = feeds.new_feed(
        write_back={"x_taken": {"value": "True"}, "x_reference": {"kind": "reference"}}
    )
    there = [distributor.new_enquiry(feeds.batch) for _n in range(count)]
    give_back = take(distributor)
    try:
        for number in range(1, 6):
            message = feeds.sync()
            assert (f"{count} new" in message) == (number == 1)
            # What is wrong, and who can do something about it.
            state = feeds.state(feed)
            assert state["last_error"] in message
            assert f"Brand {feeds.batch}" in state["last_error"]
            assert state["failure_count"] == number
            assert feeds.written_back() == dict.fromkeys(there, "waiting")
    finally:
        give_back()
    feeds.run_job()
    assert feeds.written_back() == dict.fromkeys(there, "done")
    state = feeds.state(feed)
    assert not state["failure_count"]
    assert not state["last_error"]
    assert len(feeds.leads()) == count


def test_a_record_alone_that_is_gone_is_told_and_given_up(feeds, distributor, line):
    feed = feeds.new_marking_feed()
    gone = distributor.new_enquiry(feeds.batch)
    line.plan(lambda: distributor.admin.call("crm.lead", "unlink", [gone]), is_write)
    message = feeds.sync()
    assert "1 new, 1 refused" in message
    assert f"crm.lead/{gone}" in message
    assert feeds.written_back() == {gone: "failed"}
    assert feeds.state(feed)["failure_count"] == 0


def test_two_distributors_of_one_source_have_records_of_their_own(
    floor, feeds, distributor, line
):
    feeds.new_feed()
    other = Feeds(floor, distributor, line.url)
    distributor.new_enquiry(feeds.batch)
    other.new_feed(
        source_id=feeds.source, domain=f"[('referred', '=', '{feeds.batch}')]"
    )
    assert "1 new" in feeds.sync()
    # The same number, which is another record there.
    assert "1 merged" in other.sync()
    assert len(feeds.enquiries()) == 2


def test_a_feed_that_has_read_leads_reads_no_others(feeds, distributor):
    feed = feeds.new_feed()
    distributor.new_enquiry(feeds.batch)
    feeds.sync()
    other = {"remote_model": "res.partner"}
    assert "another feed" in refuse(
        feeds.manager, "crm.lead.feed", "write", [feed], other
    )


def test_two_broken_lines_are_mended_at_once(feeds):
    feed = feeds.new_feed(active=False, mapping={"phone": "tel", "city": "town"})
    (row,) = feeds.manager.call("crm.lead.feed", "read", [feed], ["field_ids"])
    phone, city = row["field_ids"]
    commands = [
        (1, phone, {"remote_field": "phone"}),
        (1, city, {"remote_field": "city"}),
    ]
    values = {"active": True, "field_ids": commands}
    feeds.manager.call("crm.lead.feed", "write", [feed], values)
    line = {"remote_field": "town"}
    assert "town" in refuse(feeds.manager, "crm.lead.feed.field", "write", [city], line)


def test_what_lies_behind_a_relation_counts_when_it_is_archived(feeds, distributor):
    feeds.new_feed(mapping={"phone": "partner_id.phone"})
    partner = distributor.admin.call(
        "res.partner", "create", {"name": "Gone", "phone": "+63 920 4440001"}
    )
    distributor.new_enquiry(feeds.batch, partner_id=partner)
    distributor.admin.call("res.partner", "write", [partner], {"active": False})
    assert "1 new" in feeds.sync()


def test_a_mended_connection_is_tried_at_once(feeds, distributor):
    feed = feeds.new_feed()
    key = {"odoo_api_key": "wrong"}
    feeds.manager.call("crm.brand", "write", [feeds.brand], key)
    feeds.sync()
    assert feeds.state(feed)["retry_at"]
    feeds.manager.call("crm.brand", "write", [feeds.brand], {"odoo_api_key": SERVICE})
    assert not feeds.state(feed)["retry_at"]


def test_a_retry_asks_the_distributor_again(feeds, distributor):
    feeds.new_feed()
    there = distributor.new_enquiry(feeds.batch, phone=False)
    feeds.sync()
    number = {"phone": "+63 920 4440002"}
    distributor.admin.call("crm.lead", "write", [there], number)
    (row,) = feeds.enquiries()
    feeds.manager.call("crm.lead.enquiry", "action_retry", [row["id"]])
    assert feeds.enquiries()[0]["state"] == "created"


def test_a_record_that_changes_while_it_is_read_comes_in_once(feeds, distributor, line):
    feeds.new_marking_feed()
    changed, taken = (distributor.new_enquiry(feeds.batch) for _n in range(2))

    def change():
        distributor.admin.call(
            "crm.lead", "write", changed, {"contact_name": "Renamed"}
        )
        distributor.admin.call("crm.lead", "write", taken, {"x_taken": True})

    line.plan(change, is_fetch)
    feeds.sync()
    assert [lead["contact_name"] for lead in feeds.leads()] == ["Renamed"]
    distributor.admin.call("crm.lead", "write", changed, {"contact_name": "Again"})
    feeds.sync()
    assert len(feeds.leads()) == 1


def test_a_customer_with_an_open_lead_is_merged(feeds, distributor):
    feeds.new_feed()
    phone = "+63 920 6660000"
    distributor.new_enquiry(feeds.batch, phone=phone)
    distributor.new_enquiry(feeds.batch, phone=phone.replace(" ", ""))
    message = feeds.sync()
    assert "1 new" in message
    assert "1 merged" in message
    assert len({row["lead_id"][0] for row in feeds.enquiries()}) == 1


def test_who_cannot_be_reached_waits_in_quarantine(feeds, distributor):
    feed = feeds.new_marking_feed()
    there = distributor.new_enquiry(feeds.batch, phone=False)
    fine = distributor.new_enquiry(feeds.batch)
    assert "1 in quarantine" in feeds.sync()
    assert feeds.state(feed)["quarantine_count"] == 1
    (brand,) = feeds.manager.call(
        "crm.brand", "read", [feeds.brand], ["feed_failure_count"]
    )
    assert brand["feed_failure_count"] == 1
    assert distributor.read(fine)["x_taken"]
    # It is not taken yet, and does not come back all the same.
    assert not distributor.read(there)["x_taken"]
    assert "nothing new" in feeds.sync()
    row = next(row for row in feeds.enquiries() if row["state"] == "quarantined")
    line = {"target_field": "phone", "default": "+63 920 5550000", "sequence": 99}
    feeds.manager.call("crm.lead.feed", "write", feed, {"field_ids": [(0, 0, line)]})
    feeds.manager.call("crm.lead.enquiry", "action_retry", [row["id"]])
    assert {row["state"] for row in feeds.enquiries()} == {"created"}
    feeds.sync()
    assert distributor.read(there)["x_taken"]


def test_one_bad_record_does_not_stop_the_others(feeds, distributor):
    mapping = {**LEAD_FIELDS, "priority": "referred", "enquiry_date": "create_date"}
    feeds.new_feed(mapping=mapping)
    distributor.new_enquiry(feeds.batch)
    assert "1 in quarantine" in feeds.sync()
    (row,) = feeds.enquiries()
    assert "Priority" in row["error"]
    assert feeds.batch in row["error"]


def test_a_record_that_cannot_be_read_does_not_stop_the_others(feeds, distributor):
    make_fragile_field(distributor)
    feeds.new_feed(mapping={**LEAD_FIELDS, "city": "x_fragile"})
    for color in (1, 13, 2):
        distributor.new_enquiry(feeds.batch, color=color)
    message = feeds.sync()
    assert "2 new" in message
    assert "1 in quarantine" in message
    (row,) = (row for row in feeds.enquiries() if row["state"] == "quarantined")
    assert "cannot be read" in row["error"]
    distributor.admin.call("crm.lead", "write", [row["remote_id"]], {"color": 3})
    feeds.manager.call("crm.lead.enquiry", "action_retry", [row["id"]])
    assert {row["state"] for row in feeds.enquiries()} == {"created"}


def test_a_record_that_the_account_may_not_read_whole_is_one_of_them(
    feeds, distributor
):
    # The account may not read what the field is computed from.
    code = "self.env['ir.config_parameter'].get_param('x') if lead.color == 13 else 'x'"
    make_field(distributor, "x_guarded", "char", code)
    feeds.new_feed(mapping={**LEAD_FIELDS, "city": "x_guarded"}, batch_size=1)
    for color in (13, 1, 2):
        distributor.new_enquiry(feeds.batch, color=color)
    feeds.sync()
    states = [row["state"] for row in feeds.enquiries()]
    assert states == ["quarantined", "created", "created"]


def test_a_record_alone_that_cannot_be_read_is_not_the_feeds_trouble(
    feeds, distributor
):
    make_fragile_field(distributor)
    feed = feeds.new_feed(mapping={**LEAD_FIELDS, "city": "x_fragile"})
    distributor.new_enquiry(feeds.batch, color=13)
    assert "1 in quarantine" in feeds.sync()
    assert feeds.state(feed)["failure_count"] == 0


@pytest.mark.parametrize("count", [1, 2])
def test_records_of_which_none_can_be_read_are_the_feeds_trouble(
    feeds, distributor, count
):
    make_field(distributor, "x_broken", "float", "1 / (lead.color - lead.color)")
    feed = feeds.new_feed(mapping={**LEAD_FIELDS, "city": "x_broken"})
    for _number in range(count):
        distributor.new_enquiry(feeds.batch)
    assert "rejected the request" in feeds.sync()
    assert feeds.enquiries() == []
    assert feeds.state(feed)["failure_count"] == 1


@pytest.mark.usefixtures("impatient")
def test_a_record_that_is_never_read_in_time_does_not_stop_the_others(
    feeds, distributor, line
):
    feed = feeds.new_marking_feed(batch_size=1)
    stuck, *others = (distributor.new_enquiry(feeds.batch) for _n in range(3))
    line.plan("hold", is_fetch_of(stuck), times=9)
    assert_fails_three_times(feeds, feed)
    assert feeds.enquiries() == []
    assert "2 new, 1 in quarantine" in feeds.sync()
    assert feeds.state(feed)["failure_count"] == 0
    assert feeds.written_back() == {stuck: "waiting"} | dict.fromkeys(others, "done")


@pytest.mark.usefixtures("impatient")
def test_a_record_that_is_never_written_in_time_does_not_stop_the_others(
    feeds, distributor, line
):
    feed = feeds.new_marking_feed()
    stuck, *others = (distributor.new_enquiry(feeds.batch) for _n in range(3))
    line.plan("hold", is_write_of(stuck), times=9)
    assert_fails_three_times(feeds, feed)
    feeds.sync()
    assert feeds.written_back() == {stuck: "failed"} | dict.fromkeys(others, "done")
    assert feeds.state(feed)["failure_count"] == 0


def assert_fails_three_times(feeds, feed):
    for number in range(1, 4):
        assert "did not answer in time" in feeds.sync()
        assert feeds.state(feed)["failure_count"] == number


def is_fetch_of(record):
    """Return what tells whether a request reads the values of a record alone."""
    ids = json.dumps(["id", "in", [record]]).encode()
    return lambda body: is_fetch(body) and ids in body


def is_write_of(record):
    """Return what tells whether a request writes back to a record alone."""
    ids = json.dumps([[record]]).encode()[:-1]
    return lambda body: is_write(body) and ids in body


def make_fragile_field(distributor):
    """Let the distributor have a field that some of its records cannot compute."""
    make_field(distributor, "x_fragile", "float", "1 / (13 - lead.color)")


def make_field(distributor, name, field_type, code):
    """Let the distributor have a field of its leads that is computed.

    :param str name: of the field.
    :param str field_type: such as ``float``.
    :param str code: an expression for the value of a ``lead``.
    """
    admin = distributor.admin
    if admin.call("ir.model.fields", "search", [("name", "=", name)]):
        return
    (model,) = admin.call("ir.model", "search", [("model", "=", "crm.lead")])
    admin.call(
        "ir.model.fields",
        "create",
        {
            "model_id": model,
            "name": name,
            "ttype": field_type,
            "store": False,
            "depends": "color",
            "compute": f"for lead in self: lead['{name}'] = {code}",
        },
    )


@pytest.mark.usefixtures("impatient")
def test_what_takes_too_long_at_once_is_written_back_in_parts(feeds, distributor, line):
    feed = feeds.new_feed(write_back={"x_taken": {"value": "True"}})
    there = [distributor.new_enquiry(feeds.batch) for _number in range(5)]
    line.plan("hold", is_long_write, times=9)
    assert "did not answer in time" in feeds.sync()
    state = feeds.state(feed)
    assert state["failure_count"] == 1
    # New leads do not wait for it.
    assert not state["retry_at"]
    feeds.sync()
    assert feeds.written_back() == dict.fromkeys(there, "done")
    assert distributor.count_taken(feeds.batch) == 5


def test_two_brands_of_one_name_keep_their_leads_apart(floor, feeds, distributor, line):
    other = Feeds(floor, distributor, line.url)
    for each in (feeds, other):
        each.manager.call("crm.brand", "write", [each.brand], {"name": "Twin"})
        each.new_feed()
        distributor.new_enquiry(each.batch)
        each.sync()
        assert [lead["brand_id"][0] for lead in each.leads()] == [each.brand]


def test_another_address_asks_which_records_there_are(feeds, distributor, line):
    feed = feeds.new_marking_feed()
    waiting = distributor.new_enquiry(feeds.batch)
    line.plan("cut", is_write)
    feeds.sync()
    assert feeds.written_back() == {waiting: "waiting"}
    brand = [feeds.brand]
    manager = feeds.manager
    manager.call("crm.brand", "write", brand, {"odoo_url": distributor.server.url})
    assert "has changed" in feeds.sync()
    assert not distributor.read(waiting)["x_taken"]
    manager.call("crm.brand", "action_same_records", brand)
    feeds.sync()
    assert feeds.written_back() == {waiting: "done"}
    assert distributor.read(waiting)["x_taken"]
    assert feeds.state(feed)["failure_count"] == 0


def test_the_records_of_another_database_are_others(feeds, distributor, line):
    feeds.new_marking_feed()
    there = distributor.new_enquiry(feeds.batch)
    nameless = distributor.new_enquiry(feeds.batch, phone=False)
    line.plan("cut", is_write)
    feeds.sync()
    brand = [feeds.brand]
    address = {"odoo_url": distributor.server.url}
    feeds.manager.call("crm.brand", "write", brand, address)
    feeds.manager.call("crm.brand", "action_other_records", brand)
    distributor.admin.call("crm.lead", "write", nameless, {"phone": "+63 920 4440009"})
    before = feeds.enquiries()
    # The number may be a stranger's now.
    (row,) = (row for row in before if row["state"] == "quarantined")
    feeds.manager.call("crm.lead.enquiry", "action_retry", [row["id"]])
    assert feeds.enquiries()[-1]["state"] == "quarantined"
    message = feeds.sync()
    assert "1 new, 1 merged" in message
    assert [row["remote_id"] for row in feeds.enquiries()] == [there, nameless] * 2
    states = [row["write_back_state"] for row in feeds.enquiries()]
    assert states == [False, False, "done", "done"]


def test_another_database_chosen_during_a_run_ends_it(feeds, distributor, line):
    feeds.new_feed()
    distributor.new_enquiry(feeds.batch)
    brand = [feeds.brand]

    def move():
        address = {"odoo_url": distributor.server.url}
        feeds.manager.call("crm.brand", "write", brand, address)
        feeds.manager.call("crm.brand", "action_other_records", brand)

    # A brand that has read nothing is not asked, but may be told.
    line.plan(move, is_fetch)
    assert "has changed" in feeds.sync()
    assert feeds.enquiries() == []
    assert "1 new" in feeds.sync()


def test_a_retry_keeps_what_was_read(feeds, distributor):
    make_fragile_field(distributor)
    feeds.new_feed(mapping={**LEAD_FIELDS, "city": "x_fragile"})
    there = distributor.new_enquiry(feeds.batch, phone=False, description="Red one")
    feeds.sync()
    distributor.admin.call("crm.lead", "write", [there], {"color": 13})
    (row,) = feeds.enquiries()
    feeds.manager.call("crm.lead.enquiry", "action_retry", [row["id"]])
    (row,) = feeds.manager.call(
        "crm.lead.enquiry", "read", [row["id"]], ["content", "state"]
    )
    assert row["state"] == "quarantined"
    assert "Red one" in row["content"]


def test_an_account_that_may_not_write_back_is_found_out_at_once(feeds, distributor):
    give_back = take_right(distributor)
    try:
        with pytest.raises(RpcError, match="may not write crm.lead"):
            feeds.new_marking_feed()
    finally:
        give_back()


def test_a_dead_distributor_does_not_stop_the_others(floor, feeds, distributor, line):
    dead = Feeds(floor, distributor, line.url)
    broken = dead.new_feed()
    feeds.manager.call(
        "crm.brand", "write", dead.brand, {"odoo_url": "http://localhost:9"}
    )
    healthy = feeds.new_feed()
    for waits in (300, 600):
        distributor.new_enquiry(feeds.batch)
        dead.wait_for_retry()
        began = utc_now()
        feeds.run_job()
        ended = utc_now()
        state = dead.state(broken)
        assert "cannot be reached" in state["last_error"]
        retry_at = datetime.fromisoformat(state["retry_at"])
        assert began <= retry_at - timedelta(seconds=waits) <= ended
    assert len(feeds.leads()) == 2
    assert feeds.state(healthy)["last_success"]
    # Until its time comes, nobody tries.
    feeds.run_job()
    assert dead.state(broken)["failure_count"] == 2
    floor.execute(
        "UPDATE crm_lead_feed SET active = FALSE WHERE brand_id = %s", [dead.brand]
    )


def utc_now():
    """Return the moment to the second, as Odoo keeps it."""
    return datetime.now(timezone.utc).replace(microsecond=0, tzinfo=None)


def test_a_slow_distributor_is_given_up_in_time(impatient, feeds, distributor, line):
    feed = feeds.new_feed()
    distributor.new_enquiry(feeds.batch)
    line.plan("hold", is_fetch)
    assert "did not answer in time" in feeds.sync()
    assert feeds.state(feed)["failure_count"] == 1
    impatient.set_timeouts()
    assert "1 new" in feeds.sync()


def test_a_distributor_that_dies_in_the_middle_is_read_to_the_end_later(
    feeds, distributor, line
):
    feed = feeds.new_marking_feed(batch_size=10)
    distributor.fill(feeds.batch, 40)
    line.plan("cut", is_fetch_number(3))
    feeds.sync()
    state = feeds.state(feed)
    assert (state["failure_count"], state["backlog"]) == (1, 20)
    assert len(feeds.leads()) == len(feeds.enquiries()) == 20
    feeds.sync()
    assert len(feeds.leads()) == len(feeds.enquiries()) == 40
    assert distributor.count_taken(feeds.batch) == 40


def test_a_server_killed_in_the_middle_goes_on_where_it_was(
    bpo, feeds, distributor, line
):
    feed = feeds.new_marking_feed(batch_size=10)
    distributor.fill(feeds.batch, 40)
    arrived, released = threading.Event(), threading.Event()

    def stall():
        arrived.set()
        released.wait(30)

    line.plan(stall, is_fetch_number(3))
    with ThreadPoolExecutor(1) as pool:
        syncing = pool.submit(feeds.sync)
        assert arrived.wait(30)
        bpo.kill()
        released.set()
        with pytest.raises(ConnectionError):
            syncing.result()
    bpo.start()
    assert len(feeds.leads()) == 20
    assert distributor.count_taken(feeds.batch) == 0
    feeds.sync()
    assert len(feeds.leads()) == len(feeds.enquiries()) == 40
    assert distributor.count_taken(feeds.batch) == 40
    assert feeds.state(feed)["backlog"] == 0


def test_new_ones_are_found_among_fifty_thousand(floor, feeds, distributor):
    feed = feeds.new_feed()
    distributor.fill(feeds.batch, MANY)
    ids = distributor.admin.call(
        "crm.lead", "search", [("referred", "=", feeds.batch)], order="id"
    )
    known = ids[NEW_AMONG_MANY // 2 : -NEW_AMONG_MANY // 2]
    floor.execute(
        """
        INSERT INTO crm_lead_enquiry (
            source_id, feed_id, remote_id, external_id, state, content
        )
        SELECT %s, %s, id, %s || id, 'created', '{}' FROM unnest(%s::integer[]) AS id
        """,
        [feeds.source, feed, f"{feeds.brand}/crm.lead/", known],
    )
    # Somebody who asks is told how many are new among all that match.
    assert feeds.ask(feed) == NEW_AMONG_MANY
    feeds.agree(feed)
    sync_until_all_is_read(feeds, feed)
    assert len(feeds.leads()) == NEW_AMONG_MANY
    assert len(feeds.enquiries()) == MANY
    # From now on, what is new is looked for behind the last one,
    assert feeds.state(feed)["cursor"] > ids[-1] - PAGE
    distributor.new_enquiry(feeds.batch)
    assert "1 new" in feeds.sync()
    # and what begins to match later, once an hour.
    floor.execute("DELETE FROM crm_lead_enquiry WHERE remote_id = %s", [known[0]])
    assert "nothing new" in feeds.sync()
    floor.execute(
        "UPDATE crm_lead_feed SET next_full_pass = last_run WHERE id = %s", [feed]
    )
    feeds.sync()
    assert "1 new" in feeds.sync()


def sync_until_all_is_read(feeds, feed):
    for _run in range(5):
        feeds.sync()
        if not feeds.state(feed)["backlog"]:
            return


FEW = 200  # new records that a feed takes in unasked


def test_a_first_sync_of_many_says_how_many_before_it_takes_them(feeds, distributor):
    feed = feeds.new_feed()
    distributor.fill(feeds.batch, FEW + 1)
    # The job takes nothing in silence, and does not ask the distributor for ever.
    for _n in range(2):
        feeds.run_job()
        assert feeds.enquiries() == []
        state = feeds.state(feed)
        assert f"{FEW + 1} new records match" in state["last_error"]
        assert "BPO manager" in state["last_error"]
        assert not state["last_success"]
    assert feeds.ask(feed) == FEW + 1
    # Narrowed down, it is another number, and nobody has agreed to that.
    (first,) = distributor.admin.call(
        "crm.lead", "search", [("referred", "=", feeds.batch)], order="id", limit=1
    )
    distributor.fill(feeds.batch, 2)
    narrow = f"[('referred', '=', '{feeds.batch}'), ('id', '>', {first})]"
    feeds.manager.call("crm.lead.feed", "write", [feed], {"domain": narrow})
    action = feeds.agree(feed)
    assert action["res_model"] == "crm.lead.feed"
    assert feeds.enquiries() == []
    assert feeds.agree(feed)["tag"] == "display_notification"
    sync_until_all_is_read(feeds, feed)
    assert len(feeds.leads()) == FEW + 2
    # From now on, what is new comes in by itself.
    distributor.fill(feeds.batch, FEW + 1)
    sync_until_all_is_read(feeds, feed)
    assert len(feeds.leads()) == 2 * FEW + 3


def test_a_first_sync_of_few_asks_nobody(feeds, distributor):
    feed = feeds.new_feed()
    distributor.fill(feeds.batch, FEW)
    feeds.run_job()
    sync_until_all_is_read(feeds, feed)
    assert len(feeds.leads()) == FEW


@pytest.mark.parametrize("how", ["domain", "mapping", "database"])
def test_what_changes_what_is_read_asks_again(feeds, distributor, line, how):
    feed = feeds.new_feed(domain="[('id', '=', 0)]")
    assert "nothing new" in feeds.sync()
    distributor.fill(feeds.batch, FEW + 1)
    wide = {"domain": f"[('referred', '=', '{feeds.batch}')]"}
    feeds.manager.call("crm.lead.feed", "write", [feed], wide)
    assert feeds.ask(feed) == FEW + 1
    if how == "mapping":
        line = {"target_field": "city", "default": "Pasig"}
        values = {"field_ids": [(0, 0, line)]}
        feeds.manager.call("crm.lead.feed", "write", [feed], values)
    if how == "database":
        feeds.manager.call("crm.brand", "action_other_records", [feeds.brand])
    assert feeds.ask(feed) == FEW + 1
    assert feeds.enquiries() == []


def test_only_managers_agree_to_a_first_sync(floor, feeds, distributor):
    feed = feeds.new_feed()
    distributor.fill(feeds.batch, FEW + 1)
    feeds.ask(feed)
    for session in (floor.agent, floor.supervisor):
        refuse(session, "crm.lead.feed", "action_take_all", [feed])
    assert feeds.enquiries() == []


@pytest.mark.parametrize(
    ("values", "named"),
    [
        ({"mapping": {**LEAD_FIELDS, "city": "town"}}, "town"),
        ({"mapping": {**LEAD_FIELDS, "city": "country_id.town"}}, "country_id.town"),
        ({"mapping": {**LEAD_FIELDS, "city": "tag_ids"}}, "tag_ids"),
        ({"mapping": {**LEAD_FIELDS, "enquiry_date": "phone"}}, "phone"),
        ({"mapping": {**LEAD_FIELDS, "stage_id": "stage_id"}}, "stage_id"),
        ({"mapping": {"contact_name": "contact_name"}}, "Phone"),
        ({"write_back": {"x_nothing": {"value": "1"}}}, "x_nothing"),
        ({"write_back": {"color": {"value": "red"}}}, "color"),
        ({"write_back": {"priority": {"value": "9"}}}, "priority"),
        ({"remote_model": "crm.nothing"}, "crm.nothing"),
        ({"domain": "[('nothing', '=', 1)]"}, "nothing"),
        ({"domain": "everything"}, "everything"),
        ({"domain": "[('name',"}, "domain"),
        ({"domain": "[('id', 'in', {1, 2})]"}, "domain"),
        ({"domain": "[('id', '<', 1e999)]"}, "domain"),
        ({"write_back": {"expected_revenue": {"value": "nan"}}}, "expected_revenue"),
    ],
)
def test_what_does_not_fit_is_refused_by_name(feeds, values, named):
    with pytest.raises(RpcError) as caught:
        feeds.new_feed(**values)
    assert caught.value.name == "odoo.exceptions.ValidationError"
    assert named in caught.value.message


def test_a_feed_that_cannot_be_checked_is_saved_as_archived(feeds):
    feeds.manager.call("crm.brand", "write", feeds.brand, {"odoo_api_key": "wrong"})
    with pytest.raises(RpcError, match="refused the login"):
        feeds.new_feed()
    feed = feeds.new_feed(active=False)
    refuse(feeds.manager, "crm.lead.feed", "write", [feed], {"active": True})


def test_the_connection_test_names_a_feed_that_fits_no_more(feeds, distributor):
    (model,) = distributor.admin.call(
        "ir.model", "search", [("model", "=", "crm.lead")]
    )
    field = distributor.admin.call(
        "ir.model.fields",
        "create",
        {"model_id": model, "name": "x_gone", "ttype": "char"},
    )
    feeds.new_feed(mapping={**LEAD_FIELDS, "city": "x_gone"})
    assert "Connected" in feeds.sync("action_test_connection")
    distributor.admin.call("ir.model.fields", "unlink", [field])
    assert "x_gone" in feeds.sync("action_test_connection")


def test_dealers_and_models_are_made_and_kept_up_to_date(feeds, distributor):
    feeds.new_feed(
        "dealership",
        {"code": "ref", "name": "name", "city": "city"},
        remote_model="res.partner",
        domain="[('ref', 'like', '-9')]",
    )
    feeds.new_feed(
        "vehicle_model",
        {"external_ref": "default_code", "name": "name", "list_price": "list_price"},
        remote_model="product.product",
        domain="[('default_code', 'like', 'toy-')]",
    )
    assert "2 new" in feeds.sync("action_sync_dealers")
    assert "2 new" in feeds.sync("action_sync_vehicle_models")
    (rush,) = distributor.admin.call(
        "product.product", "search", [("default_code", "=", "toy-rush")]
    )
    distributor.admin.call("product.product", "write", rush, {"list_price": 1_200_000})
    assert "1 changed" in feeds.sync("action_sync_vehicle_models")
    assert "nothing new" in feeds.sync("action_sync_dealers")
    (model,) = feeds.manager.call(
        "crm.vehicle.model",
        "search_read",
        [("brand_id", "=", feeds.brand), ("external_ref", "=", "toy-rush")],
        ["list_price"],
    )
    assert model["list_price"] == 1_200_000
    (dealer,) = feeds.manager.call(
        "crm.dealership", "search_read", [("code", "=", "MKT-9")], ["city", "brand_ids"]
    )
    assert dealer["city"] == "Makati"
    assert feeds.brand in dealer["brand_ids"]


def test_a_catalogue_that_is_mended_while_it_is_read_is_read_again(
    feeds, distributor, line
):
    mapping = {"code": "x_reference", "name": "contact_name"}
    feed = feeds.new_feed("dealership", mapping=mapping)
    there = distributor.new_enquiry(feeds.batch, x_reference=feeds.batch)

    def mend():
        lines = feeds.manager.call(
            "crm.lead.feed.field",
            "search",
            [("feed_id", "=", feed), ("target_field", "=", "name")],
        )
        new_line = {"remote_field": "phone"}
        values = {"field_ids": [(1, lines[0], new_line)]}
        feeds.manager.call("crm.lead.feed", "write", feed, values)

    line.plan(mend, is_fetch)
    feeds.sync("action_sync_dealers")
    assert not feeds.state(feed)["last_success"]
    feeds.run_job()
    (dealer,) = feeds.manager.call(
        "crm.dealership", "search_read", [("code", "=", feeds.batch)], ["name"]
    )
    assert (
        dealer["name"]
        == distributor.admin.call("crm.lead", "read", [there], ["phone"])[0]["phone"]
    )


def new_dealer(distributor, **values):
    """Let the distributor have a company; return its id."""
    values = {"name": "Dealer", "is_company": True, **values}
    return distributor.admin.call("res.partner", "create", values)


def new_dealers_feed(feeds, partners):
    """Make a feed of some of the distributor's companies."""
    return feeds.new_feed(
        "dealership",
        {"code": "ref", "name": "name", "city": "city"},
        remote_model="res.partner",
        domain=f"[('id', 'in', {partners})]",
    )


def test_one_bad_dealer_does_not_stop_the_others(feeds, distributor):
    bad = new_dealer(distributor)
    good = new_dealer(distributor, ref=f"G-{feeds.batch}")
    new_dealers_feed(feeds, [bad, good])
    message = feeds.sync("action_sync_dealers")
    assert "1 new, 1 refused" in message
    assert f"res.partner/{bad}" in message


def test_a_connected_dealership_of_another_brand_is_not_taken_over(
    feeds, distributor, dealership
):
    fields = ["name", "code", "city", "odoo_url", "odoo_login", "brand_ids"]
    read = ("crm.dealership", "read", [dealership], fields)
    (before,) = feeds.manager.call(*read)
    stranger = new_dealer(distributor, ref=before["code"].lower(), city="Elsewhere")
    twins = [new_dealer(distributor, ref=f"T-{feeds.batch}") for _n in range(2)]
    good = new_dealer(distributor, ref=f"G-{feeds.batch}")
    new_dealers_feed(feeds, [stranger, *twins, good])
    for is_first in (True, False):
        message = feeds.sync("action_sync_dealers")
        assert "3 refused" in message
        assert ("1 new" in message) == is_first
        assert "changed" not in message
        assert f"res.partner/{stranger}" in message
        assert f"res.partner/{twins[0]}, res.partner/{twins[1]}" in message
        assert feeds.manager.call(*read) == [before]


def test_a_brand_without_a_feed_asks_for_one(feeds):
    for method, kind in (
        ("action_sync_now", "lead"),
        ("action_sync_dealers", "dealership"),
        ("action_sync_vehicle_models", "vehicle_model"),
    ):
        action = feeds.manager.call("crm.brand", method, [feeds.brand])
        assert action["res_model"] == "crm.lead.feed"
        assert action["context"]["default_kind"] == kind


@pytest.mark.parametrize("role", ["agent", "supervisor"])
def test_only_managers_sync(floor, feeds, role):
    session = getattr(floor, role)
    feed = feeds.new_feed()
    for method in ("action_sync_now", "action_sync_dealers", "action_test_connection"):
        assert "manager" in refuse(session, "crm.brand", method, [feeds.brand])
    refuse(session, "crm.lead.feed", "read", [feed], ["domain"])
    refuse(session, "crm.lead.feed", "write", [feed], {"domain": "[]"})
