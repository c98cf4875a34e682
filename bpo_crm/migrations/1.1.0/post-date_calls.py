def migrate(cr, version):
    """Give calls from before their day, by the clock of the floor that made them.

    In SQL: there may be millions of them. Leads without a company are the first one's,
    and what PostgreSQL knows no clock of counts as UTC.
    """
    cr.execute(
        """
        WITH clocks AS (
            SELECT company.id AS company_id, zone.name AS zone
              FROM res_company AS company
              JOIN resource_calendar AS calendar ON calendar.id = COALESCE(
                       company.sales_calendar_id, company.resource_calendar_id)
              JOIN pg_timezone_names AS zone ON zone.name = calendar.tz
        )
        UPDATE crm_call_log AS call
           SET local_day = (call.call_date AT TIME ZONE 'UTC'
                            AT TIME ZONE COALESCE(clocks.zone, 'UTC'))::date
          FROM crm_lead AS lead
          LEFT JOIN clocks ON clocks.company_id = COALESCE(
                    lead.company_id, (SELECT min(id) FROM res_company))
         WHERE lead.id = call.lead_id AND call.local_day IS NULL
        """
    )
