import logging
from datetime import timedelta

import psycopg2

from odoo import api, fields, models

from ...email_address import is_one_address
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

#: The fields that managers alone change.
MANAGED = ("has_weekly_report", "report_lang")


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
    # THE MAIL
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

    def _get_report_lang(self):
        """Return the language in which the manager is written to, which is installed.

        :rtype: str
        """
        installed = dict(self.env["res.lang"].get_installed())
        wanted = (self.report_lang, self._get_floor().partner_id.lang)
        return next((lang for lang in wanted if lang in installed), "en_US")

    def _get_due_week(self):
        """Return the Monday of the week that is to be reported now, or None.

        :rtype: datetime.date | None
        """
        now, week = self._get_floor_now(), self._get_last_week()
        is_early = now.weekday() == 0 and now.hour < SEND_HOUR
        is_told = self.weekly_report_week and self.weekly_report_week >= week
        return None if is_early or is_told else week

    def _has_unseen_leads(self):
        """Whether the mail counts leads of companies that are not active here.

        :rtype: bool
        """
        leads = self.env["crm.lead"].sudo().with_context(active_test=False)
        active = [False, *self.env.companies.ids]
        others = [("dealership_id", "in", self.ids), ("company_id", "not in", active)]
        return bool(leads.search_count(others, limit=1))
