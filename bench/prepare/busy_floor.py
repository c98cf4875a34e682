# Run in Odoo's shell, with the addon or without: a floor of 200 agents after some
# years. Of its leads, 5 % wait in the pool, 15 % are worked, 20 % were won and 60 %
# lost; of those that are worked, all have an activity planned. Past the ORM, which
# would take hours. SCREENS_LEADS in the environment says how many there are.
import json
import os

from odoo import Command

COUNT = int(os.environ["SCREENS_LEADS"])
AGENTS = 200
DEALERSHIPS, VEHICLES = 50, 40

ref, cr = env.ref, env.cr  # noqa: F821
is_ours = "crm.dealership" in env  # noqa: F821
GROUPS = "groups_id" if "groups_id" in env["res.users"]._fields else "group_ids"  # noqa: F821
stages, teams = env["crm.stage"], env["crm.team"]  # noqa: F821

ROLES = {
    "agent": "bpo_crm.group_bpo_agent" if is_ours else "sales_team.group_sale_salesman",
    "manager": "bpo_crm.group_bpo_manager"
    if is_ours
    else "sales_team.group_sale_manager",
}


def new_user(login, role, password=None):
    """Return somebody with a role."""
    groups = [ref("base.group_user").id, ref(ROLES[role]).id]
    return env["res.users"].create(  # noqa: F821
        {
            "login": login,
            "name": login.title(),
            "tz": "Asia/Manila",
            GROUPS: [Command.set(groups)],
            **({"password": password} if password else {}),
        }
    )


team = teams.search([], limit=1)
agents = env["res.users"].concat(  # noqa: F821
    # One password is enough: each takes its time.
    *(
        new_user(f"agent{number:03}", "agent", None if number else "agent000")
        for number in range(AGENTS)
    )
)
manager = new_user("manager", "manager", "manager")
team.crm_team_member_ids = [
    Command.create({"user_id": agent.id}) for agent in agents | manager
]
open_stages = stages.search([("is_won", "=", False)], order="sequence, id")
if is_ours:
    open_stages = stages._find_open(team)
    brand = env["crm.brand"].create({"name": "Kia", "code": "KIA"})  # noqa: F821
    dealerships = env["crm.dealership"].create(  # noqa: F821
        [
            {"name": f"Dealership {number}", "code": f"D{number}"}
            for number in range(DEALERSHIPS)
        ]
    )
    vehicles = env["crm.vehicle.model"].create(  # noqa: F821
        [
            {"name": f"Model {number}", "brand_id": brand.id, "list_price": 900_000}
            for number in range(VEHICLES)
        ]
    )
env.flush_all()  # noqa: F821

values = {
    "count": COUNT,
    "agents": agents.ids,
    "partners": agents.partner_id.ids,
    "open": open_stages.ids,
    # In plain Odoo, a lost lead is in the last open stage.
    "lost": open_stages[-1].id,
    "new": open_stages[0].id,
    "won": stages.search([("is_won", "=", True)], order="sequence, id", limit=1).id,
    "team": team.id,
    "company": env.company.id,  # noqa: F821
    "country": ref("base.ph").id,
    "reasons": env["crm.lost.reason"].search([]).ids,  # noqa: F821
    "sources": env["utm.source"].search([]).ids,  # noqa: F821
    "call": ref("mail.mail_activity_data_call").id,
    "model": env["ir.model"]._get_id("crm.lead"),  # noqa: F821
}
if is_ours:
    values |= {
        "lost": stages._find_for_team(team, [("is_lost", "=", True)])[0].id,
        "brand": brand.id,
        "dealerships": dealerships.ids,
        "vehicles": vehicles.ids,
    }


def pick(name, prime):
    """Return one of some ids, another one for each lead, and for each prime."""
    return (
        f"(%({name})s)[1 + number / 20 * {prime} %% 10007 %% cardinality(%({name})s)]"
    )


#: Of each column, what is in it.
LEADS = {
    "name": "'Customer ' || number || '''s enquiry'",
    "contact_name": "'Customer ' || number",
    "type": "'opportunity'",
    "priority": "(number %% 40 / 13)::varchar",
    "active": "NOT is_lost",
    "color": "0",
    "stage_id": f"""
        CASE WHEN is_won THEN %(won)s WHEN is_lost THEN %(lost)s
             WHEN is_pool THEN %(new)s ELSE {pick("open", 7)} END""",
    "lost_reason_id": f"CASE WHEN is_lost THEN {pick('reasons', 5)} END",
    "probability": "chance",
    "automated_probability": "chance",
    "date_closed": """
        CASE WHEN is_won OR is_lost THEN moment + interval '9 days' END""",
    "user_id": f"CASE WHEN NOT is_pool THEN {pick('agents', 11)} END",
    "date_open": "CASE WHEN NOT is_pool THEN moment + interval '1 hour' END",
    "team_id": "%(team)s",
    "company_id": "%(company)s",
    "source_id": pick("sources", 19),
    "country_id": "%(country)s",
    "phone": """
        '+63 918 ' || lpad((number / 10000)::varchar, 3, '0')
        || ' ' || lpad((number %% 10000)::varchar, 4, '0')""",
    "phone_sanitized": "'+63918' || lpad(number::varchar, 7, '0')",
    "phone_state": "'correct'",
    "email_from": "email",
    "email_normalized": "email",
    "email_state": "'correct'",
    "description": "'<p>When can I see it?</p>'",
    "expected_revenue": "price",
    "prorated_revenue": "price * chance / 100",
    "date_last_stage_update": "moment + interval '2 days'",
    "create_uid": "1",
    "write_uid": "1",
    "create_date": "moment",
    "write_date": "moment + interval '9 days'",
}

OWN_LEADS = {
    "is_bpo": "TRUE",
    "is_revenue_typed": "FALSE",
    "reference": "'LEAD/2020/' || lpad(number::varchar, 7, '0')",
    "lost_stage_id": "CASE WHEN is_lost THEN %(new)s END",
    "enquiry_date": "moment",
    # As the nightly job leaves it.
    "set_aside_date": """
        CASE WHEN (is_won OR is_lost) AND moment < now() - interval '39 days'
             THEN now()::date END""",
    "brand_id": "%(brand)s",
    "dealership_id": pick("dealerships", 13),
    "vehicle_model_id": pick("vehicles", 17),
    "first_attempt_date": "CASE WHEN NOT is_pool THEN moment + interval '1 hour' END",
    "first_attempt_user_id": f"CASE WHEN NOT is_pool THEN {pick('agents', 11)} END",
    "first_conversation_date": """
        CASE WHEN NOT is_pool AND number %% 10 < 7
             THEN moment + interval '5 hours' END""",
    "response_minutes": "CASE WHEN NOT is_pool THEN number %% 97 END",
    "response_target_minutes": "60",
    "response_deadline": "moment + number %% 97 * interval '2 minutes'",
    "response_met_rate": "CASE WHEN NOT is_pool THEN (number %% 97 > 30)::integer END",
    "dealer_so_id": "CASE WHEN is_won THEN number END",
    "dealer_so_name": "CASE WHEN is_won THEN 'S' || number END",
    "dealer_so_url": "CASE WHEN is_won THEN 'https://dealer.example/' || number END",
    "dealer_so_state": """
        CASE WHEN is_won THEN CASE number %% 8 WHEN 0 THEN 'cancel' ELSE 'sale' END
        END""",
    "dealer_so_amount": "CASE WHEN is_won THEN price END",
}

ACTIVITIES = {
    "res_model_id": "%(model)s",
    "res_model": "'crm.lead'",
    "res_id": "id",
    "res_name": "name",
    "activity_type_id": "%(call)s",
    "summary": "'Call again'",
    "user_id": "user_id",
    "user_tz": "'Asia/Manila'",
    # From ten days ago to twenty days from now.
    "date_deadline": "(now() AT TIME ZONE 'UTC')::date - 10 + id %% 31",
    "automated": "FALSE",
    "active": "TRUE",
    "create_uid": "1",
    "write_uid": "1",
    "create_date": "create_date",
    "write_date": "create_date",
}

OWN_ACTIVITIES = {"crm_stage_id": "stage_id"}

SOURCE = """
    SELECT number,
           number %% 20 = 0 AS is_pool,
           number %% 20 BETWEEN 4 AND 7 AS is_won,
           number %% 20 > 7 AS is_lost,
           CASE WHEN number %% 20 BETWEEN 4 AND 7 THEN 100
                WHEN number %% 20 > 7 THEN 0 ELSE 42.5 END AS chance,
           500000 + number %% 41 * 20000 AS price,
           'customer' || number || '@customer.example' AS email,
           now() AT TIME ZONE 'UTC' - number * interval '1 year' * 5 / %(count)s
               - interval '1 hour' AS moment
      FROM generate_series(1, %(count)s) AS number
"""

CUSTOMERS = """
    INSERT INTO crm_lead_customer (key, lead_id)
    SELECT unnest(ARRAY[phone_sanitized, email_normalized]), id
      FROM crm_lead
     WHERE stage_id = ANY(%(open)s) AND active
"""


def insert(table, columns, source):
    """Fill the columns of a table that it has in this series."""
    cr.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_name = %s",
        [table],
    )
    there = {name for (name,) in cr.fetchall()}
    columns = {name: columns[name] for name in columns if name in there}
    cr.execute(
        f"INSERT INTO {table} ({', '.join(columns)}) "  # noqa: S608
        f"SELECT {', '.join(columns.values())} FROM {source}",
        values,
    )


lead_columns = {**LEADS, **(OWN_LEADS if is_ours else {})}
insert("crm_lead", lead_columns, f"({SOURCE}) AS lead")
worked = "crm_lead WHERE active AND date_closed IS NULL AND user_id IS NOT NULL"
insert("mail_activity", {**ACTIVITIES, **(OWN_ACTIVITIES if is_ours else {})}, worked)
if is_ours:
    cr.execute(CUSTOMERS, values)
    cr.execute("ANALYZE crm_lead, mail_activity")
    env["crm.lead"]._init_next_steps()  # noqa: F821
cr.commit()
print("RESULT", json.dumps({"leads": COUNT}))  # noqa: T201
