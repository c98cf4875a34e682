import re
import unicodedata

from odoo import api, fields, models, tools
from odoo.exceptions import ValidationError
from odoo.tools import SQL

from ...email_address import read_address
from ...invisible import leave_out_joiners
from ...nobody import Nobody
from ...phone_number import to_ascii_digit
from ...series import Constraint

KINDS = [("email", "Email Address"), ("phone", "Phone Number")]

#: Of an address: something on both sides. Of a number: enough digits to be none of
#: half of all customers.
PATTERNS = {
    "email": re.compile(r"[^\s@]+@[^\s@]+"),
    "phone": re.compile(r"\d{4,20}|\*?\d{6,20}\*?"),
}

#: The fewest letters of an address with a star on both sides.
MIN_LETTERS = 4


class Placeholder(models.Model):
    """What people type who want to say none: it looks like an address or a number.

    Strangers have it in common, so it identifies nobody.
    """

    _name = "crm.placeholder"
    _description = "Placeholder"
    _order = "kind, name, id"

    kind = fields.Selection(KINDS, required=True, default="email")
    name = fields.Char(
        "Address or Number",
        required=True,
        help="The star stands for anything: *@none.com is every address there, and "
        "*0000000 every number that ends like this. A number is given without the "
        "first zero, with or without the country's code.",
    )
    active = fields.Boolean(
        default=True, help="An archived placeholder identifies customers again."
    )

    _name_uniq = Constraint("UNIQUE(kind, name)", "This placeholder is there already.")

    @api.constrains("kind", "name")
    def _check_name(self):
        for row in self:
            pattern = row.name if row.kind == "phone" else row.name.replace("*", "x")
            if not PATTERNS[row.kind].fullmatch(pattern) or row._is_everybodys():
                raise ValidationError(
                    self.env._(
                        "%s would mean too many customers, or is no address and no "
                        "number. Write an address such as *@none.com, or six digits or "
                        "more such as *0000000.",
                        row.name,
                    )
                )

    # ------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        rows = super().create([self._clean(vals) for vals in vals_list])
        rows._let_go()
        return rows

    def write(self, vals):
        self._hold_again()
        result = super().write(self._clean(vals))
        self._let_go()
        return result

    def unlink(self):
        self._hold_again()
        return super().unlink()

    # ------------------------------------------------------------
    # BUSINESS
    # ------------------------------------------------------------

    @api.model
    def _filter_identifying(self, keys, name):
        """Return those of the ways to reach a customer that are nobody else's.

        :param keys: as of :meth:`Nobody.filter_identifying`.
        :param str name: likewise.
        :rtype: list[str]
        """
        return self._get_nobody().filter_identifying(keys, name)

    @api.model
    @tools.ormcache()
    def _get_nobody(self):
        """Return what identifies no customer; ask once for many of them.

        :rtype: Nobody
        """
        return Nobody(self._find_pattern(), self._find_own_reach())

    @api.model
    def _find_own_reach(self):
        """Return all that reaches us, and not a customer.

        :return: for each phone number in E.164 and each normalized email address the
            names of the people whose it is; none of a company, or a mailbox.
        :rtype: dict[str, set[str]]
        """
        return {}

    @api.model
    def _find_pattern(self):
        """Return what finds the placeholders among the keys of customers.

        :rtype: re.Pattern
        """
        rows = self.sudo().search([])
        return re.compile("|".join(row._to_pattern() for row in rows) or r"(?!)")

    def _to_pattern(self):
        words = map(re.escape, self.name.split("*"))
        pattern = ".*".join(words)
        if self.kind == "email":
            return f"(?:{pattern})"
        # With the code of a country, or without any.
        return rf"\+(?:{pattern}|\d{{1,3}}{pattern})"

    def _is_everybodys(self):
        """Whether the addresses of half of all customers would be placeholders.

        :rtype: bool
        """
        local, _at, domain = self.name.rpartition("@")
        if self.kind == "phone" or not ("*" in local and "*" in domain):
            return False
        return len(re.sub(r"[*.@]", "", self.name)) < MIN_LETTERS

    @api.model
    def _clean(self, vals):
        """Return values in which an address or a number is as keys have it.

        :param dict vals: of a placeholder, as somebody sent them.
        :rtype: dict
        """
        name = vals.get("name")
        if not isinstance(name, str):
            return vals
        name = "".join(leave_out_joiners(name).split())
        if "@" not in name:
            plain = unicodedata.normalize("NFKC", name)
            digits = "".join(map(to_ascii_digit, re.sub(r"[().\-/+]", "", plain)))
            return {**vals, "name": digits.lstrip("0") if "*" not in digits else digits}
        return {**vals, "name": read_address(name) or name.lower()}

    def _let_go(self):
        """Let no lead hold what identifies nobody now."""
        self.env.registry.clear_cache()
        if not self.env.registry.ready:
            # An upgrade lets go of all that comes with the addon in one look.
            return
        for row in self.filtered("active"):
            query = "DELETE FROM crm_lead_customer WHERE key ~ %s RETURNING key"
            pattern = f"^(?:{row._to_pattern()})$"
            self.env.execute_query(SQL(query, pattern))

    @api.model
    def _let_go_of_all(self):
        """Let no lead hold what identifies nobody, whichever placeholder it is."""
        self.env.registry.clear_cache()
        identifying = self.env["crm.lead"]._get_sql_identifying()
        query = "DELETE FROM crm_lead_customer WHERE NOT (%s) RETURNING key"
        self.env.execute_query(SQL(query, identifying))

    def _hold_again(self):
        """Let leads hold what these kept them from, once they do not any more."""
        rows = self.filtered("active")

        @self.env.cr.precommit.add
        def hold():
            if rows.exists() != rows or not all(rows.mapped("active")):
                rows.env.registry.clear_cache()
                rows.env["crm.lead"]._hold_existing_customers()
