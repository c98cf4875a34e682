from datetime import datetime, timedelta

from odoo.tests import Form

from ..common import BpoCase

HOUR = timedelta(hours=1)

#: Three days, one after the other.
REPEATED = {
    "recurrency": True,
    "rrule_type": "daily",
    "interval": 1,
    "end_type": "count",
    "count": 3,
    "event_tz": "Asia/Manila",
}


class VisitCase(BpoCase):
    """A lead of an agent, whose customer has an address and will visit."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.dealership.write(
            {
                "street": "1 Ortigas Avenue",
                "city": "Pasig City",
                "resource_calendar_id": cls._new_calendar("Showroom").id,
            }
        )
        cls.lead = cls._new_lead(
            cls.agent, contact_name="Vera", email_from="vera@customer.example"
        )
        cls.start = datetime.now().replace(microsecond=0) + timedelta(days=2)

    def _schedule(self, user=None, **values):
        """Schedule a visit the way that the button does."""
        action = self.lead.with_user(user or self.agent).action_schedule_visit()
        events = self.env["calendar.event"].with_user(user or self.agent)
        with Form(events.with_context(**action["context"])) as form:
            for name, value in values.items():
                form[name] = value
        return form.record

    def _create(self, **values):
        """Schedule a visit by a plain create, as an RPC client may."""
        return (
            self.env["calendar.event"]
            .with_user(self.agent)
            .create(
                {
                    "name": "Visit",
                    "start": self.start,
                    "stop": self.start + HOUR,
                    "opportunity_id": self.lead.id,
                    "visit_state": "planned",
                    **values,
                }
            )
        )

    def _let_its_day_come(self, visit):
        self._stay_at(visit.start)

    def _attendee(self, visit):
        """Return the customer's invitation."""
        return visit.sudo().attendee_ids.filtered(
            lambda row: row.partner_id == self.lead.partner_id
        )

    def _mails_of(self, work):
        """Return the mails that something sends.

        :return: of each, who gets it and its text.
        :rtype: list[tuple[str, str]]
        """
        mails = self.env["mail.mail"].sudo()
        before = mails.search([])
        work()
        self.env.flush_all()
        return [
            (partner.name, mail.body_html)
            for mail in mails.search([], order="id") - before
            for partner in mail.recipient_ids
        ]

    def _invited(self, work):
        """Return the names of those to whom something sends a mail, in order."""
        return sorted(name for name, _body in self._mails_of(work))
