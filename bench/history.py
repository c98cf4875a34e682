# Run in Odoo's shell: what it costs to bring in leads that were closed elsewhere, with
# their dates. Plain Odoo dates what it makes by now, and is not told otherwise.
import json
import time

COUNT = 500

is_ours = "is_bpo" in env["crm.lead"]._fields  # noqa: F821
leads_env = env(user=env.ref("base.user_admin").id)["crm.lead"]  # noqa: F821
philippines = env.ref("base.ph")  # noqa: F821
stages = env["crm.stage"]  # noqa: F821
won = stages.search([("is_won", "=", True)], limit=1)
reason = env["crm.lost.reason"].create({"name": "Too late"})  # noqa: F821
if is_ours:
    group = env.ref("bpo_crm.group_bpo_manager")  # noqa: F821
    group._add_members([leads_env.env.uid])
    LOST = {"stage_id": stages.search([("is_lost", "=", True)], limit=1).id}
else:
    LOST = {"active": False, "probability": 0}


def describe(number, ending):
    """Return the values of a lead of some years ago."""
    values = {
        "name": f"Old {number}",
        "contact_name": f"Customer {number}",
        "type": "opportunity",
        "phone": f"0917{number:07}",
        "email_from": f"old{number}@customer.example",
        "country_id": philippines.id,
        "user_id": leads_env.env.uid,
        **ending,
    }
    if is_ours:
        values["date_closed"] = "2019-04-12 07:00:00"
        values["enquiry_date"] = "2019-03-01 02:30:00"
    return values


def measure(start, count, ending, batch):
    """Return the seconds that it takes to make leads, some at a time."""
    rows = [describe(number, ending) for number in range(start, start + count)]
    begun = time.perf_counter()
    for first in range(0, count, batch):
        leads_env.create(rows[first : first + batch])
        leads_env.env.cr.commit()
    return time.perf_counter() - begun


WON = {"stage_id": won.id}
LOST["lost_reason_id"] = reason.id
measure(0, 5, WON, 5)  # warm up
results = {
    "500 won ones": measure(1_000, COUNT, WON, COUNT),
    "500 lost ones": measure(2_000, COUNT, LOST, COUNT),
    "100 won ones, one by one": measure(3_000, 100, WON, 1),
}
print("RESULT", json.dumps(results))  # noqa: T201
