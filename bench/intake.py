# Run in Odoo's shell: enquiries of customers, most of them new. The addon matches
# them with open leads and numbers them; plain Odoo only makes a lead of each.
import json
import time

COUNT = 5000
BATCH = 500
#: One in so many customers asks again.
AGAIN = 10

is_ours = "crm.lead.enquiry" in env  # noqa: F821
philippines = env.ref("base.ph")  # noqa: F821
env.company.country_id = philippines  # noqa: F821


def describe(number):
    """Return what the customer of a number sends."""
    customer = number - number % AGAIN if number % AGAIN == AGAIN - 1 else number
    # A mobile number, which is another one in every run.
    phone = 9_170_000_000 + (run * COUNT + customer) % 10_000_000
    return {
        "name": f"Customer {customer}",
        "phone": f"0{phone}",
        "email": f"customer{run}x{customer}@customer.example",
        "message": "When can I see it?",
    }


def take_in(rows):
    """Let the addon take in a batch."""
    from odoo.addons.bpo_crm.intake import Enquiry

    enquiries = [Enquiry(external_id=f"{run}-{number}", **row) for number, row in rows]
    env["crm.lead"]._take_in(source, enquiries)  # noqa: F821


def create(rows):
    """Let plain Odoo make leads of a batch."""
    env["crm.lead"].create(  # noqa: F821
        [
            {
                "name": row["name"],
                "contact_name": row["name"],
                "type": "opportunity",
                "phone": row["phone"],
                "email_from": row["email"],
                "description": row["message"],
                "country_id": philippines.id,
                "user_id": False,
            }
            for _number, row in rows
        ]
    )


def measure(count):
    """Return the seconds that a number of enquiries takes."""
    rows = [(number, describe(number)) for number in range(count)]
    work = take_in if is_ours else create
    start = time.perf_counter()
    for first in range(0, count, BATCH):
        work(rows[first : first + BATCH])
        env.cr.commit()  # noqa: F821
        env.invalidate_all()  # noqa: F821
    return time.perf_counter() - start


if is_ours:
    source = env["crm.lead.source"].create(  # noqa: F821
        {"name": "Bench", "code": f"bench-{time.time_ns()}"}
    )
run = time.time_ns() % 10**6
measure(20)  # warm up
run += 1
print("RESULT", json.dumps({f"{COUNT} enquiries": measure(COUNT)}))  # noqa: T201
