import logging
from datetime import timedelta

import psycopg2
from babel.numbers import format_percent

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools.misc import (
    babel_locale_parse,
    format_amount,
    format_date,
    formatLang,
    get_lang,
)

from ...email_address import is_one_address
from ...intake import put_on_one_line
from ...local_time import to_zone
from ...mail_templates import try_to_mail
from ...roles import MANAGER, SUPERVISOR, check_role
from ...row_locks import lock_available
from ...series import commit_progress
from ...turns import take_turns

_logger = logging.getLogger(__name__)

TEMPLATE = "bpo_crm.mail_template_weekly_report"

#: From this hour of Monday on, by the floor's clock, the week before is reported.
SEND_HOUR = 7

#: Seconds that the job may take, and each dealership of it.
RUN_TIME = 60
TURN_TIME = 20

#: How long a report is not tried again that could not be written.
PUT_OFF = timedelta(days=1)

WEEK = timedelta(days=7)

#: What cannot be counted, since there is nothing to count it from.
NO_FIGURE = "–"

#: The fields that managers alone change.
MANAGED = ("has_weekly_report", "report_lang")

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
    """What the manager of a dealership is told of its week, by mail.

    The manager is the call centre's client: the mail has figures, and no customer.
    """

    _inherit = "crm.dealership"

    has_weekly_report = fields.Boolean(
        "Weekly Report by Mail",
        copy=False,
        tracking=True,
        help="Each Monday morning, the dealership's manager gets the figures of the "
        "week before. The first report is of the week in which this is switched on.",
    )
    report_lang = fields.Selection(
        selection=lambda self: self.env["res.lang"].get_installed(),
        string="Language of the Report",
        tracking=True,
        help="By default, that of the company.",
    )
    weekly_report_week = fields.Date(
        "Last Reported Week",
        readonly=True,
        copy=False,
        server_only=True,
        help="Its Monday. Until a first report is sent, that of the last week of which "
        "none is.",
    )
    weekly_report_retry_at = fields.Datetime(
        "Next Try", readonly=True, copy=False, server_only=True
    )
    weekly_report_problem = fields.Char(
        "Why No Report Was Sent",
        readonly=True,
        copy=False,
        server_only=True,
        groups=SUPERVISOR,
    )
    # The preview
    weekly_report_subject = fields.Char(
        "Subject", compute="_compute_weekly_report_preview", groups=SUPERVISOR
    )
    weekly_report_body = fields.Html(
        "Report", compute="_compute_weekly_report_preview", groups=SUPERVISOR
    )
    weekly_report_is_partial = fields.Boolean(
        "Has Leads of Other Companies",
        compute="_compute_weekly_report_preview",
        groups=SUPERVISOR,
    )

    # ------------------------------------------------------------
    # COMPUTE
    # ------------------------------------------------------------

    @api.depends("name", "report_lang", "manager_name", "manager_email")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_weekly_report_preview(self):
        template = self.env.ref(TEMPLATE, raise_if_not_found=False)
        for dealership in self:
            mail = dealership._origin._preview_weekly_report(template)
            dealership.weekly_report_subject = mail.get("subject")
            dealership.weekly_report_body = mail.get("body_html")
            dealership.weekly_report_is_partial = dealership._has_unseen_leads()

    # ------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        dealerships = super().create(vals_list)
        dealerships.filtered("has_weekly_report")._begin_weekly_reports()
        return dealerships

    def write(self, vals):
        before = {dealership: dealership._get_managed() for dealership in self}
        result = super().write(vals)
        changed = self.filtered(lambda each: each._get_managed() != before[each])
        if changed:
            message = self.env._("Only a BPO manager can change the weekly report.")
            check_role(self.env, MANAGER, message)
        begun = changed.filtered(
            lambda each: (
                each.has_weekly_report and not before[each]["has_weekly_report"]
            )
        )
        begun._begin_weekly_reports()
        return result

    @api.model
    def fields_get(self, allfields=None, attributes=None):
        """Let the screens offer only what the server allows."""
        described = super().fields_get(allfields, attributes)
        if not self.env.user.has_group(MANAGER):
            for name in described.keys() & set(MANAGED):
                described[name]["readonly"] = True
        return described

    # ------------------------------------------------------------
    # ACTIONS
    # ------------------------------------------------------------

    def action_preview_weekly_report(self):
        """Return the action that shows the report of last week. Nothing is sent.

        :rtype: dict
        :raises AccessError: for anybody below a BPO supervisor.
        """
        self._check_sees_weekly_report()
        view = self.env.ref("bpo_crm.crm_dealership_view_form_weekly_report")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Weekly Report"),
            "res_model": self._name,
            "res_id": self.id,
            "views": [(view.id, "form")],
            "target": "new",
        }

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
    # CRON
    # ------------------------------------------------------------

    @api.model
    def _cron_mail_weekly_reports(self):
        """Write to the managers of the dealerships whose last week is to be told."""
        template = self.env.ref(TEMPLATE, raise_if_not_found=False)
        due = self._find_to_report() if template else self.browse()
        # What Odoo knows of this run must not be rolled back with a report.
        commit_progress(self.env, 0, len(due))
        take_turns(
            due,
            lambda dealership, _deadline: dealership._try_weekly_report(template),
            lambda: self.env.ref("bpo_crm.cron_mail_weekly_reports").sudo()._trigger(),
            run_time=RUN_TIME,
            turn_time=TURN_TIME,
        )

    # ------------------------------------------------------------
    # SENDING
    # ------------------------------------------------------------

    @api.model
    def _find_to_report(self):
        """Return the dealerships to whose managers a report is to be sent.

        :rtype: crm.dealership
        """
        found = self.search(
            [
                ("has_weekly_report", "=", True),
                ("manager_email", "not in", [False, ""]),
                *["|", ("weekly_report_retry_at", "=", False)],
                ("weekly_report_retry_at", "<=", fields.Datetime.now()),
            ],
            order="weekly_report_week nulls first, id",
        )
        return found.filtered(lambda dealership: dealership._get_due_week())

    def _try_weekly_report(self, template):
        """Send the report of this dealership, or leave it for the next run.

        :param mail.template template: of dealerships.
        :return: whether there is more to do at once.
        :rtype: bool
        """
        try:
            if lock_available(self):
                # As whoever had it before has left it.
                self.invalidate_recordset()
                self._send_weekly_report(template)
                self.env.flush_all()
        except psycopg2.OperationalError:
            self.env.cr.rollback()
            _logger.info("The weekly report of dealership %s waits an hour", self.id)
        return False

    def _send_weekly_report(self, template):
        """Send the report of last week, once.

        :param mail.template template: of dealerships.
        """
        week = self._get_due_week()
        if not week:
            return
        problem = self._mail_weekly_report(template)
        put_off = fields.Datetime.now() + PUT_OFF
        self.write(
            {
                "weekly_report_problem": problem,
                "weekly_report_retry_at": problem and put_off,
                **({} if problem else {"weekly_report_week": week}),
            }
        )

    def _mail_weekly_report(self, template):
        """Queue the mail with the report of last week.

        :param mail.template template: of dealerships.
        :return: why there is none; False where there is one.
        :rtype: str | bool
        """
        if not is_one_address(self.manager_email):
            return self.env._("The manager's address is not one email address.")
        about = f"weekly report of dealership {self.id}"
        # With the rights of the job, in all companies that work for the dealership.
        mail_id = try_to_mail(
            self.env,
            lambda: self._fill_weekly_report(template).send_mail(
                self.id, email_values=self._prepare_weekly_sender(template)
            ),
            about,
        )
        if mail_id:
            return False
        return self.env._("The template cannot be filled in: it is in the log.")

    def _prepare_weekly_sender(self, template):
        """Return the values of a mail of the call centre's.

        :param mail.template template: which may name another sender.
        :rtype: dict
        """
        company = self._get_floor()
        answered_by = self.user_id.email_formatted or company.email_formatted
        values = {
            "author_id": company.partner_id.id,
            # Whoever sees the dealership reads its chatter, agents too.
            "model": False,
            "res_id": False,
        }
        if company.email and not template.email_from:
            values["email_from"] = company.email_formatted
        if answered_by and not template.reply_to:
            values["reply_to"] = answered_by
        return values

    def _begin_weekly_reports(self):
        """Let the first report be of the week that it is now."""
        for dealership in self.sudo():
            dealership.write(
                {
                    "weekly_report_week": dealership._get_last_week(),
                    "weekly_report_retry_at": False,
                    "weekly_report_problem": False,
                }
            )

    # ------------------------------------------------------------
    # WHAT IS TOLD
    # ------------------------------------------------------------

    def _preview_weekly_report(self, template):
        """Return the mail as it would go, counted with the rights of the user.

        :param mail.template template: of dealerships; may be empty.
        :return: its ``subject`` and its ``body_html``; empty for a broken template.
        :rtype: dict
        """
        if not (template and self):
            return {}
        mails = try_to_mail(
            self.env,
            lambda: self._fill_weekly_report(template)._generate_template(
                self.ids, ("subject", "body_html")
            ),
            f"preview of the weekly report of dealership {self.id}",
        )
        return mails[self.id] if mails else {}

    def _fill_weekly_report(self, template):
        """Return the template with the figures of last week.

        :param mail.template template: of dealerships.
        :return: it, which sees nothing but what it is given and the dealership.
        :rtype: mail.template
        """
        lang = self._get_report_lang()
        report = self.with_context(lang=lang)._prepare_weekly_report()
        return template.sudo().with_context(report=report, report_lang=lang)

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

    def _check_sees_weekly_report(self):
        self.ensure_one()
        message = self.env._("Only BPO supervisors and managers see the report.")
        check_role(self.env, SUPERVISOR, message)
        self.check_access("read")

    def _get_managed(self):
        return {name: self[name] for name in MANAGED}

    def _get_floor(self):
        """Return the company by whose clock the dealership's weeks begin.

        :rtype: res.company
        """
        return (self.company_id or self.env.company).sudo()

    def _get_floor_currency(self):
        return self._get_floor().currency_id

    def _get_report_lang(self):
        """Return the language in which the manager is written to, which is installed.

        :rtype: str
        """
        installed = dict(self.env["res.lang"].get_installed())
        wanted = (self.report_lang, self._get_floor().partner_id.lang)
        return next((lang for lang in wanted if lang in installed), "en_US")

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

    def _get_due_week(self):
        """Return the Monday of the week that is to be reported now, or None.

        :rtype: datetime.date | None
        """
        now, week = self._get_floor_now(), self._get_last_week()
        is_early = now.weekday() == 0 and now.hour < SEND_HOUR
        is_told = self.weekly_report_week and self.weekly_report_week >= week
        return None if is_early or is_told else week

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

    def _has_unseen_leads(self):
        """Whether the mail counts leads of companies that are not active here.

        :rtype: bool
        """
        leads = self.env["crm.lead"].sudo().with_context(active_test=False)
        active = [False, *self.env.companies.ids]
        others = [("dealership_id", "in", self.ids), ("company_id", "not in", active)]
        return bool(leads.search_count(others, limit=1))


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
