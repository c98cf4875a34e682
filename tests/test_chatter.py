"""The chatter of a lead as an agent uses it, by the requests of the web client.

Requirements 001, "Pipeline follow-up". In a browser:
``tests/browser/test_followup.py``.
"""

import re

import pytest
import requests

from tools.jsonrpc import RpcError

TIMEOUT = 60  # seconds

DISCUSSIONS = "mail.mt_comment"
NOTE = "mail.mt_note"


class Chatter:
    """The chatter of a lead in a user's web client.

    Odoo 18.0 and 19.0 read some values at different places of a request; they
    are sent at both.

    :param WebSession session: the user's.
    :param int lead: its id.
    """

    def __init__(self, session, lead):
        self._session = session
        self._thread = {"thread_model": "crm.lead", "thread_id": lead}
        self._lead = lead

    def post(self, body, subtype=DISCUSSIONS, emails=(), **values):
        """Post a message or a note; return its id.

        :param str subtype: which of the two.
        :param list emails: addresses of suggested recipients that are no contacts.
        :param values: such as ``partner_ids`` and ``attachment_ids``.
        """
        data = {"body": body, "message_type": "comment", "subtype_xmlid": subtype}
        reply = self._session.post(
            "/mail/message/post",
            {
                **self._thread,
                "post_data": {**data, **values, "partner_emails": emails},
                "partner_emails": emails,
            },
        )
        return reply.get("message_id") or reply["mail.message"][0]["id"]

    def upload(self, name, content):
        """Upload a file for the next message; return the attachment's id."""
        with requests.Session() as http:
            http.trust_env = False  # no proxy of the machine's
            http.cookies.set("session_id", self._session.session_id)
            page = http.get(f"{self._session.url}/odoo", timeout=TIMEOUT).text
            token = re.search(r'csrf_token: "(\w+)"', page)[1]
            reply = http.post(
                f"{self._session.url}/mail/attachment/upload",
                data={**self._thread, "is_pending": "true", "csrf_token": token},
                files={"ufile": (name, content)},
                timeout=TIMEOUT,
            )
        reply.raise_for_status()
        data = reply.json()["data"]
        return data.get("store_data", data)["ir.attachment"][0]["id"]

    def subscribe(self, partner, subtypes=None):
        """Add a follower, or change what one is told of."""
        values = {"partner_ids": [partner], "subtype_ids": subtypes}
        self._session.call("crm.lead", "message_subscribe", [self._lead], **values)

    def unsubscribe(self, partner):
        """Remove a follower."""
        arguments = [self._lead], [partner]
        self._session.call("crm.lead", "message_unsubscribe", *arguments)

    def follower(self, partner):
        """Return a follower, or None."""
        rows = self._session.call(
            "mail.followers",
            "search_read",
            [
                ("res_model", "=", "crm.lead"),
                ("res_id", "=", self._lead),
                ("partner_id", "=", partner),
            ],
            ["subtype_ids"],
        )
        return rows[0] if rows else None

    def read_subtypes(self, partner):
        """Return the ids of what a follower can be told of."""
        reply = self._session.post(
            "/mail/read_subscription_data",
            {"follower_id": self.follower(partner)["id"]},
        )
        if isinstance(reply, dict):
            return reply["subtype_ids"]
        return [subtype["id"] for subtype in reply]


@pytest.fixture
def lead(floor, dealership):
    return floor.new_lead(dealership)


@pytest.fixture
def chatter(floor, lead):
    return Chatter(floor.agent, lead)


@pytest.fixture
def supervisor(floor):
    """The partner of a colleague."""
    return floor.partner(floor.supervisor)


@pytest.fixture
def discussions(floor):
    """The id of the subtype of messages."""
    return floor.admin.find(DISCUSSIONS)


def email_of(floor, lead):
    (row,) = floor.admin.call("crm.lead", "read", [lead], ["email_from"])
    return row["email_from"]


def is_internal(floor, message):
    (row,) = floor.admin.call("mail.message", "read", [message], ["subtype_id"])
    (subtype,) = floor.admin.call(
        "mail.message.subtype", "read", [row["subtype_id"][0]], ["internal"]
    )
    return subtype["internal"]


def test_a_message_to_the_customer_is_mailed_to_his_address(floor, chatter, lead):
    email = email_of(floor, lead)
    message = chatter.post("<p>The red one is here</p>", emails=[email])
    assert floor.mailed_to(message) == [email]
    assert "The red one is here" in floor.chatter(lead)


def test_a_customer_who_was_unticked_gets_nothing(floor, chatter):
    message = chatter.post("<p>For the followers only</p>")
    assert floor.mailed_to(message) == []
    assert floor.notified(message) == []


def test_a_note_reaches_the_mentioned_colleague_and_nobody_else(
    floor, chatter, lead, supervisor
):
    # From now on the customer follows, as after a first message.
    customer = floor.agent.call(
        "res.partner", "create", {"name": "Customer", "email": email_of(floor, lead)}
    )
    chatter.subscribe(customer)
    mention = f'<a data-oe-model="res.partner" data-oe-id="{supervisor}">@Sol</a>'
    note = chatter.post(
        f"<p>{mention} may I give 5%?</p>", NOTE, partner_ids=[supervisor]
    )
    assert floor.notified(note) == [supervisor]
    assert is_internal(floor, note)
    message = chatter.post("<p>We have an offer</p>")
    assert floor.notified(message) == [customer]
    assert not is_internal(floor, message)


def test_an_attachment_is_read_by_those_who_see_the_lead(floor, chatter, lead):
    attachment = chatter.upload("offer.txt", b"One red car")
    chatter.post("<p>The offer</p>", attachment_ids=[attachment])
    for session in (floor.agent, floor.supervisor):
        (row,) = session.call(
            "ir.attachment", "read", [attachment], ["name", "raw", "res_id"]
        )
        assert (row["name"], row["raw"]) == ("offer.txt", "One red car")
        assert row["res_id"] == lead
    with pytest.raises(RpcError) as caught:
        floor.login("agent2").call("ir.attachment", "read", [attachment], ["raw"])
    assert caught.value.name == "odoo.exceptions.AccessError"


def test_a_follower_is_told_of_messages_until_removed(floor, chatter, supervisor):
    chatter.subscribe(supervisor)
    assert floor.notified(chatter.post("<p>First</p>")) == [supervisor]
    chatter.unsubscribe(supervisor)
    assert chatter.follower(supervisor) is None
    assert floor.notified(chatter.post("<p>Second</p>")) == []


def test_a_follower_is_told_of_what_was_chosen_only(
    floor, chatter, lead, supervisor, discussions
):
    chatter.subscribe(supervisor)
    offered = chatter.read_subtypes(supervisor)
    assert discussions in offered
    others = [subtype for subtype in offered if subtype != discussions]
    chatter.subscribe(supervisor, others)
    assert set(chatter.follower(supervisor)["subtype_ids"]) == set(others)
    assert floor.notified(chatter.post("<p>Not for everybody</p>")) == []
    chatter.subscribe(supervisor, [discussions])
    assert chatter.follower(supervisor)["subtype_ids"] == [discussions]
    assert floor.notified(chatter.post("<p>For everybody</p>")) == [supervisor]


def test_nobody_writes_in_the_chatter_of_another_ones_lead(floor, lead, supervisor):
    before = floor.chatter(lead)
    session = floor.login("agent2")
    stranger = Chatter(session, lead)
    with pytest.raises(RpcError, match="NotFound"):
        stranger.post("<p>Mine</p>")
    with pytest.raises(requests.HTTPError, match="404"):
        stranger.upload("mine.txt", b"Mine")
    for refused in (
        lambda: stranger.subscribe(supervisor),
        lambda: session.call("crm.lead", "message_post", [lead], body="Mine"),
    ):
        with pytest.raises(RpcError) as caught:
            refused()
        assert caught.value.name == "odoo.exceptions.AccessError"
    assert floor.chatter(lead) == before


def test_a_mail_does_not_come_by_the_web_client(chatter, floor, lead):
    before = floor.chatter(lead)
    with pytest.raises(RpcError) as caught:
        chatter.post("<p>I sent it</p>", message_type="email")
    assert caught.value.name == "odoo.exceptions.AccessError"
    assert floor.chatter(lead) == before


def test_an_agent_writes_to_nobody_before_the_lead_is_claimed(floor, dealership):
    pool = floor.new_lead(dealership, user_id=False)
    before = floor.chatter(pool)
    for subtype in (DISCUSSIONS, NOTE):
        with pytest.raises(RpcError) as caught:
            Chatter(floor.agent, pool).post("<p>Hi</p>", subtype)
        assert "before you work it" in str(caught.value)
    assert floor.chatter(pool) == before
    Chatter(floor.supervisor, pool).post("<p>Call this one first</p>", NOTE)
    floor.agent.call("crm.lead", "action_claim", [pool])
    Chatter(floor.agent, pool).post("<p>Hi</p>")
