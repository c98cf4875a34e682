"""Odoo's website form, posted by visitors to a server with a website."""

import http.cookiejar
import itertools
import json
import re
import urllib.error
import urllib.parse
import urllib.request
from concurrent.futures import ThreadPoolExecutor

import pytest

from tools.jsonrpc import WebSession

_numbers = itertools.count(1)

FORM = "/website/form/crm.lead"


class Visitor:
    """Somebody on the website who has never been there before.

    :param str url: the server's address.
    :param http.cookiejar.CookieJar cookies: of somebody who is logged in.
    """

    def __init__(self, url, cookies=None):
        self._url = url
        jar = http.cookiejar.CookieJar() if cookies is None else cookies
        self._opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor(jar)
        )

    def send(self, **values):
        """Fill in and send the contact form; return the answer.

        :param values: of its fields; names that are none of a lead become notes.
        """
        page = self._open("/contactus")
        (token,) = re.findall(r"""csrf_token: ["'](\w+)["']""", page)
        return json.loads(self._open(FORM, {**values, "csrf_token": token}))

    def _open(self, path, values=None):
        body = urllib.parse.urlencode(values).encode() if values else None
        with self._opener.open(self._url + path, body, timeout=60) as response:
            return response.read().decode()


@pytest.fixture(scope="module")
def website(stack):
    server = stack.bpo_server(stack.clone("website"), name="website").start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def admin(website):
    return WebSession(website.url).login(website.database, "admin", "admin")


@pytest.fixture
def visitor(website):
    return Visitor(website.url)


def new_customer():
    number = next(_numbers)
    return {
        "name": "Website enquiry",
        "contact_name": f"Visitor {number}",
        "phone": f"+63 917 {6_000_000 + number}",
        "email_from": f"visitor{number}@customer.example",
    }


def new_portal_user(admin, **values):
    (field,) = admin.call("res.users", "fields_get", ["group_ids", "groups_id"])
    login = f"portal{next(_numbers)}"
    groups = [admin.find("base.group_portal")]
    user = {"name": login, "login": login, "password": "portal-password-1"}
    admin.call("res.users", "create", [{**user, field: groups, **values}])
    return login, user["password"]


def find(admin, customer):
    return admin.call(
        "crm.lead",
        "search_read",
        [("contact_name", "=", customer["contact_name"])],
        ["user_id", "type", "intake_source_id", "description", "phone_sanitized"],
    )


def chatter(admin, lead):
    domain = [("model", "=", "crm.lead"), ("res_id", "=", lead)]
    rows = admin.call("mail.message", "search_read", domain, ["body"])
    return "\n".join(row["body"] for row in rows)


def visitors(admin, lead):
    return admin.call("crm.lead", "read", [lead], ["visitor_ids"])[0]["visitor_ids"]


def test_a_new_customer_becomes_a_lead_in_the_pool(admin, visitor):
    customer = new_customer()
    visitor.send(**customer, description="Is the Picanto in stock?", Colour="Red")
    (lead,) = find(admin, customer)
    assert not lead["user_id"]
    assert lead["type"] == "opportunity"
    assert lead["intake_source_id"][1] == "Website form"
    assert "Is the Picanto in stock?" in lead["description"]
    assert "Colour : Red" in lead["description"]
    assert len(visitors(admin, lead["id"])) == 1


def test_a_known_customer_is_merged(admin, website):
    customer = new_customer()
    Visitor(website.url).send(**customer, description="First")
    (before,) = find(admin, customer)
    Visitor(website.url).send(
        name="Again",
        phone=customer["phone"].replace(" ", "-"),
        description="Is it still there?",
        Colour="Blue",
    )
    (lead,) = find(admin, customer)
    assert lead == before
    said = chatter(admin, lead["id"])
    for text in ("through Website form", "Again", "Is it still there?", "Colour"):
        assert text in said


def test_a_visitor_does_not_learn_who_is_a_customer(admin, website):
    customer = new_customer()
    first = Visitor(website.url).send(**customer)
    (lead,) = find(admin, customer)
    linked = visitors(admin, lead["id"])
    stranger = Visitor(website.url)
    second = stranger.send(name="Who is it?", phone=customer["phone"])
    assert first == second == {"id": True}
    # Odoo would fill in the stranger's forms with what the customer's lead says.
    assert visitors(admin, lead["id"]) == linked


def test_a_customer_known_by_the_visitors_contact_is_merged(admin, website):
    customer = new_customer()
    Visitor(website.url).send(**customer, description="The customer's own notes")
    (before,) = find(admin, customer)
    linked = visitors(admin, before["id"])
    email = f"other{next(_numbers)}@customer.example"
    account = new_portal_user(admin, email=email, phone=customer["phone"])
    session = WebSession(website.url).login(website.database, *account)
    answer = Visitor(website.url, session.cookies).send(
        name="Again", email_from=email, description="From the portal", Colour="Red"
    )
    assert answer == {"id": True}
    assert find(admin, customer) == [before]
    assert visitors(admin, before["id"]) == linked
    said = chatter(admin, before["id"])
    for text in ("through Website form", "From the portal", "Colour : Red"):
        assert text in said


def new_agent(admin, **values):
    (field,) = admin.call("res.users", "fields_get", ["group_ids", "groups_id"])
    login = f"agent{next(_numbers)}"
    groups = [admin.find("bpo_crm.group_bpo_agent"), admin.find("base.group_user")]
    user = {"name": login, "login": login, field: [(6, 0, groups)], **values}
    return admin.call("res.users", "create", [user])[0]


@pytest.fixture
def own_salesperson(admin):
    """Set who gets the leads of the website, and nobody again."""
    (website,) = admin.call("website", "search", [], limit=1)

    def choose(user):
        admin.call("website", "write", [website], {"crm_default_user_id": user})

    yield choose
    choose(False)


def test_a_visitor_chooses_no_owner(admin, website):
    users = [1, admin.uid, new_agent(admin), new_agent(admin, active=False), 2**30]
    for user in [*users, -5, 0]:
        customer = new_customer()
        Visitor(website.url).send(**customer, user_id=user)
        (lead,) = find(admin, customer)
        assert not lead["user_id"], user


def test_the_websites_own_salesperson_gets_leads_who_works_the_floor(
    admin, website, own_salesperson
):
    agent, gone = new_agent(admin), new_agent(admin)
    (field,) = admin.call("res.users", "fields_get", ["group_ids", "groups_id"])
    plain = new_agent(admin, **{field: [(6, 0, [admin.find("base.group_user")])]})
    for user, expected in ((agent, agent), (gone, None), (plain, None)):
        own_salesperson(user)
        if user == gone:
            admin.call("res.users", "write", [gone], {"active": False})
        customer = new_customer()
        Visitor(website.url).send(**customer, user_id=admin.uid)
        (lead,) = find(admin, customer)
        assert (lead["user_id"] or [None])[0] == expected


def test_a_visitor_chooses_no_team_of_another_company(admin, website):
    company = admin.call("res.company", "create", [{"name": f"C{next(_numbers)}"}])[0]
    team = {"name": "Elsewhere", "company_id": company}
    (hidden,) = admin.call("crm.team", "create", [team])
    (own,) = admin.call("crm.team", "create", [{"name": "Ours", "company_id": False}])
    for sent, expected in ((own, own), (hidden, None)):
        customer = new_customer()
        assert Visitor(website.url).send(**customer, team_id=sent) == {"id": True}
        (lead,) = find(admin, customer)
        (row,) = admin.call("crm.lead", "read", [lead["id"]], ["team_id"])
        if expected:
            assert row["team_id"][0] == expected
        else:
            assert (row["team_id"] or [None])[0] not in (own, hidden)


def test_no_character_stops_a_form(admin, website):
    customer = new_customer()
    sent = {
        **customer,
        "name": "Web\0site\nBcc: x@evil.example",
        "phone": f"\0{customer['phone']}\n",
        "description": "Is it\0 there?",
        "Col\0our": "Re\0d",
        "model\0_name": "crm.stage",
    }
    assert Visitor(website.url).send(**sent) == {"id": True}
    (lead,) = find(admin, customer)
    assert lead["phone_sanitized"] == customer["phone"].replace(" ", "")
    assert "Is it there?" in lead["description"]
    assert "Colour : Red" in lead["description"]
    (row,) = admin.call("crm.lead", "read", [lead["id"]], ["name"])
    assert row["name"] == "Website Bcc: x@evil.example"
    # A known customer, too.
    assert Visitor(website.url).send(**sent) == {"id": True}
    assert "Website Bcc: x@evil.example" in chatter(admin, lead["id"])


def test_the_contact_form_without_a_token_is_taken_of_strangers_only(website, admin):
    logged_in = urllib.request.Request(
        website.url + FORM,
        urllib.parse.urlencode({**new_customer(), "csrf_token": "wrong"}).encode(),
        {"Cookie": f"session_id={admin.session_id}"},
    )
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with pytest.raises(urllib.error.HTTPError, match="400"):
        opener.open(logged_in, timeout=60)


def test_many_at_once_leave_one_lead(admin, website):
    customer = new_customer()
    senders = [Visitor(website.url) for _n in range(4)]
    with ThreadPoolExecutor(len(senders)) as pool:
        answers = list(
            pool.map(
                lambda sender: sender.send(**customer, description="At once"), senders
            )
        )
    assert answers == [{"id": True}] * len(senders)
    (lead,) = find(admin, customer)
    assert chatter(admin, lead["id"]).count("At once") == len(senders) - 1
