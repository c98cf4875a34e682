# Run in Odoo's shell: what it costs to move leads a stage forward, with the activity
# of the old stage done and that of the new one planned. Plain Odoo is told to do all
# three, the addon does the other two by itself.
import json
import time

COUNT = 200
CALL = "mail.mail_activity_data_call"

is_ours = "crm_stage_id" in env["mail.activity"]._fields  # noqa: F821
user = env.ref("base.user_admin")  # noqa: F821
leads_env = env(user=user.id, context={"lang": "en_US"})["crm.lead"]  # noqa: F821
first, second = env["crm.stage"].search(  # noqa: F821
    [("is_won", "=", False)], order="sequence, id"
)[:2]


def new_leads():
    """Return leads of the user in the first stage, with an activity planned."""
    values = {"type": "opportunity", "user_id": user.id, "stage_id": first.id}
    leads = leads_env.create(
        [{**values, "name": f"Lead {number}"} for number in range(COUNT)]
    )
    if not is_ours:
        leads.activity_schedule(CALL, user_id=user.id)
    leads.env.cr.commit()
    leads.env.invalidate_all()
    return leads


def move(leads):
    """Do what a drag on the kanban means, up to the commit."""
    activities = leads.activity_ids
    leads.write({"stage_id": second.id})
    if not is_ours:
        activities.action_feedback()
        leads.activity_schedule(CALL, user_id=user.id)
    leads.env.cr.commit()


def measure(groups):
    """Return the seconds that it takes to move groups of leads."""
    start = time.perf_counter()
    for leads in groups:
        move(leads)
    return time.perf_counter() - start


measure(new_leads()[:5])  # warm up
one_by_one = measure(new_leads())
leads = new_leads()
at_once = measure([leads])
assert len(leads.activity_ids) == COUNT  # noqa: S101
results = {"one by one": one_by_one, "200 at once": at_once}
print("RESULT", json.dumps(results))  # noqa: T201
