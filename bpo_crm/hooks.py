"""What happens once, when the addon is installed."""

from odoo import SUPERUSER_ID
from odoo.tools import SQL

from . import roles, series
from .fresh_stages import FRESH_STAGES, translate_renamed_stage
from .leaving import CORE_LOST_REASONS, find_left
from .mending import mend_rows
from .new_columns import add_flag_column

#: What must not begin before somebody has said how the team works.
FOLLOW_UP_CRONS = (
    "cron_plan_missing_steps",
    "cron_follow_up_digest",
    "cron_leave_gone_owners",
)

#: The activity of the open stages: the floor works on the phone.
STAGE_ACTIVITY = "mail.mail_activity_data_call"


def pre_init_hook(env):
    """Prepare a database from before for the addon's tables.

    :param odoo.api.Environment env: of the superuser.
    """
    was_here = _was_version_1_0_here(env.cr)
    find_left(env)
    _say_who_works(env.cr, was_here)
    mend_rows(env)


def post_init_hook(env):
    """Fit the pipeline to the database that the addon came into.

    A fresh database gets exactly the five stages of the product. One that has
    leads keeps its stages, its reasons and its history, and nobody in it works for
    dealerships before the questionnaire is answered.

    :param odoo.api.Environment env: of the superuser.
    """
    has_leads = env["crm.lead"].with_context(active_test=False).search_count([], 1)
    if has_leads:
        _adopt_existing_leads(env)
    else:
        _set_up_fresh_pipeline(env)
    env["crm.lead.stage.history"]._write_past()
    _set_up_roles(env)


def activate_crons(env):
    """Let the follow-up jobs run, now that it is said how the team works.

    :param odoo.api.Environment env: of anybody.
    """
    for name in FOLLOW_UP_CRONS:
        cron = env.ref(f"bpo_crm.{name}", raise_if_not_found=False)
        if cron:
            cron.sudo().active = True


def find_stage_activity(env):
    """Return what open stages plan until somebody says otherwise.

    :param odoo.api.Environment env: of anybody.
    :return: a type of activities; empty where it was deleted or archived.
    """
    kinds = env["mail.activity.type"]
    call = env.ref(STAGE_ACTIVITY, raise_if_not_found=False) or kinds
    return call.filtered("active")


def _set_up_fresh_pipeline(env):
    """Give a database without leads the five stages, and put core's lost reasons away.

    Its follow-up jobs run from now on.

    :param odoo.api.Environment env: of the superuser.
    """
    activate_crons(env)
    kept = env.ref("bpo_crm.stage_lost")
    call = find_stage_activity(env)
    for xml_id, values in FRESH_STAGES.items():
        stage = env.ref(xml_id, raise_if_not_found=False)
        planned = {"activity_type_id": not values["is_won"] and call.id}
        kept |= _update_or_create_stage(env, stage, {**values, **planned})
    (env["crm.stage"].search([]) - kept).unlink()
    translate_renamed_stage(env)
    for xml_id in CORE_LOST_REASONS:
        reason = env.ref(xml_id, raise_if_not_found=False)
        if reason:
            # Deleted, it would come back with the next update of core.
            reason.active = False


def _update_or_create_stage(env, stage, values):
    if not stage:
        return env["crm.stage"].create(values)
    stage.write(values)
    return stage


def _was_version_1_0_here(cr):
    """Whether version 1.0 was uninstalled, in which all teams worked for dealerships.

    :param odoo.sql_db.Cursor cr: of the database, before the tables are changed.
    :rtype: bool
    """
    cr.execute(
        "SELECT FROM ir_model_data WHERE module = 'bpo_crm' AND name = 'stage_lost'"
    )
    return bool(cr.rowcount)


def _say_who_works(cr, was_here):
    """Let nobody in a database with leads work for dealerships who did not before.

    Before the tables are changed: the ORM would let everybody do.

    :param odoo.sql_db.Cursor cr: of the database.
    :param bool was_here: whether version 1.0 was here.
    """
    cr.execute("SELECT FROM crm_lead LIMIT 1")
    is_fresh = not cr.rowcount
    for table in ("crm_team", "res_company"):
        if add_flag_column(cr, table, "is_bpo", is_fresh or was_here):
            continue
        # Those made since the addon was left.
        cr.execute(
            SQL(
                "UPDATE %s SET is_bpo = %s WHERE is_bpo IS NULL",
                SQL.identifier(table),
                is_fresh,
            )
        )


def _adopt_existing_leads(env):
    """Let leads from before keep their stages, but for lost ones, and number all.

    Those of teams that work for dealerships already. The lost stage comes last.

    :param odoo.api.Environment env: of the superuser.
    """
    lost = env.ref("bpo_crm.stage_lost")
    if not env["crm.lead"]._is_somebody_working():
        # It comes with the first team that works for dealerships.
        lost._drop_unused_lost()
        return
    others = env["crm.stage"].search([("id", "!=", lost.id)])
    lost.sequence = max([*others.mapped("sequence"), 40]) + 10
    env["crm.lead"]._lose_as_before(SQL("is_bpo"))
    # Theirs may be the one that was taken over before.
    lost._drop_unused_lost()
    env["crm.lead"]._let_in(SQL("is_bpo"))


def _set_up_roles(env):
    name_roles(env)
    administrators = [SUPERUSER_ID, env.ref("base.user_admin").id]
    env.ref(roles.MANAGER)._add_members(administrators)


def name_roles(env):
    """Offer the roles as one choice on the user form.

    :param odoo.api.Environment env: of the superuser.
    """
    groups = env["res.groups"].concat(*map(env.ref, roles.ALL))
    series.show_groups_on_user_form(env, groups, "BPO CRM")
