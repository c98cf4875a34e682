from odoo import api, fields, models
from odoo.tools import SQL

from ...series import Index

#: How many further numbers and addresses of a customer a lead is known by. A sender
#: may name as many as it likes.
MAX_OTHERS = 20


class Lead(models.Model):
    """By what else a customer is reached: a second number, or another address.

    A lead has room for one of each, and customers use more of them.
    """

    _inherit = "crm.lead"

    other_reach = fields.Text(
        "Also Reached At",
        readonly=True,
        copy=False,
        server_only=True,
        help="Further phone numbers and email addresses that the customer gave, one a "
        "line. An enquiry with one of them is this customer's, too.",
    )

    _other_reach_idx = Index(
        r"USING gin (string_to_array(other_reach, E'\n')) WHERE other_reach IS NOT NULL"
    )

    @api.model
    def _find_also_reached_at(self, keys):
        """Return the ids of leads that are known by keys, too, open or not.

        :param list keys: phone numbers in E.164 and normalized email addresses.
        :rtype: list[int]
        """
        self.flush_model(["other_reach"])
        query = SQL(
            "SELECT id FROM crm_lead WHERE other_reach IS NOT NULL"
            r" AND string_to_array(other_reach, E'\n') && %s::text[]",
            keys,
        )
        return [lead_id for (lead_id,) in self.env.execute_query(query)]

    def _get_other_keys(self):
        """Return what else the customer of this lead is known by.

        :return: phone numbers in E.164 and normalized email addresses.
        :rtype: list[str]
        """
        return (self.other_reach or "").splitlines()

    def _prepare_other_reach(self, keys):
        """Return the value with which this lead is known by some keys, too.

        :param keys: phone numbers in E.164 and normalized email addresses.
        :return: nothing where it is known by them already.
        :rtype: dict
        """
        known = self._get_other_keys()
        own = {self.phone_sanitized, self.email_normalized, *known}
        further = [key for key in dict.fromkeys(keys) if key not in own]
        if not further:
            return {}
        return {"other_reach": "\n".join([*known, *further][:MAX_OTHERS])}
