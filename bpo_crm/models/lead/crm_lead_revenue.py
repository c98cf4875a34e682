from odoo import api, fields, models

from ...new_columns import add_flag_column


class Lead(models.Model):
    """What a lead may bring: the vehicle's list price while nobody typed another."""

    _inherit = "crm.lead"

    # Core's default would be a value that somebody gave.
    expected_revenue = fields.Monetary(
        compute="_compute_expected_revenue",
        inverse="_inverse_expected_revenue",
        store=True,
        readonly=False,
        default=None,
    )
    is_revenue_typed = fields.Boolean(
        compute="_compute_is_revenue_typed",
        store=True,
        copy=False,
        help="Somebody expects another amount than the vehicle's list price.",
        inner=True,
    )

    def _auto_init(self):
        # What leads from before the field expect was typed by somebody.
        add_flag_column(self.env.cr, self._table, "is_revenue_typed")
        return super()._auto_init()

    # ------------------------------------------------------------
    # COMPUTE
    # ------------------------------------------------------------

    @api.depends("vehicle_model_id")
    def _compute_expected_revenue(self):
        for lead in self:
            if not (lead.expected_revenue and lead._keeps_revenue()):
                lead.expected_revenue = lead._get_list_price()

    def _inverse_expected_revenue(self):
        # Who expects an amount need not know of vehicles.
        leads = self.sudo()
        typed = leads.filtered(lambda lead: lead._has_other_price())
        typed.is_revenue_typed = True
        (leads - typed).is_revenue_typed = False
        unsaid = leads.filtered(lambda lead: not lead.expected_revenue)
        unsaid.filtered("vehicle_model_id.list_price")._compute_expected_revenue()

    @api.depends()
    def _compute_is_revenue_typed(self):
        # Whoever types an amount is noticed above.
        self.is_revenue_typed = False

    @api.onchange("expected_revenue")
    def _onchange_expected_revenue(self):
        self.is_revenue_typed = self._has_other_price()

    # ------------------------------------------------------------
    # BUSINESS
    # ------------------------------------------------------------

    def _keeps_revenue(self):
        """Whether another vehicle does not change what is expected."""
        return self.is_revenue_typed or self.stage_id._is_closed

    def _get_list_price(self):
        """Return the price of the vehicle in the currency of the lead.

        :return: 0 without a vehicle.
        :rtype: float
        """
        if not self.vehicle_model_id:
            return 0
        vehicle = self.sudo().vehicle_model_id
        return self._convert_to_own(vehicle.list_price, vehicle.currency_id)

    def _convert_to_own(self, amount, currency):
        """Return an amount in the currency of this lead, at the rate of today.

        :param float amount: in another currency.
        :param res.currency currency: which it is.
        :rtype: float
        """
        company = self._get_company()
        today = fields.Date.context_today(self)
        own = self.company_currency or company.currency_id
        return currency._convert(amount, own, company, today)

    def _has_other_price(self):
        """Whether what is expected is an amount of somebody's own."""
        if not self.expected_revenue:
            return False
        difference = self.expected_revenue - self._get_list_price()
        return not self.company_currency.is_zero(difference)
