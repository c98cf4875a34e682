"""Calls about activities, meetings, calls and windows of leads."""

from .calls import Call, family
from .values import Id, Made

ACTIVITY = "mail.activity"
MEETING = "calendar.event"
CALL_LOG = "crm.call.log"

ACTIVITY_METHODS = (
    *["write"] * 5,
    *["create"] * 2,
    "action_done",
    "action_feedback",
    "action_feedback_schedule_next",
    "unlink",
    "action_archive",
    "action_unarchive",
    "copy",
)

#: The fields that say of which lead something is.
LEAD_FIELDS = (
    (ACTIVITY, "res_id"),
    (ACTIVITY, "res_id"),
    (MEETING, "opportunity_id"),
    (CALL_LOG, "lead_id"),
    ("crm.lead.log.call", "lead_id"),
    ("mail.message", "res_id"),
)

WINDOWS = (
    "crm.lead.log.call",
    "crm.lead.plan.step",
    "crm.lead.lost",
    "crm.lead2opportunity.partner",
    "crm.lead2opportunity.partner.mass",
    "crm.merge.opportunity",
    "crm.lead.win.report",
    "mail.activity.schedule",
    "mail.compose.message",
)

#: What windows ask for, so that their buttons do something.
ANSWERS = {"result": "answered", "lost_reason_id": Id("reason"), "action": "convert"}


def _change(sender, model, method, **meant):
    """Return a call of one of the methods that records have in common."""
    ids, vals = [sender.id_of(model)], sender.values(model)
    args = {"write": [ids, vals], "copy": [ids, vals], "create": [[{**meant, **vals}]]}
    return sender.call(model, method, *args.get(method, [ids]))


@family(weight=3)
def activity(sender):
    meant = {
        "res_model_id": Id("model_lead"),
        "res_id": sender.lead(),
        "activity_type_id": Id("type_call"),
    }
    first = _change(sender, ACTIVITY, sender.pick(*ACTIVITY_METHODS), **meant)
    if first.method not in ("write", "create") or sender.is_lucky():
        return first
    done = first.args[0] if first.method == "write" else [Made(ACTIVITY)]
    return [first, Call(sender.role, ACTIVITY, "action_feedback", [done])]


@family(weight=2)
def give_away(sender):
    """Let what is a lead's be another one's."""
    model, name = sender.pick(*LEAD_FIELDS)
    ids, vals = [sender.id_of(model)], {name: sender.value(model, name)}
    first = sender.call(model, "write", ids, vals)
    if model != ACTIVITY:
        return first
    return [first, Call(sender.role, ACTIVITY, "action_feedback", [ids])]


@family(weight=2)
def meeting(sender):
    meant = {
        "name": "Made",
        "start": "2035-01-01 10:00:00",
        "stop": "2035-01-01 11:00:00",
        "opportunity_id": sender.lead(),
    }
    methods = ("write", "write", "create", "create", "unlink", "copy")
    buttons = ("action_visit_done", "action_visit_no_show", "action_archive")
    return _change(sender, MEETING, sender.pick(*methods, *buttons), **meant)


@family()
def call_log(sender):
    meant = {"lead_id": sender.lead(), "result": "answered"}
    method = sender.pick("create", "create", "write", "unlink", "copy")
    return _change(sender, CALL_LOG, method, **meant)


@family(weight=2)
def window(sender):
    """Open a window or take one that somebody left open, and press a button."""
    model = sender.pick(*WINDOWS)
    vals = sender.values(model, **_prepare_answers(sender, model))
    leads = {"active_model": "crm.lead", "active_ids": sender.leads()}
    context = sender.pick({}, {"context": leads})
    opened = sender.id_of(model)
    first, window_id = sender.pick(
        (Call(sender.role, model, "create", [[vals]], context), Made(model)),
        (Call(sender.role, model, "create", [[vals]], context), Made(model)),
        (Call(sender.role, model, "write", [[opened], vals], context), opened),
    )
    button = sender.method_of(model)
    return [first, Call(sender.role, model, button, [[window_id]], context)]


@family()
def look_into_window(sender):
    """What a window shows before it is saved."""
    model = sender.pick(*WINDOWS)
    vals = sender.values(model, **_prepare_answers(sender, model))
    spec = {name: {} for name in sorted(sender.catalogue.env[model]._fields)}
    leads = {"active_model": "crm.lead", "active_ids": sender.leads()}
    return sender.pick(
        sender.call(model, "onchange", [], vals, list(vals), spec),
        sender.call(model, "default_get", sorted(spec), context=leads),
        sender.call(model, "search_read", [], []),
    )


def _prepare_answers(sender, model):
    fields = sender.catalogue.env[model]._fields
    answers = {name: value for name, value in ANSWERS.items() if name in fields}
    if "lead_id" in fields:
        answers["lead_id"] = sender.lead()
    for name in ("lead_ids", "opportunity_ids", "lead_tomerge_ids"):
        if name in fields:
            answers[name] = [[6, 0, [sender.lead()]]]
    return answers
