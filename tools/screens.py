"""Measuring what screens cost the server: the addon against plain Odoo.

Each screen is opened once in Chromium, on a floor with as many leads in plain Odoo,
and what it asks the server for is written down. These calls are then made again by
turns, and the seconds until the last answer count.
"""

import contextlib
import dataclasses
import json
import time

from playwright.sync_api import sync_playwright

from . import paths, programs, screens_report, sources
from .benchmark import run_script
from .console import LauncherError, step
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

#: Opens an action the way that a menu does; with another context, where one is given: a
#: filter that an action sets of itself stays on, whatever is added to its context.
OPEN = """async ([name, context]) => {
    const service = odoo.__WOWL_DEBUG__.root.env.services.action;
    const action = await service.loadAction(name);
    if (context) {
        action.context = context;
    }
    return service.doAction(action, {clearBreadcrumbs: true});
}"""


@dataclasses.dataclass(frozen=True, eq=False)
class Screen:
    """What somebody opens on both sides.

    :param str name: for the report.
    :param str login: whose screen it is.
    :param str action: the XML id of ours.
    :param filters: of plain Odoo's pipeline, the names of core's filters.
    :param str search: what is typed into the search box then; nothing by default.
    """

    name: str
    login: str
    action: str
    filters: tuple
    search: str = ""

    def get_action(self, side):
        """Return the action that shows it, and its context; none for its own."""
        if side == OURS:
            return f"bpo_crm.{self.action}", None
        filters = {f"search_default_{name}": 1 for name in self.filters}
        return PIPELINE, {"default_type": "opportunity", **filters}


MINE = ("assigned_to_me",)
ALL = ()

SCREENS = (
    Screen("open the pool", AGENT, "crm_lead_action_open", ("unassigned",)),
    Screen("My Pipeline, agent", AGENT, "crm_lead_action_my_pipeline", MINE),
    Screen("All Leads, manager", MANAGER, "crm_lead_action_all", ALL),
    Screen("My Day (against My Pipeline)", AGENT, "my_day_action", MINE),
    Screen("search by name", MANAGER, "crm_lead_action_all", ALL, "Customer 1234"),
)


#: Opens an empty form of a lead.
NEW_LEAD = """() =>
    odoo.__WOWL_DEBUG__.root.env.services.action.doAction({
        type: "ir.actions.act_window", res_model: "crm.lead", views: [[false, "form"]],
    }, {clearBreadcrumbs: true})"""

#: How many leads are made, or moved, in each round.
WRITES = 10

CALL = "mail.mail_activity_data_call"


def run(series=None, is_small=False, picture=None):
    """Measure every screen, and print the ratios and where the time goes.

    :param str series: of Odoo.
    :param bool is_small: with fewer leads.
    :param str picture: the path of a PNG file, which then shows the times; none by
        default.
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
            calls, forms = _record_all(chromium, servers)
        results = _measure(servers, calls, forms)
    title = f"Odoo {source.series}, {count:,} leads, median of {ROUNDS}"
    screens_report.tell(title, results)
    if picture:
        with _open_browser(browser) as chromium:
            screens_report.draw(chromium, picture, title, results)
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


# What a screen asks for


def _record_all(chromium, servers):
    """Return what all screens ask for, and an empty form.

    :return: the calls by screen and side, as of :func:`_record`; and by side, what
        :func:`_record_form` returns.
    :rtype: tuple[dict, dict]
    """
    calls = {
        screen: {
            side: _record(chromium, servers[side], side, screen) for side in servers
        }
        for screen in SCREENS
    }
    return calls, {side: _record_form(chromium, servers[side]) for side in servers}


def _record(chromium, server, side, screen):
    """Return the calls that a screen makes when it is opened a second time.

    :return: pairs of a path and the parameters.
    :rtype: list[tuple[str, dict]]
    """
    title = f"{side}: opening {screen.name}"
    with _open_page(chromium, server, screen.login) as page, step(title):
        for _time in range(2):
            calls = _listen(page, lambda: _open(page, side, screen))
        if screen.search:
            calls = _listen(page, lambda: _search(page, screen.search))
    return calls


def _record_form(chromium, server):
    """Return what an empty form of a lead asks for.

    :return: the parameters of its call of ``onchange``.
    :rtype: dict
    """
    with _open_page(chromium, server, AGENT) as page:
        calls = _listen(page, lambda: page.evaluate(NEW_LEAD))
    return next(params for _path, params in calls if params["method"] == "onchange")


@contextlib.contextmanager
def _open_page(chromium, server, login):
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


def _measure(servers, calls, forms):
    """Return what everything costs each side.

    :param dict calls: as of :func:`_record_all`, as are ``forms``.
    :return: by what was done, the seconds of each side's calls, by round.
    :rtype: dict[str, dict]
    """
    return {
        **{screen.name: _replay(servers, screen, calls[screen]) for screen in SCREENS},
        "create from the form": _repeat(
            servers, lambda session, side, number: _create(session, forms[side], number)
        ),
        "one stage forward, with its activities": _repeat(servers, _move, _find_leads),
    }


def _replay(servers, screen, calls):
    """Return what the calls of a screen cost each side.

    :return: for each side, the seconds of each of its calls, by round.
    :rtype: dict[str, list[dict]]
    """
    sessions = {side: WebSession.of(servers[side], screen.login) for side in servers}
    rounds = {side: [] for side in servers}
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


def _repeat(servers, write, prepare=lambda session: None):
    """Return what it costs each side to write something, by turns.

    :param write: takes the session, the side and a number, another one in each round;
        or what ``prepare`` has found.
    :param prepare: takes the session, and returns what is written to.
    :rtype: dict[str, list[dict]]
    """
    sessions = {side: WebSession.of(servers[side], AGENT) for side in servers}
    found = {side: prepare(session) for side, session in sessions.items()}
    rounds = {side: [] for side in servers}
    for turn in range(1 + ROUNDS):
        for side, session in sessions.items():
            start = time.perf_counter()
            for number in range(turn * WRITES, (turn + 1) * WRITES):
                row = found[side][number] if found[side] else number
                write(session, side, row)
            elapsed = (time.perf_counter() - start) / WRITES
            rounds[side].append({"write": elapsed})
    return {side: rounds[side][1:] for side in rounds}


def _create(session, form, number):
    """Make a lead as a form does that is opened, filled in and saved."""
    (_ids, values, names, spec), context = form["args"], form["kwargs"]["context"]
    session.call("crm.lead", "onchange", [], values, names, spec, context=context)
    typed = {
        "name": f"New {number}",
        "contact_name": f"Customer of {number}",
        "phone": f"+63 917 {8_000_000 + number}",
    }
    session.call("crm.lead", "web_save", [], typed, context=context, specification=spec)


def _find_leads(session):
    """Return leads of the user in the first stage, each with the next one."""
    stages = session.call(
        "crm.stage", "search_read", [("is_won", "=", False)], ["id"], order="sequence"
    )
    first, second = (row["id"] for row in stages[:2])
    leads = session.call(
        "crm.lead",
        "search_read",
        [("user_id", "=", session.uid), ("stage_id", "=", first)],
        ["activity_ids"],
        limit=WRITES * (1 + ROUNDS),
    )
    return [(row["id"], row["activity_ids"], second) for row in leads]


def _move(session, side, row):
    """Move a lead forward, with the activity of its stage done and another planned.

    The addon does the other two by itself.
    """
    lead, activities, stage = row
    session.call("crm.lead", "web_save", [lead], {"stage_id": stage}, specification={})
    if side == PLAIN:
        session.call("mail.activity", "action_feedback", activities)
        session.call("crm.lead", "activity_schedule", [lead], CALL)
