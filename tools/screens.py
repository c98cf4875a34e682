"""Measuring what screens cost the server: the addon against plain Odoo."""

import time

from . import recording, screens_report
from .jsonrpc import WebSession
from .recording import AGENT, MANAGER, PLAIN, ROUNDS, Action, Screen


def _against_pipeline(name, login, action, *filters, search=""):
    """Return a screen that is compared with plain Odoo's pipeline.

    :param str name: of the screen.
    :param str login: whose screen it is.
    :param str action: the XML id of ours.
    :param filters: of the pipeline, the names of core's filters.
    :param str search: as of :class:`Screen`.
    :rtype: Screen
    """
    context = {f"search_default_{name}": 1 for name in filters}
    pipeline = Action(
        "crm.crm_lead_action_pipeline", {"default_type": "opportunity", **context}
    )
    return Screen(name, login, Action(f"bpo_crm.{action}"), pipeline, search)


MINE = "assigned_to_me"

ALL_LEADS = (MANAGER, "crm_lead_action_all")

SCREENS = (
    _against_pipeline("open the pool", AGENT, "crm_lead_action_open", "unassigned"),
    _against_pipeline("My Pipeline, agent", AGENT, "crm_lead_action_my_pipeline", MINE),
    _against_pipeline("All Leads, manager", *ALL_LEADS),
    _against_pipeline("My Day (against My Pipeline)", AGENT, "my_day_action", MINE),
    _against_pipeline("search by name", *ALL_LEADS, search="Customer 1234"),
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
    with recording.open_floor(series, is_small) as (title, servers, browser):
        with recording.open_browser(browser) as chromium:
            calls = recording.record_all(chromium, servers, SCREENS)
            forms = {side: _record_form(chromium, servers[side]) for side in servers}
        results = _measure(servers, calls, forms)
    screens_report.tell(title, results)
    if picture:
        with recording.open_browser(browser) as chromium:
            screens_report.draw(chromium, picture, title, results)
    return 0


def _record_form(chromium, server):
    """Return what an empty form of a lead asks for.

    :return: the parameters of its call of ``onchange``.
    :rtype: dict
    """
    with recording.open_page(chromium, server, AGENT) as page:
        calls = recording.listen(page, lambda: page.evaluate(NEW_LEAD))
    return next(params for _path, params in calls if params["method"] == "onchange")


def _measure(servers, calls, forms):
    """Return what everything costs each side.

    :param dict calls: as of :func:`recording.record_all`.
    :param dict forms: by side, as of :func:`_record_form`.
    :return: by what was done, the seconds of each side's calls, by round.
    :rtype: dict[str, dict]
    """
    return {
        **recording.replay_all(servers, calls),
        "create from the form": _repeat(
            servers, lambda session, side, number: _create(session, forms[side], number)
        ),
        "one stage forward, with its activities": _repeat(servers, _move, _find_leads),
    }


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
