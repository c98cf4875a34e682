"""An agent and a delivery that reach for the same customer in the same moment."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.sender import Sender, find, new_phone
from tools.jsonrpc import RpcError

ROUNDS = 10

REFUSAL = "has an open lead already"


@pytest.fixture
def sender(floor):
    return Sender(floor)


def at_once(*jobs):
    """Do jobs in the same moment; return their results, refusals among them."""
    barrier = threading.Barrier(len(jobs))

    def run(job):
        barrier.wait()
        try:
            return job()
        except RpcError as error:
            return error

    with ThreadPoolExecutor(len(jobs)) as pool:
        return list(pool.map(run, jobs))


def to_e164(phone):
    return phone.replace(" ", "")


def find_open(floor, phone):
    """Return the ids of a customer's open leads."""
    domain = [
        ("phone_sanitized", "=", to_e164(phone)),
        ("stage_id", "in", floor.open_stages),
    ]
    return floor.admin.call("crm.lead", "search", domain)


def check_one_lead(floor, phone, result, answer, lead=None):
    """Either the agent was first, or the delivery; nothing is lost in either case.

    :param result: of what the agent did.
    :param answer: status and body of the delivery's answer.
    :param lead: the agent's, if it was there before.
    """
    status, body = answer
    (open_lead,) = find_open(floor, phone)
    assert find(floor, body["reference"])["id"] == open_lead
    if isinstance(result, RpcError):
        assert REFUSAL in result.message
        assert status == 201
    else:
        assert (status, body["state"]) == (200, "merged")
        assert open_lead == (lead or result)
        assert "Is it there?" in floor.chatter(open_lead)


def enquire(sender, phone):
    return sender.post({"phone": phone, "message": "Is it there?"})


def test_a_lead_made_by_hand_and_a_delivery_are_one_lead(floor, sender):
    for _round in range(ROUNDS):
        phone = new_phone()
        made, answer = at_once(
            lambda phone=phone: floor.new_lead(False, phone=phone, email_from=False),
            lambda phone=phone: enquire(sender, phone),
        )
        check_one_lead(floor, phone, made, answer)


def test_a_number_changed_by_hand_and_a_delivery_are_one_lead(floor, sender):
    for _round in range(ROUNDS):
        phone = new_phone()
        lead = floor.new_lead(False, email_from=False)
        result, answer = at_once(
            lambda lead=lead, phone=phone: floor.agent.call(
                "crm.lead", "write", [lead], {"phone": phone}
            ),
            lambda phone=phone: enquire(sender, phone),
        )
        check_one_lead(floor, phone, result, answer, lead)


def test_a_contacts_number_and_a_delivery_are_one_lead(floor, sender):
    for _round in range(ROUNDS):
        before, phone = new_phone(), new_phone()
        partner = floor.admin.call(
            "res.partner", "create", {"name": "Maria", "phone": before}
        )
        lead = floor.new_lead(False, phone=before, email_from=False, partner_id=partner)
        result, answer = at_once(
            lambda partner=partner, phone=phone: floor.admin.call(
                "res.partner", "write", [partner], {"phone": phone}
            ),
            lambda phone=phone: enquire(sender, phone),
        )
        check_one_lead(floor, phone, result, answer, lead)


def test_a_lead_closed_during_a_delivery_gets_the_enquiry_or_a_new_one_does(
    floor, sender
):
    (reason,) = floor.admin.call("crm.lost.reason", "search", [], limit=1)
    for _round in range(ROUNDS):
        phone = new_phone()
        lead = floor.new_lead(False, phone=phone, email_from=False)
        _lost, (status, answer) = at_once(
            lambda lead=lead: floor.agent.call(
                "crm.lead", "action_set_lost", [lead], lost_reason_id=reason
            ),
            lambda phone=phone: enquire(sender, phone),
        )
        assert floor.read(lead)["stage"] == floor.lost
        asked = find(floor, answer["reference"])["id"]
        if status == 201:
            assert find_open(floor, phone) == [asked]
        else:
            assert (status, asked) == (200, lead)
            assert "Is it there?" in floor.chatter(lead)
        # Whoever asks now has one open lead in any case.
        _status, answer = enquire(sender, phone)
        (open_lead,) = find_open(floor, phone)
        assert find(floor, answer["reference"])["id"] == open_lead


def test_a_lead_is_claimed_while_its_customer_asks_again(floor, sender):
    for _round in range(ROUNDS):
        phone = new_phone()
        _status, first = enquire(sender, phone)
        lead = find(floor, first["reference"])["id"]
        claimed, *answers = at_once(
            lambda lead=lead: floor.agent.call("crm.lead", "action_claim", [lead]),
            lambda phone=phone: enquire(sender, phone),
            lambda phone=phone: enquire(sender, phone),
        )
        assert not isinstance(claimed, RpcError), claimed
        assert floor.read(lead)["user_id"][0] == floor.agent.uid
        for status, answer in answers:
            assert (status, answer["reference"]) == (200, first["reference"])
        assert floor.chatter(lead).count("Is it there?") == 2


# ------------------------------------------------------------
# The requests of one source
# ------------------------------------------------------------


def post_many(sender, count):
    with ThreadPoolExecutor(16) as pool:
        bodies = [{"phone": new_phone()} for _n in range(count)]
        return [status for status, _answer in pool.map(sender.post, bodies)]


def test_requests_of_one_moment_wait_for_each_other_instead_of_failing(floor, sender):
    before = len(floor.server.read_log())
    assert set(post_many(sender, 100)) == {201}
    assert "SERIALIZATION_FAILURE" not in floor.server.read_log()[before:]


def test_a_limit_counts_the_requests_of_all_workers(floor):
    sender, statuses = post_many_in_a_minute(floor, 40, rate_limit=20)
    assert (statuses.count(201), statuses.count(429)) == (20, 21)
    assert statuses[-1] == 429
    assert sender.headers["Retry-After"] == "60"


def post_many_in_a_minute(floor, count, **options):
    """Post at once, and once more, all within one minute, as a limit counts.

    :return: the sender, and its statuses.
    """
    for _try in range(3):
        sender = Sender(floor, **options)
        began = time.time() // 60
        statuses = post_many(sender, count)
        statuses.append(sender.post({"phone": new_phone()})[0])
        if time.time() // 60 == began:
            return sender, statuses
    pytest.fail("No minute was long enough.")


def test_strangers_with_one_id_and_one_address_are_kept_apart(floor, sender):
    for number in range(ROUNDS // 2):
        address = f"family{number}{new_phone()[-4:]}@customer.example"
        bodies = [
            {
                "name": name,
                "phone": new_phone(),
                "email": address,
                "external_id": "form",
            }
            for name in ("Ada Cruz", "Ben Lim", "Cy Go")
        ]
        # Each of them twice, as after a lost reply.
        answers = at_once(
            *(lambda body=body: sender.post(body) for body in [*bodies, *bodies])
        )
        assert {status for status, _answer in answers} <= {200, 201}
        references = [answer["reference"] for _status, answer in answers]
        assert references[:3] == references[3:]
        assert len(set(references)) == 3
        for body, reference in zip(bodies, references, strict=False):
            lead = find(floor, reference, "contact_name", "phone_sanitized")
            assert lead["contact_name"] == body["name"]
            assert lead["phone_sanitized"] == to_e164(body["phone"])
            assert find_open(floor, body["phone"]) == [lead["id"]]


def test_one_customer_by_several_numbers_at_once_is_one_lead(floor, sender):
    for _round in range(ROUNDS // 2):
        first, second = new_phone(), new_phone()
        address = f"ada{first[-7:].replace(' ', '')}@customer.example"
        bodies = [
            {"name": "Ada Cruz", "phone": first, "email": address},
            {"name": "Cruz, Ada", "phone": second, "email": address},
            {"name": "Ada", "email": address},
        ]
        answers = at_once(*(lambda body=body: sender.post(body) for body in bodies))
        assert len({answer["reference"] for _status, answer in answers}) == 1
        assert sorted(status for status, _answer in answers) == [200, 200, 201]
        # Whichever came first, she is known by both.
        for phone in (first, second):
            status, answer = sender.post({"phone": phone, "message": "And now?"})
            assert (status, answer["state"]) == (200, "merged")
