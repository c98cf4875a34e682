# Run in Odoo's shell: leave a database as it is after some years, with a million
# leads, half of them closed, the enquiries that they were made of, and what core's
# scoring has learned from them. Past the ORM, which would take hours.
import json

COUNT = 1_000_000

cr, ref = env.cr, env.ref  # noqa: F821
stages, teams = env["crm.stage"], env["crm.team"]  # noqa: F821
reasons, sources = env["crm.lost.reason"], env["crm.lead.source"]  # noqa: F821

source = sources.create({"name": "Before", "code": "before"})
team = teams.search([], limit=1)
open_stages = stages._find_open(team)
env.flush_all()  # noqa: F821
values = {
    "count": COUNT,
    "open": open_stages.ids,
    "new": open_stages[0].id,
    "won": stages._find_for_team(team, [("is_won", "=", True)])[0].id,
    "lost": stages._find_for_team(team, [("is_lost", "=", True)])[0].id,
    "team": team.id,
    "country": ref("base.ph").id,
    "source": source.id,
    "utm_source": source.utm_source_id.id,
    "owner": ref("base.user_admin").id,
    "reason": reasons.search([], limit=1).id,
}

LEADS = """
    INSERT INTO crm_lead (
        name, contact_name, type, is_bpo, priority, active, color,
        stage_id, lost_stage_id, lost_reason_id, probability, automated_probability,
        date_closed, user_id, date_open, team_id, country_id,
        phone, phone_sanitized, phone_state,
        email_from, email_normalized, email_state, email_domain_criterion,
        description, reference, source_id, intake_source_id,
        expected_revenue, prorated_revenue,
        enquiry_date, date_last_stage_update,
        create_uid, write_uid, create_date, write_date
    )
    SELECT 'Customer ' || number, 'Customer ' || number, 'opportunity', TRUE,
           (number %% 40 / 13)::varchar, NOT is_lost, 0,
           CASE WHEN is_won THEN %(won)s WHEN is_lost THEN %(lost)s
                WHEN is_pool THEN %(new)s
                ELSE (%(open)s)[1 + number / 10 %% cardinality(%(open)s)] END,
           CASE WHEN is_lost THEN %(new)s END, CASE WHEN is_lost THEN %(reason)s END,
           chance, chance,
           CASE WHEN is_won OR is_lost THEN moment + interval '9 days' END,
           CASE WHEN NOT is_pool THEN %(owner)s END,
           CASE WHEN NOT is_pool THEN moment + interval '1 hour' END,
           %(team)s, %(country)s,
           '+63 918 ' || lpad((number / 10000)::varchar, 3, '0')
               || ' ' || lpad((number %% 10000)::varchar, 4, '0'),
           '+63918' || lpad(number::varchar, 7, '0'), 'correct',
           email, email, 'correct', '@customer.example',
           '<p>When can I see it?</p>', 'LEAD/2020/' || lpad(number::varchar, 7, '0'),
           %(utm_source)s, %(source)s,
           0, 0,
           moment, moment + interval '2 days',
           1, 1, moment, moment + interval '9 days'
      FROM (
        SELECT number,
               number %% 4 = 0 AS is_won,
               number %% 4 = 1 AS is_lost,
               number %% 4 > 1 AND number %% 10 < 3 AS is_pool,
               CASE number %% 4 WHEN 0 THEN 100 WHEN 1 THEN 0 ELSE 42.5 END AS chance,
               'before' || number || '@customer.example' AS email,
               now() AT TIME ZONE 'UTC' - number * interval '1 minute' AS moment
          FROM generate_series(1, %(count)s) AS number
      ) AS lead
"""

CUSTOMERS = """
    INSERT INTO crm_lead_customer (key, lead_id)
    SELECT unnest(ARRAY[phone_sanitized, email_normalized]), id
      FROM crm_lead
     WHERE stage_id = ANY(%(open)s)
"""

ENQUIRIES = """
    INSERT INTO crm_lead_enquiry (
        source_id, external_id, lead_id, state, content,
        create_uid, write_uid, create_date, write_date
    )
    SELECT %(source)s, 'before-' || id, id, 'created',
           json_build_object('name', name, 'phone', phone, 'email', email_from),
           1, 1, create_date, create_date
      FROM crm_lead
"""

FREQUENCIES = """
    INSERT INTO crm_lead_scoring_frequency (
        variable, value, team_id, won_count, lost_count
    )
    SELECT variable, value, %(team)s, won, lost
      FROM (VALUES
        ('stage_id', %(new)s::varchar, 250000.1, 250000.1),
        ('stage_id', %(won)s::varchar, 250000.1, 0.1),
        ('phone_state', 'correct', 250000.1, 250000.1),
        ('email_state', 'correct', 250000.1, 250000.1)
      ) AS learned (variable, value, won, lost)
"""

for statement in (LEADS, CUSTOMERS, ENQUIRIES, FREQUENCIES):
    cr.execute(statement, values)
cr.commit()
# The statistics that autovacuum would have gathered meanwhile.
cr.execute("ANALYZE crm_lead, crm_lead_customer, crm_lead_enquiry")
cr.commit()
print("RESULT", json.dumps({"leads": COUNT}))  # noqa: T201
