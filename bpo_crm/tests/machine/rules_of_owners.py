"""A lead is worked by its owner, and by nobody else."""

from .picture import UNWATCHED
from .step import OUTSIDERS, find_changed, name_of, rule


@rule
def claimed_leads_stay_with_their_owner(step):
    """Somebody took or gave away a lead."""
    if step.is_leading:
        return
    for old, new in step.lead_pairs():
        is_claim = step.before.is_in_pool(old) and new["user_id"] == step.uid
        if old["user_id"] != new["user_id"] and not is_claim:
            yield f"{name_of(new)} went from {old['user_id']} to {new['user_id']}"


@rule
def new_leads_are_for_oneself_or_for_the_pool(step):
    """A lead was made for somebody else."""
    if step.is_leading:
        return
    for lead in step.made("leads"):
        if lead["user_id"] not in (None, step.uid):
            yield f"{name_of(lead)} is of {lead['user_id']}"


@rule
def leads_are_made_by_who_may(step):
    """A lead was made by somebody who may make none."""
    if step.role in OUTSIDERS:
        yield from map(name_of, step.made("leads"))


@rule
def leads_are_changed_by_who_works_them(step):
    """A lead was changed by somebody who does not work it."""
    for old, new in step.lead_pairs():
        names = find_changed(old, new, old.keys() - UNWATCHED)
        if names and not step.may_change(old, new):
            yield f"{name_of(new)}: {', '.join(names)}"


@rule
def contacts_are_changed_by_who_works_their_leads(step):
    """The contact of somebody else's lead was changed."""
    if step.is_leading or step.role == "salesperson":
        return
    owners = {}
    for lead in step.before.leads.values():
        owners.setdefault(lead["partner_id"], set()).add(lead["user_id"])
    for old in [*(pair[0] for pair in step.pairs("contacts")), *step.gone("contacts")]:
        users = owners.get(old["id"])
        if users and step.uid not in users and old["id"] != step.caller.partner_id:
            new = step.after.contacts.get(old["id"])
            yield f"{old} became {new}"


@rule
def leads_do_not_vanish(step):
    """A lead is gone."""
    if step.is_leading:
        return
    for lead in step.gone("leads"):
        is_merge = "merge" in step.call.method
        if not (is_merge and lead["user_id"] == step.uid):
            yield name_of(lead)


@rule
def references_stay(step):
    """A reference changed, or is none."""
    for old, new in step.lead_pairs():
        if old["reference"] != new["reference"]:
            yield f"{old['reference']} became {new['reference']}"
    for lead in step.made("leads"):
        if not str(lead["reference"]).startswith("LEAD/"):
            yield f"{lead['reference']}"
