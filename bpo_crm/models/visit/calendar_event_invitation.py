from functools import partial

from odoo import api, fields, models

from ...mail_templates import try_to_mail
from ...roles import SALES_USER

#: What somebody is told of.
NEWS = {"mails_dealership", "mails_guests", "start"}


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
        self._tell_dealership("planned")
        return super()._send_births()

    def _send_change(self, change):
        # A recurrence is changed by further writes.
        scope = change.vals.get("recurrence_update")
        is_told_of = scope not in ("all_events", "future_events")
        if is_told_of and not NEWS.isdisjoint(change.vals):
            for event in self.sudo():
                event._tell_news(change)
        return super()._send_change(change)

    # ------------------------------------------------------------
    # BUSINESS
    # ------------------------------------------------------------

    def _tell_news(self, change):
        """Tell who is to be told of this meeting, and does not know of it.

        Core tells the guests who were invited when it is moved.

        :param MeetingChange change: what was written to it.
        """
        if not change.get_old(self, "mails_dealership"):
            self._tell_dealership("planned")
        elif change.is_changed(self, "start"):
            self._tell_dealership("moved")
        if self.mails_guests and not change.get_old(self, "mails_guests"):
            self._invite_guests()

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

    def _tell_dealership(self, news):
        """Write to the manager of the dealership, once the transaction is over.

        :param str news: what became of these visits: ``planned``, ``moved`` or
            ``cancelled``.
        """
        template = self.env.ref("bpo_crm.mail_template_visit", raise_if_not_found=False)
        # Core makes the other occurrences without a word.
        if not template or self.env.context.get("no_mail_to_attendees"):
            return
        ahead = self.sudo()._filter_planned_ahead()
        told = ahead.filtered(
            lambda event: event.mails_dealership and event._get_manager_email()
        )
        template = template.sudo().with_context(visit_news=news)
        for visit in told._filter_first_occurrences():
            mail = partial(template.send_mail, visit.id)
            try_to_mail(self.env, mail, f"visit {visit.id}, which is {news}")
