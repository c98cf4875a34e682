"""Odoo's website form, posted by visitors to a server with a website."""

import base64
import html.parser
import http.cookiejar
import itertools
import json
import re
import urllib.error
import urllib.parse
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest

from tests.test_intake_trouble import held
from tools.jsonrpc import RpcError, WebSession

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

    def upload(self, values, *fields, file_name="x.txt"):
        """Send a form in which some fields are files; return the answer."""
        parts = [(name, "", value) for name, value in values.items()]
        parts += [(name, f'; filename="{file_name}"', "uploaded") for name in fields]
        head = "--b\r\nContent-Disposition: form-data"
        body = "".join(
            f'{head}; name="{name}"{file}\r\n\r\n{text}\r\n'
            for name, file, text in parts
        )
        return self.post(f"{body}--b--\r\n", "multipart/form-data; boundary=b")

    def post(self, body, kind):
        """Send any body to the form; return the answer."""
        request = urllib.request.Request(
            self._url + FORM, body.encode(), {"Content-Type": kind}
        )
        with self._opener.open(request, timeout=60) as response:
            return json.loads(response.read())

    def change_account(self, **values):
        """Send the form of the own contact; return the page that comes, or its JSON."""
        page = self._open("/my/account")
        (token,) = re.findall(r'name="csrf_token" value="([^"]+)"', page)[:1]
        path = "/my/account"
        if "/my/address/submit" in page:
            # Odoo 19.0.
            path = "/my/address/submit"
            (contact,) = re.findall(r'name="partner_id" value="(\d+)"', page)[:1]
            values = {"partner_id": contact, "address_type": "billing", **values}
        try:
            return self._open(path, {**values, "csrf_token": token})
        except urllib.error.HTTPError as refusal:
            if refusal.code != 400:
                raise
            return refusal.read().decode()

    def open(self, path):
        """Return a page."""
        return self._open(path)

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
    return WebSession.of(website, "admin")


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
    named = {"name": customer["contact_name"], "phone": customer["phone"]}
    account = new_portal_user(admin, email=email, **named)
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


#: Fields of a lead that a form may send.
FORM_FIELDS = (
    "name",
    "contact_name",
    "phone",
    "email_from",
    "partner_name",
    "description",
    "user_id",
    "team_id",
    "tag_ids",
    "priority",
)


def read_whole(admin, lead):
    (row,) = admin.call("crm.lead", "read", [lead], list(FORM_FIELDS))
    return row


def find_files(admin, lead):
    domain = [("res_model", "=", "crm.lead"), ("res_id", "=", lead)]
    return admin.call("ir.attachment", "search_count", domain)


@pytest.mark.parametrize("field", FORM_FIELDS)
def test_an_upload_changes_no_open_lead(admin, website, field):
    customer = {**new_customer(), "partner_name": "Ltd", "description": "Keep me"}
    Visitor(website.url).send(**customer)
    (lead,) = find(admin, customer)
    before = read_whole(admin, lead["id"])
    sent = {"name": "hi", "phone": customer["phone"], "email_from": ""}
    if field == "phone":
        sent = {"name": "hi", "email_from": customer["email_from"]}
    answer = Visitor(website.url).upload(sent, field, f"{field}[0]")
    # A subject, or a number, that is a file is none.
    assert ("error" in answer) == (field == "name")
    assert read_whole(admin, lead["id"]) == before
    if field != "name":
        assert find_files(admin, lead["id"]) == 2


@pytest.mark.parametrize("field", FORM_FIELDS)
def test_an_upload_is_no_field_of_a_new_lead(admin, website, field):
    customer = new_customer()
    sent = {name: value for name, value in customer.items() if name != field}
    answer = Visitor(website.url).upload(sent, field, "anything[0]")
    if field == "name":
        assert "what it is about" in answer["error"]
        return
    assert answer == {"id": True}
    key = "email_from" if field == "contact_name" else "contact_name"
    (lead,) = admin.call("crm.lead", "search", [(key, "=", customer[key])])
    row = read_whole(admin, lead)
    assert "odoo" not in str(row[field]).lower()
    assert not row["user_id"]
    assert not row["tag_ids"]
    assert row["name"] == customer["name"]
    assert find_files(admin, lead) == 2


def test_a_form_that_cannot_be_read_is_refused(admin, website):
    visitor, count = Visitor(website.url), admin.call("crm.lead", "search_count", [])
    for body, kind in (
        ("name=x&phone=1", "text/plain"),
        ('{"name": "x"}', "text/plain"),
        (
            '--b\r\nContent-Disposition: form-data; name="f"; filename="',
            "multipart/form-data; boundary=b",
        ),
        ("phone=1", "application/x-www-form-urlencoded"),
        ("name=+&phone=1", "application/x-www-form-urlencoded"),
        ("name=%00&phone=1", "application/x-www-form-urlencoded"),
    ):
        assert "what it is about" in visitor.post(body, kind)["error"], (body, kind)
    assert admin.call("crm.lead", "search_count", []) == count


def test_a_team_that_is_none_is_no_team(admin, website):
    for number in (99_999_999, 2**31, 2**63, -(2**31) - 1, "9" * 5000, "²"):
        customer = new_customer()
        answer = Visitor(website.url).send(**customer, team_id=number)
        assert answer == {"id": True}, number
        assert find(admin, customer), number


def new_portal_customer(admin, website):
    """Return a customer with an open lead and an account on the website."""
    customer = new_customer()
    account = new_portal_user(
        admin, email=customer["email_from"], phone=customer["phone"]
    )
    session = WebSession(website.url).login(website.database, *account)
    visitor = Visitor(website.url, session.cookies)
    assert visitor.send(**customer) == {"id": True}
    return customer, visitor


def test_a_customer_does_not_take_the_number_of_another_one(admin, website):
    other = new_customer()
    Visitor(website.url).send(**other)
    customer, visitor = new_portal_customer(admin, website)
    (lead,) = find(admin, customer)
    before = read_whole(admin, lead["id"])
    (country,) = admin.call("res.country", "search", [("code", "=", "PH")])
    account = {
        "name": customer["contact_name"],
        "phone": customer["phone"],
        "email": customer["email_from"],
        "street": "1 Street",
        "city": "Manila",
        "country_id": country,
        "zipcode": "1000",
    }
    for values in ({"phone": other["phone"]}, {"email": other["email_from"]}):
        answer = visitor.change_account(**{**account, **values})
        assert "Ask us to change your number or your email address" in answer
        assert other["contact_name"] not in answer
        assert read_whole(admin, lead["id"]) == before
    number = new_customer()["phone"]
    visitor.change_account(**{**account, "phone": number})
    assert read_whole(admin, lead["id"])["phone"].replace(" ", "") == number.replace(
        " ", ""
    )


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


# What became of it


def find_rows(admin, text):
    """Return the enquiries in which a text was sent."""
    domain = [("content", "like", text)]
    names = ["state", "error", "lead_id", "content", "body", "source_id"]
    return admin.call("crm.lead.enquiry", "search_read", domain, names, order="id")


def test_each_form_is_written_down(admin, website):
    customer = new_customer()
    for description in ("First of two", "Second of two"):
        Visitor(website.url).send(**customer, description=description)
    (lead,) = find(admin, customer)
    rows = find_rows(admin, customer["contact_name"])
    assert [row["state"] for row in rows] == ["created", "merged"]
    for row, description in zip(rows, ("First", "Second"), strict=True):
        assert row["lead_id"][0] == lead["id"]
        assert row["source_id"][1] == "Website form"
        assert f"{description} of two" in row["content"]


@pytest.mark.parametrize(
    "unreachable",
    [
        {"phone": "", "email_from": ""},
        {"phone": "call me", "email_from": "not an address"},
        {"phone": "12", "email_from": "x@"},
        {"phone": "\N{ZERO WIDTH SPACE}", "email_from": " \t"},
        {"phone": "0" * 300, "email_from": "@" * 300},
    ],
)
def test_a_form_that_reaches_nobody_waits_with_what_was_sent(
    stack, admin, website, unreachable
):
    customer = {**new_customer(), **unreachable}
    sent = {**customer, "description": "Call me back", "Colour": "Red"}
    answer = Visitor(website.url).upload(sent, "photo", file_name="car.txt")
    # The visitor learns nothing by it.
    assert answer == {"id": True}
    assert find(admin, customer) == []
    (row,) = find_rows(admin, customer["contact_name"])
    assert row["state"] == "quarantined"
    assert row["error"]
    for text in ("Call me back", "Colour : Red"):
        assert text in row["content"]
    body = json.loads(base64.b64decode(row["body"]))
    assert body["Colour"] == "Red"
    # Whoever reads it finds out the number, which the file may show.
    values = json.loads(row["content"])
    values["phone"] = new_customer()["phone"]
    domain = [("res_model", "=", "crm.lead.enquiry"), ("res_id", "=", row["id"])]
    (file,) = admin.call("ir.attachment", "search", domain)
    with stack.postgres.connect(website.database) as cursor:
        cursor.execute(
            "UPDATE crm_lead_enquiry SET content = %s WHERE id = %s",
            [json.dumps(values), row["id"]],
        )
    admin.call("crm.lead.enquiry", "action_retry", [row["id"]])
    (lead,) = find(admin, customer)
    assert "Call me back" in lead["description"]
    (moved,) = admin.call("ir.attachment", "read", [file], ["res_model", "res_id"])
    assert (moved["res_model"], moved["res_id"]) == ("crm.lead", lead["id"])


def test_a_form_that_is_taken_in_by_hand_is_for_the_websites_team(admin, website):
    (team,) = admin.call(
        "crm.team", "create", [{"name": "Of the website", "company_id": False}]
    )
    (site,) = admin.call("website", "search", [], limit=1)
    (before,) = admin.call("website", "read", [site], ["crm_default_team_id"])
    admin.call("website", "write", [site], {"crm_default_team_id": team})
    try:
        customer = {**new_customer(), "phone": "call me", "email_from": ""}
        assert Visitor(website.url).send(**customer) == {"id": True}
        (row,) = find_rows(admin, customer["contact_name"])
        values = {"enquiry_id": row["id"], "phone": new_customer()["phone"]}
        values["name"] = customer["contact_name"]
        windows = admin.call("crm.lead.enquiry.correct", "create", [values])
        admin.call("crm.lead.enquiry.correct", "action_take_in", windows)
    finally:
        team_id = (before["crm_default_team_id"] or [False])[0]
        admin.call("website", "write", [site], {"crm_default_team_id": team_id})
    (lead,) = find(admin, customer)
    (lead,) = admin.call("crm.lead", "read", [lead["id"]], ["team_id"])
    assert lead["team_id"][0] == team


@pytest.mark.parametrize("value", ["abc", "-1", "1,2", "9" * 30, "{}", " 2 ", "²"])
def test_nonsense_in_hidden_fields_loses_no_enquiry(admin, website, value):
    customer = new_customer()
    hidden = dict.fromkeys(("user_id", "team_id"), value)
    assert Visitor(website.url).send(**customer, **hidden) == {"id": True}
    (lead,) = find(admin, customer)
    assert not lead["user_id"]


@pytest.mark.parametrize(
    "address",
    [
        "{}, boss@evil.example",
        "{}; boss@evil.example",
        "{}\nBcc: boss@evil.example",
        "{}\r\nBcc: boss@evil.example",
        '"boss@evil.example" <{}>',
        "{} <boss@evil.example>",
    ],
)
def test_a_visitors_address_is_no_second_recipient(admin, website, address):
    customer = new_customer()
    sent = {**customer, "email_from": address.format(customer["email_from"])}
    assert Visitor(website.url).send(**sent) == {"id": True}
    (lead,) = find(admin, customer)
    (row,) = admin.call(
        "crm.lead", "read", [lead["id"]], ["email_from", "email_normalized"]
    )
    assert "\n" not in row["email_from"]
    assert "Bcc" not in row["email_from"]
    assert row["email_normalized"] in (customer["email_from"], "boss@evil.example")


def test_a_company_whose_website_was_asked_is_told_who_has_the_lead(admin, website):
    customer = new_customer()
    number = next(_numbers)
    (home,) = admin.call("res.company", "search", [], limit=1, order="id")
    company = {"name": f"Abroad {number}", "is_bpo": True}
    (abroad,) = admin.call("res.company", "create", [company])
    (field,) = admin.call("res.users", "fields_get", ["group_ids", "groups_id"])
    group = admin.find("bpo_crm.group_bpo_supervisor")
    supervisor = {
        "name": f"Supervisor {number}",
        "login": f"supervisor{number}",
        "company_id": abroad,
        "company_ids": [(6, 0, [abroad])],
        field: [(6, 0, [group, admin.find("base.group_user")])],
        "notification_type": "inbox",
    }
    (user,) = admin.call("res.users", "create", [supervisor])
    Visitor(website.url).send(**customer, description="First, at home")
    (lead,) = find(admin, customer)
    (row,) = admin.call("crm.lead", "read", [lead["id"]], ["company_id"])
    assert row["company_id"][0] == home
    (page,) = admin.call("website", "search", [], limit=1)
    admin.call("website", "write", [page], {"company_id": abroad})
    try:
        Visitor(website.url).send(**customer, description="Then, abroad")
    finally:
        admin.call("website", "write", [page], {"company_id": home})
    assert find(admin, customer) == [lead]
    (person,) = admin.call("res.users", "read", [user], ["partner_id"])
    notes = admin.call(
        "mail.message",
        "search_read",
        [("notified_partner_ids", "in", person["partner_id"][:1])],
        ["body"],
    )
    (note,) = [note for note in notes if "Then, abroad" in note["body"]]
    assert f"Abroad {number}" in note["body"]
    assert [row["state"] for row in find_rows(admin, customer["contact_name"])] == [
        "created",
        "merged",
    ]


# The contact page


class Page(html.parser.HTMLParser):
    """The form of a page, as its script would send it."""

    def __init__(self, text):
        super().__init__()
        self.model = None
        self.values = {}
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if tag == "form" and attrs.get("data-model_name"):
            self.model = attrs["data-model_name"]
        elif tag in ("input", "textarea") and self.model and attrs.get("name"):
            self.values[attrs["name"]] = attrs.get("value", "")

    def handle_endtag(self, tag):
        if tag == "form" and self.model:
            self.handle_starttag = lambda tag, attrs: None


def read_form(website):
    return Page(Visitor(website.url).open("/contactus"))


def get_step(admin):
    steps = admin.call("onboarding.onboarding", "get_bpo_checklist")["steps"]
    (step,) = [step for step in steps if "contact page" in step["title"]]
    return step


def press_change(session):
    """Press the button of the checklist's step; return its action."""
    action = session.find("bpo_crm_website.website_action_change_contact_pages")
    return session.call("ir.actions.server", "run", [action])


def new_staff(admin, website, role):
    """Return the session of somebody with a role, and none of the website's."""
    login = f"{role}{next(_numbers)}"
    (field,) = admin.call("res.users", "fields_get", ["group_ids", "groups_id"])
    groups = [admin.find(f"bpo_crm.group_bpo_{role}"), admin.find("base.group_user")]
    user = {"name": login, "login": login, "password": login}
    admin.call("res.users", "create", [{**user, field: [(6, 0, groups)]}])
    return WebSession.of(website, login)


def test_only_managers_change_the_contact_page(admin, website):
    action = admin.find("bpo_crm_website.website_action_change_contact_pages")
    for role in ("agent", "supervisor"):
        session = new_staff(admin, website, role)
        with pytest.raises(RpcError, match="not allowed|Only a BPO manager"):
            session.call("ir.actions.server", "run", [action])
        with pytest.raises(RpcError):
            session.call("website", "action_change_contact_pages")
    manager = new_staff(admin, website, "manager")
    answer = manager.call("ir.actions.server", "run", [action])
    assert answer["tag"] == "display_notification"


def test_the_contact_page_makes_a_lead(admin, website):
    form = read_form(website)
    assert form.model == "crm.lead"
    assert get_step(admin)["is_done"]
    assert set(form.values) == {
        "contact_name",
        "phone",
        "email_from",
        "partner_name",
        "name",
        "description",
    }
    customer = new_customer()
    sent = {**form.values, **customer, "description": "Is it there?"}
    assert Visitor(website.url).send(**sent) == {"id": True}
    (lead,) = find(admin, customer)
    assert "Is it there?" in lead["description"]


def test_an_edited_contact_page_is_changed_only_when_somebody_says_so(admin, website):
    (site,) = admin.call("website", "search", [], limit=1)
    domain = [("key", "=", "website.contactus"), ("website_id", "=", site)]
    (view,) = admin.call("ir.ui.view", "search", domain)
    (row,) = admin.call("ir.ui.view", "read", [view], ["arch_db"])
    field = '<input type="hidden" name="email_to"/><p>Our own words</p>'
    for arch, subject in (
        (row["arch_db"].replace("crm.lead", "mail.mail"), None),
        (
            row["arch_db"]
            .replace("crm.lead", "mail.mail")
            .replace('name="name"', 'name="Reason"')
            .replace("</form>", f"{field}</form>"),
            "Contact form",
        ),
    ):
        admin.call("ir.ui.view", "write", [view], {"arch_db": arch})
        admin.call("website", "create", [{"name": f"Another {next(_numbers)}"}])
        assert read_form(website).model == "mail.mail"
        step = get_step(admin)
        assert not step["is_done"]
        assert step["action"]
        answer = press_change(admin)
        assert answer["tag"] == "display_notification"
        assert get_step(admin)["is_done"]
        form = read_form(website)
        assert form.model == "crm.lead"
        assert "email_to" not in form.values
        assert form.values.get("name", "") == (subject or "")
    assert "Our own words" in Visitor(website.url).open("/contactus")
    admin.call("ir.ui.view", "write", [view], {"arch_db": row["arch_db"]})


def test_a_new_website_has_a_contact_page_that_makes_leads(admin, website):
    (site,) = admin.call("website", "create", [{"name": f"New {next(_numbers)}"}])
    domain = [("key", "=", "website.contactus"), ("website_id", "=", site)]
    (view,) = admin.call("ir.ui.view", "search_read", domain, ["arch_db"])
    assert 'data-model_name="crm.lead"' in view["arch_db"]


def test_a_page_that_nobody_understands_is_told_by_name(admin, website):
    (site,) = admin.call("website", "search", [], limit=1)
    domain = [("key", "=", "website.contactus"), ("website_id", "=", site)]
    (view,) = admin.call("ir.ui.view", "search", domain)
    (row,) = admin.call("ir.ui.view", "read", [view], ["arch_db"])
    form = '<form data-model_name="mail.mail"><input name="wish"/></form>'
    arch = f'<t name="Contact Us" t-name="website.contactus"><div>{form}</div></t>'
    admin.call("ir.ui.view", "write", [view], {"arch_db": arch})
    with pytest.raises(RpcError, match="Create an Opportunity"):
        press_change(admin)
    admin.call("ir.ui.view", "write", [view], {"arch_db": row["arch_db"]})


def test_the_contact_form_without_a_token_is_taken_of_strangers_only(website, admin):
    logged_in = urllib.request.Request(
        website.url + FORM,
        urllib.parse.urlencode({**new_customer(), "csrf_token": "wrong"}).encode(),
        {"Cookie": f"session_id={admin.session_id}"},
    )
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with pytest.raises(urllib.error.HTTPError, match="400"):
        opener.open(logged_in, timeout=60)


def test_a_form_whose_connection_is_cut_comes_in_when_it_is_sent_again(
    stack, admin, website
):
    customer = new_customer()
    floor = SimpleNamespace(server=website)
    visitor = Visitor(website.url)
    with (
        held(stack, floor, customer["phone"].replace(" ", "")) as cut,
        ThreadPoolExecutor(1) as pool,
    ):
        sent = pool.submit(visitor.send, **customer)
        cut()
        with pytest.raises(urllib.error.HTTPError) as caught:
            sent.result()
    assert caught.value.code == 503
    assert int(caught.value.headers["Retry-After"]) > 0
    assert find_rows(admin, customer["contact_name"]) == []
    assert visitor.send(**customer) == {"id": True}
    assert len(find(admin, customer)) == 1


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
