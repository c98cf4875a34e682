"""Enquiries delivered over HTTP, many of them at the same time."""

import base64
import json
import random
import time
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlencode

import pytest

from tests.sender import Sender, find, new_phone

DELIVERERS = 8
ENQUIRIES = 2000
CUSTOMERS = 500


@pytest.fixture
def sender(floor):
    return Sender(floor)


def test_a_new_customer_becomes_a_lead(floor, sender):
    status, answer = sender.post({"name": "Maria", "phone": new_phone()})
    assert (status, answer["state"]) == (201, "created")
    assert not find(floor, answer["reference"])["user_id"]


def test_a_customer_who_asks_again_is_merged(floor, sender):
    phone = new_phone()
    _status, first = sender.post({"phone": phone})
    status, answer = sender.post({"phone": phone.replace(" ", "-"), "message": "Hi?"})
    assert (status, answer["state"]) == (200, "merged")
    assert answer["reference"] == first["reference"]
    assert "Hi?" in floor.chatter(find(floor, first["reference"])["id"])


def test_the_same_enquiry_comes_in_once(sender):
    body = {"phone": new_phone(), "external_id": "8841"}
    assert sender.post(body)[0] == 201
    status, answer = sender.post(body)
    assert (status, answer["is_known"]) == (200, True)
    key = {"Idempotency-Key": "abc"}
    body = {"phone": new_phone()}
    assert sender.post(body, **key)[0] == 201
    assert sender.post(body, **key)[1]["is_known"]
    # Of another customer, it is another enquiry.
    assert sender.post({"phone": new_phone()}, **key)[0] == 201


def test_adf_comes_in_by_the_same_door(floor, sender):
    phone = new_phone()
    status, answer = sender.post(
        f'<?ADF VERSION "1.0"?><?XML VERSION "1.0"?><adf><prospect><id>5</id><customer>'
        f"<contact><name>Juan</name><phone>{phone}</phone></contact></customer>"
        "</prospect></adf>",
        **{"Content-Type": "application/xml"},
    )
    assert status == 201
    assert find(floor, answer["reference"])["phone"]


def adf(*phones, inside=""):
    """Return an ADF document of customers with phone numbers."""
    prospects = (
        f"<prospect>{inside}<customer><contact><name>Juan</name><phone>{phone}</phone>"
        "</contact></customer></prospect>"
        for phone in phones
    )
    return f"<adf>{''.join(prospects)}</adf>"


def test_adf_comes_in_once_by_the_key_of_the_request(sender):
    body = adf(new_phone(), new_phone())
    key = {"Idempotency-Key": "abc"}
    status, answer = sender.post(body, **key)
    first = answer["results"]
    assert status == 201
    assert [one["external_id"] for one in first] == ["abc", "abc 2"]
    status, answer = sender.post(body, **key)
    assert status == 200
    assert [one["is_known"] for one in answer["results"]] == [True, True]


def test_two_prospects_of_one_name_are_two_customers(floor, sender):
    phones = new_phone(), new_phone()
    status, answer = sender.post(adf(*phones, inside="<id>7</id>"))
    assert status == 201
    leads = [find(floor, one["reference"]) for one in answer["results"]]
    assert {lead["phone"].replace(" ", "") for lead in leads} == {
        phone.replace(" ", "") for phone in phones
    }


@pytest.mark.parametrize(
    "kind", ["application/x-www-form-urlencoded", "multipart/form-data", "text/plain"]
)
def test_the_type_of_a_body_may_be_wrong(sender, kind):
    head = {"Content-Type": kind}
    assert sender.post({"phone": new_phone()}, **head)[0] == 201
    assert sender.post(adf(new_phone()), **head)[0] == 201


def test_a_body_is_read_in_its_character_set(floor, sender):
    body = f'{{"phone": "{new_phone()}", "name": "Ольга"}}'.encode("cp1251")
    kind = "application/json; charset=windows-1251"
    status, answer = sender.post(body, **{"Content-Type": kind})
    assert status == 201
    lead = find(floor, answer["reference"], "contact_name")
    assert lead["contact_name"] == "Ольга"


def test_adf_is_read_after_other_text_and_in_utf_16(sender):
    assert sender.post(f"A lead for you:\n{adf(new_phone())}")[0] == 201
    assert sender.post(adf(new_phone()).encode("utf-16"))[0] == 201


def test_what_is_not_understood_makes_a_lead_all_the_same(floor, sender):
    status, answer = sender.post(
        {"phone": new_phone(), "enquired_at": "soon", "vehicle": {"make": "Kia"}}
    )
    assert status == 201
    lead = find(floor, answer["reference"], "description")
    assert "enquired_at: soon" in lead["description"]
    assert "Kia" in lead["description"]


def test_the_body_is_kept_with_what_is_in_quarantine(floor, sender):
    body = '<adf><prospect><customer note="call Ana"/></prospect></adf>'
    status, answer = sender.post(body)
    assert status == 422
    (row,) = floor.supervisor.call(
        "crm.lead.enquiry",
        "search_read",
        [("external_id", "=", answer["external_id"])],
        ["body"],
    )
    assert base64.b64decode(row["body"]).decode() == body


def test_a_code_that_is_none_is_refused(sender):
    sender.code = "a%00b"
    assert sender.post({"phone": new_phone()})[0] == 401


def test_only_who_has_the_token_delivers(floor, sender):
    for token in ("", "wrong", "x" * 5000):
        assert sender.post({"phone": new_phone()}, token=token)[0] == 401
    old = sender.token
    sender.token = sender.make_token()
    assert sender.post({"phone": new_phone()}, token=old)[0] == 401
    assert sender.post({"phone": new_phone()})[0] == 201
    floor.manager.call("crm.lead.source", "action_revoke_token", [sender.source])
    assert sender.post({"phone": new_phone()})[0] == 401
    sender.code = "nobody"
    assert sender.post({"phone": new_phone()})[0] == 401


def test_nothing_of_the_query_is_an_argument(sender):
    body, code = {"phone": new_phone()}, sender.code
    for name in ("self", "code", "kwargs", "endpoint", "csrf_token"):
        sender.code = f"{code}?{name}=1"
        assert sender.post(body, token="wrong")[0] == 401, name
        assert sender.post(body)[0] in (200, 201), name


def test_only_a_post_delivers(floor, sender):
    phone = new_phone()
    for method in ("OPTIONS", "GET", "HEAD", "PUT", "PATCH", "DELETE"):
        status, _answer = sender.post({"phone": phone}, method=method)
        assert status == (204 if method == "OPTIONS" else 405), method
    assert sender.headers["Allow"]
    assert not floor.manager.call("crm.lead", "search", [("phone", "=", phone)])


def test_too_many_requests_have_to_wait(floor):
    sender = Sender(floor, rate_limit=3)
    statuses = [sender.post({"phone": new_phone()})[0] for _n in range(10)]
    # A minute may begin in between.
    assert 429 in statuses
    assert statuses[:3] == [201] * 3


@pytest.mark.parametrize("body", ["", " \n"])
def test_an_empty_body_is_refused_with_the_reason(sender, body):
    status, answer = sender.post(body)
    assert status == 400
    assert answer["error"]


@pytest.mark.parametrize(
    "body",
    [
        "{",
        "[]",
        "Call me",
        "<html>",
        "<adf/>",
        '<!DOCTYPE a [<!ENTITY x "y">]><adf><prospect/></adf>',
        "[" * 100_000,
    ],
)
def test_what_is_not_understood_is_kept_with_the_reason(floor, sender, body):
    status, answer = sender.post(body)
    assert (status, answer["state"]) == (422, "quarantined")
    assert answer["error"]
    (row,) = floor.supervisor.call(
        "crm.lead.enquiry",
        "search_read",
        [("external_id", "=", answer["external_id"])],
        ["body"],
    )
    assert base64.b64decode(row["body"]).decode() == body


def test_a_form_of_a_web_page_comes_in(floor, sender):
    phone = new_phone()
    form = {"full_name": "Maria", "phone_number": phone, "car_color": "red"}
    kind = "application/x-www-form-urlencoded"
    status, answer = sender.post(urlencode(form), **{"Content-Type": kind})
    assert status == 201
    lead = find(floor, answer["reference"], "contact_name", "description")
    assert lead["contact_name"] == "Maria"
    assert "car_color: red" in lead["description"]


def test_several_in_one_body_come_in(sender):
    bodies = [{"phone": new_phone()} for _n in range(3)]
    lines = "\n".join(map(json.dumps, bodies))
    for body in (lines, json.dumps(bodies)):
        _status, answer = sender.post(body)
        assert len(answer["results"]) == 3


def test_a_body_without_end_is_refused(sender):
    status, _answer = sender.post(b"x" * (10 * 1024 * 1024))
    assert status == 413


def test_hostile_input_is_answered_in_time(sender):
    for unit in ("<!DOCTYPE ", "<?xml ", "<br ", "&lt;adf &#5", '{"a":'):
        for before in ("<adf>", ""):
            started = time.monotonic()
            status, _answer = sender.post(before + unit * (500_000 // len(unit)))
            assert status == 422
            assert time.monotonic() - started < 10


def test_who_cannot_be_reached_is_kept_in_quarantine(floor, sender):
    status, answer = sender.post(
        {"name": "李小龙", "phone": "soon", "message": "Hello"}
    )
    assert (status, answer["state"]) == (422, "quarantined")
    (row,) = floor.supervisor.call(
        "crm.lead.enquiry",
        "search_read",
        [("external_id", "=", answer["external_id"])],
        ["content", "error"],
    )
    assert "李小龙" in row["content"]
    assert "soon" in row["error"]


def test_a_corrected_enquiry_sent_again_comes_in(floor, sender):
    bad = {"external_id": "7", "phone": "soon"}
    phone = new_phone()
    good = {"external_id": "7", "phone": phone}
    assert [sender.post(body)[0] for body in (bad, bad)] == [422, 422]
    status, answer = sender.post(good)
    assert (status, answer["is_known"]) == (201, False)
    found = find(floor, answer["reference"])["phone"]
    assert found.replace(" ", "") == phone.replace(" ", "")
    assert sender.post(good)[0] == sender.post(bad)[0] == 200


def test_no_traceback_and_no_loss_whatever_is_sent(sender):
    for values in (
        {"phone": new_phone(), "dealership": "Nowhere", "vehicle": "Spaceship"},
        {"phone": new_phone(), "name": "x" * 10_000},
        {"phone": new_phone(), "message": "😀" * 5000, "country": "Atlantis"},
        {"email": "a@b.example", "extra": {"deep": [1, 2, 3]}},
    ):
        status, answer = sender.post(values)
        assert status == 201, answer


def notations(number):
    """Return ways in which people write a phone number of the Philippines."""
    return (
        f"+63 {number}",
        f"0{number}",
        f"(0{number[:3]}) {number[3:6]}-{number[6:]}",
        f"63{number}",
        f"+63-{number[:3]}-{number[3:]}",
    )


def test_many_at_once_leave_one_open_lead_for_each_customer(floor):
    senders = [Sender(floor) for _n in range(DELIVERERS)]
    base = 9_190_000_000 + random.randrange(10**6) * 5
    generator = random.Random(5)
    bodies = []
    for number in range(ENQUIRIES):
        customer = number % CUSTOMERS
        phone = generator.choice(notations(str(base + customer)))
        bodies.append(
            {
                "phone": phone,
                "country": "PH",
                "external_id": str(number),
                "message": f"No. {number}",
            }
        )
    generator.shuffle(bodies)
    with ThreadPoolExecutor(DELIVERERS) as pool:
        answers = list(
            pool.map(
                lambda numbered: senders[numbered[0] % DELIVERERS].post(numbered[1]),
                enumerate(bodies),
            )
        )
    states = [answer["state"] for _status, answer in answers]
    assert states.count("created") == CUSTOMERS
    assert states.count("merged") == ENQUIRIES - CUSTOMERS
    assert len({answer["reference"] for _status, answer in answers}) == CUSTOMERS
    sources = [sender.source for sender in senders]
    rows = floor.admin.call(
        "crm.lead.enquiry", "search_count", [("source_id", "in", sources)]
    )
    assert rows == ENQUIRIES
