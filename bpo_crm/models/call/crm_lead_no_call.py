from odoo import api, fields, models
from odoo.tools import SQL


class Lead(models.Model):
    """Customers who do not want to be called, on Odoo's own list of numbers."""

    _inherit = "crm.lead"

    # Core's own field reads each number of the screen with phonenumbers.
    is_phone_blocked = fields.Boolean(
        "Do Not Call",
        compute="_compute_is_phone_blocked",
        help="The number is on Odoo's list of blocked numbers.",
    )

    @api.depends("phone_sanitized")
    def _compute_is_phone_blocked(self):
        blocked = self._find_blocked_numbers(self.mapped("phone_sanitized"))
        for lead in self:
            lead.is_phone_blocked = lead.phone_sanitized in blocked

    # ------------------------------------------------------------
    # BUSINESS
    # ------------------------------------------------------------

    @api.model
    def _find_blocked_numbers(self, numbers):
        """Return those of some numbers that are not to be called.

        :param numbers: in E.164, as the list has them; False is none.
        :rtype: set[str]
        """
        numbers = tuple(set(numbers) - {False})
        if not numbers:
            return set()
        self.env["phone.blacklist"].flush_model(["active", "number"])
        query = "SELECT number FROM phone_blacklist WHERE active AND number IN %s"
        rows = self.env.execute_query(SQL(query, numbers))
        return {number for (number,) in rows}

    @api.model
    def _complete_rows(self, rows):
        leads = self.browse([row["id"] for row in rows])
        for row, lead in zip(rows, leads, strict=True):
            row["blocked"] = lead.is_phone_blocked
        return super()._complete_rows(rows)

    def _block_phone(self):
        """Keep the customer's numbers from being called, as the customer asked.

        The list is Odoo's, and only its administrators and managers write on it.
        """
        self.ensure_one()
        numbers = set(self._get_phone_keys()) - {False}
        if not numbers:
            self._log_number_unread()
        fresh = sorted(numbers - self._find_blocked_numbers(numbers))
        if fresh:
            blocked = self.env["phone.blacklist"].sudo()
            blocked._add(fresh, message=self._prepare_blocked_message())
            self.invalidate_recordset(
                [
                    "is_phone_blocked",
                    "phone_blacklisted",
                    "phone_sanitized_blacklisted",
                ]
            )
            for number in fresh:
                self._log_number_blocked(number)

    def _prepare_blocked_message(self):
        return self.env._(
            "The customer of %s asked not to be called.", self._get_label()
        )

    def _log_number_blocked(self, number):
        """Say in the chatter that the customer is not to be called.

        :param str number: that is on the list, in E.164.
        """
        self.message_post(
            body=self.env._(
                "The customer asked not to be called: %s is on the list of numbers "
                "that are not called. A manager can take it off.",
                number,
            )
        )

    def _log_number_unread(self):
        self.message_post(
            body=self.env._(
                "The customer asked not to be called, but the number of the lead is "
                "none that Odoo can read. Ask a manager to put it on the list of "
                "numbers that are not called."
            )
        )
