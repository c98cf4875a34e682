import logging

from odoo import Command, api, models
from odoo.exceptions import AccessError, UserError

from ...ids import is_id
from ...inner_context import with_inner_context

_logger = logging.getLogger(__name__)

#: What core's reader of mail servers says in the context. It does no harm.
GATEWAY_KEYS = ("default_fetchmail_server_id", "fetchmail_cron_running")

#: What whoever hands over a mail may say of the lead that it may become.
SENT_FIELDS = ("campaign_id", "medium_id", "source_id", "tag_ids", "team_id")

#: Commands of a field that only link records which are there.
LINKING = (Command.LINK, Command.SET, Command.CLEAR)


class SentValues(dict):
    """Values that came with a mail from a client, not from an alias."""


class MailThread(models.AbstractModel):
    """Who may hand a mail to the gateway, and what may come along with it.

    Core lets everybody call it, and makes of the mail what it is told to, with all
    rights: its script calls it as some employee.
    """

    _inherit = "mail.thread"

    @api.model
    def message_process(
        self,
        model,
        message,
        custom_values=None,
        save_original=False,
        strip_attachments=False,
        thread_id=None,
    ):
        self._check_is_mail(message)
        threads = self
        if not self.env.su:
            model = model if isinstance(model, str) else None
            self._check_hands_over_mails(model)
            threads = with_inner_context(self, *GATEWAY_KEYS)
            custom_values = threads._prepare_sent_values(model, custom_values)
            thread_id = threads._find_sent_thread(model, thread_id)
        return super(MailThread, threads).message_process(
            model,
            message,
            custom_values=custom_values,
            save_original=save_original,
            strip_attachments=strip_attachments,
            thread_id=thread_id,
        )

    @api.model
    def message_route(self, message, message_dict, *args, **kwargs):
        routes = super().message_route(message, message_dict, *args, **kwargs)
        return [self._clean_route(*route) for route in routes or ()]

    # ------------------------------------------------------------
    # BUSINESS
    # ------------------------------------------------------------

    @api.model
    def _check_hands_over_mails(self, model):
        """Refuse a mail of somebody who is to send it to its address instead.

        :param model: what the mail is to become, if nothing else says so. Leads are
            for everybody; core would make all else with all rights.
        :raises AccessError: for others than employees, and for what they cannot make.
        """
        if not self.env.user._is_internal():
            raise AccessError(
                self.env._(
                    "Only employees can hand mails over to Odoo. Send the mail "
                    "to its address instead."
                )
            )
        if model != "crm.lead" and model in self.env:
            self.env[model].check_access("create")

    @api.model
    def _check_is_mail(self, message):
        """Refuse what no mail can be read from.

        :param message: whatever was sent; XML-RPC wraps bytes.
        """
        if not isinstance(getattr(message, "data", message), str | bytes):
            raise UserError(
                self.env._("Hand over the source of the mail, as text or as bytes.")
            )

    @api.model
    def _prepare_sent_values(self, model, values):
        """Return what may be taken of values that a client sent with a mail.

        :param str model: what the mail is to become, if nothing else says so.
        :param values: whatever was sent.
        :rtype: SentValues
        """
        is_taken = model == "crm.lead" or self.env.user._is_system()
        if not (is_taken and isinstance(values, dict)):
            # Core makes other records with all rights, for whoever hands over a mail.
            return SentValues()
        fields = self.env[model]._fields if model in self.env else {}
        return SentValues(
            (name, value)
            for name, value in values.items()
            # By commands, records of any other model would be written.
            if name not in fields or _links_only(fields[name], value)
        )

    @api.model
    def _find_sent_thread(self, model, thread_id):
        """Return the record that a client wants a mail to be posted on.

        :param str model: of the record.
        :param thread_id: whatever was sent.
        :return: its id; None for a record that the client may not write.
        :rtype: int | None
        """
        if model not in self.env or not is_id(thread_id):
            return None
        record = self.env[model].browse(thread_id).exists()
        return record.id if record and record.has_access("write") else None

    @api.model
    def _clean_route(self, model, thread_id, values, *others):
        """Return a route that carries nothing a client must not say of a lead."""
        if model == "crm.lead" and isinstance(values, SentValues):
            values = self.env["crm.lead"]._prepare_sent_lead_values(values)
        return (model, thread_id, values, *others)


class Lead(models.Model):
    """What may be said of a lead that a mail becomes."""

    _inherit = "crm.lead"

    @api.model
    def _prepare_sent_lead_values(self, values):
        """Return what may be taken of values that a client sent with a mail.

        The mail itself is never refused because of them.

        :param dict values: whatever was sent.
        :return: references to records that the user may see.
        :rtype: dict
        """
        values, taken = values or {}, {}
        for name in SENT_FIELDS:
            field, value = self._fields[name], values.get(name)
            is_many = field.type == "many2many"
            found = self._find_sent_records(field, value, is_many)
            if found:
                taken[name] = [Command.set(found.ids)] if is_many else found.id
        left_out = values.keys() - taken.keys()
        if left_out:
            _logger.warning("A mail came with values that are not taken: %s", left_out)
        return taken

    @api.model
    def _find_sent_records(self, field, value, is_many):
        """Return the records that a value of a field names, and the user may see.

        :param odoo.fields.Field field: of ``crm.lead``, a many2one or a many2many.
        :param value: whatever was sent.
        :param bool is_many: whether the field is a many2many, which takes ids and
            commands.
        :return: of the field's model; empty where it names none.
        """
        records = self.env[field.comodel_name]
        if not is_many:
            ids = [value]
        elif isinstance(value, list | tuple) and _links_only(field, value):
            ids = [id_ for item in value for id_ in _list_ids(item)]
        else:
            ids = []
        found = records.browse(filter(is_id, ids)).exists()
        return found._filtered_access("read")

    @api.model
    def _prepare_alias_values(self, values):
        """Return what may be taken of an alias's defaults.

        They are written with all rights, and by people who do not have them.

        :param dict values: of a route.
        :return: those that people enter, and the source that the alias is of.
        :rtype: dict
        """
        taken = {
            name: value
            for name, value in values.items()
            if name == "intake_source_id" or self._is_for_people(name, value)
        }
        left_out = values.keys() - taken.keys()
        if left_out:
            _logger.warning("An alias has defaults that are not taken: %s", left_out)
        return taken

    @api.model
    def _is_for_people(self, name, value):
        field = self._fields.get(name)
        return bool(field) and not field.readonly and _links_only(field, value)


def _links_only(field, value):
    """Whether a value of a field writes no other record.

    :param odoo.fields.Field field: of any model.
    :param value: for it, as a client or an alias says it.
    """
    if field.type == "one2many":
        return False
    if field.type != "many2many":
        return True
    return isinstance(value, list | tuple) and all(
        is_id(item) or (isinstance(item, list | tuple) and item and item[0] in LINKING)
        for item in value
    )


def _list_ids(item):
    """Return the ids in an id or in a command that links records.

    :param item: an id, or a command that :func:`_links_only` lets pass.
    :return: whatever was sent as ids, which may be none.
    :rtype: list | tuple
    """
    if is_id(item):
        return [item]
    if item[0] == Command.LINK:
        return item[1:2]
    ids = item[2] if len(item) > 2 else ()
    return ids if isinstance(ids, list | tuple) else ()
