import functools

from odoo import fields, models
from odoo.exceptions import RedirectWarning, UserError

from ...inner_context import with_inner_context

#: What an app says of a lead that leads back to what made it. Not the website's
#: visitors, whose forms Odoo fills in from their leads: whoever types in a customer's
#: number is not that customer yet.
LINKS = ("event_id", "origin_channel_id", "origin_survey_id", "registration_ids")


class Lead(models.Model):
    """What Odoo's other apps make of a customer who has an open lead is merged into it.

    They need not be there, come after this addon, and call nothing of it: methods of
    theirs are wrapped once all addons are loaded, as ``base_automation`` does it.
    """

    _inherit = "crm.lead"

    # ------------------------------------------------------------
    # HOOKS
    # ------------------------------------------------------------

    def _register_hook(self):
        result = super()._register_hook()
        for cls, name, wrap in self._find_wrapped():
            if hasattr(cls, name) and name not in vars(cls):
                setattr(cls, name, wrap(getattr(cls, name)))
        return result

    def _unregister_hook(self):
        for cls, name, _wrap in self._find_wrapped():
            if name in vars(cls):
                delattr(cls, name)
        return super()._unregister_hook()

    def _prepare_merge_values(self, entries):
        values = super()._prepare_merge_values(entries)
        for entry in entries:
            self._add_links(values, entry.values)
        return values

    def _get_html_link(self, title=None):
        # An app tells by it what was made, maybe somebody who may not see it.
        if not (title or self._is_shown_to_user()):
            title = self.sudo().reference
        return super()._get_html_link(title)

    # ------------------------------------------------------------
    # BUSINESS
    # ------------------------------------------------------------

    def _find_wrapped(self):
        """Return what there is of :data:`WRAPPED`, with classes of the registry."""
        registry = self.env.registry
        return [
            (registry[model], name, wrap)
            for model, name, wrap in WRAPPED
            if model in registry
        ]

    def _log_refused_update(self, records, refusal):
        """Leave a line with these leads that an app could not change.

        :param records: what was changed in the app.
        :param Exception refusal: why.
        """
        names = ", ".join(records.mapped("display_name"))
        for lead in self:
            text = self.env._(
                "%(name)s was changed, and this lead was not. %(reason)s",
                name=names,
                reason=refusal.args[0],
            )
            lead._message_log(body=text)

    def _add_links(self, values, made):
        """Link this lead with what an app would have made another one of.

        :param dict values: what this lead learns, which is added to.
        :param dict made: of ``crm.lead``, as the app made them.
        """
        draft = self.new({name: made[name] for name in LINKS if name in made})
        for name in set(LINKS) & made.keys():
            linked = draft[name]._origin - self[name]
            if self._fields[name].type == "many2one":
                if linked and not (self[name] or values.get(name)):
                    values[name] = linked.id
            else:
                links = values.setdefault(name, [])
                links += [fields.Command.link(record.id) for record in linked]


def _with_all_rights(make):
    """Return a method that makes leads, with the rights that an app has for it.

    :param make: a method of an app, which returns leads.
    """

    @functools.wraps(make)
    def make_with_all_rights(self, *args, **kwargs):
        self.env["crm.lead"].check_access("create")
        return make(with_inner_context(self).sudo(), *args, **kwargs)

    return make_with_all_rights


def _told_in_chatter(update):
    """Return a method that changes leads, or says in their chatter why it did not.

    Whoever works in the app may not see the leads.

    :param update: a method of records with ``lead_ids``, which they were made of.
    """

    @functools.wraps(update)
    def update_or_tell(self, *args, **kwargs):
        """Change the leads, as somebody may work in the app who may not change them.

        :param args: of the method.
        :param kwargs: of the method.
        """
        leads = self.lead_ids.filtered("is_bpo")
        if not leads:
            return update(self, *args, **kwargs)
        try:
            with self.env.cr.savepoint():
                return update(self, *args, **kwargs)
        except (RedirectWarning, UserError) as refusal:
            return leads._log_refused_update(self, refusal)

    return update_or_tell


#: Methods of Odoo's apps that make leads in the name of whoever is signed in, or change
#: them as what they were made of changes.
WRAPPED = (
    ("crm.iap.lead.mining.request", "_create_leads_from_response", _with_all_rights),
    ("discuss.channel", "_convert_visitor_to_lead", _with_all_rights),
    ("event.registration", "_update_leads", _told_in_chatter),
)
