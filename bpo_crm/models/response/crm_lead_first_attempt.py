from odoo import SUPERUSER_ID, api, fields, models
from odoo.tools import SQL

from ...email_address import read_address
from ...new_columns import add_empty_columns, add_flag_column
from ...series import Index, get_addresses_without_contact

#: What people write, by hand or in a mail program; neither templates nor the system.
WRITTEN_TYPES = ("comment", "email")

#: Columns that the ORM would fill for one lead after the other.
COLUMNS = {"first_attempt_date": "timestamp", "first_attempt_user_id": "int4"}


class Lead(models.Model):
    """The first attempt of a person to reach the customer, whichever way."""

    _inherit = "crm.lead"

    is_response_unmeasured = fields.Boolean(
        "Not Measured",
        readonly=True,
        copy=False,
        server_only=True,
        help="A lead from before the addon, of which nobody knows the first attempt.",
    )
    first_attempt_date = fields.Datetime(
        "First Attempt On",
        compute="_compute_first_attempt",
        store=True,
        precompute=True,
        copy=False,
        help="The first call, message to the customer or meeting that a person made.",
    )
    first_attempt_user_id = fields.Many2one(
        "res.users",
        "First Attempt Made By",
        compute="_compute_first_attempt",
        store=True,
        precompute=True,
        copy=False,
        index="btree_not_null",
    )

    # What agents tried in a period.
    _attempted_idx = Index(
        "(first_attempt_date) WHERE first_attempt_user_id IS NOT NULL"
    )

    def _auto_init(self):
        self._exempt_existing_leads()
        add_empty_columns(self.env.cr, self._table, COLUMNS)
        return super()._auto_init()

    @api.model
    def _exempt_existing_leads(self):
        """Nobody wrote down when the leads from before the addon were called first."""
        add_flag_column(self.env.cr, self._table, "is_response_unmeasured")

    # ------------------------------------------------------------
    # COMPUTE
    # ------------------------------------------------------------

    @api.depends(
        "calendar_event_ids.lead_linked_at",
        "call_log_ids.call_date",
        "call_log_ids.user_id",
        "enquiry_date",
        "is_response_unmeasured",
    )
    def _compute_first_attempt(self):
        attempts = self._find_first_attempts()
        for lead in self:
            moment, user_id = attempts.get(lead._origin.id, (False, False))
            lead.first_attempt_date = moment and max(moment, lead._get_arrival())
            lead.first_attempt_user_id = user_id

    # ------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------

    def _notify_thread(self, message, msg_vals=False, **kwargs):
        recipients = super()._notify_thread(message, msg_vals=msg_vals, **kwargs)
        if message.message_type in WRITTEN_TYPES:
            if kwargs.get("skip_existing"):
                # It was posted before, and is sent now, as scheduled.
                message.sudo().date = fields.Datetime.now()
            self.sudo()._find_first_attempt_in_mail()
        return recipients

    # ------------------------------------------------------------
    # HOOKS
    # ------------------------------------------------------------

    @api.model
    def _prepare_switch(self, chosen):
        # Nobody wrote down when leads were called first that are no dealership's yet.
        self.env.cr.execute(
            SQL(
                """
                UPDATE crm_lead
                   SET is_response_unmeasured = TRUE, response_target_minutes = NULL,
                       response_deadline = NULL, response_warning_date = NULL
                 WHERE (%s) AND first_attempt_date IS NULL
                   AND is_response_unmeasured IS NOT TRUE
                   AND NOT EXISTS (SELECT FROM crm_lead_stage_history
                                    WHERE lead_id = crm_lead.id)
                """,
                chosen,
            )
        )
        return super()._prepare_switch(chosen)

    @api.model
    def _get_alike_fields(self):
        # Nobody has tried to reach the customer of a lead that is not made yet.
        return (*super()._get_alike_fields(), *COLUMNS)

    def _merge_dependences(self, opportunities):
        result = super()._merge_dependences(opportunities)
        if any(opportunities.mapped("is_response_unmeasured")):
            # It has waited since then.
            self.sudo().is_response_unmeasured = True
        return result

    def _merge_opportunity(self, *args, **kwargs):
        head = super()._merge_opportunity(*args, **kwargs)
        # By how its customer is reached now.
        if head._were_for_dealerships():
            head.sudo()._compute_first_attempt()
        return head

    # ------------------------------------------------------------
    # BUSINESS
    # ------------------------------------------------------------

    def _get_arrival(self):
        """Return when the customer asked."""
        return self.enquiry_date or self.create_date or fields.Datetime.now()

    def _find_first_attempts(self):
        """Return the first attempt of a person to reach each customer.

        :return: by the id of each lead that has one, the moment in UTC, naive, and the
            id of the user.
        :rtype: dict[int, tuple[datetime.datetime, int]]
        """
        attempts = {}
        # A lead that is not made yet has none.
        measured = self._origin.filtered(lambda lead: not lead.is_response_unmeasured)
        ids = measured.ids
        if ids:
            for lead_id, moment, user in sorted(
                [
                    *self._list_calls(ids),
                    *self._list_messages(ids),
                    *self._list_meetings(ids),
                ],
                key=lambda attempt: attempt[1],
            ):
                # PostgreSQL dates rows by less than a second, which hours do not count.
                whole = moment.replace(microsecond=0)
                attempts.setdefault(lead_id, (whole, user.id))
        return attempts

    def _find_first_attempt_in_mail(self):
        """Look for the first attempt, now that there is another message."""
        untried = self.filtered(
            lambda lead: not (lead.first_attempt_date or lead.is_response_unmeasured)
        )
        if untried:
            untried._compute_first_attempt()

    @api.model
    def _list_calls(self, ids):
        """Return the first call of each user.

        :param list ids: of leads.
        :return: rows of the lead's id, the moment in UTC, naive, and the user.
        :rtype: list[tuple[int, datetime.datetime, res.users]]
        """
        groups = self.env["crm.call.log"]._read_group(
            [("lead_id", "in", ids)], ["lead_id", "user_id"], ["call_date:min"]
        )
        return [(lead.id, moment, user) for lead, user, moment in groups]

    @api.model
    def _list_messages(self, ids):
        """Return what people wrote to customers.

        :param list ids: of leads.
        :return: a row for each message, as of :meth:`_list_calls`.
        :rtype: list[tuple[int, datetime.datetime, res.users]]
        """
        messages = self.env["mail.message"].search(
            [
                ("model", "=", self._name),
                ("res_id", "in", ids),
                ("message_type", "in", WRITTEN_TYPES),
                ("subtype_id", "!=", False),
                ("subtype_id.internal", "=", False),
            ],
            order="date, id",
        )
        rows = []
        for message in messages.with_context(active_test=False):
            lead = self.browse(message.res_id)
            user = _get_sender(message)
            if user and lead._is_reached_by(message):
                rows.append((lead.id, _get_moment_sent(message), user))
        return rows

    @api.model
    def _list_meetings(self, ids):
        """Return when people arranged meetings.

        :param list ids: of leads.
        :return: a row for each meeting, as of :meth:`_list_calls`.
        :rtype: list[tuple[int, datetime.datetime, res.users]]
        """
        meetings = (
            self.env["calendar.event"]
            .with_context(active_test=False)
            .search_fetch(
                [("opportunity_id", "in", ids)],
                ["opportunity_id", "create_uid", "create_date", "lead_linked_at"],
            )
        )
        return [
            (row.opportunity_id.id, row._get_moment_arranged(), row.create_uid)
            for row in meetings
            if _is_person(row.create_uid)
        ]

    def _is_reached_by(self, message):
        """Whether a message goes to the customer of this lead.

        :param mail.message message: of its chatter.
        """
        contacts = message.notified_partner_ids
        if message.message_type == "email":
            # Whoever wrote it sent it to them, with a copy to the lead.
            contacts |= message.partner_ids
        if self.partner_id & contacts:
            return True
        addresses = set(map(read_address, contacts.mapped("email")))
        addresses |= get_addresses_without_contact(message)
        return bool(self.email_normalized) and self.email_normalized in addresses


def _is_person(user):
    """Whether a user is somebody of the call centre; one who was deleted was."""
    return not user or (user._is_internal() and user.id != SUPERUSER_ID)


def _get_sender(message):
    """Return who of the call centre wrote a message; nobody for a customer's.

    Who posted it, whatever name is on it. Mails come in as the system's.
    """
    authors = message.author_id.user_ids.filtered(_is_person)
    poster = message.create_uid
    return poster if authors and poster and _is_person(poster) else authors[:1]


def _get_moment_sent(message):
    """Return when the server took a message in, or sent it as scheduled.

    A mail program gives its mails any date.
    """
    if message.message_type == "email":
        return message.create_date
    return max(message.create_date, message.date)
