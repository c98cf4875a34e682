"""Calls that make, change, move, claim, close and merge leads."""

from . import values
from .calls import Call, family
from .values import Id, Made

LEAD = "crm.lead"

#: What an import may be told that a lead is called.
XML_IDS = (
    "bpo_crm.crm_call_log_action",
    "bpo_crm.crm_lead_source_import",
    "crm.crm_lead_view_form",
    "bpo_crm.new_one",
    "__import__.new_one",
    "x",
)

#: How a customer is reached.
CUSTOMER = ("phone", "email_from", "phone_sanitized", "email_normalized", "partner_id")

CLOSING = (
    "action_set_lost",
    "action_set_won",
    "action_set_won_rainbowman",
    "action_win_each",
    "action_archive",
    "action_unarchive",
    "toggle_active",
    "action_mark_lost",
    "unlink",
)


@family(weight=3)
def write_lead(sender):
    ids, vals = sender.leads(), sender.values(LEAD)
    if sender.pick(True, True, True, False):
        return sender.call(LEAD, "write", ids, vals)
    return sender.call(LEAD, "web_save", ids, vals, {"name": {}})


@family(weight=5)
def move_lead(sender):
    """A stage and what belongs to it, in forms that a check may overlook."""
    vals = {"stage_id": sender.value(LEAD, "stage_id")}
    further = sender.pick(None, "lost_reason_id", "team_id", "user_id", "active")
    if further:
        vals[further] = sender.value(LEAD, further)
    return sender.call(LEAD, "write", sender.leads(), vals)


@family(weight=3)
def write_customer(sender):
    vals = {}
    for _number in range(sender.pick(1, 2, 3)):
        name = sender.pick(*CUSTOMER, "country_id", "type")
        vals[name] = sender.value(LEAD, name)
    if sender.is_lucky():
        return sender.call(LEAD, "write", sender.leads(), vals)
    return sender.call(LEAD, "create", [{"name": "Made", **vals}])


@family(weight=2)
def create_lead(sender):
    vals = sender.values(LEAD, name="Made")
    return sender.pick(
        sender.call(LEAD, "create", [vals]),
        sender.call(LEAD, "web_save", [], vals, {"name": {}}),
        sender.call(LEAD, "name_create", "Made"),
        sender.call(LEAD, "copy", sender.leads(), vals),
    )


@family(weight=2)
def load_leads(sender):
    """A file with external ids that are ours, or somebody's, or nobody's."""
    model = sender.pick(LEAD, LEAD, "crm.call.log", "res.partner")
    row = {"id": sender.pick(*XML_IDS), "name": "Loaded"}
    if sender.is_lucky():
        name = sender.draw(sender.catalogue.field(model))
        row[name] = sender.value(model, name)
    if sender.is_lucky():
        row["phone"] = sender.pick(*values.PHONES)
    if sender.pick(True, False, False):
        row[".id"] = sender.lead()
    return sender.call(model, "load", list(row), [list(row.values())])


@family(weight=2)
def close_lead(sender):
    method, kwargs = sender.pick(*CLOSING[:2], *CLOSING), {}
    if method == "action_set_lost":
        kwargs = {"lost_reason_id": sender.value(LEAD, "lost_reason_id")}
    return sender.call(LEAD, method, sender.leads(), **kwargs)


@family()
def claim_lead(sender):
    return sender.pick(
        sender.call(LEAD, "action_claim", sender.leads()),
        sender.call(LEAD, "action_claim_next"),
        sender.call(
            LEAD, "write", sender.leads(), {"user_id": sender.value(LEAD, "user_id")}
        ),
    )


@family()
def merge_leads(sender):
    """A merge, also of leads of different customers or owners."""
    ids = [sender.lead(), sender.lead()]
    kwargs = {
        name: sender.value(LEAD, name)
        for name in ("user_id", "team_id")
        if sender.pick(True, False, False)
    }
    window = "crm.merge.opportunity"
    merged = {"opportunity_ids": [[6, 0, ids]], **kwargs}
    return sender.pick(
        [sender.call(LEAD, "merge_opportunity", ids, **kwargs)],
        [
            Call(sender.role, window, "create", [[merged]]),
            Call(sender.role, window, "action_merge", [[Made(window)]]),
        ],
    )


@family()
def any_method_of_lead(sender):
    further = [
        sender.pick(
            sender.lead(),
            sender.draw(values.nonsense),
            Id("user_agent"),
            Id("team"),
            sender.values(LEAD),
        )
        for _number in range(sender.pick(0, 0, 1, 2))
    ]
    return sender.call(LEAD, sender.method_of(LEAD), sender.leads(), *further)
