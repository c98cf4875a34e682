"""Odoo's own tests, where the addon is installed and no team works for dealerships."""

import dataclasses

import pytest

from tests import odoos_own

#: The addons of Odoo's that are about leads, and those that the addon changes. What
#: mass_mailing_crm does has no test in either series.
MODULES = (
    "calendar",
    "crm",
    "crm_livechat",
    "crm_sms",
    "event_crm",
    "phone_validation",
    "sale_crm",
    "sales_team",
    "website_crm",
    "website_crm_partner_assign",
)

#: What fails in this database without the addon as well, by series, and why.
FAILS_ANYWAY = {
    "18.0": {
        "crm.tests.test_crm_lead_convert.TestLeadConvertForm.test_form_name_onchange": (
            "event_crm lets nobody copy a lead who may not see registrations. Odoo "
            "runs the test before it installs event_crm."
        ),
    },
    "19.0": {
        "crm.tests.test_crm_lead_convert.TestLeadConvertForm.test_form_name_onchange": (
            "As on 18.0."
        ),
    },
}

#: What fails because of the addon, by series, and why it has to.
FAILS_WITH_ADDON = {
    "18.0": {},
    "19.0": {
        "crm.tests.test_crm_ui.TestCrmKanbanUI"
        ".test_kanban_quick_create_partner_inherited_details": (
            "It looks for a field of core's form as the administrator, who is a BPO "
            "manager and gets the call centre's form."
        ),
    },
}

#: Where somebody has used Odoo, no team works for dealerships by itself.
USE = "env['crm.lead'].create({'name': 'From before'}); env.cr.commit()"


@dataclasses.dataclass
class Runs:
    """What came of tests in one database."""

    #: Of the classes of those that fail without the addon as well.
    before: odoos_own.Outcomes
    after: odoos_own.Outcomes


@pytest.fixture(scope="module")
def series(stack):
    return stack.source.series


@pytest.fixture(scope="module")
def runs(stack, series, tmp_path_factory):
    folder = tmp_path_factory.mktemp("odoos_own")
    database = stack.clone("apps")
    use = folder / "use.py"
    use.write_text(USE)
    stack.run_script(database, use)
    before = odoos_own.Outcomes()
    if FAILS_ANYWAY[series]:
        classes = {find_class(stack, name) for name in FAILS_ANYWAY[series]}
        before = odoos_own.run(stack, database, classes, folder / "before.xml")
    stack.run_odoo(database, "-i", "bpo_crm")
    folders = [odoos_own.find_tests(stack.source, module) for module in MODULES]
    return Runs(before, odoos_own.run(stack, database, folders, folder / "after.xml"))


def find_class(stack, name):
    """Return what pytest calls the class of a test of Odoo's.

    The first test of a class finds in memory what 18.0 would not let it read.

    :param str name: of the test, as in :class:`~tests.odoos_own.Outcomes`.
    """
    module, _tests, file, class_name, _method = name.split(".")
    folder = odoos_own.find_tests(stack.source, module)
    return f"{folder / file}.py::{class_name}"


def of_module(names, module):
    return {name for name in names if name.startswith(f"{module}.tests.")}


@pytest.mark.parametrize("module", MODULES)
def test_odoos_own_tests_pass(runs, series, module):
    known = {*FAILS_ANYWAY[series], *FAILS_WITH_ADDON[series]}
    assert of_module(runs.after.failed, module) == of_module(known, module)
    # A package of Odoo without its tests would let all of them pass.
    assert of_module(runs.after.passed, module)


def test_none_is_passed_over_but_for_want_of_a_browser(runs):
    assert not runs.after.skipped


def test_what_fails_anyway_fails_without_the_addon(runs, series):
    assert runs.before.failed == FAILS_ANYWAY[series].keys()
