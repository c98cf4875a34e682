import contextlib

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from ..common import CALL, BpoCase

NAMES = {"fields": {"display_name": {}}}


@tagged("post_install", "-at_install")
class TestWindows(BpoCase):
    """A window is its user's, and shows and does nothing with other people's leads."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.lead = cls._new_lead(cls.agent)
        cls.theirs = cls._new_lead(cls.other_agent)
        cls.planned = cls.theirs.activity_schedule(
            CALL, summary="A secret", user_id=cls.other_agent.id
        )
        cls.env.flush_all()
        cls.env.invalidate_all()

    def _windows(self, model):
        return self.env[model].with_user(self.agent)

    # Other people's leads

    def test_a_window_on_somebody_elses_lead_does_not_open(self):
        for model in ("crm.lead.log.call", "crm.lead.plan.step"):
            windows = self._windows(model)
            opened = windows.with_context(default_lead_id=self.theirs.id)
            spec = {
                name: NAMES if windows._fields[name].type == "many2one" else {}
                for name in windows._fields
                if windows._fields[name].type != "one2many"
            }
            for name in spec:
                asked = {"lead_id": NAMES, name: spec[name]}
                with self.subTest(model=model, field=name):
                    self.assertRaises(AccessError, opened.onchange, {}, [], asked)
            # What only one of them requires.
            defaults = windows.with_context(default_result="busy")
            with self.assertRaises(AccessError):
                defaults.create({"lead_id": self.theirs.id})
            own = defaults.create({"lead_id": self.lead.id})
            with self.assertRaises(AccessError):
                own.lead_id = self.theirs

    def test_no_change_in_a_window_shows_another_lead(self):
        windows = self._windows("crm.lead.log.call")
        values = {"lead_id": self.theirs.id, "result": "busy"}
        for name in (
            "phone",
            "attempt",
            "proposes_lost",
            "is_last_step",
            "planned_activity_id",
        ):
            is_relation = windows._fields[name].type == "many2one"
            for changed in ([], ["lead_id"], ["result"], ["summary"]):
                spec = {name: NAMES if is_relation else {}}
                self._assert_tells_nothing(windows, values, changed, spec)

    def _assert_tells_nothing(self, windows, values, changed, spec):
        self.env.invalidate_all()
        try:
            answer = windows.onchange(dict(values, summary="x"), changed, spec)
        except AccessError:
            return
        told = {name: answer["value"].get(name) for name in spec}
        self.assertFalse(any(told.values()), (changed, told))

    def test_a_window_names_no_activity_of_another_lead(self):
        windows = self._windows("crm.lead.log.call")
        values = {"lead_id": self.lead.id, "planned_activity_id": self.planned.id}
        spec = {"planned_activity_id": NAMES, "lead_id": NAMES}
        for changed in ([], ["planned_activity_id"]):
            with self.assertRaises(ValidationError):
                windows.onchange(dict(values), changed, spec)
        with self.assertRaises(ValidationError):
            windows.create({**values, "result": "busy"})

    def test_the_result_of_winning_is_made_by_the_server(self):
        for model in ("crm.lead.win.report", "crm.lead.win.report.line"):
            with self.assertRaises(AccessError):
                self._windows(model).create({})
        with self._dealer():
            self.lead.with_user(self.agent).action_win_each()
        report = self._windows("crm.lead.win.report").search([])
        self.assertEqual(report.line_ids.reference, self.lead.reference)

    # Other people's windows

    def test_a_window_is_its_users(self):
        values = {
            "crm.lead.log.call": {"lead_id": self.theirs.id, "result": "busy"},
            "crm.lead.plan.step": {"lead_id": self.theirs.id},
            "crm.lead.lost": {"lost_reason_id": self.reason.id},
            "crm.merge.opportunity": {"opportunity_ids": self.theirs.ids},
            "crm.lead2opportunity.partner": {"lead_id": self.theirs.id},
            "crm.lead2opportunity.partner.mass": {"lead_id": self.theirs.id},
            "mail.activity.schedule": {
                "res_model": "crm.lead",
                "res_ids": str(self.theirs.ids),
            },
        }
        for model, vals in values.items():
            window = self.env[model].with_user(self.other_agent).create(vals)
            for user in (self.agent, self.supervisor, self.manager):
                other = window.with_user(user)
                self.env.invalidate_all()
                with self.subTest(model=model, user=user.name):
                    self.assertFalse(other.search([("id", "=", window.id)]))
                    with self.assertRaises(AccessError):
                        other.read(["display_name"])
                    with self.assertRaises(AccessError):
                        other.write({"create_uid": user.id})

    def test_nobody_saves_a_call_under_another_name(self):
        window = self.env["crm.lead.log.call"].with_user(self.other_agent)
        window = window.create({"lead_id": self.theirs.id, "result": "answered"})
        for user in (self.agent, self.supervisor):
            for verb in ("action_save", "action_save_and_next", "action_save_and_lose"):
                self.env.invalidate_all()
                with self.assertRaises(AccessError):
                    getattr(window.with_user(user), verb)()
        self.assertFalse(self.theirs.call_log_ids)

    # Odoo's own windows

    def test_odoos_windows_do_nothing_with_leads_that_are_out_of_sight(self):
        ids = self.theirs.ids
        for model, vals, verb in (
            (
                "crm.lead.lost",
                {"lost_reason_id": self.reason.id, "lead_ids": ids},
                "action_lost_reason_apply",
            ),
            (
                "crm.merge.opportunity",
                {"opportunity_ids": self.lead.ids + ids},
                "action_merge",
            ),
            (
                "crm.lead2opportunity.partner",
                {"lead_id": ids[0], "name": "convert"},
                "action_apply",
            ),
            (
                "crm.lead2opportunity.partner.mass",
                {"lead_id": self.lead.id, "lead_tomerge_ids": ids},
                "action_mass_convert",
            ),
            (
                "mail.activity.schedule",
                {"res_model": "crm.lead", "res_ids": str(ids)},
                "action_schedule_activities",
            ),
            (
                "mail.compose.message",
                {"model": "crm.lead", "res_ids": str(ids), "body": "Hello"},
                "action_send_mail",
            ),
        ):
            before = self._look_at_theirs()
            for is_fresh in (False, True):
                with self.subTest(model=model), contextlib.suppress(UserError):
                    windows = self._windows(model).with_context(active_ids=ids)
                    with self.env.cr.savepoint():
                        window = windows.create(vals)
                        if is_fresh:
                            # Of the leads, it has only those now that the user sees.
                            self.env.flush_all()
                            self.env.invalidate_all()
                        getattr(window, verb)()
                self.env.invalidate_all()
                self.assertEqual(self._look_at_theirs(), before)

    def _look_at_theirs(self):
        return (
            self.theirs.exists(),
            self.theirs.stage_id,
            self.theirs.user_id,
            self.theirs.activity_ids,
            len(self.theirs.message_ids),
        )

    def test_odoos_windows_show_nothing_of_leads_that_are_out_of_sight(self):
        ids = self.theirs.ids
        context = {"active_ids": ids, "active_id": ids[0], "active_model": "crm.lead"}
        self.theirs.name = "A secret"
        for model, values in (
            ("crm.lead.lost", {"lead_ids": [(6, 0, ids)]}),
            ("crm.merge.opportunity", {}),
            ("crm.lead2opportunity.partner", {"lead_id": ids[0]}),
            ("crm.lead2opportunity.partner.mass", {"lead_id": ids[0]}),
            ("mail.activity.schedule", {"res_model": "crm.lead", "res_ids": str(ids)}),
            ("mail.compose.message", {"model": "crm.lead", "res_ids": str(ids)}),
        ):
            windows = self._windows(model).with_context(**context)
            spec = {
                name: NAMES if field.relational else {}
                for name, field in windows._fields.items()
            }
            self.env.invalidate_all()
            try:
                answer = windows.onchange(dict(values), [], spec)
            except UserError:
                continue
            with self.subTest(model=model):
                for secret in ("A secret", self.theirs.sudo().phone):
                    self.assertNotIn(secret, str(answer))
