from odoo import api, fields, models, tools
from odoo.exceptions import ValidationError


class ResCompany(models.Model):
    """How the sales team works; asked for once, when the addon is new."""

    _inherit = "res.company"

    sales_calendar_id = fields.Many2one(
        "resource.calendar",
        "Sales Team's Working Hours",
        domain="['|', ('company_id', '=', False), ('company_id', '=', id)]",
        help="The hours in which the sales team works. Where there are none, "
        "those of the company.",
    )
    count_working_days = fields.Boolean(
        default=True,
        help="Due dates and the days until a lead is stale leave out the days on "
        "which the sales team does not work.",
    )
    pool_return_days = fields.Integer(
        "Back to the Pool after",
        help="Days after which a stale lead that nobody touched goes back to the "
        "pool. 0 for never.",
    )

    @api.constrains("sales_calendar_id")
    def _check_sales_calendar(self):
        for company in self:
            calendar = company.sales_calendar_id
            if calendar.company_id - company:
                raise ValidationError(
                    self.env._(
                        'The working hours "%(hours)s" belong to another company than '
                        "%(company)s. Choose its own ones, or some without a company.",
                        hours=calendar.name,
                        company=company.name,
                    )
                )

    @api.model
    def _are_several(self):
        """Whether anything can be shared among companies, or be one of them's."""
        companies = self.sudo().with_context(active_test=False)
        return companies.search_count([], limit=2) > 1

    def _get_sales_calendar(self):
        """Return the working hours of the sales team; empty without any."""
        self.ensure_one()
        calendar = self.sales_calendar_id or self.resource_calendar_id
        # Its holidays are those of this company.
        return calendar.with_company(self)

    def _get_sales_zone(self):
        """Return the zone of the clock that the sales team works by.

        :return: a name of the IANA database; False without working hours.
        :rtype: str | bool
        """
        return self.sudo()._get_sales_calendar().tz

    def _get_database_zone(self):
        """Return the zone of :meth:`_get_sales_zone`, for a query.

        :return: UTC for one that PostgreSQL does not know.
        :rtype: str
        """
        zone = self._get_sales_zone()
        return zone if zone in self._get_known_zones() else "UTC"

    @tools.ormcache()
    def _get_known_zones(self):
        """Return the names of the zones that PostgreSQL knows.

        :rtype: frozenset[str]
        """
        self.env.cr.execute("SELECT name FROM pg_timezone_names")
        return frozenset(name for (name,) in self.env.cr.fetchall())

    def _add_sales_days(self, day, count):
        """Return the day that lies a number of days from another one.

        In working days or in calendar days, as the company counts.

        :param datetime.date day: where to start.
        :param int count: in days; negative to go back.
        :rtype: datetime.date
        """
        calendar = self.sudo()._get_sales_calendar()
        if self.count_working_days and calendar:
            return calendar._add_working_days(day, count)
        return fields.Date.add(day, days=count)

    def _is_sales_day(self, day):
        """Whether the sales team works on a day.

        :param datetime.date day: any day.
        """
        calendar = self.sudo()._get_sales_calendar()
        return not calendar or calendar._add_working_days(day, 0) == day
