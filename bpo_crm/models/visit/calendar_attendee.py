from odoo import api, models

from ... import series
from ...mail_templates import try_to_mail


class Attendee(models.Model):
    """Who is invited to the meeting of a lead is up to who may write the lead.

    Whether somebody comes is not: Odoo's calendars write the answers of all attendees.
    """

    _inherit = "calendar.attendee"

    def _compute_mail_tz(self):
        result = super()._compute_mail_tz()
        for attendee in self:
            zone = attendee.event_id._get_dealership_zone()
            # Customers go by the clock where they are going to.
            if zone and (attendee._is_guest() or not attendee.mail_tz):
                attendee.mail_tz = zone
        return result

    # ------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        attendees = super().create(vals_list)
        attendees._check_reach()
        return attendees

    def write(self, vals):
        answering = self._filter_answering(vals)
        self._check_moved(vals)
        result = super().write(vals)
        self._check_moved(vals)
        answering._follow_up_answer()
        return result

    def unlink(self):
        self._check_reach()
        return super().unlink()

    # ------------------------------------------------------------
    # PHASES
    # ------------------------------------------------------------

    def _filter_answering(self, vals):
        """Return those of these attendees who answer anew by a write.

        :param dict vals: what is written.
        """
        if "state" not in vals:
            return self.browse()
        return self.filtered(lambda row: row.state != vals["state"])

    def _check_moved(self, vals):
        """Refuse to send somebody home, or to invite, for somebody else's lead.

        Before a write and after it.

        :param dict vals: what is written.
        :raises AccessError: for the meeting of somebody else's lead.
        """
        if not {"event_id", "partner_id"}.isdisjoint(vals):
            self._check_reach()

    def _follow_up_answer(self):
        """Do what belongs to the answer that these attendees have given."""

    # ------------------------------------------------------------
    # BUSINESS
    # ------------------------------------------------------------

    def _is_guest(self):
        """Whether somebody is invited who has no login here, such as a customer."""
        return bool(self.partner_id._filter_without_login())

    def _should_notify_attendee(self, *args, **kwargs):
        event = self.event_id
        if event.visit_state and not event.mails_guests and self._is_guest():
            return False
        return super()._should_notify_attendee(*args, **kwargs)

    def _mail(self, template):
        """Send a mail to those of these attendees who have an address, as core does.

        :param mail.template template: of attendees.
        :return: who gets it.
        :rtype: calendar.attendee
        """
        told = self.filtered(lambda row: row.email and row._should_notify_attendee())
        is_sent = template and try_to_mail(
            self.env,
            lambda: series.mail_attendees(told, template),
            f"meetings {told.event_id.ids}",
        )
        return told if is_sent else self.browse()

    def _check_reach(self):
        self.sudo().event_id.with_env(self.env)._check_reach()
