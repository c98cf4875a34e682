import psycopg2

from odoo import models

from ...row_locks import lock_available


class Lead(models.Model):
    """Leads that are locked before something becomes of them, without waiting."""

    _inherit = "crm.lead"

    def _lock_available(self):
        """Lock those of these leads that nobody else has, or has changed since.

        Jobs that run at the same time take different leads, and neither waits. It is
        one query, and one more for each lead where one was changed since.

        :return: those that are locked.
        :rtype: crm.lead
        """
        self.env.flush_all()
        try:
            with self.env.cr.savepoint(flush=False):
                return lock_available(self)
        except psycopg2.errors.SerializationFailure:
            # One was changed and committed after this transaction began.
            if len(self) <= 1:
                return self.browse()
            return self.filtered(lambda lead: lead._lock_available())

    def _collide(self):
        """Let one of two transactions that change these leads at once be tried again.

        A lock alone would not say that the other one had it, and what it wrote would
        not be seen.

        :raises psycopg2.errors.SerializationFailure: by which Odoo tries again.
        """
        self.flush_recordset()
        self.env.cr.execute(
            "UPDATE crm_lead SET write_date = write_date WHERE id = ANY(%s)",
            [sorted(self.ids)],
            log_exceptions=False,
        )
