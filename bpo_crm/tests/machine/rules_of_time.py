"""What is measured is not chosen by whom it is measured of."""

from datetime import timedelta

from .step import find_changed, name_of, rule

MEASURED = (
    "response_minutes",
    "response_target_minutes",
    "response_deadline",
    "response_warning_date",
    "response_met_rate",
    "is_response_unmeasured",
    "is_response_warned",
)

#: What they follow from.
CAUSES = (
    "first_attempt_date",
    "enquiry_date",
    "intake_source_id",
    "source_id",
    "dealership_id",
    "stage_id",
    "company_id",
)


@rule
def first_contacts_are_attempts(step):
    """A first attempt is none, or of another moment than it was."""
    if step.gone("leads"):
        # The first attempt of leads that were merged is the first one of all.
        return
    begin = step.camera.now.replace(microsecond=0)
    for old, new in step.lead_pairs():
        before, after = old["first_attempt_date"], new["first_attempt_date"]
        # Without a meeting that never was, the customer has waited longer.
        is_corrected = before and (not after or after > before)
        is_moved = old["enquiry_date"] != new["enquiry_date"]
        # PostgreSQL dates what is made in one transaction by when that began.
        is_of_now = before and after and min(before, after) >= begin
        if before == after or is_corrected or is_moved or is_of_now:
            continue
        if before:
            yield f"{name_of(new)}: {before} became {after}"
        elif not _is_attempted(step, new):
            yield f"{name_of(new)}: {after} without an attempt"


def _is_attempted(step, lead):
    """Whether a call, a message or a meeting of a lead is new."""
    meetings = [*step.made("meetings"), *(new for _old, new in step.pairs("meetings"))]
    return (
        any(row["lead_id"] == lead["id"] for row in step.made("calls"))
        or any(row["res_id"] == lead["id"] for row in step.made("messages"))
        or any(row["opportunity_id"] == lead["id"] for row in meetings)
    )


@rule
def waiting_times_are_measured(step):
    """What was measured of a lead changed by itself."""
    if step.gone("leads"):
        return
    for old, new in step.lead_pairs():
        names = find_changed(old, new, MEASURED)
        if names and not find_changed(old, new, CAUSES):
            said = [f"{name} was {old[name]}, is {new[name]}" for name in names]
            yield f"{name_of(new)}: {', '.join(said)}"


@rule
def arrivals_are_corrected_by_supervisors(step):
    """Since when a customer waits was changed."""
    if step.is_leading or step.gone("leads"):
        return
    for old, new in step.lead_pairs():
        if old["enquiry_date"] != new["enquiry_date"]:
            yield name_of(new)


@rule
def moves_are_dated_by_the_clock(step):
    """When a lead moved last was chosen."""
    for old, new in step.lead_pairs():
        is_dated = find_changed(old, new, ["date_last_stage_update"])
        if is_dated and not find_changed(old, new, ["stage_id", "type"]):
            yield name_of(new)


@rule
def messages_are_dated_by_the_clock(step):
    """When something was written was chosen."""
    now = step.camera.now
    for row in step.made("messages"):
        if not row["date"] or abs(row["date"] - now) > timedelta(days=1):
            yield f"message {row['id']} of {row['date']}"
