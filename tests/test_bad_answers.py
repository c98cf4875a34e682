"""Dealers' servers that fail in every way, each told apart, and no harm done."""

import pytest

from tests import bad_server
from tests.bad_server import BadServer
from tools.jsonrpc import RpcError


def assert_fails(floor, dealership, kind, *texts):
    """A connection test and a win both fail, with a clear message."""
    message = floor.test_connection(dealership)
    lead = floor.new_lead(dealership)
    with pytest.raises(RpcError) as caught:
        floor.win(lead)
    assert caught.value.name == "odoo.exceptions.UserError"
    row = floor.read(lead)
    assert row["stage"] == floor.open_stages[0]
    assert not row["dealer_so_name"]
    (push,) = floor.pushes(lead)
    assert (push["state"], push["error_kind"]) == ("failed", kind)
    for text in texts:
        for shown in (message, caught.value.message, push["message"]):
            assert text in shown
        assert text in floor.chatter(lead)
    assert "Traceback" not in caught.value.message
    (record,) = floor.admin.call(
        "crm.dealership", "read", [dealership], ["connection_state", "connection_date"]
    )
    assert record["connection_state"] == "failed"
    assert record["connection_date"]


BAD_ANSWERS = {
    "HTTP 500": (
        bad_server.reply("<h1>Oops</h1>", "500 Internal Server Error"),
        "unreachable",
        "HTTP status 500",
    ),
    "HTML": (bad_server.reply("<html>Hello</html>"), "not_odoo", "not that of an Odoo"),
    "broken JSON": (
        bad_server.reply('{"jsonrpc": "2.0", "res'),
        "not_odoo",
        "JSON-RPC",
    ),
    "JSON that is too deep": (
        bad_server.reply("[" * 100_000),
        "not_odoo",
        "JSON-RPC",
    ),
    "an empty error": (
        bad_server.reply('{"jsonrpc": "2.0", "error": {}}'),
        "rejected",
        "rejected the request",
    ),
    "JSON of another kind": (bad_server.reply("[1, 2]"), "not_odoo", "JSON-RPC"),
    "an error of JSON-RPC": (
        bad_server.rpc_error("odoo.exceptions.UserError", "We are closed on Sundays"),
        "rejected",
        "We are closed on Sundays",
    ),
    "an endless reply": (bad_server.endless, "not_odoo", "longer than"),
    "a dripping reply": (bad_server.dripping, "timeout", "did not answer in time"),
    "dripping headers": (
        bad_server.dripping_headers,
        "timeout",
        "did not answer in time",
    ),
    "no reply": (bad_server.silent, "timeout", "did not answer in time"),
    "a connection that is cut": (lambda connection: None, "unreachable", "cut off"),
    "not HTTP": (
        lambda connection: connection.write(b"SSH-2.0-OpenSSH_9.2\r\n"),
        "unreachable",
        "cut off",
    ),
}


@pytest.mark.parametrize("name", BAD_ANSWERS)
def test_a_bad_answer_is_told_apart(impatient, name):
    answer, kind, text = BAD_ANSWERS[name]
    with BadServer(answer) as server:
        dealership = impatient.new_dealership(server.url, "dealer")
        assert_fails(impatient, dealership, kind, text)


def test_a_redirect_is_not_followed(impatient):
    elsewhere = BadServer(bad_server.reply("{}"))
    with elsewhere:
        redirect = bad_server.reply(
            "", "307 Temporary Redirect", f"Location: {elsewhere.url}/jsonrpc"
        )
        with BadServer(redirect) as server:
            dealership = impatient.new_dealership(server.url, "dealer")
            assert_fails(
                impatient, dealership, "not_odoo", f"redirects to {elsewhere.url}"
            )
    assert elsewhere.hits == 0


def test_a_refused_connection(floor, dead):
    assert_fails(floor, dead, "unreachable", "The connection was refused")


def test_an_unknown_host(floor):
    dealership = floor.new_dealership("https://dealer.invalid", "dealer")
    assert_fails(floor, dealership, "unreachable", "host name is not known")


def test_a_host_name_that_cannot_be_one(floor):
    with pytest.raises(RpcError, match="address is not valid"):
        floor.new_dealership("https://odoo..dealer.example", "dealer")
    dealership = floor.new_dealership("https://odoo.dealer.example", "dealer")
    # From before such addresses were refused.
    floor.execute(
        "UPDATE crm_dealership SET odoo_url = 'http://[::1].evil.example' "
        "WHERE id = %s",
        [dealership],
    )
    assert_fails(floor, dealership, "not_configured", "address is not valid")


def test_results_of_no_known_form(floor, dealer):
    with BadServer(bad_server.reply('{"jsonrpc": "2.0", "result": null}')) as server:
        dealership = floor.new_dealership(dealer.server.url, dealer.server.database)
        floor.test_connection(dealership)
        # The account's id is known by now; the server has changed since.
        floor.admin.call("crm.dealership", "write", [dealership], {"name": "Changed"})
        floor.execute(
            "UPDATE crm_dealership SET odoo_url = %s WHERE id = %s",
            [server.url, dealership],
        )
        lead = floor.new_lead(dealership)
        with pytest.raises(RpcError, match="not that of an Odoo"):
            floor.win(lead)
    (push,) = floor.pushes(lead)
    assert (push["state"], push["error_kind"]) == ("failed", "not_odoo")


def test_an_account_that_was_made_anew_works_on(floor, dealer):
    dealership = floor.new_dealership(dealer.server.url, dealer.server.database)
    floor.execute("UPDATE crm_dealership SET odoo_uid = 1 WHERE id = %s", [dealership])
    lead = floor.new_lead(dealership)
    floor.win(lead)
    assert floor.read(lead)["stage"] == floor.won


def test_a_revoked_password_is_found_by_the_next_test(floor, dealer):
    dealership = floor.new_dealership(dealer.server.url, dealer.server.database)
    assert floor.test_connection(dealership).startswith("Connected")
    floor.execute(
        "UPDATE crm_dealership SET odoo_api_key = 'revoked' WHERE id = %s", [dealership]
    )
    assert "refused the login" in floor.test_connection(dealership)


def test_an_expired_certificate(floor, authority):
    certificate = authority.issue("expired", expired=True)
    with BadServer(bad_server.reply("{}"), certificate) as server:
        dealership = floor.new_dealership(server.url, "dealer")
        assert_fails(floor, dealership, "unreachable", "certificate has expired")
        assert server.hits == 0


def test_a_valid_certificate_gets_through_to_the_server(floor, authority):
    with BadServer(bad_server.reply("<html>"), authority.issue("valid")) as server:
        dealership = floor.new_dealership(server.url, "dealer")
        assert_fails(floor, dealership, "not_odoo", "not that of an Odoo")
        assert server.hits == 2


def test_a_wrong_database(floor, dealer):
    dealership = floor.new_dealership(dealer.server.url, "no_such_database")
    assert_fails(floor, dealership, "not_configured", "no database of that name")


def test_a_wrong_password(floor, dealer):
    dealership = floor.new_dealership(
        dealer.server.url, dealer.server.database, odoo_api_key="a-wrong-password"
    )
    assert_fails(floor, dealership, "refused", "refused the login")


def test_a_user_without_rights(floor, dealer):
    group = dealer.admin.find("base.group_user")
    fields = dealer.admin.call("res.users", "fields_get", ["group_ids", "groups_id"])
    (field,) = fields
    dealer.admin.call(
        "res.users",
        "create",
        {
            "name": "Nobody",
            "login": "nobody",
            "password": "nobody",
            field: [(6, 0, [group])],
        },
    )
    dealership = floor.new_dealership(
        dealer.server.url,
        dealer.server.database,
        odoo_login="nobody",
        odoo_api_key="nobody",
    )
    assert_fails(floor, dealership, "not_allowed", "not allowed to do this")


def test_sales_not_installed(floor, stack):
    server = stack.server(stack.clone("nosales"), "nosales").start()
    dealership = floor.new_dealership(server.url, server.database)
    message = floor.test_connection(dealership)
    assert "The Sales app is not installed" in message
    lead = floor.new_lead(dealership)
    with pytest.raises(RpcError, match="sale.order"):
        floor.win(lead)
    (push,) = floor.pushes(lead)
    assert push["error_kind"] == "rejected"
    assert floor.read(lead)["stage"] == floor.open_stages[0]
    server.stop()


def test_a_connection_that_is_not_configured(floor):
    dealership = floor.new_dealership(False, False)
    assert_fails(floor, dealership, "not_configured", "Server Address, Database")


def test_an_unencrypted_address_is_refused_unless_allowed(floor):
    with pytest.raises(RpcError, match="must start with https"):
        floor.new_dealership("http://dealer.example", "dealer")


def test_no_secret_in_any_log_message_or_row(floor, bpo, dealer):
    secret = "correct-horse-battery-staple"
    echo = bad_server.rpc_error("odoo.exceptions.UserError", f"Bad key {secret}")
    with BadServer(echo) as server:
        dealership = floor.new_dealership(
            server.url, dealer.server.database, odoo_api_key=secret
        )
        assert_fails(floor, dealership, "rejected", "Bad key ***")
    (lead,) = floor.admin.call(
        "crm.lead", "search", [("dealership_id", "=", dealership)]
    )
    shown = floor.chatter(lead) + str(floor.pushes(lead)) + bpo.read_log()
    assert secret not in shown
