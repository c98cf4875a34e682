"""A browser on the call centre's server, logged in as somebody."""

import contextlib
import os
from pathlib import Path

import pytest
from playwright.sync_api import expect, sync_playwright

from tests.browser.web_client import MISSING_LIBRARY, WebClient

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

TIMEOUT = 20_000  # milliseconds

#: Odoo puts a page's scripts and styles together when it is opened for the first time.
FIRST_PAGE_TIMEOUT = 180_000  # milliseconds

DESKTOP = {"width": 1400, "height": 850}
PHONE = {"width": 390, "height": 844}

expect.set_options(timeout=TIMEOUT)


@pytest.fixture(scope="session")
def web(stack, bpo):
    """A server that also speaks the bus's WebSocket on its one port."""
    server = stack.bpo_server(bpo.database, name="web").start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def chromium():
    if not os.environ.get("BPO_CHROMIUM"):
        pytest.fail(os.environ.get("BPO_CHROMIUM_MISSING") or "BPO_CHROMIUM is not set")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=os.environ["BPO_CHROMIUM"], args=FLAGS
        )
        yield browser
        browser.close()


@contextlib.contextmanager
def keep_profiles(chromium, url, log_in, timeout=TIMEOUT):
    """Return the profile of a user's browser, which keeps what it has loaded.

    :param playwright.sync_api.Browser chromium: the browser.
    :param str url: of the server.
    :param log_in: returns the id of a session of somebody, by the login.
    :param int timeout: how long each step of theirs may take, in milliseconds.
    :return: a function that takes a login and the size of the window.
    """
    contexts = {}

    def find(login, viewport):
        key = (login, *viewport.values())
        if key not in contexts:
            contexts[key] = context = chromium.new_context(
                viewport=viewport,
                has_touch=viewport == PHONE,
                timezone_id="Asia/Manila",
            )
            context.set_default_timeout(timeout)
            cookie = {"name": "session_id", "value": log_in(login), "url": url}
            context.add_cookies([cookie])
        return contexts[key]

    yield find
    for context in contexts.values():
        context.close()


@pytest.fixture(scope="session")
def profiles(chromium, web, session_floor):
    def log_in(login):
        return session_floor.login(login).session_id

    with keep_profiles(chromium, web.url, log_in) as find:
        page = find("agent", DESKTOP).new_page()
        page.goto(f"{web.url}/odoo", timeout=FIRST_PAGE_TIMEOUT)
        page.wait_for_selector(".o_main_navbar", timeout=FIRST_PAGE_TIMEOUT)
        page.close()
        yield find


@pytest.fixture
def browse(request, profiles, web, floor):
    """Open browsers in which no script may fail, nor the server behind them."""
    clients = request.node.web_clients = []
    # A new browser is told what was sent to its user in the last minute.
    floor.execute("DELETE FROM bus_bus")
    logged_before = len(web.read_log())

    def open_as(login, viewport=DESKTOP):
        client = WebClient(profiles(login, viewport).new_page(), web.url)
        clients.append(client)
        return client

    yield open_as
    problems = [problem for client in clients for problem in client.problems]
    for client in clients:
        client.page.close()
    assert problems == []
    lines = web.read_log()[logged_before:].splitlines()
    errors = [line for line in lines if " ERROR " in line]
    assert [line for line in errors if MISSING_LIBRARY not in line] == []


@pytest.fixture
def agent(browse):
    return browse("agent")


@pytest.fixture
def supervisor(browse):
    return browse("supervisor")


@pytest.fixture
def manager(browse):
    return browse("manager")


@pytest.fixture
def phone(browse):
    """The agent's browser in a window of the size of a phone."""
    return browse("agent", PHONE)


@pytest.fixture
def dealing(floor, dealer):
    """A dealership whose server answers, without anything in between."""
    return floor.new_dealership(dealer.server.url, dealer.server.database)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """Keep a picture of what the browsers showed when a test failed."""
    outcome = yield
    folder = os.environ.get("BPO_LOGS")
    if not (outcome.get_result().failed and call.when == "call" and folder):
        return
    Path(folder).mkdir(parents=True, exist_ok=True)
    for number, client in enumerate(getattr(item, "web_clients", [])):
        client.page.screenshot(path=Path(folder) / f"{item.name}-{number}.png")
