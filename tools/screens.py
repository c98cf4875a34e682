"""Measuring what screens cost the server: the addon against plain Odoo.

Each screen is opened once in Chromium, on a floor with as many leads in plain Odoo,
and what it asks the server for is written down. These calls are then made again by
turns, and the seconds until the last answer count.
"""

import contextlib
import dataclasses
import json
import statistics
import time

from playwright.sync_api import sync_playwright

from . import paths, programs, sources
from .benchmark import run_script
from .console import LauncherError, say, step
from .jsonrpc import WebSession
from .stack import Stack

PREPARE = paths.REPOSITORY / "bench" / "prepare" / "busy_floor.py"

#: How many leads there are.
LARGE, SMALL = 1_000_000, 20_000

#: How often each side is measured. The median counts.
ROUNDS = 5

#: What is asked once for each login, whichever screen it is.
ASKED_ONCE = ("get_views", "has_group")

TIMEOUT = 300_000  # milliseconds

#: Without a call for so long, a screen has all that it wants.
QUIET = 2_000  # milliseconds

OURS, PLAIN = "bpo_crm", "plain Odoo"

AGENT, MANAGER = "agent000", "manager"

PIPELINE = "crm.crm_lead_action_pipeline"

#: Opens an action the way that a menu does.
OPEN = """([action, context]) =>
    odoo.__WOWL_DEBUG__.root.env.services.action.doAction(action, {
        clearBreadcrumbs: true, additionalContext: context,
    })"""


@dataclasses.dataclass(frozen=True, eq=False)
class Screen:
    """What somebody opens on both sides.

    :param str name: for the report.
    :param str login: whose screen it is.
    :param str action: the XML id of ours.
    :param dict filters: of plain Odoo's pipeline, by the names of core's filters.
    :param str search: what is typed into the search box then; nothing by default.
    """

    name: str
    login: str
    action: str
    filters: dict
    search: str = ""

    def get_action(self, side):
        """Return the action that shows it, and its context."""
        if side == OURS:
            return f"bpo_crm.{self.action}", {}
        return PIPELINE, {
            f"search_default_{name}": value for name, value in self.filters.items()
        }


MINE = {"assigned_to_me": 1}
ALL = {"assigned_to_me": 0}

SCREENS = (
    Screen(
        "open the pool",
        AGENT,
        "crm_lead_action_open",
        {"assigned_to_me": 0, "unassigned": 1},
    ),
    Screen("My Pipeline, agent", AGENT, "crm_lead_action_my_pipeline", MINE),
    Screen("All Leads, manager", MANAGER, "crm_lead_action_all", ALL),
    Screen("My Day (against My Pipeline)", AGENT, "my_day_action", MINE),
    Screen("search by name", MANAGER, "crm_lead_action_all", ALL, "Customer 1234"),
)


def run(series=None, is_small=False):
    """Measure every screen, and print and draw the ratios.

    :param str series: of Odoo.
    :param bool is_small: with fewer leads.
    :return: 0
    :rtype: int
    :raises LauncherError: without a browser, or when something fails.
    """
    browser, reason = programs.find_chromium()
    if not browser:
        raise LauncherError(reason)
    source = sources.find_first(series)
    count = SMALL if is_small else LARGE
    with Stack(source) as stack:
        sides = {OURS: stack.clone("bpo"), PLAIN: stack.clone("plain")}
        for side, database in sides.items():
            with step(f"{side}: making {count:,} leads"):
                run_script(stack, database, PREPARE, {"SCREENS_LEADS": str(count)})
        servers = {side: _start(stack, sides[side]) for side in sides}
        with _open_browser(browser) as chromium:
            calls = {
                screen: {
                    side: _record(chromium, servers[side], side, screen)
                    for side in sides
                }
                for screen in SCREENS
            }
        results = {
            screen.name: _replay(servers, screen, calls[screen]) for screen in SCREENS
        }
    _report(f"Odoo {source.series}, {count:,} leads", results)
    return 0


def _start(stack, database):
    addons = [paths.REPOSITORY] if "_bpo_" in database else []
    return stack.server(database, addons=addons).start()


@contextlib.contextmanager
def _open_browser(path):
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path, args=["--no-sandbox", "--disable-gpu"]
        )
        yield browser
        browser.close()


def _login(server, login):
    return WebSession(server.url).login(server.database, login, login)


# What a screen asks for


def _record(chromium, server, side, screen):
    """Return the calls that a screen makes when it is opened a second time.

    :return: pairs of a path and the parameters.
    :rtype: list[tuple[str, dict]]
    """
    context = chromium.new_context(viewport={"width": 1400, "height": 850})
    context.set_default_timeout(TIMEOUT)
    session_id = _login(server, screen.login).session_id
    context.add_cookies(
        [{"name": "session_id", "value": session_id, "url": server.url}]
    )
    page = context.new_page()
    page.goto(f"{server.url}/odoo")
    page.wait_for_selector(".o_main_navbar")
    with step(f"{side}: opening {screen.name}"):
        for _time in range(2):
            calls = _listen(page, lambda: _open(page, side, screen))
        if screen.search:
            calls = _listen(page, lambda: _search(page, screen.search))
    context.close()
    return calls


def _listen(page, do):
    """Do something on a page, and return the calls that it makes."""
    calls, pending = [], set()

    def note(request):
        path = request.url.partition("/web/dataset/call_kw")[2]
        if request.method == "POST" and path:
            params = json.loads(request.post_data)["params"]
            is_about_leads = params["model"] in ("crm.lead", "mail.activity")
            if is_about_leads and params["method"] not in ASKED_ONCE:
                calls.append((f"/web/dataset/call_kw{path}", params))
                pending.add(request)

    def forget(request):
        pending.discard(request)

    page.on("request", note)
    page.on("requestfinished", forget)
    do()
    page.wait_for_timeout(QUIET)
    while pending:
        page.wait_for_timeout(QUIET)
    page.remove_listener("request", note)
    page.remove_listener("requestfinished", forget)
    return calls


def _open(page, side, screen):
    page.evaluate(OPEN, screen.get_action(side))


def _search(page, text):
    page.locator(".o_searchview_input").fill(text)
    page.keyboard.press("Enter")


# What it costs


def _replay(servers, screen, calls):
    """Return the seconds that the calls of a screen take, of each side."""
    sessions = {side: _login(servers[side], screen.login) for side in servers}
    seconds = {side: [] for side in servers}
    with step(f"Measuring {screen.name}"):
        for _round in range(1 + ROUNDS):
            for side, session in sessions.items():
                seconds[side].append(_time(session, calls[side]))
    # The first round warms up.
    return {side: statistics.median(seconds[side][1:]) for side in seconds}


def _time(session, calls):
    start = time.perf_counter()
    for path, params in calls:
        session.post(path, params)
    return time.perf_counter() - start


def _report(title, results):
    say(f"{title}: milliseconds with {OURS} against {PLAIN}, median of {ROUNDS}")
    for name, result in results.items():
        ours, plain = (1000 * result[side] for side in (OURS, PLAIN))
        say(f"  {name}: {ours:.0f} against {plain:.0f}, ratio {ours / plain:.2f}")
