from odoo import api, fields, models

from ...ids import is_id

#: What an answer can lead to.
FOLLOW_UPS = [
    ("activity", "Next Activity"),
    ("visit", "Visit"),
    ("lost", "Lost"),
]


class CallAnswer(models.Model):
    """What a customer said who was reached, and what follows from it."""

    _name = "crm.call.answer"
    _description = "Call Answer"
    _inherit = ["crm.call.proposal"]
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(
        default=True,
        help="An archived answer is not offered any more. Calls keep it.",
    )
    follow_up = fields.Selection(
        FOLLOW_UPS,
        "Leads to",
        default="activity",
        required=True,
        help="What the call window proposes: the next activity, to schedule a visit, "
        "or to mark the lead as lost.",
    )
    activity_type_id = fields.Many2one(
        help="Without one, what follows the result of the call is proposed."
    )
    lost_reason_id = fields.Many2one(
        "crm.lost.reason",
        "Proposed Lost Reason",
        ondelete="set null",
        help="Filled in when the lead is marked as lost.",
    )
    blocks_phone = fields.Boolean(
        "Number Is Not Called Any More",
        help="Puts the customer's number on Odoo's list of blocked numbers, from which "
        "a manager can take it off again.",
    )

    @api.model
    def _check_named(self, field, vals_list):
        """Refuse values that name no answer.

        :param odoo.fields.Field field: that holds the answer, of any model.
        :param list vals_list: as they were sent; without the field, or with False or
            None in it, for no answer.
        :raises UserError: for the first one that is no id of an answer.
        """
        sent = (vals.get(field.name) for vals in vals_list)
        named = [value for value in sent if value is not None and value is not False]
        known = set(self.browse(filter(is_id, named)).exists().ids)
        for value in named:
            # True and 1.0 are equal to an id, and none.
            if not is_id(value) or value not in known:
                self._refuse_value(field, value)
