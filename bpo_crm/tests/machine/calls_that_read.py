"""All ways of reading, with fields of whatever a field leads to."""

from ...series import IS_19
from .calls import family

MODELS = (
    "crm.lead",
    "crm.lead",
    "crm.dealership",
    "crm.brand",
    "crm.lead.source",
    "crm.lead.feed",
    "crm.lead.enquiry",
    "crm.lead.customer",
    "crm.dealer.push",
    "crm.call.log",
    "crm.lead.log.call",
    "crm.lead.plan.step",
    "crm.lead.win.report.line",
    "crm.lead.lost",
    "crm.pipeline.settings",
    "mail.activity",
    "mail.message",
    "mail.followers",
    "mail.tracking.value",
    "ir.attachment",
    "ir.config_parameter",
    "res.users",
)

GROUP = "formatted_read_group" if IS_19 else "read_group"


@family(weight=3)
def read(sender):
    model = sender.pick(*MODELS)
    ids = [sender.id_of(model)]
    fields = [_field(sender, model) for _number in range(sender.pick(0, 1, 2, 3))]
    spec = {name: _prepare_inner_spec(sender, model, name) for name in fields}
    by = fields[:1] or ["create_uid"]
    vals = sender.values(model)
    return sender.pick(
        sender.call(model, "read", ids, fields),
        sender.call(model, "search_read", [], fields),
        sender.call(model, "web_read", ids, spec),
        sender.call(model, "web_search_read", [], spec),
        sender.call(model, "export_data", ids, _prepare_paths(sender, model, fields)),
        sender.call(model, GROUP, [], *([by, ["__count"]] if IS_19 else [[], by])),
        sender.call(model, "onchange", ids, vals, list(vals), spec),
        sender.call(model, "onchange", [], vals, list(vals), spec),
        sender.call(model, "default_get", fields),
        sender.call(model, "name_search", ""),
        sender.call(model, "get_formview_action", ids),
    )


def _field(sender, model):
    return sender.draw(sender.catalogue.field(model))


def _find_target(sender, model, name):
    field = sender.catalogue.env[model]._fields[name]
    return field.comodel_name if field.relational else None


def _prepare_inner_spec(sender, model, name):
    target = _find_target(sender, model, name)
    if not target:
        return {}
    count = sender.pick(0, 1, 2)
    return {"fields": {_field(sender, target): {} for _number in range(count)}}


def _prepare_paths(sender, model, fields):
    paths = ["display_name"]
    for name in fields:
        target = _find_target(sender, model, name)
        paths.append(f"{name}/{_field(sender, target)}" if target else name)
    return paths
