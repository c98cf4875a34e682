from odoo import fields, models
from odoo.tools import SQL
from odoo.tools.misc import formatLang

from ...measure import FloorDay

#: Where each band of prices begins, in any currency.
BAND_FLOORS = [step * 10**power for power in range(12) for step in (1, 2, 5)]


class MissedReport(models.Model):
    """Sales that were missed, a row for each lead that is lost."""

    _name = "crm.missed.report"
    _description = "Missed Sales"
    _inherit = "crm.report"
    _auto = False
    _depends = {
        "crm.lead": [
            "active",
            "brand_id",
            "company_id",
            "date_closed",
            "dealership_id",
            "expected_revenue",
            "is_bpo",
            "lost_note",
            "lost_reason_id",
            "lost_stage_id",
            "source_id",
            "stage_id",
            "team_id",
            "type",
            "user_id",
            "vehicle_model_id",
        ],
        "crm.stage": ["is_lost"],
        "res.company": ["currency_id"],
    }

    day = FloorDay("Lost On", moment="closed_at")
    lost_reason_id = fields.Many2one("crm.lost.reason", readonly=True)
    lost_stage_id = fields.Many2one("crm.stage", "Lost In", readonly=True)
    vehicle_model_id = fields.Many2one("crm.vehicle.model", "Vehicle", readonly=True)
    price_band = fields.Selection(
        selection=lambda self: self._get_price_bands(),
        readonly=True,
        help="Of what the lead was expected to bring, in its company's currency.",
    )
    amount = fields.Monetary(
        "Expected Revenue", readonly=True, currency_field="currency_id"
    )
    currency_id = fields.Many2one("res.currency", readonly=True)
    note = fields.Text(readonly=True)

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT lead.id,
                   %(of_lead)s,
                   lead.date_closed AS closed_at,
                   %(day)s AS day,
                   lead.lost_reason_id,
                   lead.lost_stage_id,
                   lead.vehicle_model_id,
                   CASE WHEN lead.expected_revenue >= 1 THEN
                        lpad(width_bucket(
                            lead.expected_revenue, %(floors)s::numeric[]
                        )::varchar, 2, '0')
                   END AS price_band,
                   lead.expected_revenue AS amount,
                   %(currency)s AS currency_id,
                   lead.lost_note AS note
              FROM crm_lead AS lead
             WHERE lead.active IS NOT TRUE
               AND lead.is_bpo
               AND lead.type = 'opportunity'
               AND lead.stage_id = ANY(%(lost)s)
            """,
            of_lead=self._select_of_lead("lead"),
            day=self._to_floor_day(SQL("lead.date_closed"), "lead"),
            floors=BAND_FLOORS,
            currency=self._get_currency("lead"),
            lost=self.env["crm.stage"].sudo().search([("is_lost", "=", True)]).ids,
        )

    def _get_price_bands(self):
        """Return the bands of prices, in their order.

        :rtype: list
        """
        floors = [formatLang(self.env, floor, digits=0) for floor in BAND_FLOORS]
        bands = [
            self.env._("%(from)s – %(to)s", **{"from": floor, "to": ceiling})
            for floor, ceiling in zip(floors, floors[1:], strict=False)
        ]
        bands.append(self.env._("%s and more", floors[-1]))
        return [(f"{number:02}", band) for number, band in enumerate(bands, 1)]
