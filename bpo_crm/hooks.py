"""What happens once, when the addon is installed."""

from odoo import SUPERUSER_ID

from . import roles, series
from .fresh_stages import FRESH_STAGES, translate_renamed_stage
from .leaving import CORE_LOST_REASONS, find_left
from .mending import find_lost_stages, find_other_reason, mend_rows

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
    find_left(env)
    mend_rows(env)


def post_init_hook(env):
    """Fit the pipeline to the database that the addon came into.

    A fresh database gets exactly the five stages of the product. One that has
    leads keeps its stages, its reasons and its history.

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
    for xml_id, name, sequence, due_days, stale_after_days in FRESH_STAGES:
        stage = env.ref(xml_id, raise_if_not_found=False)
        is_won = name == "Won"
        values = {
            "name": name,
            "sequence": sequence,
            "is_won": is_won,
            "activity_type_id": not is_won and call.id,
            "activity_due_days": due_days,
            "advance_when_done": name == "New",
            "stale_after_days": stale_after_days,
        }
        kept |= _update_or_create_stage(env, stage, values)
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


def _adopt_existing_leads(env):
    """Let leads from before keep their stages, but for lost ones, and number all.

    The lost stage comes last.

    :param odoo.api.Environment env: of the superuser.
    """
    lost = env.ref("bpo_crm.stage_lost")
    others = env["crm.stage"].search([("id", "!=", lost.id)])
    lost.sequence = max([*others.mapped("sequence"), 40]) + 10
    move_lost_leads(env, lost)
    _number_existing_leads(env)


def move_lost_leads(env, lost_stage):
    """Let leads be lost in both senses that are so in one: Odoo's, or by their stage.

    In SQL, because it is no move that somebody made: it must not show in the
    chatter, and there may be a million of them. In a lost stage already are those of
    an earlier installation.

    :param odoo.api.Environment env: of the superuser.
    :param crm.stage lost_stage: where the others go.
    """
    env["crm.lead"].flush_model()
    env.cr.execute(
        """
        UPDATE crm_lead
           SET lost_stage_id = stage_id, stage_id = %(lost)s,
               lost_reason_id = COALESCE(lost_reason_id, %(other)s)
         WHERE is_bpo AND active IS NOT TRUE AND probability = 0
           AND (stage_id IS NULL OR stage_id != ALL(%(all_lost)s));

        UPDATE crm_lead
           SET active = FALSE, probability = 0, automated_probability = 0,
               date_closed = COALESCE(date_closed, date_last_stage_update),
               lost_reason_id = COALESCE(lost_reason_id, %(other)s)
         WHERE is_bpo AND stage_id = ANY(%(all_lost)s)
           AND (active OR probability != 0 OR lost_reason_id IS NULL)
        """,
        {
            "lost": lost_stage.id,
            "all_lost": find_lost_stages(env.cr),
            "other": find_other_reason(env).id,
        },
    )
    env["crm.lead"].invalidate_model()


def _number_existing_leads(env):
    """Give each lead without a reference the next one, in the order of their ids.

    In SQL, because a write would show in the chatter of each of them.

    :param odoo.api.Environment env: of the superuser.
    """
    leads = env["crm.lead"].with_context(active_test=False)
    unnumbered = leads.search([("reference", "=", False)], order="id")
    references = leads._next_references(len(unnumbered))
    env.cr.execute(
        """
        UPDATE crm_lead SET reference = numbered.reference
          FROM unnest(%s::integer[], %s::text[]) AS numbered(id, reference)
         WHERE crm_lead.id = numbered.id
        """,
        [unnumbered.ids, references],
    )
    leads.invalidate_model(["reference"])


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
