import logging

from odoo import api, fields, models
from odoo.tools import SQL

from ...passing_fault import log_fault
from ...series import all_of, any_of, commit_progress

_logger = logging.getLogger(__name__)

#: How many leads one run takes; the next one follows at once.
BATCH = 500


class Lead(models.Model):
    """Leads that their owner forgot go back to the pool, where that is wanted."""

    _inherit = "crm.lead"

    forgotten_by_id = fields.Many2one(
        "res.users",
        "Returned to the Pool From",
        readonly=True,
        copy=False,
        server_only=True,
        help="The agent who had this lead when it last went back to the pool, "
        "and who is not given it again.",
    )

    @api.model
    def _cron_return_to_pool(self):
        """Give leads back to the pool that nobody touched for too long."""
        returned = remaining = 0
        for company in self.env["res.company"].search([("pool_return_days", ">", 0)]):
            leads = self.with_company(company)
            domain = leads._get_untouched_domain()
            done, left = leads._return_batch(domain)
            returned += len(done)
            remaining += max(leads.search_count(domain) - left, 0)
        commit_progress(self.env, returned, remaining if returned else 0)

    # ------------------------------------------------------------
    # BUSINESS
    # ------------------------------------------------------------

    @api.model
    def _return_batch(self, domain):
        """Give the first leads of a domain back to the pool, of which some can be.

        Those that cannot must not keep the others from it.

        :param list domain: of untouched leads.
        :return: the leads that are back, and how many could not be.
        :rtype: tuple[crm.lead, int]
        """
        tried = done = self.browse()
        while not done:
            rest = [("id", ">", tried[-1:].id or 0)]
            batch = self.search([*domain, *rest], limit=BATCH, order="id")
            if not batch:
                break
            tried |= batch
            done = batch._lock_available()._try_return_to_pool()
        return done, len(tried) - len(done)

    @api.model
    def _get_untouched_domain(self):
        """Return the domain of the company's stale leads that nobody touched.

        Whoever wrote, called, did something planned, moved the lead or said why
        nothing is planned has touched it.
        """
        company = self.env.company
        limit = self._get_moment_before(company, company.pool_return_days)
        touched = SQL(
            """(SELECT res_id FROM mail_message
                 WHERE model = 'crm.lead' AND res_id IS NOT NULL AND date >= %(limit)s
                   AND message_type IN ('comment', 'email', 'email_outgoing')
                UNION
                SELECT lead_id FROM crm_call_log WHERE call_date >= %(limit)s
                UNION
                SELECT res_id FROM mail_activity
                 WHERE res_model = 'crm.lead' AND res_id IS NOT NULL
                   AND done_at >= %(limit)s)""",
            limit=limit,
        )
        untouched = [
            ("date_open", "<", limit),
            ("date_last_stage_update", "<", limit),
            ("no_next_step_reason", "=", False),
            ("id", "not in", touched),
        ]
        of_company = self._get_company_domain(company)
        return all_of([of_company, untouched, self._get_stale_domain()])

    @api.model
    def _get_company_domain(self, company):
        """Return the domain of the leads that are a company's, or its people's."""
        shared = [("company_id", "=", False), ("user_id.company_id", "=", company.id)]
        return any_of([[("company_id", "=", company.id)], shared])

    def _try_return_to_pool(self):
        """Take these leads away from their owners, one by one where one cannot be.

        :return: those that are back in the pool.
        """
        try:
            with self.env.cr.savepoint():
                self._return_to_pool()
        except Exception as error:  # noqa: BLE001 - it is logged
            # The others must have their turn.
            if len(self) > 1:
                tried = [lead._try_return_to_pool() for lead in self]
                return self.browse().union(*tried)
            problem = "Lead %s cannot go back to the pool"
            log_fault(_logger, error, problem, self.id)
            return self.browse()
        return self

    def _return_to_pool(self):
        """Take these leads away from their owners, and say so in their chatters."""
        # The line in the chatter says it in one sentence.
        leads = self.with_context(mail_notrack=True)
        leads._message_log_batch(
            {lead.id: lead._prepare_returned_message() for lead in self}
        )
        leads._cancel_activities()
        for owner, forgotten in leads.grouped("user_id").items():
            forgotten._write_by_core({"forgotten_by_id": owner.id})
        leads.write({"user_id": False})

    def _prepare_returned_message(self):
        return self.env._(
            "Nobody touched this lead of %(owner)s for %(days)s days: it is back "
            "in the pool.",
            owner=self.user_id.name,
            days=self.env.company.pool_return_days,
        )
