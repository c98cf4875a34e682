import re

from odoo import api, fields, models
from odoo.tools import SQL


class IrSequence(models.Model):
    _inherit = "ir.sequence"

    @api.model
    def _next_many_by_code(self, code, count):
        """Draw many numbers at once.

        Core (``base/models/ir_sequence.py``) draws one with some queries of its own.

        :param str code: of the sequence.
        :param int count: how many.
        :return: the numbers, as core writes them.
        :rtype: list[str]
        """
        if count < 2:
            return [self.next_by_code(code) for _unused in range(count)]
        # It makes what is missing, such as the range of a new year.
        first = self.next_by_code(code)
        sequence = self._find_by_code(code)
        if sequence.implementation != "standard":
            return [first, *(self.next_by_code(code) for _unused in range(count - 1))]
        drawn = sequence._draw_many(count - 1)
        return [first, *drawn]

    @api.model
    def _get_pattern_by_code(self, code):
        """Return what all numbers look like that a sequence draws, in any year.

        :param str code: of the sequence.
        :rtype: re.Pattern
        """
        sequence = self._find_by_code(code)
        prefix, suffix = (
            re.sub(r"%\\\(\w+\\\)s", ".+", re.escape(text or ""))
            for text in (sequence.prefix, sequence.suffix)
        )
        return re.compile(rf"{prefix}\d+{suffix}")

    @api.model
    def _find_by_code(self, code):
        """Return the sequence from which core draws here.

        :param str code: of the sequence.
        :rtype: ir.sequence
        """
        return self.search(
            [("code", "=", code), ("company_id", "in", [self.env.company.id, False])],
            order="company_id",
            limit=1,
        )

    def _draw_many(self, count):
        """Draw numbers of this sequence at once, from PostgreSQL's own sequence.

        :param int count: how many. What they come from, such as the range of this year,
            is there already.
        :return: the numbers, as core writes them.
        :rtype: list[str]
        """
        name, sequence = f"ir_sequence_{self.id:03}", self
        if self.use_date_range:
            today = fields.Date.today()
            date_range = self.date_range_ids.filtered(
                lambda row: row.date_from <= today <= row.date_to
            )[:1]
            name = f"{name}_{date_range.id:03}"
            sequence = self.with_context(ir_sequence_date_range=date_range.date_from)
        # At once, as what follows may read from the database, too.
        numbers = self.env.execute_query(
            SQL("SELECT nextval(%s) FROM generate_series(1, %s)", name, count)
        )
        # Of all of them, the date is written once: core does so for each number.
        prefix, suffix = sequence._get_prefix_suffix()
        return [f"{prefix}{number:0{self.padding}}{suffix}" for (number,) in numbers]
