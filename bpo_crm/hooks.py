"""What happens once, when the addon is installed."""

from odoo import SUPERUSER_ID

from . import roles, series

#: Core's stages (XML ids of the ``crm`` module) in a database without leads, with
#: their sequence, the days until their activity is due, and those after which a lead
#: in them is stale.
FRESH_STAGES = (
    ("crm.stage_lead1", "New", 10, 0, 2),
    ("crm.stage_lead2", "Qualified", 20, 2, 7),
    ("crm.stage_lead3", "Negotiation", 30, 3, 14),
    ("crm.stage_lead4", "Won", 40, 0, 0),
)

#: What must not begin before somebody has said how the team works.
FOLLOW_UP_CRONS = ("cron_plan_missing_steps", "cron_follow_up_digest")

#: The activity of the open stages: the floor works on the phone.
STAGE_ACTIVITY = "mail.mail_activity_data_call"

#: Why a lead from before the addon was lost of which nobody said it.
OTHER_REASON = "bpo_crm.lost_reason_other"

#: Core's lost reasons, which the addon's own take the place of.
CORE_LOST_REASONS = ("crm.lost_reason_1", "crm.lost_reason_2", "crm.lost_reason_3")


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
    activate_crons(env)
    kept = env.ref("bpo_crm.stage_lost")
    call = find_stage_activity(env)
    for xml_id, name, sequence, due_days, stale_after_days in FRESH_STAGES:
        stage = env.ref(xml_id, raise_if_not_found=False)
        values = {
            "name": name,
            "sequence": sequence,
            "is_won": name == "Won",
            "activity_type_id": name != "Won" and call.id,
            "activity_due_days": due_days,
            "advance_when_done": name == "New",
            "stale_after_days": stale_after_days,
        }
        kept |= _update_or_create_stage(env, stage, values)
    (env["crm.stage"].search([]) - kept).unlink()
    for xml_id in CORE_LOST_REASONS:
        reason = env.ref(xml_id, raise_if_not_found=False)
        if reason:
            reason.unlink()


def _update_or_create_stage(env, stage, values):
    if not stage:
        return env["crm.stage"].create(values)
    stage.write(values)
    return stage


def _adopt_existing_leads(env):
    lost = env.ref("bpo_crm.stage_lost")
    others = env["crm.stage"].search([("id", "!=", lost.id)])
    lost.sequence = max([*others.mapped("sequence"), 40]) + 10
    _move_lost_leads(env, lost)
    _number_existing_leads(env)


def _move_lost_leads(env, lost_stage):
    """Put leads that are lost in Odoo's sense into the lost column.

    In SQL, because it is no move that somebody made: it must not show in the
    chatter, and there may be a million of them.
    """
    env["crm.lead"].flush_model(["active", "probability", "stage_id"])
    env.cr.execute(
        """
        UPDATE crm_lead
           SET lost_stage_id = stage_id, stage_id = %(lost)s,
               lost_reason_id = COALESCE(lost_reason_id, %(other)s)
         WHERE active IS NOT TRUE AND probability = 0
           AND stage_id IS DISTINCT FROM %(lost)s
        """,
        {"lost": lost_stage.id, "other": _find_other_reason(env).id},
    )
    env["crm.lead"].invalidate_model(["stage_id", "lost_reason_id", "lost_stage_id"])


def _find_other_reason(env):
    reason = env.ref(OTHER_REASON, raise_if_not_found=False)
    return reason or env["crm.lost.reason"].create({"name": "Other"})


def _number_existing_leads(env):
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
    groups = env["res.groups"]
    for role in (roles.AGENT, roles.SUPERVISOR, roles.MANAGER):
        groups |= env.ref(role)
    series.show_groups_on_user_form(env, groups, "BPO CRM")
    administrators = [SUPERUSER_ID, env.ref("base.user_admin").id]
    env.ref(roles.MANAGER)._add_members(administrators)
