"""The dashboard in Odoo's own Dashboards, with the demo's data."""

import urllib.error
import urllib.request

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import DESKTOP, TIMEOUT
from tests.browser.web_client import WebClient
from tools.jsonrpc import RpcError, WebSession

ACTION = "/odoo/action-spreadsheet_dashboard.ir_actions_dashboard_action"

MODULE = "ir.module.module"

DASHBOARD, SHARE = "spreadsheet.dashboard", "spreadsheet.dashboard.share"

#: What a link needs besides its dashboard.
SPREADSHEET = {"spreadsheet_data": "{}"}

#: The model of the spreadsheet that is on the screen, wherever the series keeps it.
FIND_MODEL = """() => {
    const search = (node) => {
        const {loader, state} = node.component;
        const dashboard = state?.activeDashboard ?? loader?.getActiveDashboard?.();
        if (dashboard?.model) {
            return dashboard.model;
        }
        for (const child of Object.values(node.children)) {
            const found = search(child);
            if (found) {
                return found;
            }
        }
    };
    for (const app of owl.App.apps) {
        const model = app.root && search(app.root);
        if (model) {
            return model;
        }
    }
}"""

#: Whether all that the spreadsheet asked the server for has come.
IS_LOADED = f"""() => {{
    const model = ({FIND_MODEL})();
    if (!model) {{
        return false;
    }}
    const cells = model.getters.getSheetIds().flatMap(
        (id) => Object.values(model.getters.getEvaluatedCells(id))
    );
    // Charts ask for their data when they are drawn, or when somebody asks them.
    const charts = model.getters.getSheetIds().flatMap(
        (id) => model.getters.getChartIds(id).map(model.getters.getChartRuntime)
    );
    return (
        !cells.some((cell) => /^Loading/.test(String(cell.value))) &&
        charts.every(
            (chart) => chart.keyValue || chart.chartJsConfig?.data.labels?.length
        )
    );
}}"""

#: The cells of each sheet and what its charts show.
READ = f"""() => {{
    const {{getters}} = ({FIND_MODEL})();
    const sheets = {{}};
    for (const id of getters.getSheetIds()) {{
        const cells = Object.values(getters.getEvaluatedCells(id));
        const charts = getters.getChartIds(id).map((chart) => {{
            const runtime = getters.getChartRuntime(chart);
            const data = runtime.chartJsConfig?.data;
            return {{
                id: chart,
                key: runtime.keyValue,
                labels: data?.labels,
                values: data?.datasets.map((dataset) => dataset.data),
            }};
        }});
        sheets[getters.getSheetName(id)] = {{
            cells: cells.map(({{type, value, message}}) => [type, value, message]),
            charts,
        }};
    }}
    return sheets;
}}"""


@pytest.fixture(scope="module")
def server(stack):
    server = stack.bpo_server(stack.clone("demo"), name="dashboard").start()
    admin = WebSession.of(server, "admin")
    admin.call(MODULE, "update_list")
    modules = admin.call(MODULE, "search", [("name", "=", "bpo_crm_dashboard")])
    admin.call(MODULE, "button_immediate_install", modules)
    yield server
    server.stop()


@pytest.fixture
def opened(server, chromium, request):
    """Return a function that opens Dashboards as somebody."""
    contexts, clients = [], []
    request.node.web_clients = clients

    def open_as(login):
        context = chromium.new_context(viewport=DESKTOP, timezone_id="Asia/Manila")
        contexts.append(context)
        context.set_default_timeout(TIMEOUT)
        session_id = WebSession.of(server, login).session_id
        cookie = {"name": "session_id", "value": session_id, "url": server.url}
        context.add_cookies([cookie])
        client = WebClient(context.new_page(), server.url)
        clients.append(client)
        client.page.goto(server.url + ACTION)
        return client

    yield open_as
    problems = [problem for client in clients for problem in client.problems]
    for context in contexts:
        context.close()
    assert problems == []


def read(client):
    """Return what the dashboard shows, once it is all there."""
    client.page.wait_for_selector(".o_spreadsheet_dashboard_action .o-spreadsheet")
    client.page.wait_for_function(IS_LOADED)
    return client.page.evaluate(READ)


def find(server):
    """Return the id of the dashboard."""
    admin = WebSession.of(server, "admin")
    return admin.find("bpo_crm_dashboard.dashboard_floor")


@pytest.mark.parametrize("login", ["supervisor", "manager"])
def test_it_shows_figures_and_no_error(opened, login):
    sheets = read(opened(login))
    assert set(sheets) == {"Dashboard", "Data"}
    for name, sheet in sheets.items():
        errors = [cell for cell in sheet["cells"] if cell[0] == "error"]
        assert errors == [], name
    charts = {chart["id"]: chart for chart in sheets["Dashboard"]["charts"]}
    assert len(charts) == 12
    for name, chart in charts.items():
        if "score" in name:
            assert chart["key"], name
        else:
            assert chart["labels"], name
            assert any(any(values) for values in chart["values"]), name


def test_a_figure_is_that_of_the_report(opened, server):
    sheets = read(opened("supervisor"))
    (funnel,) = (
        chart for chart in sheets["Dashboard"]["charts"] if chart["id"] == "bpo-chart-1"
    )
    # The demo's floor is three months old, and all of it is in the first view.
    session = WebSession.of(server, "supervisor")
    groups = session.call(
        "crm.funnel.report",
        "read_group",
        [("day", ">=", "2000-01-01")],
        ["__count"],
        ["stage_id"],
    )
    stages = {group["stage_id"][1]: group["stage_id_count"] for group in groups}
    shown = dict(zip(funnel["labels"], funnel["values"][0], strict=True))
    assert set(shown) == set(stages)
    assert all(0 < shown[name] <= stages[name] for name in shown)


def test_a_title_opens_its_report(opened):
    client = opened("supervisor")
    read(client)
    client.page.locator(".o-figure", has=client.page.locator("canvas")).first.click()
    expect(client.page.locator(".o_pivot, .o_graph_renderer").first).to_be_visible()


def test_there_is_no_button_that_shares_it(opened):
    client = opened("supervisor")
    read(client)
    expect(client.page.locator(".fa-share-alt")).to_have_count(0)


def test_agents_see_nothing_of_it(opened, server):
    client = opened("agent")
    expect(client.page.get_by_text("No available dashboard")).to_be_visible()
    session, dashboard = WebSession.of(server, "agent"), find(server)
    assert session.call(DASHBOARD, "search", []) == []
    for method, *arguments in (
        ("read", ["spreadsheet_data"]),
        ("read", ["spreadsheet_binary_data"]),
        ("get_readonly_dashboard",),
    ):
        with pytest.raises(RpcError):
            session.call(DASHBOARD, method, [dashboard], *arguments)


@pytest.mark.parametrize("login", ["agent", "supervisor", "manager", "admin"])
def test_nobody_makes_a_public_link_to_it(server, login):
    session, dashboard = WebSession.of(server, login), find(server)
    link = {"dashboard_id": dashboard, **SPREADSHEET}
    for method, value in (
        ("action_get_share_url", dict(link)),
        ("create", [link]),
        ("name_create", "Link"),
        ("web_save", []),
    ):
        arguments = [value, link, {}] if method == "web_save" else [value]
        context = {"default_dashboard_id": dashboard}
        with pytest.raises(RpcError) as refused:
            session.call(SHARE, method, *arguments, context=context)
        if method in ("action_get_share_url", "create"):
            assert "not to be shared" in refused.value.message
    assert WebSession.of(server, "admin").call(SHARE, "search_count", []) == 0


def test_a_link_to_another_one_cannot_be_turned_to_it(server):
    admin, dashboard = WebSession.of(server, "admin"), find(server)
    group = admin.find("bpo_crm_dashboard.dashboard_group")
    [other] = admin.call(
        DASHBOARD,
        "create",
        [{"name": "Other", "dashboard_group_id": group}],
    )
    session = WebSession.of(server, "supervisor")
    [share] = session.call(SHARE, "create", [{"dashboard_id": other, **SPREADSHEET}])
    try:
        with pytest.raises(RpcError, match="not to be shared"):
            session.call(SHARE, "write", [share], {"dashboard_id": dashboard})
        [row] = session.call(SHARE, "read", [share], ["full_url"])
        assert visit(row["full_url"]) == 200
        admin.call(DASHBOARD, "write", [other], {"is_share_closed": True})
        assert visit(row["full_url"]) == 403
    finally:
        session.call(SHARE, "unlink", [share])
        admin.call(DASHBOARD, "unlink", [other])


def test_a_copy_is_closed_too(server):
    admin = WebSession.of(server, "admin")
    [copied] = admin.call(DASHBOARD, "copy", [find(server)])
    try:
        with pytest.raises(RpcError, match="not to be shared"):
            admin.call(SHARE, "create", [{"dashboard_id": copied, **SPREADSHEET}])
    finally:
        admin.call(DASHBOARD, "unlink", [copied])


def visit(url):
    """Return the status of what a stranger gets at an address."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url, timeout=60) as response:
            return response.status
    except urllib.error.HTTPError as refusal:
        return refusal.code
