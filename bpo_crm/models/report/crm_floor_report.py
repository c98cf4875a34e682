from odoo import models
from odoo.tools import SQL


class FloorReport(models.AbstractModel):
    """What reports on leads have in common: the floor's day, the way to the lead."""

    _name = "crm.floor.report"
    _description = "Report on Leads"

    # ------------------------------------------------------------
    # ACTIONS
    # ------------------------------------------------------------

    def action_open_lead(self):
        """Return the action that shows the lead of this row.

        :rtype: dict
        """
        self.ensure_one()
        return self.lead_id.get_formview_action()

    # ------------------------------------------------------------
    # BUSINESS
    # ------------------------------------------------------------

    def _join_floor(self, lead):
        """Return the tables that say by whose clock a lead is worked, for a query.

        A lead without a company is worked by the user's.

        :param str lead: alias of the lead's table.
        :return: joins of ``floor``, a company, with the columns of ``floor_zone``.
        :rtype: SQL
        """
        return SQL(
            """
            JOIN res_company AS floor
                 ON floor.id = COALESCE(%(lead)s.company_id, %(company)s)
            LEFT JOIN resource_calendar AS floor_zone
                 ON floor_zone.id = COALESCE(
                        floor.sales_calendar_id, floor.resource_calendar_id)
            """,
            lead=SQL.identifier(lead),
            company=self.env.company.id,
        )

    def _to_floor_day(self, moment):
        """Return the day of the floor on which a moment is, for a query.

        :param SQL moment: a column with a time in UTC.
        :rtype: SQL
        """
        zone = SQL("COALESCE(floor_zone.tz, 'UTC')")
        return SQL("(%s AT TIME ZONE 'UTC' AT TIME ZONE %s)::date", moment, zone)
