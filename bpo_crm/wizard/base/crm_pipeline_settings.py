from odoo import Command, api, fields, models
from odoo.exceptions import AccessError

from ...client_actions import CLOSE
from ...domains import OPEN_STAGE
from ...hooks import activate_crons, find_stage_activity
from ...roles import MANAGER, check_role

#: What the questionnaire asks of each stage.
STAGE_FIELDS = (
    "activity_type_id",
    "activity_due_days",
    "advance_when_done",
    "stale_after_days",
)

#: What is proposed for the first stage, and for all others, where nobody has said
#: anything yet.
PROPOSALS = (
    {"activity_due_days": 0, "advance_when_done": True, "stale_after_days": 2},
    {"activity_due_days": 2, "advance_when_done": False, "stale_after_days": 7},
)


class PipelineSettings(models.TransientModel):
    """How the team works: asked for once, and the settings ever after.

    Requirements 001: the questionnaire of the first login.
    """

    _name = "crm.pipeline.settings"
    _description = "Settings of the Pipeline"
    _inherit = ["crm.checked.afterwards"]

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    line_ids = fields.One2many(
        "crm.pipeline.settings.stage",
        "settings_id",
        "Stages",
        default=lambda self: self._default_line_ids(),
    )
    count_working_days = fields.Selection(
        [("working", "Working days"), ("calendar", "Calendar days")],
        "Days Counted",
        required=True,
        default="working",
    )
    sales_calendar_id = fields.Many2one(
        "resource.calendar",
        "Working Hours",
        domain="['|', ('company_id', '=', False), ('company_id', '=', company_id)]",
    )
    pool_return_days = fields.Integer("Back to the Pool after")

    @api.model
    def default_get(self, fields_list):
        # Whoever may not read a company's settings is not told them as defaults.
        self.browse().check_access("read")
        company = self.env.company.sudo()
        values = {
            "count_working_days": (
                "working" if company.count_working_days else "calendar"
            ),
            "sales_calendar_id": company._get_sales_calendar().id,
            "pool_return_days": company.pool_return_days,
        }
        current = {name: values[name] for name in values if name in fields_list}
        return {**super().default_get(fields_list), **current}

    @api.model
    def _default_line_ids(self):
        # Those of other companies are not this user's to set.
        stages = self.env["crm.stage"].search(OPEN_STAGE)._filtered_access("write")
        if not any(stages.mapped("activity_type_id")):
            return self._propose_lines(stages)
        return [
            Command.create(
                {
                    "stage_id": stage.id,
                    **stage._convert_to_write(
                        {name: stage[name] for name in STAGE_FIELDS}
                    ),
                }
            )
            for stage in stages
        ]

    @api.model
    def _propose_lines(self, stages):
        """Return what suits most teams, for a pipeline that plans nothing yet.

        :param crm.stage stages: the open ones, in the order of the pipeline.
        :return: commands for ``line_ids``.
        :rtype: list
        """
        kind = {"activity_type_id": find_stage_activity(self.env).id}
        return [
            Command.create({"stage_id": stage.id, **kind, **PROPOSALS[number > 0]})
            for number, stage in enumerate(stages)
        ]

    # ------------------------------------------------------------
    # ACTIONS
    # ------------------------------------------------------------

    def action_apply(self):
        """Let the stages and the company work as this says.

        :return: an action that closes the window.
        :rtype: dict
        :raises AccessError: for anybody but the managers of the company.
        """
        self.ensure_one()
        self._check_may_set()
        for line in self.line_ids:
            values = {name: line[name] for name in STAGE_FIELDS}
            line.stage_id.write(line._convert_to_write(values))
        # Managers of the floor do not manage companies otherwise.
        self.company_id.sudo().write(
            {
                "count_working_days": self.count_working_days == "working",
                "sales_calendar_id": self.sales_calendar_id.id,
                "pool_return_days": self.pool_return_days,
            }
        )
        self.env["onboarding.onboarding"]._finish_bpo_questionnaire()
        activate_crons(self.env)
        return CLOSE

    def _check_may_set(self):
        """Refuse to change a company whose manager the user is not.

        :raises AccessError: for anybody else.
        """
        message = self.env._(
            "Only the BPO managers of a company can change how its team works."
        )
        check_role(self.env, MANAGER, message)
        self.check_access("write")
        if not self.env.su and self.company_id - self.env.user.company_ids:
            raise AccessError(message)


class PipelineSettingsStage(models.TransientModel):
    _name = "crm.pipeline.settings.stage"
    _description = "Settings of a Stage"
    _inherit = ["crm.checked.afterwards"]
    _order = "id"

    settings_id = fields.Many2one("crm.pipeline.settings", ondelete="cascade")
    stage_id = fields.Many2one("crm.stage", required=True, ondelete="cascade")
    activity_type_id = fields.Many2one(
        "mail.activity.type",
        "Activity",
        domain="[('res_model', 'in', (False, 'crm.lead'))]",
    )
    activity_due_days = fields.Integer("Due after")
    advance_when_done = fields.Boolean()
    stale_after_days = fields.Integer("Stale after")
