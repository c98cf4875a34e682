from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from ..common import BpoCase

NAME = {"fields": {"display_name": {}}}


@tagged("post_install", "-at_install")
class TestLeadFields(BpoCase):
    """What refers to a lead does so by its id, and tells only who may read it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.foreign = cls._new_lead(cls.other_agent, name="Secret wish")
        cls.own = cls._new_lead(cls.agent, name="Mine")
        cls.portal = new_test_user(cls.env, "porta@customer.test", "base.group_portal")

    def _fill_in(self, user, model, field, lead, **kwargs):
        records = self.env[model].with_user(user)
        if kwargs.get("by_default"):
            records = records.with_context(**{f"default_{field}": lead.id})
            return records.onchange({}, [], {field: NAME})
        return records.onchange({field: lead.id}, [field], {field: NAME})

    def test_a_form_names_no_lead_of_somebody_else(self):
        for model, field in (
            ("crm.call.log", "lead_id"),
            ("calendar.event", "opportunity_id"),
            ("crm.dealer.push", "lead_id"),
            ("crm.lead.log.call", "lead_id"),
            ("crm.lead.plan.step", "lead_id"),
        ):
            for by_default in (False, True):
                with (
                    self.subTest(model=model, by_default=by_default),
                    self._refused(error=AccessError),
                ):
                    self._fill_in(
                        self.agent, model, field, self.foreign, by_default=by_default
                    )

    def test_who_may_read_no_lead_fills_in_none(self):
        contact = self.foreign._handle_partner_assignment(create_missing=True)
        contact = contact or self.foreign.partner_id
        leads = self.env["crm.lead"].with_user(self.portal)
        with self._refused(error=AccessError):
            leads.onchange({"partner_id": contact.id}, ["partner_id"], {"phone": {}})
        for model in ("crm.dealer.push", "crm.lead.enquiry", "crm.lead.customer"):
            with self.subTest(model=model), self._refused(error=AccessError):
                self._fill_in(self.portal, model, "lead_id", self.foreign)

    def test_a_form_of_an_own_lead_is_filled_in(self):
        for model, field in (
            ("crm.call.log", "lead_id"),
            ("calendar.event", "opportunity_id"),
        ):
            answer = self._fill_in(self.agent, model, field, self.own, by_default=True)
            self.assertEqual(answer["value"][field]["display_name"], "Mine")

    def test_a_call_without_a_lead_has_a_name(self):
        calls = self.env["crm.call.log"].with_user(self.agent)
        answer = calls.onchange({"result": "busy"}, [], {"display_name": {}})
        self.assertEqual(answer["value"]["display_name"], "Line Busy")

    def test_what_is_no_id_is_no_lead(self):
        start = fields.Datetime.now() + timedelta(days=1)
        times = {"start": start, "stop": start + timedelta(hours=1)}
        for lead in (self.own, self.foreign):
            for odd in (str(lead.id), [lead.id], float(lead.id), {"id": lead.id}):
                for model, values in (
                    ("calendar.event", {"name": "X", "opportunity_id": odd, **times}),
                    ("crm.call.log", {"result": "busy", "lead_id": odd}),
                    ("crm.lead.log.call", {"result": "busy", "lead_id": odd}),
                ):
                    records = self.env[model].with_user(self.agent)
                    with self.subTest(model), self._refused("id of a record"):
                        records.create(values)
        event = self.env["calendar.event"].with_user(self.agent)
        event = event.create({"name": "Mine", **times})
        with self._refused("id of a record"):
            event.copy({"opportunity_id": str(self.foreign.id)})
