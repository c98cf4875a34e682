from odoo import fields, models

from ...roles import MANAGER, check_role

#: What says which database is read.
PLACE_FIELDS = ("odoo_url", "odoo_db")


class Brand(models.Model):
    """A distributor whose address changes: the same records, or others?

    A record is known by its number. In another database, the same number is that
    of a stranger's record, so nothing is read or written before somebody says it.
    """

    _inherit = "crm.brand"

    needs_confirmation = fields.Boolean(
        "Address Has Changed", readonly=True, copy=False, groups=MANAGER
    )
    database_number = fields.Integer(
        readonly=True,
        copy=False,
        groups=MANAGER,
        help="How many other databases the distributor has had before this one.",
    )

    # ------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------

    def write(self, vals):
        changed = self.sudo().filtered(lambda brand: brand._changes_identity(vals))
        result = super().write(vals)
        if changed:
            changed.write({"needs_confirmation": True})
        return result

    # ------------------------------------------------------------
    # ACTIONS
    # ------------------------------------------------------------

    def action_same_records(self):
        """Go on: the distributor's records have the numbers that they had.

        :return: True
        :raises AccessError: for anybody below a BPO manager.
        """
        self._check_may_say()
        self.sudo().write({"needs_confirmation": False})
        self._try_feeds_soon()
        return True

    def action_other_records(self):
        """Begin anew: the distributor's records are others, whatever their numbers.

        What still waited to be written back is left alone.

        :return: True
        :raises AccessError: for anybody below a BPO manager.
        """
        self._check_may_say()
        for brand in self.sudo():
            number = brand.database_number + 1
            brand.write({"needs_confirmation": False, "database_number": number})
        feeds = self.sudo().feed_ids
        feeds._forget_write_backs()
        feeds._begin_anew()
        return True

    # ------------------------------------------------------------
    # BUSINESS
    # ------------------------------------------------------------

    def _changes_identity(self, vals):
        """Whether values lead to another place while records are known by number.

        :param dict vals: what is written.
        :rtype: bool
        """
        is_elsewhere = any(
            name in vals and (vals[name] or False) != self[name]
            for name in PLACE_FIELDS
        )
        return is_elsewhere and self.feed_ids._have_read_leads()

    def _check_may_say(self):
        check_role(
            self.env,
            MANAGER,
            self.env._(
                "Only a BPO manager can say whether the distributor has "
                "the same records as before."
            ),
        )
        self.check_access("write")

    def _get_records_name(self):
        """Return how the records of the distributor's database are known here.

        :rtype: str
        """
        number = self.sudo().database_number
        return f"{self.id}.{number}" if number else str(self.id)
