import psycopg2

from odoo import models
from odoo.tools import SQL


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
        query = SQL(
            "SELECT id FROM crm_lead WHERE id = ANY(%s)"
            " ORDER BY id FOR NO KEY UPDATE SKIP LOCKED",
            self.ids,
        )
        self.env.flush_all()
        try:
            with self.env.cr.savepoint(flush=False):
                self.env.cr.execute(query, log_exceptions=False)
                locked = {lead_id for (lead_id,) in self.env.cr.fetchall()}
        except psycopg2.errors.SerializationFailure:
            # One was changed and committed after this transaction began.
            return self.filtered(lambda lead: lead._try_lock())
        return self.filtered(lambda lead: lead.id in locked)

    def _try_lock(self):
        """Lock a lead; tell whether nobody else has, or has changed it since."""
        query = SQL(
            "SELECT id FROM crm_lead WHERE id = %s FOR NO KEY UPDATE SKIP LOCKED",
            self.id,
        )
        try:
            with self.env.cr.savepoint(flush=False):
                self.env.cr.execute(query, log_exceptions=False)
                return bool(self.env.cr.fetchone())
        except psycopg2.errors.SerializationFailure:
            # Claimed and committed after this transaction began.
            return False
