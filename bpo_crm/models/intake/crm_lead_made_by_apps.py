import functools

from odoo import fields, models

from ...inner_context import with_inner_context

#: What an app says of a lead that leads back to what made it. Not the website's
#: visitors, whose forms Odoo fills in from their leads: whoever types in a customer's
#: number is not that customer yet.
LINKS = ("event_id", "origin_channel_id", "origin_survey_id", "registration_ids")


class Lead(models.Model):
    """What Odoo's other apps make of a customer who has an open lead is merged into it.

    They need not be there, come after this addon, and call nothing of it: where they
    make leads with the rights of whoever is signed in, their methods are wrapped once
    all addons are loaded, as ``base_automation`` does it.
    """

    _inherit = "crm.lead"

    # ------------------------------------------------------------
    # HOOKS
    # ------------------------------------------------------------

    def _register_hook(self):
        result = super()._register_hook()
        for cls, name in self._find_makers():
            if hasattr(cls, name) and name not in vars(cls):
                setattr(cls, name, _with_all_rights(getattr(cls, name)))
        return result

    def _unregister_hook(self):
        for cls, name in self._find_makers():
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

    def _find_makers(self):
        """Return pairs of a class of the registry and a method of :data:`MAKERS`."""
        registry = self.env.registry
        return [(registry[model], name) for model, name in MAKERS if model in registry]

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


#: Methods of Odoo's apps that make leads in the name of whoever is signed in.
MAKERS = (
    ("crm.iap.lead.mining.request", "_create_leads_from_response"),
    ("discuss.channel", "_convert_visitor_to_lead"),
)
