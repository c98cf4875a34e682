"""How senders prove who they are, who cannot send a header, or send another one."""

import base64
import hashlib
import hmac
import http.client
import json
import re
from urllib.parse import quote, urlencode, urlsplit

import pytest

from tests.sender import Sender, new_phone
from tests.test_source_example import run

SECRET = "the-secret-of-somebody-else"
HEADER = "X-Hub-Signature-256"


class Portal(Sender):
    """A portal that proves who it is in a way of its own.

    :param values: of the source; ``proof`` and what belongs to it.
    """

    def __init__(self, floor, **values):
        super().__init__(floor, **values)
        self.floor = floor

    def send(self, body=b"", path="", method="POST", **headers):
        """Send a request with nothing but what is said; return status and text."""
        address = urlsplit(self.floor.server.url)
        connection = http.client.HTTPConnection(
            address.hostname, address.port, timeout=60
        )
        if isinstance(body, dict):
            body = json.dumps(body)
        code = quote(self.code)
        connection.request(method, f"/bpo_crm/intake/{code}{path}", body, headers)
        response = connection.getresponse()
        text = response.read().decode()
        self.headers = response.headers
        connection.close()
        return response.status, text

    def rows(self, *names):
        return self.floor.supervisor.call(
            "crm.lead.enquiry",
            "search_read",
            [("source_id", "=", self.source)],
            ["state", "body", "content", *names],
        )


@pytest.fixture
def keyed(floor):
    return Portal(floor, proof="key")


def enquiry(**values):
    return {"phone": new_phone(), **values}


# ------------------------------------------------------------
# A token
# ------------------------------------------------------------


def test_a_token_is_taken_as_a_password_too(floor):
    portal = Portal(floor)
    for account, status in (
        (f"anybody:{portal.token}", 201),
        (f":{portal.token}", 201),
        (portal.token, 401),
        (f"{portal.token}:", 401),
        ("anybody:wrong", 401),
        ("anybody:", 401),
    ):
        basic = base64.b64encode(account.encode()).decode()
        found, _text = portal.send(enquiry(), Authorization=f"Basic {basic}")
        assert found == status, account
    for broken in ("Basic", "Basic %", "Basic /w==", "Digest x", "Basic bnVsbA"):
        assert portal.send(enquiry(), Authorization=broken)[0] == 401


def test_a_token_counts_in_no_address_and_in_no_body(floor):
    portal = Portal(floor)
    for name in ("key", "token", "access_token"):
        assert portal.send(enquiry(), f"?{name}={portal.token}")[0] == 401
        assert portal.send(enquiry(**{name: portal.token}))[0] == 401


# ------------------------------------------------------------
# A key
# ------------------------------------------------------------


def write_bodies(key, phone):
    """Return bodies with a key, in the ways in which senders write one."""
    return {
        "JSON": json.dumps({"google_key": key, "phone": phone}),
        "JSON in JSON": json.dumps({"auth": {"key": key}, "phone": phone}),
        "UTF-16": json.dumps({"google_key": key, "phone": phone}).encode("utf-16"),
        "in a word": json.dumps({"form": f"key={key}", "phone": phone}),
        "ADF": "<adf><prospect><customer><contact><name>A</name>"
        f"<phone>{phone}</phone></contact></customer><provider><id>{key}</id>"
        "</provider></prospect></adf>",
    }


def test_a_key_is_taken_from_the_address_or_from_the_body(keyed):
    assert keyed.token.startswith("bk_")
    for name in ("key", "k", "google_key"):
        path = "?" + urlencode({"a": "b", name: keyed.token})
        assert keyed.send(enquiry(), path)[0] == 201
    for way, body in write_bodies(keyed.token, new_phone()).items():
        assert keyed.send(body)[0] in (200, 201), way


def test_a_wrong_key_is_refused(floor, keyed):
    other = Portal(floor, proof="key")
    for key in (
        "",
        "bk_",
        keyed.token[:-1],
        keyed.token + "x",
        keyed.token.upper(),
        keyed.token[3:],
        other.token,
    ):
        assert keyed.send(enquiry(), f"?key={quote(key)}")[0] == 401, key
        assert keyed.send(enquiry(key=key))[0] == 401, key
    assert keyed.send(enquiry(), Authorization=f"Bearer {keyed.token}")[0] == 401
    old = keyed.token
    keyed.token = keyed.make_token()
    assert keyed.send(enquiry(), f"?key={old}")[0] == 401


def test_a_key_is_kept_nowhere_and_not_logged(floor, bpo, keyed):
    wrong = "bk_" + "w" * 43
    for way, body in write_bodies(keyed.token, "soon").items():
        # It waits in quarantine, with its body.
        assert keyed.send(body)[0] == 422, way
    assert keyed.send(enquiry(note=keyed.token), f"?key={keyed.token}")[0] == 201
    for secret in (wrong, "mistyped-secret"):
        assert keyed.send(enquiry(), f"?key={secret}&x=1")[0] == 401
        assert keyed.send(method="GET", path=f"?key={secret}")[0] == 405
        assert keyed.send(method="PUT", path=f"?key={secret}")[0] == 405
        keyed.send(path=f"/none?key={secret}")
    for row in keyed.rows():
        body = base64.b64decode(row["body"] or "")
        assert keyed.token.encode() not in body.replace(b"\0", b"")
    assert floor.find_tables_with(keyed.token) == []
    log = bpo.read_log()
    for secret in (keyed.token, wrong, "mistyped-secret"):
        assert secret not in log
    # The rest of the line is there.
    assert re.search(rf'"POST /bpo_crm/intake/{keyed.code}\?… HTTP/1.\d" 201', log)


# ------------------------------------------------------------
# A signature
# ------------------------------------------------------------


def sign(body, secret=SECRET, name="sha256"):
    return hmac.new(secret.encode(), body, getattr(hashlib, name))


@pytest.mark.parametrize("name", ["sha256", "sha1", "sha512"])
def test_a_signature_of_the_body_is_a_proof(floor, name):
    portal = Portal(floor, proof="signature", typed_secret=SECRET, signature_hash=name)
    for write in (
        lambda made: made.hexdigest(),
        lambda made: made.hexdigest().upper(),
        lambda made: f"{name}={made.hexdigest()}",
        lambda made: base64.b64encode(made.digest()).decode(),
        lambda made: f"{name}={base64.b64encode(made.digest()).decode()}",
    ):
        body = json.dumps(enquiry()).encode()
        signature = write(sign(body, name=name))
        assert portal.send(body, **{HEADER: signature})[0] == 201, signature
        for other in (body + b" ", b"", body[:-1]):
            assert portal.send(other, **{HEADER: signature})[0] == 401


def test_a_wrong_signature_is_refused(floor):
    portal = Portal(floor, proof="signature", typed_secret=SECRET)
    body = json.dumps(enquiry()).encode()
    good = sign(body).hexdigest()
    for signature in (
        "",
        "sha256=",
        good[:-1],
        "sha1=" + good,
        sign(body, name="sha1").hexdigest(),
        sign(body, secret="x" * 20).hexdigest(),
        sign(body, secret="").hexdigest(),
        "é",
    ):
        assert portal.send(body, **{HEADER: signature})[0] == 401, signature
    assert portal.send(body)[0] == 401
    assert portal.send(body, Authorization=f"Bearer {SECRET}")[0] == 401
    assert portal.send(body, **{"X-Signature": good})[0] == 401
    assert portal.send(body, **{HEADER: good})[0] == 201


def test_a_secret_of_ours_signs_and_is_shown_once(floor, bpo):
    portal = Portal(
        floor, proof="signature", signature_header="X-Signature", signature_hash="sha1"
    )
    body = json.dumps(enquiry()).encode()
    signature = sign(body, portal.token, "sha1").hexdigest()
    assert portal.send(body, **{"X-Signature": signature})[0] == 201
    assert portal.token not in bpo.read_log()


def test_nobody_reads_a_secret(floor):
    portal = Portal(floor, proof="signature", typed_secret=SECRET)
    for session in (floor.manager, floor.admin):
        names = session.call("crm.lead.source", "fields_get", [], ["type"])
        assert "secret" not in names
        (row,) = session.call("crm.lead.source", "read", [portal.source])
        assert SECRET not in json.dumps(row)


# ------------------------------------------------------------
# A challenge
# ------------------------------------------------------------


@pytest.fixture
def challenger(floor):
    portal = Portal(floor, proof="signature", typed_secret=SECRET, has_challenge=True)
    result = floor.manager.call("crm.lead.source", "action_make_token", [portal.source])
    portal.verify_token = result["params"]["verify_token"]
    return portal


def ask(portal, **changed):
    query = {
        "hub.mode": "subscribe",
        "hub.verify_token": getattr(portal, "verify_token", portal.token),
        "hub.challenge": "1158201444",
        **changed,
    }
    return portal.send(method="GET", path=f"?{urlencode(query)}")


def test_a_challenge_is_given_back_to_whoever_may_ask(challenger, bpo):
    assert ask(challenger) == (200, "1158201444")
    page = "<script>alert(1)</script>"
    assert ask(challenger, **{"hub.challenge": page}) == (200, page)
    assert challenger.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert challenger.headers["X-Content-Type-Options"] == "nosniff"
    assert challenger.verify_token not in bpo.read_log()


def test_a_challenge_with_a_wrong_token_is_refused(challenger):
    for changed in (
        {"hub.verify_token": ""},
        {"hub.verify_token": "wrong"},
        {"hub.verify_token": SECRET},
        {"hub.mode": "unsubscribe"},
    ):
        status, text = ask(challenger, **changed)
        assert status == 401
        assert "1158201444" not in text
    # It proves nothing else.
    token = challenger.verify_token
    assert challenger.send(enquiry(), Authorization=f"Bearer {token}")[0] == 401


def test_without_a_challenge_nobody_is_answered(floor, keyed):
    for portal in (keyed, Portal(floor), Portal(floor, has_challenge=True)):
        status, text = ask(portal)
        assert status in (401, 405)
        assert "1158201444" not in text


# ------------------------------------------------------------
# What is shown
# ------------------------------------------------------------


@pytest.mark.parametrize("proof", ["token", "key", "signature"])
def test_the_example_of_each_way_delivers(floor, proof):
    portal = Portal(floor, proof=proof)
    made = floor.manager.call("crm.lead.source", "action_make_token", [portal.source])
    answer = run(made["params"]["example"])
    assert answer["state"] in ("created", "merged"), answer
    assert run(made["params"]["example"])["is_known"]


def test_what_was_made_for_one_way_is_none_for_another(floor):
    portal = Portal(floor)
    ways = [{"proof": "key"}, {"proof": "signature"}, {"proof": "token"}]
    for values in ways:
        floor.manager.call("crm.lead.source", "write", [portal.source], values)
        assert portal.send(enquiry(), f"?key={portal.token}")[0] == 401
        bearer = f"Bearer {portal.token}"
        body = json.dumps(enquiry()).encode()
        signature = sign(body, portal.token).hexdigest()
        sent = {"Authorization": bearer, HEADER: signature}
        assert portal.send(body, **sent)[0] == 401
        portal.token = portal.make_token()


def test_whoever_tries_wrong_ones_keeps_no_sender_out(floor):
    portal = Portal(floor, rate_limit=3)
    for _n in range(10):
        assert portal.send(enquiry(), Authorization="Bearer wrong")[0] == 401
    assert portal.post(enquiry())[0] == 201
