from odoo import api, models
from odoo.tools import SQL

from ...mending import mend_leads


class Lead(models.Model):
    """What becomes of leads when their team begins to work for dealerships, or ends.

    All of it is SQL, one statement of a kind: it is nothing that somebody did with a
    lead, so it must not show in the chatter, and there may be a million of them.
    """

    _inherit = "crm.lead"

    @api.model
    def _follow_switch(self, chosen, is_bpo):
        """Let leads be for a dealership from now on, or no more.

        :param SQL chosen: the condition on ``crm_lead`` of the leads of a team, or of
            a company, that was switched.
        :param bool is_bpo: what they are now.
        """
        self.env.flush_all()
        if is_bpo:
            self._prepare_switch(chosen)
            self._let_in(chosen)
            return
        self.env.cr.execute(
            SQL("UPDATE crm_lead SET is_bpo = FALSE WHERE (%s) AND is_bpo", chosen)
        )
        self.env.invalidate_all()

    @api.model
    def _prepare_switch(self, chosen):
        """Let leads be such as the rules take them, before they are theirs.

        :param SQL chosen: as of :meth:`_follow_switch`.
        """
        mend_leads(self.env, chosen)

    @api.model
    def _let_in(self, chosen):
        """Let leads be for a dealership, with a reference, in the order of their ids.

        One statement for both: each row has many indexes.

        :param SQL chosen: the condition on ``crm_lead`` of which.
        """
        ids = self._find_ids(SQL("(%s) AND reference IS NULL", chosen))
        self.env.cr.execute(
            SQL(
                """
                UPDATE crm_lead
                   SET is_bpo = TRUE,
                       reference = COALESCE(crm_lead.reference, numbered.reference)
                  FROM crm_lead AS same
                  LEFT JOIN unnest(%s::integer[], %s::text[])
                       AS numbered(id, reference) ON numbered.id = same.id
                 WHERE same.id = crm_lead.id
                   AND crm_lead.id IN (SELECT id FROM crm_lead WHERE %s)
                   AND (crm_lead.is_bpo IS NOT TRUE OR numbered.id IS NOT NULL)
                """,
                ids,
                self._next_references(len(ids)),
                chosen,
            )
        )
        self.env.invalidate_all()

    @api.model
    def _find_ids(self, chosen):
        """Return the ids of leads, archived ones as well, in their order.

        :param SQL chosen: the condition on ``crm_lead`` of which.
        :rtype: list[int]
        """
        self.flush_model()
        rows = self.env.execute_query(
            SQL("SELECT id FROM crm_lead WHERE %s ORDER BY id", chosen)
        )
        return [lead_id for (lead_id,) in rows]
