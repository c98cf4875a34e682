from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ... import remote_odoo
from ...own_transaction import run_alone
from ...roles import MANAGER, SUPERVISOR
from ...series import GROUP_MEMBERS

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
        :return: who has been told, with all rights; empty for nobody, and for somebody
            of whom that company is not told.
        :rtype: res.users
        """
        responsible = self._find_responsible(company)
        if not (self and responsible) or error.kind in remote_odoo.OF_NO_CONNECTION:
            return responsible.browse()
        told_id = run_alone(
            self,
            lambda dealership: dealership._plan_mending(responsible.id, error).id,
            "Nobody is told of a failure",
            lock=True,
            # Another win tells it in this moment.
            otherwise=responsible.id,
        )
        told = responsible.browse(told_id)
        # Of a dealership that is shared, another company may have been told first.
        return told.filtered(lambda user: not company - user.company_ids)

    def _plan_mending(self, user_id, error):
        """Plan the activity of who is told, unless somebody has it already.

        :param int user_id: of who is told.
        :param remote_odoo.RemoteError error: what came back.
        :return: who has the activity.
        :rtype: res.users
        """
        planned = self._find_failure_activity()
        if planned:
            return planned.user_id
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

    def _find_failure_activity(self):
        """Return the open activity that tells of this dealership's failure.

        :rtype: mail.activity
        """
        return self.env["mail.activity"].search(
            [
                ("res_model", "=", self._name),
                ("res_id", "=", self.id),
                ("is_dealer_failure", "=", True),
            ],
            limit=1,
        )

    def _settle_failure(self):
        """The dealership took an order: nobody needs to mend anything any more.

        In a transaction of its own: orders at one dealership must not wait for each
        other, and nothing may fail once the dealer has one.
        """
        if not self.sudo()._find_failure_activity():
            return
        run_alone(
            self,
            lambda dealership: dealership._end_failure(),
            "What is told of a failure is not taken back",
            lock=True,
        )

    def _end_failure(self):
        """Mark as done what tells of a failure, unless a lead is rejected still."""
        activity = self._find_failure_activity()
        if activity and not self._has_rejected_wins():
            activity.action_feedback(
                feedback=self.env._("The server of %s answers as it should.", self.name)
            )

    def _has_rejected_wins(self):
        """Whether a lead waits whose order this dealership's server rejected.

        :rtype: bool
        """
        waiting = self.env["crm.lead"].search(
            [("dealership_id", "=", self.id), ("is_win_failed", "=", True)]
        )
        return any(
            push.error_kind in remote_odoo.OF_ONE_REQUEST
            for push in waiting._get_last_pushes().values()
        )
