from odoo import api, fields, models

from ...inner_context import (
    CHANGES_MEETINGS,
    FOLLOWS_CUSTOMER,
    SETTLES_ACTIVITIES,
    without_keys,
)
from ...roles import SALES_USER

#: What somebody is told of.
NEWS = {
    "active",
    "mails_dealership",
    "mails_guests",
    "opportunity_id",
    "start",
    "visit_state",
}

#: By which a meeting becomes a visit at its dealership.
MADE_OF = ("mails_dealership", "opportunity_id", "visit_state")

#: By which core leaves out the mails to guests, while it changes a recurrence.
SILENCING = (
    "is_calendar_event_new",
    "no_mail_to_attendees",
    "skip_attendee_notification",
)


class CalendarEvent(models.Model):
    """Who plans a visit says who is told of it, and reads it before."""

    _inherit = "calendar.event"

    mails_guests = fields.Boolean(
        "Tell the Guests by Mail",
        default=True,
        help="Customers and other guests of a visit are invited by mail, and told when "
        "it is moved or cancelled. Without the tick they get no mail at all.",
    )
    mails_dealership = fields.Boolean(
        "Tell the Dealership by Mail",
        help="The dealership's manager is told of the visit, and when it is moved or "
        "cancelled.",
    )
    # Whoever is invited may read the meeting, but not the addresses of all others.
    invitation_note = fields.Char(
        "Who Is Told", compute="_compute_invitation_note", groups=SALES_USER
    )
    dealership_address = fields.Char(
        "The Manager's Email", compute="_compute_dealership_address", groups=SALES_USER
    )

    # ------------------------------------------------------------
    # COMPUTE
    # ------------------------------------------------------------

    @api.depends(
        "mails_guests", "opportunity_id", "partner_ids", "start", "visit_state"
    )
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_invitation_note(self):
        for event in self:
            is_visit = event.visit_state and not event.is_hidden
            event.invitation_note = is_visit and event._prepare_invitation_note()

    @api.depends("opportunity_id", "visit_state")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_dealership_address(self):
        for event in self:
            is_visit = event.visit_state and not event.is_hidden
            event.dealership_address = is_visit and event._get_manager_email()

    # ------------------------------------------------------------
    # PHASES
    # ------------------------------------------------------------

    @api.model
    def _get_watched_fields(self):
        return {*super()._get_watched_fields(), *NEWS}

    def _send_births(self):
        # Of a recurrence, core makes the other occurrences by themselves.
        self.filtered(lambda event: not event._is_repetition())._tell_dealership(
            "planned"
        )
        return super()._send_births()

    def _send_change(self, change):
        # A recurrence is changed by further writes.
        scope = change.vals.get("recurrence_update")
        is_told_of = scope not in ("all_events", "future_events")
        if is_told_of and not NEWS.isdisjoint(change.vals):
            self.sudo()._tell_news(change)
        return super()._send_change(change)

    # ------------------------------------------------------------
    # BUSINESS
    # ------------------------------------------------------------

    def _let_be_told(self, vals_list):
        """Return these meetings in a context in which a visit's ticks say who is told.

        Whoever plans it cannot say anything else. What core says in it while it
        changes one is left alone.

        :param list vals_list: the values of new meetings, or those that are written.
        """
        if CHANGES_MEETINGS.get(self.env):
            return self
        is_visit = any(vals.get("visit_state") for vals in vals_list)
        if not is_visit and not any(self.sudo().mapped("visit_state")):
            return self
        told = without_keys(self, SILENCING)
        return told.with_context(**CHANGES_MEETINGS.say())

    def _tell_news(self, change):
        """Tell who is to be told of these meetings, and does not know of them.

        Core tells the guests who were invited when one is moved.

        :param MeetingChange change: what was written to them.
        """
        made = self.filtered(lambda event: event._is_made(change))
        made._tell_dealership("planned")
        others = self - made
        moved = others.filtered(lambda event: change.is_changed(event, "start"))
        moved._tell_dealership("moved")
        invited = self.filtered(
            lambda event: (
                event.mails_guests and not change.get_old(event, "mails_guests")
            )
        )
        invited._invite_guests()

    def _is_made(self, change):
        """Whether the dealership does not know of this visit.

        :param MeetingChange change: what was written to it.
        """
        if FOLLOWS_CUSTOMER.get(self.env):
            return False
        # Core archives a recurrence while it moves it.
        is_back = not change.get_old(self, "active") and self.active
        is_moved = SETTLES_ACTIVITIES.get(self.env)
        return (is_back and not is_moved) or change.is_changed(self, *MADE_OF)

    def _get_manager_email(self):
        return self.sudo().opportunity_id.dealership_id.manager_email

    def _prepare_invitation_note(self):
        """Return who is told of a visit that is saved now."""
        if not self.mails_guests:
            return self.env._("No guest is told by mail.")
        if self.start and not self._is_ahead():
            return self.env._("Nobody is told of what has begun.")
        guests = self._list_guests()
        told = ", ".join(f"{name} ({email})" for name, email in guests if email)
        others = ", ".join(name for name, email in guests if not email)
        if not guests:
            return self.env._("Nobody is told by mail.")
        if not others:
            return self.env._("Told by mail: %s.", told)
        if not told:
            return self.env._(
                "Nobody is told by mail: there is no email address of %s.", others
            )
        return self.env._(
            "Told by mail: %(told)s. Not told, without an email address: %(others)s.",
            told=told,
            others=others,
        )

    def _list_guests(self):
        """Return the guests of a visit, with the customer who becomes a contact by it.

        Of contacts and leads that the user may not read, nothing is said.

        :return: pairs of a name and an address.
        :rtype: list[tuple[str, str]]
        """
        # A form names whatever contact its client sends.
        partners = self.partner_ids._origin.with_env(self.env)
        guests = partners._filtered_access("read")._filter_without_login()
        known = [(guest.display_name, guest.email) for guest in guests]
        leads = self.sudo().opportunity_id._origin.with_env(self.env)
        unknown = leads._filter_reachable("read").filtered(
            lambda lead: not lead.partner_id
        )
        return known + [(lead.customer_name, lead.email_from) for lead in unknown]

    def _invite_guests(self):
        """Send the invitations that were held back until now."""
        attendees = self._filter_planned_ahead().attendee_ids
        attendees.filtered(lambda row: row._is_guest())._send_invitation_emails()

    def _filter_told(self):
        """Return the visits of which their dealership is to be told."""
        return self._filter_planned_ahead().filtered(
            lambda event: event.mails_dealership and event._get_manager_email()
        )

    def _tell_dealership(self, news):
        """Write to the manager of the dealership, of each recurrence once.

        :param str news: what became of these visits: ``planned``, ``moved`` or
            ``cancelled``.
        """
        for visit in self.sudo()._filter_told()._filter_first_occurrences():
            visit.opportunity_id._tell_of_visit(news, visit._format_start())
