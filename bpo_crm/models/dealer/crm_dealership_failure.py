from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ... import remote_odoo
from ...own_transaction import run_alone
from ...roles import MANAGER, SUPERVISOR
from ...row_locks import lock_available
from ...series import GROUP_MEMBERS

#: How long a lead waits for its order that nobody tries to win again.
GIVEN_UP_AFTER = timedelta(days=14)

ALERT = "mail.mail_activity_data_warning"


class Dealership(models.Model):
    """A server that takes no orders: who of ours is told, and until when.

    The activity is written in a transaction of its own, since the one of the win that
    failed is rolled back.
    """

    _inherit = "crm.dealership"

    user_id = fields.Many2one(
        "res.users",
        "Responsible",
        index="btree_not_null",
        check_company=True,
        tracking=True,
        domain="[('share', '=', False)]",
        help="The supervisor or manager of ours who is told when orders do not reach "
        "the dealership. Without one, a manager is told.",
    )

    @api.constrains("user_id")
    def _check_responsible(self):
        for dealership in self.sudo().filtered("user_id"):
            if not dealership.user_id.has_group(SUPERVISOR):
                raise ValidationError(
                    self.env._(
                        "%s is neither a supervisor nor a manager of the BPO. Choose "
                        "somebody who can mend a connection, or have it mended.",
                        dealership.user_id.name,
                    )
                )

    # ------------------------------------------------------------
    # ACTIONS
    # ------------------------------------------------------------

    def action_test_connection(self):
        """Try the connection, and take back what was told of it if it works.

        :return: a notification.
        :rtype: dict
        :raises AccessError: for anybody below a BPO manager.
        """
        result = super().action_test_connection()
        if self.connection_state == "connected":
            self.sudo()._end_failure()
        return result

    # ------------------------------------------------------------
    # BUSINESS
    # ------------------------------------------------------------

    def _find_responsible(self, company):
        """Return who of ours can mend the connection, or have it mended.

        :param res.company company: whose lead was not won, may be empty.
        :return: one user, the manager who is there longest by default; empty where
            there is none.
        :rtype: res.users
        """
        company = self.sudo().company_id or company

        def is_there(user):
            return user.active and not company - user.company_ids

        chosen = self.sudo().user_id.filtered(is_there)
        if chosen and chosen.has_group(SUPERVISOR):
            return chosen
        managers = self.env.ref(MANAGER).sudo()[GROUP_MEMBERS]
        return managers.filtered(is_there).sorted("id")[:1]

    def _tell_failure(self, error, company):
        """Tell who can mend it that an order was not taken, once while that lasts.

        :param remote_odoo.RemoteError error: what came back.
        :param res.company company: whose lead was not won, may be empty.
        :return: who has been told, with all rights; empty for nobody.
        :rtype: res.users
        """
        responsible = self._find_responsible(company)
        if not (self and responsible) or error.kind in remote_odoo.OF_NO_CONNECTION:
            return responsible.browse()
        company_id = company.id
        told_id = run_alone(
            self,
            lambda dealership: (
                dealership._plan_mending(responsible.id, error, company_id).id
            ),
            "Nobody is told of a failure",
            lock=True,
            # Another win tells it in this moment.
            otherwise=responsible.id,
        )
        return responsible.browse(told_id)

    def _plan_mending(self, user_id, error, company_id):
        """Plan the activity of who is told, unless somebody has it already.

        Of a dealership that is shared, each company's people are told: nobody reads
        of who is not there in that company.

        :param int user_id: of who is told.
        :param remote_odoo.RemoteError error: what came back.
        :param int company_id: whose lead was not won; False for no company's.
        :return: who has the activity.
        :rtype: res.users
        """
        company = self.env["res.company"].browse(company_id or [])
        told = self._find_failure_activities().user_id
        there = told.filtered(lambda user: not company - user.company_ids)
        if there:
            return there[:1]
        user = self.env["res.users"].browse(user_id)
        dealership = self.with_context(lang=user.lang, tz=user.tz)
        return dealership.activity_schedule(
            ALERT,
            summary=dealership.env._("Orders do not reach %s", self.name),
            note=dealership._prepare_mending_note(error),
            user_id=user.id,
            is_dealer_failure=True,
        ).user_id

    def _prepare_mending_note(self, error):
        """Return what is told of a failure.

        Everybody sees it who sees the dealership: what the dealer says of one customer
        is kept with the attempts of the lead.

        :param remote_odoo.RemoteError error: what came back.
        :rtype: str
        """
        is_quoted = error.kind in remote_odoo.IN_ITS_OWN_WORDS
        reason = self._get_advice(error.kind) if is_quoted else self._explain(error)
        return self.env._(
            "A lead could not be marked as won. %s The leads that wait for it are "
            "under Pipeline → Failed Wins.",
            reason,
        )

    def _find_failure_activities(self):
        """Return the open activities that tell of these dealerships' failures.

        :rtype: mail.activity
        """
        return self.env["mail.activity"].search(
            [
                ("res_model", "=", self._name),
                ("res_id", "in", self.ids),
                ("is_dealer_failure", "=", True),
            ]
        )

    def _settle_failure(self):
        """The dealership took an order: nobody needs to mend anything any more.

        In a transaction of its own: orders at one dealership must not wait for each
        other, and nothing may fail once the dealer has one.
        """
        if not self.sudo()._find_failure_activities():
            return
        run_alone(
            self,
            lambda dealership: dealership._end_failure(),
            "What is told of a failure is not taken back",
            lock=True,
        )

    def _end_failure(self):
        """Mark as done what tells of a failure, unless a lead is rejected still."""
        # Somebody may be marking them as done in this moment.
        activities = lock_available(self._find_failure_activities())
        if activities and not self._has_rejected_wins():
            activities.action_feedback(
                feedback=self.env._("The server of %s answers as it should.", self.name)
            )

    def _end_unwaited_failures(self):
        """Mark as done what tells of failures for which no lead waits any more."""
        told = self.sudo()._find_failure_activities()
        for dealership in self.browse(told.mapped("res_id")).sudo():
            if not dealership._find_failed_wins():
                rows = told.filtered(lambda row, id_=dealership.id: row.res_id == id_)
                rows.action_feedback(
                    feedback=self.env._(
                        "No lead waits for %s any more.", dealership.name
                    )
                )

    def _find_failed_wins(self):
        """Return the leads that wait for this dealership's server.

        :rtype: crm.lead
        """
        return self.env["crm.lead"].search(
            [("dealership_id", "=", self.id), ("is_win_failed", "=", True)]
        )

    def _has_rejected_wins(self):
        """Whether a lead waits whose order this dealership's server rejected lately.

        Whoever gave the win up leaves the lead as it is.

        :rtype: bool
        """
        since = fields.Datetime.now() - GIVEN_UP_AFTER
        return any(
            push.error_kind in remote_odoo.OF_ONE_REQUEST and push.create_date > since
            for push in self._find_failed_wins()._get_last_pushes().values()
        )
