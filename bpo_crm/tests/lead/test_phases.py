import pathlib
import re
from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import tagged

from ..common import BpoCase

BIRTH = [
    "_prepare_births",
    "_create_by_core",
    "_check_births",
    "_follow_up_births",
    "_close_births",
]

CHANGE = [
    "_prepare_changes",
    "_refuse_change",
    "_prepare_change",
    "_write_by_core",
    "_check_change",
    "_follow_up_change",
    "_send_change",
]


@tagged("post_install", "-at_install")
class TestPhases(BpoCase):
    """One create and one write of a model, and the order of their phases."""

    def _record(self, names, work, model="crm.lead"):
        """Return which of some methods of a model ran, in their order."""
        rows, called = self.registry[model], []

        def recorded(name):
            method = getattr(rows, name)

            def record(*args, **kwargs):
                called.append(name)
                return method(*args, **kwargs)

            return patch.object(rows, name, record)

        patches = [recorded(name) for name in names]
        for one in patches:
            one.start()
        try:
            work()
        finally:
            for one in patches:
                one.stop()
        return called

    def test_nothing_else_overrides_them(self):
        for model, names, file in (
            ("crm.lead", ("create", "write"), "lead.crm_lead"),
            (
                "calendar.event",
                ("create", "write", "unlink"),
                "visit.calendar_event",
            ),
            (
                "calendar.attendee",
                ("create", "write", "unlink"),
                "visit.calendar_attendee",
            ),
        ):
            for name in names:
                overriding = [
                    cls.__module__
                    for cls in self.registry[model].mro()
                    if name in vars(cls)
                    and cls._name == model
                    and cls.__module__.startswith("odoo.addons.bpo_")
                ]
                with self.subTest(model=model, name=name):
                    self.assertEqual(overriding, [f"odoo.addons.bpo_crm.models.{file}"])

    def test_no_model_file_imports_another(self):
        addon = pathlib.Path(__file__).parents[2]
        paths = [*addon.glob("models/**/*.py"), *addon.glob("wizard/**/*.py")]
        self.assertIn("crm_lead.py", [path.name for path in paths])
        for path in paths:
            if path.name != "__init__.py":
                imports = r"^from (\.\w|\.\.\w|\.{3}(models|wizard)).* import .*"
                found = re.search(imports, path.read_text(), re.MULTILINE)
                with self.subTest(path.name):
                    # The order of what is loaded would follow from it.
                    self.assertFalse(found and found.group())

    def test_the_order_in_which_a_lead_is_made(self):
        self.assertEqual(self._record(BIRTH, self._new_lead), BIRTH)

    def test_the_order_in_which_a_lead_is_written(self):
        lead = self._new_lead(self.agent).with_user(self.agent)
        called = self._record(
            CHANGE, lambda: lead.write({"stage_id": self.qualified.id})
        )
        self.assertEqual(called, CHANGE)

    def test_the_order_in_which_a_meeting_is_written(self):
        meeting = self.env["calendar.event"].create(
            {"name": "Meeting", "start": "2099-01-14 02:00", "stop": "2099-01-14 03:00"}
        )
        phases = [
            "_normalize",
            "_refuse_change",
            "_begin_change",
            "_check_change",
            "_follow_up_change",
            "_send_change",
        ]
        called = self._record(
            phases, lambda: meeting.write({"location": "Here"}), "calendar.event"
        )
        self.assertEqual(called, phases)

    def test_the_dealer_is_called_last_of_all_that_a_write_does(self):
        first, second = (self._new_lead(self.agent) for _n in range(2))
        self._lose(second)
        both = (first | second).with_user(self.agent)
        called = []
        leads = self.registry["crm.lead"]
        follow_up, push = leads._follow_up_change, leads._push_to_dealer

        def record_follow_up(lead, change):
            called.append("follow up")
            return follow_up(lead, change)

        def record_push(lead):
            called.append("push")
            return push(lead)

        with (
            self._dealer(),
            patch.object(leads, "_follow_up_change", record_follow_up),
            patch.object(leads, "_push_to_dealer", record_push),
        ):
            both.write({"stage_id": self.won.id})
        self.assertEqual(called[-2:], ["push", "push"])
        self.assertNotIn("push", called[:-2])

    def test_what_no_rule_speaks_of_takes_no_phase(self):
        lead = self._new_lead(self.agent).with_user(self.supervisor)
        called = self._record(CHANGE, lambda: lead.write({"priority": "2"}))
        self.assertEqual(called, ["_write_by_core"])

    def test_no_dealer_is_called_where_one_of_several_leads_is_refused(self):
        mine, pool = self._new_lead(self.agent), self._new_lead()
        mine.stage_id = self.qualified
        leads = (mine | pool).with_user(self.agent)
        with self._dealer() as sent, self.assertRaisesRegex(UserError, "Claim"):
            leads.action_set_won()
        self.assertFalse(sent)
