"""What screens ask the server for, and what the answers cost.

Each screen is opened once in Chromium, on a floor with as many leads in plain Odoo,
and what it asks the server for is written down. These calls are then made again by
turns, and the seconds until the last answer count.
"""

import contextlib
import dataclasses
import json
import time

from playwright.sync_api import sync_playwright

from . import filling, paths, programs, sources
from .benchmark import run_script
from .console import LauncherError, step
from .jsonrpc import WebSession
from .stack import Stack

PREPARE = paths.REPOSITORY / "bench" / "prepare" / "busy_floor.py"

#: The tables that get most of the rows.
FILLED = (
    "calendar_event",
    "crm_call_log",
    "crm_dealer_push",
    "crm_lead",
    "crm_lead_customer",
    "crm_lead_stage_history",
    "mail_activity",
)

#: How many leads there are.
LARGE, SMALL = 1_000_000, 20_000

#: How often each side is measured. The median counts.
ROUNDS = 5

#: How the models begin that screens are about.
MODELS = ("crm.", "mail.activity")

#: What is asked once for each login, whichever screen it is.
ASKED_ONCE = ("get_views", "has_group")

TIMEOUT = 300_000  # milliseconds

#: Without a call for so long, a screen has all that it wants.
QUIET = 2_000  # milliseconds

OURS, PLAIN = "bpo_crm", "plain Odoo"

AGENT, MANAGER = "agent000", "manager"

#: Opens an action the way that a menu does; with another context, where one is given: a
#: filter that an action sets of itself stays on, whatever is added to its context.
OPEN = """async ({name, context, domain, view}) => {
    const service = odoo.__WOWL_DEBUG__.root.env.services.action;
    const action = await service.loadAction(name);
    action.context = context || action.context;
    action.domain = domain || action.domain;
    return service.doAction(action, {
        clearBreadcrumbs: true, ...(view && {viewType: view}),
    });
}"""


@dataclasses.dataclass(frozen=True, eq=False)
class Action:
    """What is opened on one side.

    :param str name: the XML id of the action.
    :param dict context: instead of its own.
    :param list domain: instead of its own.
    :param str view: the type of the view; the action's first one by default.
    """

    name: str
    context: dict = None
    domain: list = None
    view: str = None


@dataclasses.dataclass(frozen=True, eq=False)
class Screen:
    """What somebody opens.

    :param str name: for the report.
    :param str login: whose screen it is.
    :param Action ours: with the addon.
    :param Action plain: what it is compared with; None for nothing.
    :param str search: what is typed into the search box then; nothing by default.
    """

    name: str
    login: str
    ours: Action
    plain: Action = None
    search: str = ""

    def get_actions(self):
        """Return what is opened on each side that has it.

        :rtype: dict[str, Action]
        """
        actions = {OURS: self.ours, PLAIN: self.plain}
        return {side: action for side, action in actions.items() if action}


@contextlib.contextmanager
def open_floor(series, is_small, *further):
    """Give a server of each side, with as many leads.

    :param str series: of Odoo.
    :param bool is_small: with fewer leads.
    :param further: scripts that run in the addon's database afterwards.
    :return: a title for what is measured, the servers by side, and Chromium's path.
    :rtype: tuple[str, dict, str]
    :raises LauncherError: without a browser, or when something fails.
    """
    browser, reason = programs.find_chromium()
    if not browser:
        raise LauncherError(reason)
    source = sources.find_first(series)
    count = SMALL if is_small else LARGE
    title = f"Odoo {source.series}, {count:,} leads, median of {ROUNDS}"
    with Stack(source) as stack:
        yield title, _start_servers(stack, count, further), browser


def _start_servers(stack, count, further):
    sides = {OURS: stack.clone("bpo"), PLAIN: stack.clone("plain")}
    scripts = {OURS: (PREPARE, *further), PLAIN: (PREPARE,)}
    for side, database in sides.items():
        with step(f"{side}: making {count:,} leads"):
            _fill(stack, database, count, scripts[side])
    return {
        OURS: stack.bpo_server(sides[OURS]).start(),
        PLAIN: stack.server(sides[PLAIN], addons=[]).start(),
    }


def _fill(stack, database, count, scripts):
    with filling.unchecked(stack.postgres, database, FILLED):
        for script in scripts:
            run_script(stack, database, script, {"SCREENS_LEADS": str(count)})


@contextlib.contextmanager
def open_browser(path):
    """Give a browser.

    :param str path: of Chromium.
    """
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path, args=["--no-sandbox", "--disable-gpu"]
        )
        yield browser
        browser.close()


# What a screen asks for


def record_all(chromium, servers, screens):
    """Return what screens ask for when they are opened a second time.

    :param chromium: as of :func:`open_browser`.
    :param dict servers: as of :func:`open_floor`.
    :param screens: of :class:`Screen`.
    :return: by screen and side, pairs of a path and the parameters.
    :rtype: dict[Screen, dict[str, list]]
    """
    return {
        screen: {
            side: _record(chromium, servers[side], side, screen, action)
            for side, action in screen.get_actions().items()
        }
        for screen in screens
    }


def _record(chromium, server, side, screen, action):
    title = f"{side}: opening {screen.name}"
    with open_page(chromium, server, screen.login) as page, step(title):
        for _time in range(2):
            calls = listen(page, lambda: _open(page, action))
        if screen.search:
            calls = listen(page, lambda: _search(page, screen.search))
    return calls


@contextlib.contextmanager
def open_page(chromium, server, login):
    """Give a page of the web client.

    :param chromium: as of :func:`open_browser`.
    :param OdooServer server: of one side.
    :param str login: who has logged in.
    """
    context = chromium.new_context(viewport={"width": 1400, "height": 850})
    context.set_default_timeout(TIMEOUT)
    session_id = WebSession.of(server, login).session_id
    context.add_cookies(
        [{"name": "session_id", "value": session_id, "url": server.url}]
    )
    page = context.new_page()
    page.goto(f"{server.url}/odoo")
    page.wait_for_selector(".o_main_navbar")
    yield page
    context.close()


def listen(page, do):
    """Do something on a page, and return the calls that it makes.

    :param page: as of :func:`open_page`.
    :param do: a function.
    :return: pairs of a path and the parameters.
    :rtype: list[tuple[str, dict]]
    """
    calls, pending = [], set()

    def note(request):
        path = request.url.partition("/web/dataset/call_kw")[2]
        if request.method == "POST" and path:
            params = json.loads(request.post_data)["params"]
            is_meant = params["model"].startswith(MODELS)
            if is_meant and params["method"] not in ASKED_ONCE:
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


def _open(page, action):
    page.evaluate(OPEN, dataclasses.asdict(action))


def _search(page, text):
    page.locator(".o_searchview_input").fill(text)
    page.keyboard.press("Enter")


# What it costs


def replay_all(servers, calls):
    """Return what the calls of screens cost each side.

    :param dict servers: as of :func:`open_floor`.
    :param dict calls: as of :func:`record_all`.
    :return: by the name of the screen and the side, the seconds of each of its calls,
        by round.
    :rtype: dict[str, dict[str, list[dict]]]
    """
    return {
        screen.name: _replay(servers, screen, sides) for screen, sides in calls.items()
    }


def _replay(servers, screen, calls):
    sessions = {side: WebSession.of(servers[side], screen.login) for side in calls}
    rounds = {side: [] for side in calls}
    with step(f"Measuring {screen.name}"):
        for _round in range(1 + ROUNDS):
            for side, session in sessions.items():
                rounds[side].append(_time(session, calls[side]))
    # The first round warms up.
    return {side: rounds[side][1:] for side in rounds}


def _time(session, calls):
    seconds = {}
    for path, params in calls:
        start = time.perf_counter()
        session.post(path, params)
        name = params["method"]
        seconds[name] = seconds.get(name, 0) + time.perf_counter() - start
    return seconds
