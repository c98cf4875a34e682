from odoo import api, fields, models

from ...domains import CUSTOMER_KEYS
from ...series import Index, all_of, any_of


class Lead(models.Model):
    """What the same customer asked before."""

    _inherit = "crm.lead"

    history_lead_ids = fields.Many2many(
        "crm.lead",
        compute="_compute_history",
        string="Other Leads of This Customer",
        context={"active_test": False},
        help="Leads with the same phone number or the same email address.",
    )
    history_hidden_count = fields.Integer(
        compute="_compute_history",
        help="How many leads of the same customer are worked by somebody else.",
    )

    # Core's index is for parts of an address, and is there with pg_trgm only.
    _email_normalized_idx = Index(
        "(email_normalized) WHERE email_normalized IS NOT NULL"
    )

    # ------------------------------------------------------------
    # COMPUTE
    # ------------------------------------------------------------

    @api.depends(*CUSTOMER_KEYS)
    def _compute_history(self):
        known = self._search_customers_leads()
        allowed = known.with_env(self.env)._filtered_access("read")
        for lead in self:
            others = known.filtered(lead._is_same_customer)
            visible = others.with_env(self.env) & allowed
            lead.history_lead_ids = visible.sorted(
                lambda other: other.enquiry_date or other.create_date, reverse=True
            )
            lead.history_hidden_count = len(others) - len(visible)

    # ------------------------------------------------------------
    # BUSINESS
    # ------------------------------------------------------------

    def _search_customers_leads(self):
        """Return all leads of the customers of these leads, past the rules.

        One query for all of them, on an index for each way to know a customer.
        """
        return (
            self.sudo()
            .with_context(active_test=False)
            .search(
                all_of(
                    [
                        [("type", "=", "opportunity")],
                        any_of(
                            [(key, "in", self._get_known(key))] for key in CUSTOMER_KEYS
                        ),
                    ]
                )
            )
        )

    def _get_known(self, name):
        return list({key for lead in self for key in lead._filter_own_keys([name])})

    def _filter_own_keys(self, names):
        """Return by what the customer of this lead is known, of some fields.

        :param names: of :data:`CUSTOMER_KEYS`.
        :rtype: list[str]
        """
        return self.env["crm.placeholder"]._filter_identifying(
            [self[name] for name in names], self._get_person_name()
        )

    def _is_same_customer(self, other):
        """Whether another lead has the phone number or the address of this one.

        :param crm.lead other: it may be this one.
        :rtype: bool
        """
        if other.id == self._origin.id:
            return False
        return not {other[name] for name in CUSTOMER_KEYS}.isdisjoint(
            self._filter_own_keys(CUSTOMER_KEYS)
        )
