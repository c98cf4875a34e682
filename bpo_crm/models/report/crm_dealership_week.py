from datetime import timedelta

from babel.numbers import format_percent

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools.misc import (
    babel_locale_parse,
    format_amount,
    format_date,
    formatLang,
    get_lang,
)

from ...intake import put_on_one_line
from ...local_time import to_zone

WEEK = timedelta(days=7)

#: What cannot be counted, since there is nothing to count it from.
NO_FIGURE = "–"

#: The parts of the report: of which model they are, and the action that shows it.
PARTS = {
    "ladder": ("crm.ladder.report", "bpo_crm.crm_ladder_report_action"),
    "lost": ("crm.missed.report", "bpo_crm.crm_missed_sales_action"),
    "speed": ("crm.speed.report", "bpo_crm.crm_speed_to_lead_action"),
    "orders": ("crm.dealer.order.report", "bpo_crm.crm_dealer_order_report_action"),
}

RUNGS = ("attempted", "contact", "visit_set", "show", "sold")
SPEEDS = ("within_five", "in_time")


class Dealership(models.Model):
    """The figures of a dealership's week, counted from the reports."""

    _inherit = "crm.dealership"

    # ------------------------------------------------------------
    # ACTIONS
    # ------------------------------------------------------------

    def action_explain_weekly_report(self, part="ladder", weeks_ago=1):
        """Return the action that shows what a part of the report was counted from.

        :param str part: one of :data:`PARTS`.
        :param int weeks_ago: 1 for the week that is reported, 2 for the one before it.
        :rtype: dict
        :raises AccessError: for anybody below a BPO supervisor.
        :raises UserError: for what is no part of the report.
        """
        self._check_sees_weekly_report()
        is_known = isinstance(part, str) and part in PARTS and weeks_ago in (1, 2)
        if not is_known:
            raise UserError(self.env._("There is no such part of the report."))
        week = self._get_last_week() - WEEK * (int(weeks_ago) - 1)
        _model, action = PARTS[part]
        opened = self.env["ir.actions.act_window"]._for_xml_id(action)
        return {
            **opened,
            "display_name": self.env._(
                "%(dealership)s, week of %(day)s: %(what)s",
                dealership=self.display_name,
                day=format_date(self.env, week),
                what=opened["name"],
            ),
            "domain": self._get_week_domain(week),
            # Nothing else of the action's may leave out rows.
            "context": {},
        }

    # ------------------------------------------------------------
    # WHAT IS TOLD
    # ------------------------------------------------------------

    def _prepare_weekly_report(self):
        """Return what the template tells, in the language of the environment.

        :return: the days of the week; ``figures`` by name, each of this week and of
            the one before; ``lost``, rows with a reason and its two figures.
        :rtype: dict
        """
        week = self._get_last_week()
        counts = [self._count_week(day) for day in (week, week - WEEK)]
        lost = [self._count_lost(day) for day in (week, week - WEEK)]
        reasons = sorted(
            lost[0] | lost[1],
            key=lambda reason: (-lost[0].get(reason, 0), reason.name or ""),
        )
        return {
            "name": put_on_one_line(self.name),
            "first_day": format_date(self.env, week),
            "last_day": format_date(self.env, week + WEEK - timedelta(days=1)),
            "figures": {
                name: [self._format_figure(count[name]) for count in counts]
                for name in counts[0]
            },
            "lost": [
                {
                    "reason": reason.name or self.env._("No reason"),
                    "figures": [
                        self._format_figure(count.get(reason, 0)) for count in lost
                    ],
                }
                for reason in reasons
            ],
        }

    def _count_week(self, week):
        """Count the figures of a week.

        :param datetime.date week: its Monday.
        :return: by name, a number (int), minutes (float, None for none), a share
            (tuple of how many of how many), or amounts (list of currency and amount).
        :rtype: dict
        """
        return {
            **self._count_ladder(week),
            **self._count_speed(week),
            **self._count_orders(week),
            "lost": sum(self._count_lost(week).values()),
        }

    def _count_ladder(self, week):
        rows, domain = self._get_week_rows("ladder", week)
        enquiries = rows.search_count([*domain, ("kind", "=", "enquiry")])
        return {"enquiries": enquiries, **_count_shares(rows, domain, RUNGS)}

    def _count_speed(self, week):
        """Count how fast first attempts were made to the enquiries of a week.

        :param datetime.date week: its Monday.
        :return: as of :meth:`_count_week`.
        :rtype: dict
        """
        rows, domain = self._get_week_rows("speed", week)
        aggregates = ["__count", "minutes_median:avg", "minutes_90:avg"]
        [[count, median, ninetieth]] = rows._read_group(domain, [], aggregates)
        return {
            "first_attempts": count,
            "minutes_median": float(median) if count else None,
            "minutes_90": float(ninetieth) if count else None,
            **_count_shares(rows, domain, SPEEDS),
        }

    def _count_orders(self, week):
        """Count the orders that were made in a week.

        :param datetime.date week: its Monday.
        :return: as of :meth:`_count_week`.
        :rtype: dict
        """
        rows, domain = self._get_week_rows("orders", week)
        groups = rows._read_group(domain, ["currency_id"], ["__count", "amount:sum"])
        return {
            "orders": sum(count for _currency, count, _amount in groups),
            "amounts": [(currency, amount) for currency, _count, amount in groups],
            **_count_shares(rows, domain, ["trouble_rate"]),
        }

    def _count_lost(self, week):
        """Count the leads that were lost in a week, by the reason.

        :param datetime.date week: its Monday.
        :rtype: dict[crm.lost.reason, int]
        """
        rows, domain = self._get_week_rows("lost", week)
        return dict(rows._read_group(domain, ["lost_reason_id"], ["__count"]))

    def _format_figure(self, figure):
        """Return a figure as it is written in the language of the environment.

        :param figure: as of :meth:`_count_week`.
        :rtype: str
        """
        if isinstance(figure, tuple):
            return self._format_share(*figure)
        if isinstance(figure, list):
            amounts = (
                format_amount(self.env, amount, currency or self._get_floor_currency())
                for currency, amount in figure
            )
            return " + ".join(amounts) or NO_FIGURE
        if isinstance(figure, float):
            return self.env._("%s min", formatLang(self.env, figure, digits=1))
        return NO_FIGURE if figure is None else formatLang(self.env, figure, digits=0)

    def _format_share(self, done, among):
        """Return a share with what it was counted from; of nothing, a dash.

        :param int done: how many rows have it.
        :param int among: of how many.
        :rtype: str
        """
        if not among:
            return NO_FIGURE
        locale = babel_locale_parse(get_lang(self.env).code)
        return self.env._(
            "%(share)s (%(done)s of %(among)s)",
            share=format_percent(done / among, locale=locale),
            done=formatLang(self.env, done, digits=0),
            among=formatLang(self.env, among, digits=0),
        )

    # ------------------------------------------------------------
    # BUSINESS
    # ------------------------------------------------------------

    def _get_floor(self):
        """Return the company by whose clock the dealership's weeks begin.

        :rtype: res.company
        """
        return (self.company_id or self.env.company).sudo()

    def _get_floor_currency(self):
        return self._get_floor().currency_id

    def _get_floor_now(self):
        """Return what the floor's clock shows.

        :rtype: datetime.datetime
        """
        return to_zone(fields.Datetime.now(), self._get_floor()._get_sales_zone())

    def _get_last_week(self):
        """Return the Monday of the last week that is over.

        :rtype: datetime.date
        """
        today = self._get_floor_now().date()
        return today - timedelta(days=today.weekday()) - WEEK

    def _get_week_rows(self, part, week):
        """Return from what a part of the report is counted.

        :param str part: one of :data:`PARTS`.
        :param datetime.date week: its Monday.
        :return: the report, and the domain of its rows.
        :rtype: tuple[crm.report, list]
        """
        model, _action = PARTS[part]
        return self.env[model], self._get_week_domain(week)

    def _get_week_domain(self, week):
        """Return the domain of a report's rows that are of this dealership's week.

        :param datetime.date week: its Monday.
        :rtype: list
        """
        last = week + WEEK - timedelta(days=1)
        return [
            ("dealership_id", "=", self.id),
            ("day", ">=", fields.Date.to_string(week)),
            ("day", "<=", fields.Date.to_string(last)),
        ]


def _count_shares(rows, domain, names):
    """Return how many rows have something, of how many.

    :param crm.report rows: the report.
    :param list domain: of its rows.
    :param names: of fields of the kind ``Share``.
    :return: by name, two numbers.
    :rtype: dict[str, tuple]
    """
    aggregates = [f"{name}:{kind}" for name in names for kind in ("sum", "count")]
    [counts] = rows._read_group(domain, [], aggregates)
    pairs = zip(counts[::2], counts[1::2], strict=True)
    return {
        name: (round(done or 0), among)
        for name, (done, among) in zip(names, pairs, strict=True)
    }
