from datetime import timedelta

from odoo import api, fields, models

from ...new_columns import add_empty_columns
from ...series import Index, commit_progress

#: How long a closed lead stands among the open ones. In days.
DAYS_AMONG_OPEN = 30

#: How many leads one run takes; the next one follows at once.
BATCH = 10_000


class Lead(models.Model):
    """Leads that were closed long ago are set aside, a night's job for each day.

    What somebody works with is then a small part of a million leads, and PostgreSQL
    knows which: columns are counted and read from an index that holds nothing else.
    """

    _inherit = "crm.lead"

    set_aside_date = fields.Date(
        compute="_compute_set_aside_date",
        store=True,
        help="Since when the lead is no longer shown among the open ones.",
        inner=True,
    )

    # What is to be set aside next.
    _closed_idx = Index(
        "(date_closed) WHERE set_aside_date IS NULL AND date_closed IS NOT NULL"
    )

    def _auto_init(self):
        # Leads from before are set aside by the job, not one after the other.
        add_empty_columns(self.env.cr, self._table, {"set_aside_date": "date"})
        return super()._auto_init()

    # ------------------------------------------------------------
    # COMPUTE
    # ------------------------------------------------------------

    @api.depends("active", "date_closed", "stage_id")
    def _compute_set_aside_date(self):
        first = self._get_first_shown()
        for lead in self:
            is_old = lead.date_closed and lead.date_closed < first
            # Core leaves the date on a lead that it restores.
            is_set_aside = is_old and lead._is_closed_or_archived()
            lead.set_aside_date = is_set_aside and fields.Date.today()

    # ------------------------------------------------------------
    # CRON
    # ------------------------------------------------------------

    @api.model
    def _cron_set_aside(self):
        """Set the leads aside that were closed long enough ago."""
        self.flush_model(["active", "date_closed", "set_aside_date", "stage_id"])
        self.env["crm.stage"].flush_model(["is_lost", "is_won"])
        # Nothing of them changes for whoever looks at them; who has one keeps it. What
        # is chosen inside of an UPDATE may be chosen anew for each row, past the limit.
        self.env.cr.execute(
            """
            WITH due AS MATERIALIZED (
                SELECT id
                  FROM crm_lead
                 WHERE set_aside_date IS NULL
                   AND date_closed < %s
                   AND (active IS NOT TRUE
                        OR stage_id IN (SELECT id
                                          FROM crm_stage
                                         WHERE is_won OR is_lost))
                 LIMIT %s
                   FOR NO KEY UPDATE SKIP LOCKED
            )
            UPDATE crm_lead
               SET set_aside_date = %s
              FROM due
             WHERE crm_lead.id = due.id
            """,
            [self._get_first_shown(), BATCH, fields.Date.today()],
        )
        done = self.env.cr.rowcount
        self.invalidate_model(["set_aside_date"])
        commit_progress(self.env, done, int(done == BATCH))

    # ------------------------------------------------------------
    # BUSINESS
    # ------------------------------------------------------------

    @api.model
    def _get_first_shown(self):
        """Return since when a closed lead must have been closed to be shown yet.

        :rtype: datetime.datetime
        """
        return fields.Datetime.now() - timedelta(days=DAYS_AMONG_OPEN)
