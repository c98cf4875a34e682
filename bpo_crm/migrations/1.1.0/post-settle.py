from odoo import SUPERUSER_ID, api

from odoo.addons.bpo_crm import roles
from odoo.addons.bpo_crm.fresh_stages import translate_renamed_stage
from odoo.addons.bpo_crm.hooks import name_roles
from odoo.addons.bpo_crm.mending import move_lost_leads


def migrate(cr, version):
    """Let what the user form shows of the roles go with the addon one day.

    And leads that were lost without a stage be where the others are, the stage that
    we renamed has its name in all languages, nobody below a manager administers
    Sales, core's scoring learns at night, and leads of who is gone are found where the
    team works by the follow-up jobs.
    """
    env = api.Environment(cr, SUPERUSER_ID, {})
    name_roles(env)
    env.ref(roles.AGENT)._fit_members_sales_role()
    lost_stage = env.ref("bpo_crm.stage_lost", raise_if_not_found=False)
    if lost_stage:
        move_lost_leads(env, lost_stage)
    translate_renamed_stage(env)
    env["crm.lead"]._schedule_scoring()
    _look_for_gone_owners(env)


def _look_for_gone_owners(env):
    jobs = [
        env.ref(f"bpo_crm.{name}", raise_if_not_found=False)
        for name in ("cron_plan_missing_steps", "cron_leave_gone_owners")
    ]
    if all(jobs):
        jobs[1].active = jobs[0].active
