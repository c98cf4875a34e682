from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError

from ...limits import CLOCK_SKEW
from ...series import RECEIVED_BY
from ...tracked import is_tracked

#: Who wrote what kind of message about which lead, and when.
FIXED_FIELDS = {
    "author_guest_id",
    "author_id",
    "date",
    "email_from",
    "is_internal",
    "mail_activity_type_id",
    "message_type",
    "notification_ids",
    "notified_partner_ids",
    "parent_id",
    "record_name",
    "subtype_id",
    "tracking_value_ids",
    *RECEIVED_BY,
}

#: What its author may correct, where Odoo's own screens allow it.
CONTENT_FIELDS = {"attachment_ids", "body", "partner_ids", "subject"}


class Message(models.Model):
    """Messages about leads: nobody's words, kind or date are another's to choose."""

    _inherit = "mail.message"

    # ------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        self._check_tracked(vals_list)
        self._check_kinds(vals_list)
        messages = super().create(vals_list)
        of_leads = messages._filter_of_leads()
        if of_leads:
            of_leads._check_reach()
            of_leads._date_now()
            of_leads._check_written_now()
            of_leads._check_authors()
        return messages

    def write(self, vals):
        if not self.env.su:
            self._check_stays(vals)
        result = super().write(vals)
        if vals.get("partner_ids"):
            self._find_first_attempts()
        return result

    def _compute_record_name(self):
        # Only 19.0 works it out, with all rights, for what is only asked for as well.
        result = super()._compute_record_name()
        asked = self.filtered(lambda message: not message.id)._filter_of_leads()
        if asked:
            self.env["crm.lead"]._hide_names(asked, "record_name")
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_said(self):
        if self.env["crm.lead"]._is_below_supervisor() and self._filter_of_leads():
            raise AccessError(
                self.env._(
                    "Messages about a lead are kept. Ask a supervisor to "
                    "delete this one."
                )
            )

    # ------------------------------------------------------------
    # HOOKS
    # ------------------------------------------------------------

    def _find_allowed_model_wise(self, doc_model, doc_dict):
        # Odoo 18.0 finds what was written on meetings whose content is private.
        if doc_model == "calendar.event":
            meetings = self.env[doc_model].browse(doc_dict)
            shown = meetings - meetings.filtered("is_hidden")
            doc_dict = {id_: doc_dict[id_] for id_ in shown.ids}
        return super()._find_allowed_model_wise(doc_model, doc_dict)

    # ------------------------------------------------------------
    # BUSINESS
    # ------------------------------------------------------------

    def _filter_of_leads(self):
        return self.filtered(lambda message: message.model == "crm.lead")

    def _get_leads(self):
        return self.env["crm.lead"].browse(dict.fromkeys(self.mapped("res_id")))

    @api.model
    def _check_tracked(self, vals_list):
        """Refuse changes that did not happen, and those of other messages.

        Core writes them down with all rights.
        """
        by_default = self.env.context.get("default_tracking_value_ids")
        commands = [vals.get("tracking_value_ids", by_default) for vals in vals_list]
        if not self.env.su and not all(map(is_tracked, commands)):
            self._refuse_tracking()

    @api.model
    def _check_kinds(self, vals_list):
        """Refuse messages of no kind.

        PostgreSQL would, and show with the row the name of its lead, which core looks
        up with all rights.

        :param list vals_list: as they were sent.
        :raises ValidationError: for the first one.
        """
        if self.env.su:
            return
        by_default = self.default_get(["message_type"]).get("message_type")
        if not all(vals.get("message_type", by_default) for vals in vals_list):
            raise ValidationError(
                self.env._("A message needs a type, such as a comment or a note.")
            )

    def _refuse_tracking(self):
        raise AccessError(
            self.env._("Odoo itself records what was changed. It cannot be entered.")
        )

    def _check_reach(self):
        """Refuse what is written about leads that are not the user's to work."""
        if self.env.su:
            return
        leads = self._get_leads()
        if self.env["crm.lead"]._is_agent_only():
            leads._filter_for_dealerships()._check_post()
        elif leads - leads._filter_reachable("read"):
            notices = self.filtered(lambda row: row.message_type == "user_notification")
            # Core lets everybody write these, and shows their lead's name in them.
            notices._get_leads()._filter_for_dealerships().check_access("read")

    def _date_now(self):
        """Date those of these messages that somebody sent without a date."""
        undated = self.sudo().filtered(lambda message: not message.date)
        if undated:
            undated.date = fields.Datetime.now()

    def _check_written_now(self):
        """A message is of now, and a mail of a mail program comes by mail."""
        now = fields.Datetime.now()
        if self.env.su:
            # A mail program may have any date.
            late = self.filtered(lambda message: message.date > now + CLOCK_SKEW)
            late._filter_spoken_for().date = now
            return
        elsewhen = self.filtered(
            lambda message: (
                message.message_type == "email"
                or abs(message.date - now) > CLOCK_SKEW
                or any(message[name] for name in RECEIVED_BY)
            )
        )
        if elsewhen._filter_spoken_for():
            self._refuse_change()

    def _check_authors(self):
        """Everybody speaks for himself: for no colleague, and not for the customer."""
        if self.env.su:
            return
        for message in self._filter_spoken_for().sudo():
            if not message._is_of(self.env.user):
                self._refuse_change()

    def _filter_spoken_for(self):
        """Return those of these about leads that nobody speaks of for another."""
        leads = self._get_leads()._filter_spoken_for()
        return self.filtered(lambda message: message.res_id in leads._ids)

    def _is_of(self, user):
        """Whether this message has the name and the address of a user, and no other."""
        contact = user.partner_id
        own = (contact.email_formatted, contact.email, contact.email_normalized, False)
        is_signed = self.author_id == contact and not self.author_guest_id
        return is_signed and (self.email_from or False) in own

    def _check_stays(self, vals):
        """Refuse to rewrite what was said about a lead, and by whom.

        :param dict vals: what is written.
        :raises AccessError: for a message that is not the user's, and for what nobody
            writes by hand.
        """
        if "tracking_value_ids" in vals:
            self._refuse_tracking()
        of_leads = self.sudo()._filter_of_leads()
        if not of_leads:
            return
        if FIXED_FIELDS.intersection(vals):
            self._refuse_change()
        if CONTENT_FIELDS.intersection(vals):
            leads = of_leads._get_leads().with_env(self.env)
            leads._check_reach()
            leads._check_can_update_message_content(of_leads)
            is_own = of_leads.author_id <= self.env.user.partner_id
            if not (is_own or self.env.user._is_admin()):
                self._refuse_change()

    def _refuse_change(self):
        raise AccessError(
            self.env._(
                "The author, the date and the kind of a message about a lead are set "
                "by Odoo. Write another message."
            )
        )

    def _find_first_attempts(self):
        """Mails of an agent's own mail program can be a first attempt.

        The gateway writes down to whom one went after it has posted it.
        """
        posted = self._filter_of_leads().filtered(
            lambda message: message.message_type == "email"
        )
        leads = posted.sudo()._get_leads()
        leads.exists()._find_first_attempt_in_mail()
