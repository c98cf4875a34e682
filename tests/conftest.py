"""Two real servers: the call centre's with the addon, the dealer's without."""

import os
import shutil

import pytest

from tests.certificates import CertificateAuthority
from tests.distributor import Distributor, Feeds
from tests.floor import DealerFloor, Floor
from tests.proxy import FaultProxy
from tools.stack import Stack


@pytest.fixture(scope="session")
def stack():
    with Stack.from_environment() as stack:
        yield stack


@pytest.fixture(scope="session")
def authority(tmp_path_factory):
    return CertificateAuthority(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="session")
def dealer(stack):
    server = stack.server(stack.clone("dealer"), "dealer", workers=3).start()
    return DealerFloor(server)


@pytest.fixture(scope="session")
def distributor(stack):
    server = stack.server(stack.clone("distributor"), "distributor", workers=2).start()
    return Distributor(server, stack.postgres)


@pytest.fixture(scope="session")
def bpo(stack, authority):
    database = stack.clone("floor")
    server = stack.bpo_server(
        database,
        name="bpo",
        workers=4,
        environ={"REQUESTS_CA_BUNDLE": str(authority.bundle)},
    )
    return server.start()


@pytest.fixture(scope="session")
def session_floor(bpo, stack):
    return Floor(bpo, stack.postgres)


@pytest.fixture
def floor(session_floor):
    """The call centre, with ordinary timeouts."""
    session_floor.set_timeouts()
    return session_floor


@pytest.fixture
def impatient(floor):
    """The call centre, with timeouts that a test can wait for.

    They are long enough for an honest answer on a machine that is busy.
    """
    floor.set_timeouts(connect=2, read=3)
    return floor


@pytest.fixture
def proxy(dealer):
    """A way to the dealer on which things can go wrong."""
    with FaultProxy(dealer.server.port) as proxy:
        yield proxy


@pytest.fixture
def dealership(floor, dealer, proxy):
    """A dealership whose connection leads through the proxy."""
    return floor.new_dealership(proxy.url, dealer.server.database)


@pytest.fixture
def dead(floor):
    """A dealership at whose address nothing answers."""
    return floor.new_dead_dealership()


@pytest.fixture
def line(distributor):
    """A way to the distributor on which things can go wrong."""
    with FaultProxy(distributor.server.port) as proxy:
        yield proxy


@pytest.fixture
def feeds(floor, distributor, line):
    """A brand whose distributor is read through the proxy."""
    feeds = Feeds(floor, distributor, line.url)
    yield feeds
    # The job of other tests has nothing to do with these.
    floor.execute(
        "UPDATE crm_lead_feed SET active = FALSE WHERE brand_id = %s", [feeds.brand]
    )


@pytest.fixture
def stage_activities(floor):
    """Let the stages plan calls, as they do out of the box."""
    (call,) = floor.admin.call(
        "mail.activity.type", "search", [("category", "=", "phonecall")], limit=1
    )
    floor.set_stage_activity(call)
    yield
    floor.set_stage_activity(False)


@pytest.fixture
def around_the_clock(floor):
    """Let the floor work at every hour of the week."""
    hours = [
        {"name": str(day), "dayofweek": str(day), "hour_from": 0, "hour_to": 24}
        for day in range(7)
    ]
    lines = [(0, 0, {**values, "day_period": "morning"}) for values in hours]
    calendar = floor.admin.call(
        "resource.calendar",
        "create",
        {"name": "Always", "attendance_ids": [(5, 0, 0), *lines]},
    )
    (company,) = floor.admin.call("res.company", "search", [], limit=1)
    (before,) = floor.admin.call("res.company", "read", company, ["sales_calendar_id"])
    values = {"sales_calendar_id": calendar}
    floor.admin.call("res.company", "write", company, values)
    yield
    values = {"sales_calendar_id": (before["sales_calendar_id"] or [False])[0]}
    floor.admin.call("res.company", "write", company, values)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """Keep the servers' logs where somebody can read them after a failure."""
    outcome = yield
    report = outcome.get_result()
    stack = item.funcargs.get("stack") if report.failed else None
    target = os.environ.get("BPO_LOGS")
    # At the very end of the session, the folder is gone already.
    if stack and target and stack.folder.exists():
        shutil.copytree(stack.folder, target, dirs_exist_ok=True)
        report.sections.append(("servers' logs", target))
