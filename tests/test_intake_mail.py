"""Mails that Odoo's gateway receives for the address of a source."""

import itertools
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.sender import Sender, find, new_phone

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
    name = portal.send(ADF.format(new_phone()))
    portal.send(ADF.format(new_phone()), name=name)
    assert [row["external_id"] for row in portal.rows()] == [name]


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
    lead = floor.new_lead(False, email_from=name, phone=False)
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
