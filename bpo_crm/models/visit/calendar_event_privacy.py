from itertools import chain

from odoo import api, fields, models
from odoo.tools import SQL

from ...series import all_of, any_of

#: When somebody is busy, and with whom, is asked for by everybody's calendar.
ASKED_OF_HIDDEN = {"attendee_ids", "partner_ids"}


class CalendarEvent(models.Model):
    """Meetings of leads tell about a customer no more than the leads themselves.

    Whoever may not read the lead, and is not invited, sees that somebody is busy, as
    Odoo shows private meetings.
    """

    _inherit = "calendar.event"

    is_hidden = fields.Boolean(
        "Of Another Agent's Lead",
        compute="_compute_is_hidden",
        help="The meeting is about another agent's lead, and only its time is shown.",
    )

    # ------------------------------------------------------------
    # COMPUTE
    # ------------------------------------------------------------

    @api.depends("opportunity_id", "partner_ids", "res_id", "res_model", "user_id")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_is_hidden(self):
        linked = self._read_others_leads()
        leads = self.env["crm.lead"].browse(dict.fromkeys(chain(*linked.values())))
        lost = leads._filter_hidden().ids
        for event in self:
            event.is_hidden = not linked.get(event.id, set()).isdisjoint(lost)

    @api.depends("is_hidden")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_display_name(self):
        # Core asks for the names of linked records with all rights.
        hidden = self.filtered("is_hidden")
        hidden.display_name = self.env._("Busy")
        shown = (self - hidden).with_prefetch()
        return super(CalendarEvent, shown)._compute_display_name()

    # ------------------------------------------------------------
    # ORM
    # ------------------------------------------------------------

    def _check_access(self, operation):
        result = super()._check_access(operation)
        if self.env.su or operation not in ("write", "unlink"):
            return result
        allowed = self - result[0] if result else self
        hidden = allowed.filtered("is_hidden")
        if not hidden:
            return result
        forbidden = result[0] + hidden if result else hidden
        rules = self.env["ir.rule"]
        return forbidden, lambda: rules._make_access_error(operation, forbidden)

    @api.model
    def _search(self, domain, *args, **kwargs):
        is_trusted = self.env.su or kwargs.get("bypass_access")
        if not is_trusted and self._asks_for_hidden(domain):
            domain = [*self._get_shown_domain(), *domain]
        return super()._search(domain, *args, **kwargs)

    def copy_data(self, default=None):
        # Of others' private meetings, Odoo copies what is seen of them.
        self.filtered("is_hidden").check_access("write")
        return super().copy_data(default)

    # ------------------------------------------------------------
    # HOOKS
    # ------------------------------------------------------------

    def _check_private_event_conditions(self):
        return super()._check_private_event_conditions() or self.is_hidden

    def _get_default_privacy_domain(self):
        return all_of([super()._get_default_privacy_domain(), self._get_shown_domain()])

    @api.model
    def _get_mail_message_access(self, res_ids, operation, model_name=None):
        # Odoo 18.0 asks for the messages of all these meetings at once.
        if operation == "read" and any(self.browse(res_ids).mapped("is_hidden")):
            return "write"
        return super()._get_mail_message_access(
            res_ids, operation, model_name=model_name
        )

    def _mail_get_operation_for_mail_message_operation(self, message_operation):
        # Odoo 19.0 asks for those of each.
        operations = super()._mail_get_operation_for_mail_message_operation(
            message_operation
        )
        if message_operation == "read":
            hidden = self.filtered("is_hidden")
            operations.update(dict.fromkeys(hidden, "write"))
        return operations

    # ------------------------------------------------------------
    # BUSINESS
    # ------------------------------------------------------------

    def _read_others_leads(self):
        """Return the leads of those of these meetings that the user is no part of.

        Past the cache: what one user sees as busy there, the next one would.

        :return: the ids of the leads, by the id of the meeting.
        :rtype: dict[int, set[int]]
        """
        ids = tuple(filter(None, self.ids))
        if not ids:
            return {}
        self.flush_recordset(
            ["opportunity_id", "partner_ids", "res_id", "res_model", "user_id"]
        )
        rows = self.env.execute_query(
            SQL(
                """
                SELECT id, opportunity_id,
                       CASE WHEN res_model = 'crm.lead' THEN res_id END
                  FROM calendar_event
                 WHERE id IN %(ids)s AND user_id IS DISTINCT FROM %(user)s
                   AND NOT EXISTS (
                       SELECT FROM calendar_event_res_partner_rel
                        WHERE calendar_event_id = calendar_event.id
                          AND res_partner_id = %(partner)s
                   )
                """,
                ids=ids,
                user=self.env.uid,
                partner=self.env.user.partner_id.id,
            )
        )
        return {id_: set(filter(None, leads)) for id_, *leads in rows}

    @api.model
    def _asks_for_hidden(self, domain):
        """Whether a domain asks for more than the times of meetings.

        :param list domain: as it was sent.
        :rtype: bool
        """
        names = {
            leaf[0].split(".")[0]
            for leaf in domain
            if isinstance(leaf, (list, tuple)) and isinstance(leaf[0], str)
        }
        return bool(names - self._get_public_fields() - ASKED_OF_HIDDEN)

    @api.model
    def _get_shown_domain(self):
        """Return the domain of the meetings that are not hidden from the user."""
        hidden = self.env["crm.lead"]._query_hidden()
        of_no_other = any_of(
            [[("res_model", "!=", "crm.lead")], [("res_id", "not in", hidden)]]
        )
        return any_of(
            [
                [("user_id", "=", self.env.uid)],
                [("partner_ids", "in", self.env.user.partner_id.ids)],
                all_of([[("opportunity_id", "not in", hidden)], of_no_other]),
            ]
        )

    def _forget_hidden(self, names=None):
        """Drop what the user saw of these meetings, to look at them with all rights.

        What the cache has of a hidden meeting is the same for the superuser.

        :param names: of the fields to drop; all of them without.
        """
        if not self.env.su:
            self.invalidate_recordset(names)
