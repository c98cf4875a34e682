from odoo import api, fields, models
from odoo.tools.sql import column_exists

from ...new_columns import add_empty_columns

#: By which somebody speaks with a customer: the model, its fields with the lead and
#: with the moment, and those that reached the customer.
CONVERSATIONS = (
    ("crm.call.log", "lead_id", "call_date", ("is_contact", "=", True)),
    ("calendar.event", "opportunity_id", "start", ("visit_state", "=", "done")),
)


class Lead(models.Model):
    """The first time that somebody spoke with the customer.

    An attempt may reach nobody: a call that was answered does, and a visit that took
    place.
    """

    _inherit = "crm.lead"

    first_conversation_date = fields.Datetime(
        "First Conversation On",
        compute="_compute_first_conversation_date",
        store=True,
        precompute=True,
        copy=False,
        help="The first call that reached the customer, or visit that took place.",
    )
    elapsed_minutes = fields.Float(
        "First Attempt After",
        compute="_compute_elapsed_minutes",
        help="Minutes by the clock from the enquiry to the first attempt.",
    )

    def _auto_init(self):
        columns = {"first_conversation_date": "timestamp"}
        is_new = add_empty_columns(self.env.cr, self._table, columns)
        result = super()._auto_init()
        if is_new:
            self._init_first_conversations()
        return result

    def _init_first_conversations(self):
        """Find the first conversations of leads from before there was this field."""
        if not column_exists(self.env.cr, "crm_call_log", "is_contact"):
            return
        self.env.cr.execute(
            """
            UPDATE crm_lead
               SET first_conversation_date = spoken.moment
              FROM (SELECT lead_id, min(call_date) AS moment
                      FROM crm_call_log
                     WHERE is_contact
                     GROUP BY lead_id) AS spoken
             WHERE crm_lead.id = spoken.lead_id
            """
        )

    # ------------------------------------------------------------
    # COMPUTE
    # ------------------------------------------------------------

    @api.depends(
        "calendar_event_ids.start",
        "calendar_event_ids.visit_state",
        "call_log_ids.call_date",
        "call_log_ids.is_contact",
    )
    def _compute_first_conversation_date(self):
        found = [self._find_first(*conversation) for conversation in CONVERSATIONS]
        for lead in self:
            moments = (moments.get(lead._origin.id) for moments in found)
            lead.first_conversation_date = min(filter(None, moments), default=False)

    @api.depends("enquiry_date", "first_attempt_date")
    def _compute_elapsed_minutes(self):
        for lead in self:
            tried = lead.first_attempt_date
            elapsed = tried and tried - lead._get_arrival()
            lead.elapsed_minutes = elapsed.total_seconds() / 60 if elapsed else 0

    # ------------------------------------------------------------
    # HOOKS
    # ------------------------------------------------------------

    @api.model
    def _get_alike_fields(self):
        # Nobody has spoken with the customer of a lead that is not made yet.
        return (*super()._get_alike_fields(), "first_conversation_date")

    # ------------------------------------------------------------
    # BUSINESS
    # ------------------------------------------------------------

    def _find_first(self, model, link, moment, term):
        """Return when each customer was first spoken to, in one of the ways.

        :param str model: one of :data:`CONVERSATIONS`, with the other arguments.
        :param str link: the field with the lead.
        :param str moment: the field that says when it was.
        :param tuple term: of the domain of those that reached the customer.
        :return: moments in UTC, naive, by the id of the lead.
        :rtype: dict[int, datetime.datetime]
        """
        if not self._origin:
            return {}
        # A visit that took place did so, also once it is archived.
        records = self.env[model].sudo().with_context(active_test=False)
        groups = records._read_group(
            [(link, "in", self._origin.ids), term], [link], [f"{moment}:min"]
        )
        return {lead.id: first for lead, first in groups}
