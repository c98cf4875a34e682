from odoo import api, fields, models

from ...local_time import to_local
from ...series import Index

ALERT = "mail.mail_activity_data_warning"


class Lead(models.Model):
    """Won leads whose order was cancelled at the dealer, or is gone.

    A supervisor is told once of each, and no more than that once the activity is done.
    """

    _inherit = "crm.lead"

    dealer_so_trouble_at = fields.Datetime(
        "Order Cancelled or Gone Since",
        readonly=True,
        copy=False,
        server_only=True,
        help="Since when it is known of a won lead that its order was cancelled, or is "
        "not shown by the dealer any more.",
    )

    _trouble_idx = Index(
        "(dealer_so_trouble_at) WHERE dealer_so_trouble_at IS NOT NULL"
    )

    # ------------------------------------------------------------
    # PHASES
    # ------------------------------------------------------------

    def _follow_up_change(self, change):
        # What is planned for a lead that is closed otherwise is cancelled with it.
        moved = change.find_changing("stage_id").sudo()
        begun = moved.filtered("dealer_so_trouble_at")
        if begun:
            begun._write_by_core({"dealer_so_trouble_at": False})
        return super()._follow_up_change(change)

    # ------------------------------------------------------------
    # BUSINESS
    # ------------------------------------------------------------

    def _settle_order_trouble(self):
        """Tell of those of these leads that are in trouble, and of those no longer."""
        troubled = self.filtered(lambda lead: lead._is_order_troubled())
        arisen = troubled.filtered(lambda lead: not lead.dealer_so_trouble_at)
        over = (self - troubled).filtered("dealer_so_trouble_at")
        arisen._tell_order_trouble()
        over._end_order_trouble()

    def _is_order_troubled(self):
        """Whether this lead is won, and its order does not stand.

        :rtype: bool
        """
        is_undone = self.dealer_so_state == "cancel" or self.is_dealer_so_gone
        return bool(self.is_bpo and self.is_won and is_undone)

    def _tell_order_trouble(self):
        """Say that these leads' orders do not stand, and let somebody see to it."""
        if not self:
            return
        self._write_by_core({"dealer_so_trouble_at": fields.Datetime.now()})
        messages = {lead.id: lead._prepare_order_trouble_message() for lead in self}
        self._message_log_batch(messages)
        for lead in self:
            lead._plan_order_trouble()

    def _plan_order_trouble(self):
        """Plan that a supervisor sees to this lead today."""
        company = self.company_id or self.team_id.company_id
        user = self._find_supervisors(self.team_id, company).sorted("id")[:1]
        user = user or self.dealership_id._find_responsible(company)
        if not user:
            return
        told = self.with_context(lang=user.lang)
        told.activity_schedule(
            ALERT,
            to_local(fields.Datetime.now(), user).date(),
            told.env._("Won, and without an order: %s", self.dealer_so_name),
            told._prepare_order_trouble_message(),
            user_id=user.id,
            is_order_trouble=True,
        )

    def _end_order_trouble(self):
        """Say of these leads that their orders stand, or that none is expected."""
        if not self:
            return
        self._write_by_core({"dealer_so_trouble_at": False})
        messages = {
            lead.id: lead._prepare_order_back_message() for lead in self if lead.is_won
        }
        self.browse(messages)._message_log_batch(messages)
        planned = self._find_pending_activities()
        planned.filtered("is_order_trouble").unlink()

    def _prepare_order_trouble_message(self):
        """Return what is said of an order that does not stand.

        :rtype: str
        """
        if self.is_dealer_so_gone:
            return self._prepare_unseen_message()
        return self.env._(
            "Order %(order)s was cancelled at %(dealership)s.",
            order=self.dealer_so_name,
            dealership=self.dealership_id.name,
        )

    def _prepare_order_back_message(self):
        """Return what is said of an order that stands again.

        :rtype: str
        """
        return self.env._(
            "Order %(order)s stands again at %(dealership)s.",
            order=self.dealer_so_name,
            dealership=self.dealership_id.name,
        )

    @api.model
    def _leave_out_closed(self, activities):
        # On a won lead without an order, there is something to do.
        told = activities.filtered("is_order_trouble")
        return super()._leave_out_closed(activities - told) + told
