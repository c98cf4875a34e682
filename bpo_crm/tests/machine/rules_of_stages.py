"""Forward, one stage at a time; closed for good, and with a reason."""

from .step import name_of, rule


@rule
def stages_go_forward(step):
    """A stage was left backwards or skipped."""
    if step.lifts_guard:
        return
    for old, new in step.lead_pairs():
        if old["stage_id"] == new["stage_id"] or step.after.is_closed(new):
            continue
        if step.before.is_closed(old):
            yield f"{name_of(new)} was reopened"
        elif not _follows(step.after, old["stage_id"], new):
            yield f"{name_of(new)} went from {old['stage_id']} to {new['stage_id']}"


def _follows(picture, left, lead):
    """Whether the stage of a lead is the one after another, in the lead's team."""
    stages = picture.find_open_stages(lead["team_id"])
    if left in stages:
        following = stages[stages.index(left) + 1 :]
    elif left:
        sequence = picture.stages[left]["sequence"]
        following = [
            one for one in stages if picture.stages[one]["sequence"] > sequence
        ]
    else:
        following = stages
    return following[:1] == [lead["stage_id"]]


@rule
def leads_are_born_in_the_first_stage(step):
    """A lead was born elsewhere than in the first stage."""
    if step.lifts_guard:
        return
    for lead in step.made("leads"):
        first = step.after.find_open_stages(lead["team_id"])[:1]
        if lead.get("is_bpo", True) and lead["stage_id"] not in (*first, None):
            yield f"{name_of(lead)} was born in stage {lead['stage_id']}"


@rule
def lifted_guards_show(step):
    """The guard was lifted, and the chatter does not say so."""
    if not step.lifts_guard:
        return
    told = {row["res_id"] for row in step.made("messages")}
    for old, new in step.lead_pairs():
        is_move = old["stage_id"] != new["stage_id"] and not step.after.is_closed(new)
        if is_move and new["id"] not in told:
            yield name_of(new)


@rule
def opportunities_have_a_stage(step):
    """An opportunity has no stage."""
    for lead in step.leads:
        if lead["type"] == "opportunity" and not lead["stage_id"]:
            yield name_of(lead)


@rule
def open_leads_are_in_stages_of_their_team(step):
    """An open lead is in a stage of another team."""
    for lead in filter(step.after.is_open, step.leads):
        stage = step.after.stage_of(lead)
        if stage and not step.after.is_of_team(stage, lead["team_id"]):
            yield name_of(lead)


@rule
def lost_leads_have_a_reason(step):
    """A lost lead has no reason."""
    for lead in filter(step.after.is_lost, step.leads):
        if not lead["lost_reason_id"]:
            yield name_of(lead)


@rule
def lost_leads_are_lost_for_odoo(step):
    """A lost lead is not archived with a probability of 0."""
    for lead in filter(step.after.is_lost, step.leads):
        if lead["active"] or lead["probability"]:
            yield f"{name_of(lead)}: {lead['active']}, {lead['probability']}"


@rule
def open_leads_are_not_archived(step):
    """An open lead is archived."""
    for lead in step.leads:
        if not lead["active"] and not step.after.is_closed(lead):
            yield name_of(lead)


@rule
def only_won_leads_are_certain(step):
    """An open lead has a probability of 100."""
    for lead in step.leads:
        if (lead["probability"] or 0) >= 100 and not step.after.is_won(lead):
            yield name_of(lead)


@rule
def leads_leave_their_floor_by_managers_only(step):
    """A lead left the teams that work for dealerships."""
    for _old, new in step.lead_pairs():
        if not new.get("is_bpo", True) and not step.is_manager:
            yield name_of(new)
