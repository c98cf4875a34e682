"""Measuring what the first view of each report costs the server.

Some are compared with what plain Odoo has to answer the same question: its analysis of
the pipeline, grouped alike.
"""

import dataclasses
from datetime import date, timedelta

from . import paths, recording, screens_report
from .console import say
from .recording import AGENT, MANAGER, Action, Screen

#: What the leads went through, beside the leads themselves.
PREPARE = paths.REPOSITORY / "bench" / "prepare" / "busy_reports.py"

#: What a first view may cost, in milliseconds.
BUDGET = 1000

#: The reports that agents see as well, by the XML id of the action.
OF_AGENTS = {
    "Funnel by Period": "crm_funnel_period_report_action",
    "Time in Stage": "crm_stay_report_action",
    "Forecast": "crm_forecast_report_action",
    "Speed to Lead": "crm_speed_to_lead_action",
    "Calls": "crm_call_report_action",
    "Best Time to Call": "crm_best_time_action",
    "BDC Ladder": "crm_ladder_report_action",
    "Agents": "crm_agent_report_action",
}

#: The reports that they do not see.
OF_MANAGERS = {
    "Dealers, pushes": "crm_dealer_report_action",
    "Dealers, orders": "crm_dealer_order_report_action",
    "Calls and Outcomes": "crm_coaching_action",
    "The Floor": "the_floor_action",
}

FUNNEL = Action("bpo_crm.crm_funnel_report_action")
MISSED = Action("bpo_crm.crm_missed_sales_action")
PIPELINE = Action("bpo_crm.crm_pipeline_analysis_action")

ANALYSIS = Action("crm.crm_opportunity_report_action")

#: In plain Odoo, a lost lead is archived and has no chance.
LOST = [("active", "=", False), ("probability", "=", 0)]


def _since(column, days):
    return [(column, ">=", str(date.today() - timedelta(days=days)))]


def _pivot(row, column, domain=(), **context):
    """Return plain Odoo's analysis of the pipeline, as a pivot table.

    :param str row: by what it is grouped.
    :param str column: by what it is grouped as well.
    :param domain: of the leads.
    :param context: further keys.
    :rtype: Action
    """
    groups = {"pivot_row_groupby": [row], "pivot_column_groupby": [column]}
    return dataclasses.replace(
        ANALYSIS, context={**groups, **context}, domain=list(domain), view="pivot"
    )


def _unfiltered(action, **context):
    """Return an action without the filter that it sets of itself.

    :param Action action: the action.
    :param context: its context.
    :rtype: Action
    """
    return dataclasses.replace(action, context={"unfiltered": True, **context})


#: What is counted in the table of the funnel.
FUNNEL_MEASURES = ["__count", "went_on", "still_open"]

REPORTS = (
    Screen("Funnel by Enquiry", MANAGER, FUNNEL, _pivot("user_id", "stage_id")),
    Screen(
        "Funnel by Enquiry, of all days",
        MANAGER,
        _unfiltered(FUNNEL, pivot_measures=FUNNEL_MEASURES),
        _pivot("user_id", "stage_id", active_test=False),
    ),
    Screen(
        "Missed Sales",
        MANAGER,
        MISSED,
        _pivot("lost_reason_id", "date_closed:month", LOST + _since("date_closed", 75)),
    ),
    Screen(
        "Missed Sales, of all days",
        MANAGER,
        _unfiltered(MISSED),
        _pivot("lost_reason_id", "date_closed:month", LOST),
    ),
    Screen("Pipeline Analysis", MANAGER, PIPELINE, ANALYSIS),
    Screen(
        "Pipeline Analysis, of all leads",
        MANAGER,
        _unfiltered(PIPELINE, active_test=False),
        dataclasses.replace(ANALYSIS, context={"active_test": False}),
    ),
    *(
        Screen(name, MANAGER, Action(f"bpo_crm.{action}"))
        for name, action in {**OF_AGENTS, **OF_MANAGERS}.items()
    ),
    Screen(
        "Agents, the list",
        MANAGER,
        Action("bpo_crm.crm_agent_report_action", view="list"),
    ),
    Screen("Funnel by Enquiry, agent", AGENT, FUNNEL),
    Screen("Missed Sales, agent", AGENT, MISSED),
    Screen("Pipeline Analysis, agent", AGENT, PIPELINE),
    *(
        Screen(f"{name}, agent", AGENT, Action(f"bpo_crm.{action}"))
        for name, action in OF_AGENTS.items()
    ),
)


def run(series=None, is_small=False):
    """Measure the first view of every report, and print what it costs.

    :param str series: of Odoo.
    :param bool is_small: with fewer leads.
    :return: 0
    :rtype: int
    :raises LauncherError: without a browser, or when something fails.
    """
    floor = recording.open_floor(series, is_small, PREPARE)
    with floor as (title, servers, browser):
        with recording.open_browser(browser) as chromium:
            calls = recording.record_all(chromium, servers, REPORTS)
        results = recording.replay_all(servers, calls)
        peaks = {side: server.get_peak_memory() for side, server in servers.items()}
    screens_report.tell(title, results)
    screens_report.tell_over(results, BUDGET)
    for side, peak in peaks.items():
        say(f"  {side}: at most {peak / 2**20:.0f} MB in the server's process")
    return 0
