# Run in Odoo's shell after busy_floor.py, in a database with the addon: what its leads
# went through. For a million leads, that is three million stays in stages, five million
# calls, 300,000 visits and 218,000 pushes to dealers. Past the ORM, which would take
# days.
import json

cr = env.cr  # noqa: F821
stages = env["crm.stage"]  # noqa: F821
team = env["crm.team"].search([], limit=1)  # noqa: F821
open_stages = stages._find_open(team)
values = {
    "open": open_stages.ids,
    "won": stages._find_for_team(team, [("is_won", "=", True)])[0].id,
    "zone": env.company._get_database_zone(),  # noqa: F821
    "results": [
        result
        for result, _name in env["crm.call.log"]._fields["result"].selection  # noqa: F821
    ],
    "contacts": env["crm.call.log"]._get_contact_results(),  # noqa: F821
}

#: A lead, through how many open stages it went, and whether it is closed.
PATHS = """
    SELECT lead.*,
           CASE WHEN date_closed IS NULL THEN array_position(%(open)s, stage_id)
                WHEN stage_id = %(won)s THEN cardinality(%(open)s)
                ELSE 1 + id %% cardinality(%(open)s) END AS opens,
           date_closed IS NOT NULL AS is_closed,
           CASE WHEN stage_id = %(won)s THEN 'won'
                WHEN date_closed IS NOT NULL THEN 'lost' END AS closed_as
      FROM crm_lead AS lead
"""

STAYS = f"""
    INSERT INTO crm_lead_stage_history (
        lead_id, stage_id, from_stage_id, kind, user_id,
        owner_id, team_id, dealership_id, brand_id, source_id, company_id,
        entered_at, left_at, outcome, working_minutes, local_day, enquiry_day,
        is_bpo, is_first, has_advanced, closed_as
    )
    SELECT id, CASE WHEN step > opens THEN stage_id ELSE (%(open)s)[step] END,
           (%(open)s)[step - 1],
           CASE WHEN step = 1 THEN 'born' WHEN step > opens THEN closed_as
                ELSE 'forward' END,
           user_id, user_id, team_id, dealership_id, brand_id, source_id, company_id,
           entered_at, left_at,
           CASE WHEN step < opens THEN 'on' WHEN step = opens THEN closed_as END,
           CASE WHEN left_at IS NOT NULL THEN id * 31 %% 2879 END,
           timezone(%(zone)s, timezone('UTC', entered_at))::date,
           timezone(%(zone)s, timezone('UTC', enquiry_date))::date,
           TRUE, TRUE,
           step < opens OR step = opens AND COALESCE(closed_as = 'won', FALSE),
           closed_as
      FROM ({PATHS}) AS lead
     CROSS JOIN LATERAL generate_series(1, opens + is_closed::integer) AS step
     CROSS JOIN LATERAL (
           SELECT enquiry_date + (step - 1) * interval '9 days' / opens,
                  CASE WHEN step < opens + is_closed::integer
                       THEN enquiry_date + step * interval '9 days' / opens END
           ) AS stay(entered_at, left_at)
     ORDER BY entered_at
"""  # noqa: S608

CALLS = """
    INSERT INTO crm_call_log (
        lead_id, user_id, call_date, local_day, duration, result, is_contact,
        contact_rate, dealership_id, team_id,
        create_uid, write_uid, create_date, write_date
    )
    SELECT id, user_id, moment,
           timezone(%(zone)s, timezone('UTC', moment))::date,
           0.5 + id %% 13, result, is_contact, is_contact::integer,
           dealership_id, team_id, user_id, user_id, moment, moment
      FROM crm_lead AS lead
     CROSS JOIN LATERAL generate_series(0, 4 + (id %% 4 = 0)::integer) AS again
     CROSS JOIN LATERAL (
           SELECT first_attempt_date + again * interval '31 hours',
                  (%(results)s)[1 + (id + again) %% cardinality(%(results)s)]
           ) AS call(moment, result)
     CROSS JOIN LATERAL (SELECT result = ANY(%(contacts)s)) AS reached(is_contact)
     WHERE user_id IS NOT NULL AND moment < now() AT TIME ZONE 'UTC'
     ORDER BY moment
"""

VISITS = """
    INSERT INTO calendar_event (
        name, opportunity_id, user_id, visit_state, start, stop, duration,
        active, allday, privacy, show_as,
        create_uid, write_uid, create_date, write_date
    )
    SELECT 'Visit', id, user_id,
           CASE WHEN start > now() AT TIME ZONE 'UTC' THEN 'planned'
                WHEN id %% 3 = 0 THEN 'no_show' ELSE 'done' END,
           start, start + interval '1 hour', 1,
           TRUE, FALSE, 'public', 'busy',
           user_id, user_id, first_attempt_date, first_attempt_date
      FROM crm_lead AS lead
     CROSS JOIN LATERAL (SELECT enquiry_date + interval '4 days') AS visit(start)
     WHERE user_id IS NOT NULL AND id %% 19 < 6
     ORDER BY start
"""

PUSHES = """
    INSERT INTO crm_dealer_push (
        lead_id, dealership_id, user_id, state, duration, error_kind, order_name,
        create_uid, write_uid, create_date, write_date
    )
    SELECT id, dealership_id, user_id,
           CASE WHEN is_made THEN 'done' ELSE 'failed' END, 0.2 + id %% 7 / 10.0,
           CASE WHEN NOT is_made THEN 'timeout' END,
           CASE WHEN is_made THEN dealer_so_name END,
           user_id, user_id, date_closed, date_closed
      FROM crm_lead AS lead
     CROSS JOIN LATERAL (VALUES (FALSE), (TRUE)) AS push(is_made)
     WHERE dealer_so_id IS NOT NULL AND (is_made OR id %% 11 = 0)
     ORDER BY date_closed, id, is_made
"""

counts = {}
for statement in (STAYS, CALLS, VISITS, PUSHES):
    cr.execute(statement, values)
    counts[statement.split()[2]] = cr.rowcount
cr.commit()
print("RESULT", json.dumps(counts))  # noqa: T201
