"""Mails that Odoo's gateway receives for the address of a source."""

import itertools
import random
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.sender import Sender, find, new_phone
from tests.waiting import wait_until_locked

_numbers = itertools.count(1)

DOMAIN = "bpo.example"

ADF = """<?ADF VERSION "1.0"?><?xml version="1.0"?>
<adf><prospect><customer><contact><name part="full">Maria</name><phone>{}</phone>
</contact></customer></prospect></adf>"""


class Portal:
    """A web site that sends its enquiries by mail.

    :param Floor floor: the call centre.
    """

    def __init__(self, floor):
        self._floor = floor
        domains = floor.admin.call("mail.alias.domain", "search", [], limit=1)
        if not domains:
            domains = floor.admin.call(
                "mail.alias.domain", "create", [{"name": DOMAIN}]
            )
        self.sender = Sender(floor)
        values = {"alias_name": self.sender.code, "alias_domain_id": domains[0]}
        floor.manager.call("crm.lead.source", "write", [self.sender.source], values)
        (source,) = floor.manager.call(
            "crm.lead.source", "read", [self.sender.source], ["alias_email"]
        )
        self.address = source["alias_email"]

    def send(self, text, session=None, name=None, **headers):
        """Let the gateway receive a mail; return its Message-Id."""
        name = name or f"<{next(_numbers)}.{self.sender.code}@portal.example>"
        lines = {
            "Message-ID": name,
            "From": "Portal <noreply@portal.example>",
            "To": self.address,
            "Subject": "New lead",
            "Content-Type": 'text/plain; charset="utf-8"',
            **headers,
        }
        head = "\n".join(f"{header}: {value}" for header, value in lines.items())
        session = session or self._floor.admin
        session.call("mail.thread", "message_process", False, f"{head}\n\n{text}\n")
        return name

    def rows(self):
        """Return what became of its enquiries, the first one first."""
        return self._floor.admin.call(
            "crm.lead.enquiry",
            "search_read",
            [("source_id", "=", self.sender.source)],
            ["state", "error", "lead_id", "external_id", "content"],
            order="id",
        )


@pytest.fixture
def portal(floor):
    return Portal(floor)


def test_a_mail_becomes_a_lead_and_then_is_merged(floor, portal):
    phone = new_phone()
    portal.send(ADF.format(phone))
    portal.send(ADF.format(phone.replace(" ", "")))
    created, merged = portal.rows()
    assert (created["state"], merged["state"]) == ("created", "merged")
    assert created["lead_id"] == merged["lead_id"]
    assert "The customer asked again" in floor.chatter(created["lead_id"][0])


def test_a_mail_and_a_post_of_one_customer_are_one_lead(floor, portal):
    phone = new_phone()
    _status, answer = portal.sender.post({"phone": phone})
    portal.send(ADF.format(phone))
    lead = find(floor, answer["reference"])
    assert [row["lead_id"][0] for row in portal.rows()] == [lead["id"]] * 2


def test_the_same_mail_comes_in_once(portal):
    document = ADF.format(new_phone())
    name = portal.send(document)
    portal.send(document, name=name)
    assert [row["external_id"] for row in portal.rows()] == [name]
    # Some portals call all of their mails by one name.
    portal.send(ADF.format(new_phone()), name=name)
    assert [row["state"] for row in portal.rows()] == ["created"] * 2


def test_a_mail_that_cannot_be_read_is_kept_and_not_answered(floor, portal):
    def count_mails():
        return floor.admin.call("mail.mail", "search_count", [])

    before = count_mails()
    portal.send("<adf>Call Maria</adf>")
    (row,) = portal.rows()
    assert row["state"] == "quarantined"
    assert "Call Maria" in row["content"]
    assert count_mails() == before


def test_a_mail_with_broken_headers_and_parts_is_not_lost(portal):
    portal.send(ADF.format(new_phone()), **{"Reply-To": "juan@", "Cc": "a:b;c <"})
    portal.send("Grüße", **{"Content-Type": "multipart/mixed", "From": "j@c.example"})
    created, letter = portal.rows()
    assert (created["state"], letter["state"]) == ("created", "created")
    assert "Grüße" in letter["content"]


def test_two_documents_of_one_mail_are_two_leads(portal):
    forwarded = "".join(
        f"--b\nContent-Type: message/rfc822\n\nFrom: a@b.example\n\n"
        f"{ADF.format(new_phone())}\n"
        for _n in range(2)
    )
    portal.send(
        f"{forwarded}--b--", **{"Content-Type": 'multipart/mixed; boundary="b"'}
    )
    assert [row["state"] for row in portal.rows()] == ["created", "created"]


def test_an_automatic_answer_becomes_nothing(portal):
    portal.send("I am away.", **{"Auto-Submitted": "auto-replied"})
    assert portal.rows() == []


def test_a_customer_whose_mails_bounced_does_not_block_the_door(floor, portal):
    """The gateway resets the bounces of a lead, which the door writes on."""
    name = f"bounced{next(_numbers)}@customer.example"
    lead = floor.new_lead(False, email_from=name, phone=False, contact_name="Maria")
    floor.execute("UPDATE crm_lead SET message_bounce = 3 WHERE id = %s", [lead])
    started = time.monotonic()
    portal.send("Is it there?", From=f"Maria <{name}>")
    assert time.monotonic() - started < 20
    assert [row["state"] for row in portal.rows()] == ["merged"]


def test_many_mails_at_once_lose_none(floor, portal):
    phones = [new_phone() for _n in range(5)]
    sessions = [floor.login("admin") for _n in range(4)]
    with ThreadPoolExecutor(len(sessions)) as pool:
        list(
            pool.map(
                lambda n: portal.send(ADF.format(phones[n % 5]), sessions[n % 4]),
                range(40),
            )
        )
    rows = portal.rows()
    states = [row["state"] for row in rows]
    assert (states.count("created"), states.count("merged")) == (5, 35)
    assert len({row["lead_id"][0] for row in rows}) == 5


# ------------------------------------------------------------
# To a team's address
# ------------------------------------------------------------


@pytest.fixture
def team_address(floor, portal):
    """The address of a sales team."""
    (team,) = floor.admin.call("crm.team", "search", [], limit=1)
    domain = floor.admin.call("mail.alias.domain", "search", [], limit=1)[0]
    values = {"alias_name": f"floor{next(_numbers)}", "alias_domain_id": domain}
    floor.admin.call("crm.team", "write", [team], values)
    (row,) = floor.admin.call("crm.team", "read", [team], ["alias_email"])
    return row["alias_email"]


def find_open(floor, address):
    domain = [
        ("email_normalized", "=", address),
        ("stage_id", "in", floor.open_stages),
    ]
    return floor.admin.call("crm.lead", "search", domain)


def test_a_mail_to_a_team_waits_for_a_delivery_of_its_customer(
    stack, floor, portal, team_address
):
    customer = f"slow{next(_numbers)}@customer.example"
    before = len(floor.server.read_log())
    headers = {"From": customer, "To": team_address}
    with (
        stack.postgres.connect(floor.server.database) as cursor,
        ThreadPoolExecutor(1) as pool,
    ):
        cursor.execute("BEGIN")
        cursor.execute("INSERT INTO crm_lead_customer (key) VALUES (%s)", [customer])
        sent = pool.submit(portal.send, "Is it there?", **headers)
        wait_until_locked(cursor)
        assert not sent.done()
        cursor.execute("COMMIT")
        sent.result()
    (lead,) = find_open(floor, customer)
    assert floor.chatter(lead).count("Is it there?") == 1
    assert "SERIALIZATION_FAILURE" not in floor.server.read_log()[before:]


def test_customers_of_one_form_are_told_apart(floor, portal, team_address):
    customers = [f"form{next(_numbers)}@customer.example" for _n in range(2)]
    form = {"From": "Dealer <wordpress@dealer.example>", "To": team_address}
    for customer in customers:
        portal.send("Is it there?", **form, **{"Reply-To": customer})
    first, second = (find_open(floor, customer) for customer in customers)
    assert (len(first), len(second)) == (1, 1)
    assert find_open(floor, "wordpress@dealer.example") == []


def test_mails_that_an_employee_forwards_are_leads_of_their_own(
    floor, portal, team_address
):
    employee = f"employee{next(_numbers)}@bpo.example"
    user = {"name": "Employee", "login": employee, "email": employee}
    floor.admin.call("res.users", "create", [user])
    subjects = [f"Fwd: {next(_numbers)} {portal.sender.code}" for _n in range(2)]
    for subject in subjects:
        headers = {"From": employee, "To": team_address, "Subject": subject}
        portal.send("Maria wants a Brio", **headers)
    leads = floor.admin.call(
        "crm.lead", "search_read", [("name", "in", subjects)], ["email_from"]
    )
    assert [lead["email_from"] for lead in leads] == [False, False]


def test_mails_to_a_team_and_posts_of_one_moment_are_one_lead(
    floor, portal, team_address
):
    customers = [f"m{next(_numbers)}@customer.example" for _n in range(4)]
    sessions = [floor.login("admin") for _n in range(3)]

    def deliver(number):
        customer, text = customers[number % 4], f"No. {number}."
        if number < 8:
            return portal.sender.post({"email": customer, "message": text})
        headers = {"From": customer, "To": team_address}
        return portal.send(text, sessions[number % 3], **headers)

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(deliver, random.Random(5).sample(range(24), 24)))
    for place, customer in enumerate(customers):
        (lead,) = find_open(floor, customer)
        (row,) = floor.admin.call("crm.lead", "read", [lead], ["description"])
        said = floor.chatter(lead) + (row["description"] or "")
        for number in range(place, 24, 4):
            assert f"No. {number}." in said


def test_customers_of_one_relay_are_told_apart(floor, portal):
    code, senders = portal.sender.code, ("relay@portal.example", "portal@p.example")
    people = {f"maria{number}": new_phone() for number in range(4)}
    for number, (name, phone) in enumerate(people.items()):
        form = f"Name: {name}\nPhone: {phone}\nEmail: {name}.{code}@c.example"
        portal.send(form, From=f"Autoportal <{senders[number % 2]}>")
    rows = portal.rows()
    assert [row["state"] for row in rows] == ["created"] * 4
    leads = floor.admin.call(
        "crm.lead",
        "read",
        [row["lead_id"][0] for row in rows],
        ["contact_name", "phone", "email_from"],
    )
    for lead, (name, phone) in zip(leads, people.items(), strict=True):
        assert lead["contact_name"] == name
        assert lead["phone"].replace(" ", "")[-10:] == phone.replace(" ", "")[-10:]
        assert lead["email_from"] == f"{name}.{code}@c.example"


def test_what_no_person_wrote_is_no_enquiry(portal):
    ana = f"Ana <ana.{portal.sender.code}@customer.example>"
    portal.send(
        "I am out of the office.",
        From=ana,
        Subject="Automatic reply: Vios",
        **{"Auto-Submitted": "auto-generated", "In-Reply-To": "<abc@bpo.example>"},
    )
    portal.send(
        "Big sale",
        From="Deals <news@shop.example>",
        **{"Precedence": "bulk", "List-Id": "<news.shop.example>"},
    )
    assert not portal.rows()
    portal.send("I come on Monday.", From=ana, Subject="Out of office")
    (row,) = portal.rows()
    assert row["state"] == "quarantined"
    assert "automatic answer" in row["error"]
