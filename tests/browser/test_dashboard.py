"""The dashboard in Odoo's own Dashboards, with the demo's data."""

import re
import statistics
import urllib.error
import urllib.request

import polib
import pytest
from playwright.sync_api import expect

from tests.browser.conftest import DESKTOP, keep_profiles
from tests.browser.web_client import WebClient
from tools import paths
from tools.jsonrpc import RpcError, WebSession

ACTION = "/odoo/action-spreadsheet_dashboard.ir_actions_dashboard_action"

DASHBOARD_SCREEN = ".o_spreadsheet_dashboard_action .o-spreadsheet"

DASHBOARD, SHARE = "spreadsheet.dashboard", "spreadsheet.dashboard.share"

#: Odoo 19.0 draws what is in sight alone.
TALL = {**DESKTOP, "height": 1300}

#: The first who comes waits until all scripts are put together, in milliseconds.
TIMEOUT = 60_000

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

#: To where the tables are.
SCROLL_DOWN = f"""() => {{
    const offset = {{offsetX: 0, offsetY: 1000}};
    ({FIND_MODEL})().dispatch("SET_VIEWPORT_OFFSET", offset);
}}"""

#: The value of a cell, and which one it is of those that can be clicked.
FIND_CELL = f"""(name) => {{
    const {{getters}} = ({FIND_MODEL})();
    const sheetId = getters.getActiveSheetId();
    const {{zone}} = getters.getRangeFromSheetXC(sheetId, name);
    const place = getters.getVisibleRect(zone);
    const cells = [...document.querySelectorAll(".o-dashboard-clickable-cell")];
    const index = cells.findIndex(
        ({{style}}) =>
            parseFloat(style.left) === place.x && parseFloat(style.top) === place.y
    );
    const position = {{sheetId, col: zone.left, row: zone.top}};
    return index >= 0 && {{index, value: getters.getEvaluatedCell(position).value}};
}}"""

#: Of each box: the report, what it shows of it, and how that is worked out.
BOXES = {
    "bpo-score-0": ("crm.ladder.report", "attempted", len),
    "bpo-score-1": ("crm.ladder.report", "contact", statistics.mean),
    "bpo-score-2": ("crm.ladder.report", "show", statistics.mean),
    "bpo-score-3": ("crm.ladder.report", "sold", statistics.mean),
    "bpo-score-4": ("crm.speed.report", "minutes_median", statistics.median),
    "bpo-score-5": ("crm.speed.report", "within_five", statistics.mean),
}

#: Likewise, of the first row of each table.
CELLS = {
    "B48": ("crm.agent.report", "claims", sum),
    "D48": ("crm.agent.report", "in_time", statistics.mean),
    "G48": ("crm.agent.report", "won", sum),
    "H48": ("crm.agent.report", "conversion", statistics.mean),
    "B61": ("crm.ladder.report", "attempted", statistics.mean),
    "F61": ("crm.ladder.report", "sold", statistics.mean),
}

#: The cells of each sheet and what its charts show.
READ = f"""() => {{
    const {{getters}} = ({FIND_MODEL})();
    const sheets = {{}};
    for (const id of getters.getSheetIds()) {{
        const cells = Object.values(getters.getEvaluatedCells(id));
        const charts = getters.getChartIds(id).map((chart) => {{
            const runtime = getters.getChartRuntime(chart);
            const data = runtime.chartJsConfig?.data;
            const plugins = runtime.chartJsConfig?.options.plugins;
            return {{
                id: chart,
                key: runtime.keyValue,
                title: (runtime.title ?? plugins?.title)?.text,
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
    server = stack.bpo_server(stack.clone("dashboard"), name="dashboard").start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def tall_profiles(server, chromium):
    def log_in(login):
        return WebSession.of(server, login).session_id

    with keep_profiles(chromium, server.url, log_in, TIMEOUT) as find:
        yield find


@pytest.fixture
def opened(server, tall_profiles, request):
    """Return a function that opens Dashboards as somebody."""
    clients = request.node.web_clients = []

    def open_as(login):
        client = WebClient(tall_profiles(login, TALL).new_page(), server.url)
        clients.append(client)
        client.page.goto(server.url + ACTION)
        return client

    yield open_as
    problems = [problem for client in clients for problem in client.problems]
    for client in clients:
        client.page.close()
    assert problems == []


def go_back(client):
    """Return to the dashboard from what was opened on it."""
    client.go_back(DASHBOARD_SCREEN)
    read(client)


def read(client):
    """Return what the dashboard shows, once it is all there."""
    client.page.wait_for_selector(DASHBOARD_SCREEN)
    client.page.wait_for_function(IS_LOADED)
    return client.page.evaluate(READ)


def find_figure(client, name):
    """Return a box or chart."""
    return client.page.locator(f".o-figure[data-id='{name}']")


def open_rows(client, click):
    """Return the domain of the list that a click opens, and how long it is."""
    with client.page.expect_request("**/web_search_read*") as asked:
        click()
    total = client.page.locator(".o_list_view .o_pager_limit")
    expect(total).to_be_visible()
    arguments = asked.value.post_data_json["params"]["kwargs"]
    return arguments["domain"], int(total.inner_text().replace(",", ""))


def measure(server, report, field, work_out, domain, count):
    """Return a figure anew, of the rows that were opened.

    :param server: the call centre's.
    :param str report: the model.
    :param str field: of each row.
    :param work_out: what makes one figure of those of the rows.
    :param list domain: of the rows.
    :param int count: how many the list says there are.
    """
    session = WebSession.of(server, "supervisor")
    rows = session.call(report, "search_read", domain, [field])
    assert len(rows) == count > 0
    return work_out([row[field] for row in rows])


@pytest.fixture
def other(server):
    """A dashboard of somebody else's, which everybody sees."""
    admin = WebSession.of(server, "admin")
    group = admin.find("bpo_crm_dashboard.dashboard_group")
    values = {"name": "Other", "dashboard_group_id": group, "sequence": 99}
    [other] = admin.call(DASHBOARD, "create", [values])
    yield other
    admin.call(DASHBOARD, "unlink", [other])


def find(server):
    """Return the id of the dashboard."""
    admin = WebSession.of(server, "admin")
    return admin.find("bpo_crm_dashboard.dashboard_floor")


def test_odoo_finds_each_field_and_menu_that_it_names(stack):
    # Odoo asks for them when the addon is loaded to be tested.
    options = ["-u", "bpo_crm_dashboard", "--test-tags", "/bpo_crm_dashboard"]
    log = stack.run_odoo(stack.clone("dashboard"), *options)
    assert not re.search(r" (ERROR|CRITICAL) ", log)


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


@pytest.fixture
def french(server):
    """Somebody who reads French."""
    admin = WebSession.of(server, "admin")
    language = admin.call(
        "res.lang", "search", [("code", "=", "fr_FR"), ("active", "in", [True, False])]
    )
    values = {"lang_ids": [(6, 0, language)]}
    wizard = admin.call("base.language.install", "create", [values])
    admin.call("base.language.install", "lang_install", wizard)
    manager = WebSession.of(server, "manager").uid
    admin.call("res.users", "write", [manager], {"lang": "fr_FR"})
    yield "manager"
    admin.call("res.users", "write", [manager], {"lang": "en_US"})


def test_it_speaks_the_language_of_whoever_looks(opened, french):
    client = opened(french)
    sheet = read(client)["Dashboard"]
    shown = {value for _type, value, _message in sheet["cells"]}
    shown |= {chart["title"] for chart in sheet["charts"]}
    file = polib.pofile(paths.DASHBOARD_ADDON / "i18n" / "fr.po")
    said = {entry.msgid: entry.msgstr for entry in file}
    english = {text for text, french in said.items() if text != french}
    assert not english & shown
    for text in ("Attempts", "Won, and Cancelled or Gone", "Funnel", "Enquiries"):
        assert said[text] in shown
    expect(client.page.get_by_text(said["Call Centre"])).to_be_visible()


def test_each_chart_opens_its_report(opened):
    client = opened("supervisor")
    read(client)
    report = client.page.locator(".o_pivot, .o_graph_renderer").first
    for number in range(1, 7):
        # Beside its bars and points, each of which opens its own rows on Odoo 19.0.
        corner = {"x": 8, "y": 8}
        find_figure(client, f"bpo-chart-{number}").click(position=corner)
        expect(report).to_be_visible()
        go_back(client)


def test_each_box_opens_the_rows_that_it_was_counted_from(opened, server):
    client = opened("supervisor")
    shown = {chart["id"]: chart for chart in read(client)["Dashboard"]["charts"]}
    for box, counted in BOXES.items():
        domain, count = open_rows(client, find_figure(client, box).click)
        figure = measure(server, *counted, domain, count)
        text = shown[box]["key"].replace(",", "")
        is_share = text.endswith("%")
        told = float(text.rstrip("%")) / (100 if is_share else 1)
        precision = 0.00501 if is_share else 0.0501
        assert told == pytest.approx(figure, abs=precision), box
        go_back(client)


def test_each_cell_opens_the_rows_that_it_was_counted_from(opened, server):
    client = opened("supervisor")
    read(client)
    cells = client.page.locator(".o-dashboard-clickable-cell")
    for cell, counted in CELLS.items():
        client.page.evaluate(SCROLL_DOWN)
        found = client.page.wait_for_function(FIND_CELL, arg=cell).json_value()
        domain, count = open_rows(client, cells.nth(found["index"]).click)
        figure = measure(server, *counted, domain, count)
        assert found["value"] == pytest.approx(figure), cell
        go_back(client)


def test_what_can_be_shared_alone_has_a_button_for_it(opened, other):
    client = opened("supervisor")
    read(client)
    buttons = client.page.locator(".o_control_panel .fa-share-alt")
    expect(buttons).to_have_count(0)
    named = client.page.locator(".o_search_panel_category_value")
    named.filter(has_text="Other").click()
    expect(buttons).to_have_count(1)
    named.filter(has_text="Call Centre").click()
    expect(buttons).to_have_count(0)


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


@pytest.mark.parametrize("login", ["agent", None])
def test_the_address_of_its_data_tells_others_nothing(stack, server, login):
    url = f"{server.url}/spreadsheet/dashboard/data/{find(server)}"
    supervisor = WebSession.of(server, "supervisor").session_id
    # Odoo 18.0 has no such address.
    is_told = "crm.ladder.report" in fetch(url, supervisor)
    assert is_told != stack.source.is_18
    session_id = login and WebSession.of(server, login).session_id
    assert "crm.ladder.report" not in fetch(url, session_id)


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


def test_a_link_to_another_one_cannot_be_turned_to_it(server, other):
    admin, dashboard = WebSession.of(server, "admin"), find(server)
    session = WebSession.of(server, "supervisor")
    [share] = session.call(SHARE, "create", [{"dashboard_id": other, **SPREADSHEET}])
    with pytest.raises(RpcError, match="not to be shared"):
        session.call(SHARE, "write", [share], {"dashboard_id": dashboard})
    [row] = session.call(SHARE, "read", [share], ["full_url"])
    urls = [
        row["full_url"].replace("/share/", f"/{kind}/") for kind in ("share", "data")
    ]
    assert [visit(url) for url in urls] == [200, 200]
    admin.call(DASHBOARD, "write", [other], {"is_share_closed": True})
    assert [visit(url) for url in urls] == [403, 403]


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
    with open_url(url) as response:
        return response.status


def fetch(url, session_id):
    """Return what somebody gets at an address.

    :param str url: the address.
    :param str session_id: of who asks; None for a stranger.
    """
    cookies = {"Cookie": f"session_id={session_id}"} if session_id else {}
    with open_url(urllib.request.Request(url, headers=cookies)) as response:
        return response.read().decode()


def open_url(request):
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        return opener.open(request, timeout=60)
    except urllib.error.HTTPError as refusal:
        return refusal
