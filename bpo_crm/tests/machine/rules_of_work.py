"""What is planned and written down for a lead is its owner's work, and stays."""

from datetime import timedelta

from ...limits import LONGEST_CALL
from .step import find_changed, name_of, rule

#: What is written down of a lead, and the column with the lead.
HISTORY = {
    "calls": "lead_id",
    "pushes": "lead_id",
    "enquiries": "lead_id",
    "messages": "res_id",
    "activities": "res_id",
}

#: What of it does not change afterwards.
FIXED = {
    "calls": ("lead_id", "user_id", "is_contact", "result", "call_date"),
    "pushes": ("lead_id", "state", "order_name", "order_key", "dealership_id"),
    "enquiries": ("lead_id", "content", "external_id", "source_id", "state"),
    "messages": ("res_id", "author_id", "date", "message_type"),
    "activities": ("res_id", "done_at", "done_by_id"),
}


@rule
def closed_leads_have_nothing_planned(step):
    """A closed lead has something planned."""
    for row in step.after.activities.values():
        lead = step.after.leads.get(row["res_id"])
        if row["active"] and lead and step.after.is_closed(lead):
            yield f"activity {row['id']} of {name_of(lead)}"


def _is_history(name, row):
    """Whether a row says what was done, not what is planned."""
    return name != "activities" or bool(row["done_at"])


def _find_lead_that_stays(step, name, row):
    """Return the lead that a row was of; None for one that is gone, or merged."""
    lead_id = row[HISTORY[name]]
    return step.after.leads.get(lead_id) and step.before.leads.get(lead_id)


@rule
def history_stays(step):
    """Something that was done for a lead is gone."""
    for name in () if step.is_manager else HISTORY:
        for row in step.gone(name):
            lead = _find_lead_that_stays(step, name, row)
            is_moderated = name == "messages" and step.is_leading
            if lead and _is_history(name, row) and not is_moderated:
                yield f"{name} {row['id']} of {name_of(lead)}"


@rule
def history_does_not_change(step):
    """Something that was done for a lead is another's now, or says otherwise."""
    for name, columns in FIXED.items():
        if step.is_manager or (name == "calls" and step.is_leading):
            # Supervisors correct calls.
            continue
        for old, new in step.pairs(name):
            lead = _find_lead_that_stays(step, name, old)
            changed = find_changed(old, new, columns)
            if lead and changed and _is_history(name, old):
                yield f"{name} {old['id']} of {name_of(lead)}: {', '.join(changed)}"


@rule
def work_is_done_by_who_works_the_lead(step):
    """Something was written down for a lead by somebody who does not work it."""
    for name, column in [*HISTORY.items(), ("meetings", "opportunity_id")]:
        for row in step.made(name):
            old = step.before.leads.get(row[column])
            new = step.after.leads.get(row[column])
            if not (old and new) or step.may_change(old, new):
                continue
            is_told = name in ("enquiries", "messages")
            if not (is_told and _may_be_told_by_others(step, old)):
                yield f"{name} {row['id']} of {name_of(new)}"


def _may_be_told_by_others(step, lead):
    """Whether a line in the chatter may come from who does not work the lead.

    A customer asks again by an import, a contact is another team's as well, and core
    lets everybody write on what nobody has.
    """
    is_imported = step.call.method == "load"
    is_of_contact = step.role == "salesperson"
    return is_imported or is_of_contact or not lead["user_id"]


@rule
def meetings_stay_with_their_leads(step):
    """A meeting was given to a lead by somebody who does not work it."""
    for old, new in step.pairs("meetings"):
        if old["opportunity_id"] == new["opportunity_id"]:
            continue
        for lead_id in (old["opportunity_id"], new["opportunity_id"]):
            lead = step.before.leads.get(lead_id)
            if lead and not step.may_work(lead):
                yield f"meeting {old['id']}: {name_of(lead)}"


@rule
def visits_are_planned_first(step):
    """A visit took place that was not planned."""
    for event in step.made("meetings"):
        if event["visit_state"] not in (None, "planned"):
            yield f"meeting {event['id']} was made as {event['visit_state']}"


@rule
def calls_are_possible(step):
    """A call cannot have been made like this."""
    for call in step.made("calls"):
        lead = step.after.leads.get(call["lead_id"])
        asked = lead and lead["enquiry_date"]
        if (call["duration"] or 0) > LONGEST_CALL:
            yield f"it took {call['duration']} minutes"
        if asked and call["call_date"] < asked - timedelta(days=1):
            yield f"{call['call_date']} is before {asked}"
