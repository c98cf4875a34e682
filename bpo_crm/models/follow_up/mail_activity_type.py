from odoo import api, models
from odoo.exceptions import UserError

from ...domains import OPEN_STAGE


class ActivityType(models.Model):
    """What is planned by itself stays: its leads would have no next step."""

    _inherit = "mail.activity.type"

    @api.constrains("active")
    def _check_archived_is_unused(self):
        self.filtered(lambda kind: not kind.active)._check_unused()

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        self._check_unused()

    # ------------------------------------------------------------
    # BUSINESS
    # ------------------------------------------------------------

    def _check_unused(self):
        """Refuse to go on without a type that a stage or the call window plans.

        :raises UserError: naming where, and where another one is chosen.
        """
        problems = [
            *self._find_stage_problems(),
            *self._find_outcome_problems(),
        ]
        if problems:
            raise UserError("\n".join(problems))

    def _find_stage_problems(self):
        stages = self.env["crm.stage"].sudo()
        used = stages.search([("activity_type_id", "in", self.ids), *OPEN_STAGE])
        return [
            self.env._(
                'Leads would be without a next step: "%(type)s" is planned in '
                "%(stages)s. A manager must choose another activity there first, under "
                "Configuration → Stages.",
                type=kind.name,
                stages=_quote(stages.mapped("name")),
            )
            for kind, stages in used.grouped("activity_type_id").items()
        ]

    def _find_outcome_problems(self):
        steps = self.env["crm.call.outcome.step"].sudo()
        used = steps.search([("activity_type_id", "in", self.ids)])
        return [
            self.env._(
                '"%(type)s" is proposed after calls with the result %(results)s. A '
                "manager must choose another activity there first, under "
                "Configuration → Call Outcomes.",
                type=kind.name,
                results=_quote(steps.outcome_id.mapped("display_name")),
            )
            for kind, steps in used.grouped("activity_type_id").items()
        ]


def _quote(names):
    return ", ".join(f'"{name}"' for name in names)
