import logging

from odoo import api, models

from ...passing_fault import log_fault
from ...roles import AGENT
from ...series import GROUP_MEMBERS, Index, commit_progress

_logger = logging.getLogger(__name__)

#: After so many leads, the next run goes on with the next owner.
BATCH = 1000


class Lead(models.Model):
    """No worked lead stays without a next step, whatever became of it.

    Imports, automations and deleted activities leave such leads behind.
    """

    _inherit = "crm.lead"

    # Among the open leads, there are few.
    _missing_step_idx = Index(
        "(stage_id) WHERE next_step_date IS NULL AND user_id IS NOT NULL AND active"
    )

    @api.model
    def _cron_plan_missing_steps(self):
        """Plan the activity of its stage for every lead that has no next step."""
        done = remaining = 0
        missing = self._get_missing_step_domain()
        for owner, count in self._read_group(missing, ["user_id"], ["__count"]):
            if done >= BATCH:
                remaining += count
                continue
            leads = self.search([*missing, ("user_id", "=", owner.id)])
            leads = leads._lock_available()
            if leads and leads._plan_missing_steps(owner):
                done += len(leads)
        commit_progress(self.env, done, remaining)

    # ------------------------------------------------------------
    # BUSINESS
    # ------------------------------------------------------------

    @api.model
    def _get_missing_step_domain(self):
        """Return the domain of the floor's leads that have no next step.

        Those of users who are gone are their supervisor's, and those with a reason
        are meant so.
        """
        floor = self.env.ref(AGENT).sudo()[GROUP_MEMBERS]
        return [
            *self._get_digest_domains()["missing_step"],
            ("active", "=", True),
            ("user_id", "in", floor.filtered("active").ids),
        ]

    def _plan_missing_steps(self, owner):
        """Plan the next steps of one owner's leads, and tell the owner once.

        :param res.users owner: of these leads.
        :return: whether it could be done.
        :rtype: bool
        """
        try:
            with self.env.cr.savepoint():
                self._plan_stage_activities()
                self._filter_without_next_step()._plan_reminder(owner)
                self._notify_missing_steps(owner)
        except Exception as error:  # noqa: BLE001 - it is logged
            # The leads of the others must have their turn.
            problem = "No next steps for the leads of user %s"
            log_fault(_logger, error, problem, owner.id)
            return False
        return True

    def _plan_reminder(self, owner):
        """Plan to think of something, where the stage knows of nothing.

        :param res.users owner: who is to think of it, today.
        """
        if self:
            self.with_context(mail_activity_quick_update=True).activity_schedule(
                "mail.mail_activity_data_todo",
                self.stage_id._get_local_deadline(owner, 0),
                summary=self.env._("Plan the next step"),
                user_id=owner.id,
            )

    def _notify_missing_steps(self, owner):
        """Tell an owner of leads that had no next step.

        :param res.users owner: who gets a message, in the owner's language.
        """
        leads = self.with_context(lang=owner.lang)
        leads._notify_lead_list(
            "bpo_crm.missing_steps_message",
            leads.env._("Leads without a next step"),
            owner.partner_id.ids,
        )
