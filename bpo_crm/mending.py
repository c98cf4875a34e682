"""Rows that a database from before may have, and the tables' CHECKs do not take.

Where a row violates a CHECK, Odoo leaves it away and only writes a warning. So the rows
are mended before the tables get it: by an installation, and by an upgrade. How many
they were is in the log.
"""

import logging

from odoo import SUPERUSER_ID
from odoo.tools import SQL
from odoo.tools.sql import column_exists, table_exists

from .domains import EVERY, OURS
from .limits import LONGEST_CALL
from .series import STAGE_TEAM

_logger = logging.getLogger(__name__)

#: The company whose setting counts for a lead without a team.
COMPANY_OF_LEAD = SQL(
    "COALESCE(company_id, (SELECT company_id FROM res_users WHERE id = %s))",
    SUPERUSER_ID,
)

#: Which leads the rules are for, where these do not say it themselves yet.
WORKED_FOR_DEALERSHIPS = SQL(
    """
    CASE WHEN team_id IS NULL
         THEN %s IN (SELECT id FROM res_company WHERE is_bpo)
         ELSE team_id IN (SELECT id FROM crm_team WHERE is_bpo) END
    """,
    COMPANY_OF_LEAD,
)

#: How many of the mended rows the log names.
LOG_LIMIT = 100

#: Why a lead from before the addon was lost of which nobody said it.
OTHER_REASON = "bpo_crm.lost_reason_other"


def mend_rows(env):
    """Let all leads and calls be such as the tables take them.

    In SQL, since the addon's columns may not be there yet, and since it is nothing
    that somebody did.

    :param odoo.api.Environment env: of the superuser, before the tables are changed.
    """
    env.flush_all()
    _give_stage(env, find_ours(env.cr))
    if column_exists(env.cr, "crm_lead", "lost_stage_id"):
        _give_reason(env)
        _complete_orders(env.cr)
    if table_exists(env.cr, "crm_call_log"):
        _limit_calls(env.cr)
    env.invalidate_all()


def mend_leads(env, chosen):
    """Let leads be such as the table takes those that the rules are for.

    :param odoo.api.Environment env: of the superuser, with everything flushed.
    :param SQL chosen: the condition on ``crm_lead`` that they fulfil.
    """
    _give_stage(env, chosen)
    _give_reason(env, chosen)


def find_ours(cr):
    """Return the condition on ``crm_lead`` of the leads that the rules are for.

    :param odoo.sql_db.Cursor cr: of the database, whose leads may not say it yet.
    :rtype: SQL
    """
    if column_exists(cr, "crm_lead", "is_bpo"):
        return OURS
    if not column_exists(cr, "crm_team", "is_bpo"):
        return EVERY
    return WORKED_FOR_DEALERSHIPS


def move_lost_leads(env, lost_stage, chosen=OURS):
    """Let leads be lost in both senses that are so in one: Odoo's, or by their stage.

    In SQL, because it is no move that somebody made: it must not show in the
    chatter, and there may be a million of them. In a lost stage already are those of
    an earlier installation, and of a stage that was taken over.

    :param odoo.api.Environment env: of the superuser.
    :param crm.stage lost_stage: where the others go.
    :param SQL chosen: the condition on ``crm_lead`` of which; by default, all that the
        rules are for.
    """
    env["crm.lead"].flush_model()
    env.cr.execute(
        SQL(
            """
            UPDATE crm_lead
               SET lost_stage_id = stage_id, stage_id = %(lost)s,
                   lost_reason_id = COALESCE(lost_reason_id, %(other)s)
             WHERE (%(chosen)s) AND active IS NOT TRUE AND probability = 0
               AND (stage_id IS NULL OR stage_id != ALL(%(all_lost)s));

            UPDATE crm_lead
               SET active = FALSE, probability = 0, automated_probability = 0,
                   date_closed = COALESCE(date_closed, date_last_stage_update),
                   lost_reason_id = COALESCE(lost_reason_id, %(other)s)
             WHERE (%(chosen)s) AND stage_id = ANY(%(all_lost)s)
               AND (active OR probability IS DISTINCT FROM 0 OR lost_reason_id IS NULL)
            """,
            lost=lost_stage.id,
            all_lost=find_lost_stages(env.cr),
            other=find_other_reason(env).id,
            chosen=chosen,
        )
    )
    env["crm.lead"].invalidate_model()


def find_other_reason(env):
    """Return the reason of leads that were lost for none that is known.

    :param odoo.api.Environment env: of the superuser.
    :rtype: crm.lost.reason
    """
    reason = env.ref(OTHER_REASON, raise_if_not_found=False)
    if reason:
        return reason
    # A manager has deleted it.
    reason = env["crm.lost.reason"].create({"name": "Other"})
    env["ir.model.data"]._update_xmlids(
        [{"xml_id": OTHER_REASON, "record": reason, "noupdate": True}]
    )
    return reason


def find_lost_stages(cr):
    """Return the ids of the lost stages; of none, where nobody could say it yet.

    :param odoo.sql_db.Cursor cr: of the database.
    :rtype: list[int]
    """
    if not column_exists(cr, "crm_stage", "is_lost"):
        return []
    cr.execute("SELECT id FROM crm_stage WHERE is_lost")
    return [stage_id for (stage_id,) in cr.fetchall()]


def _give_stage(env, chosen):
    """Put opportunities without a stage into one: those that are won into a won one.

    :param odoo.api.Environment env: of the superuser, with everything flushed.
    :param SQL chosen: the condition on ``crm_lead`` of which.
    """
    without = SQL("stage_id IS NULL AND type = 'opportunity' AND (%s)", chosen)
    is_won = SQL("COALESCE(probability, 0) >= 100")
    env.cr.execute(
        SQL("SELECT DISTINCT team_id, %s FROM crm_lead WHERE %s", is_won, without)
    )
    for team_id, won in env.cr.fetchall():
        stage = _find_stage(env, team_id, won)
        if stage:
            _mend(
                env.cr,
                "crm_lead",
                f"Without a stage, now in {stage.name}",
                SQL("stage_id = %s", stage.id),
                SQL(
                    "%s AND team_id IS NOT DISTINCT FROM %s AND (%s) = %s",
                    without,
                    team_id,
                    is_won,
                    won,
                ),
            )


def _find_stage(env, team_id, is_won):
    """Return the first stage of a team: the first won one, if there is one.

    :param odoo.api.Environment env: of the superuser.
    :param int team_id: of the team, or None.
    :param bool is_won: whether it is to be a won one.
    :rtype: crm.stage
    """
    teams = ["|", (STAGE_TEAM, "=", False), (STAGE_TEAM, "in", [team_id or 0])]
    lost_ids = find_lost_stages(env.cr)
    stages = env["crm.stage"].search([("id", "not in", lost_ids), *teams])
    return (stages.filtered(lambda stage: stage.is_won == is_won) or stages)[:1]


def _give_reason(env, chosen=EVERY):
    """Let leads that were lost without a reason have the one of none that is known.

    :param odoo.api.Environment env: of the superuser, with everything flushed.
    :param SQL chosen: the condition on ``crm_lead`` of which; of all by default.
    """
    without = SQL(
        "lost_reason_id IS NULL AND active IS NOT TRUE"
        " AND (lost_stage_id IS NOT NULL OR stage_id = ANY(%s)) AND (%s)",
        find_lost_stages(env.cr),
        chosen,
    )
    env.cr.execute(SQL("SELECT FROM crm_lead WHERE %s LIMIT 1", without))
    if env.cr.rowcount:
        reason = find_other_reason(env)
        given = SQL("lost_reason_id = %s", reason.id)
        what = "Lost without a reason, which is Other now"
        _mend(env.cr, "crm_lead", what, given, without)


def _complete_orders(cr):
    """Take away dealers' orders whose id is negative, and name those without a name.

    :param odoo.sql_db.Cursor cr: of the database.
    """
    _mend(
        cr,
        "crm_lead",
        "A dealer's order that cannot be, which is none now",
        SQL("dealer_so_id = NULL"),
        SQL("dealer_so_id < 0"),
    )
    # The next look at the order brings its name.
    _mend(
        cr,
        "crm_lead",
        "A dealer's order without a name, which is its number now",
        SQL("dealer_so_name = '#' || dealer_so_id"),
        SQL("dealer_so_id > 0 AND dealer_so_name IS NULL"),
    )


def _limit_calls(cr):
    """Bring what calls took between nothing and the longest call.

    :param odoo.sql_db.Cursor cr: of the database.
    """
    # What is no number is larger than any to PostgreSQL, and is no time at all.
    _mend(
        cr,
        "crm_call_log",
        "A call that took no time that can be, which is the nearest now",
        SQL(
            "duration = CASE WHEN duration > %(longest)s AND duration != 'NaN'"
            " THEN %(longest)s ELSE 0 END",
            longest=LONGEST_CALL,
        ),
        SQL("duration NOT BETWEEN 0 AND %s", LONGEST_CALL),
    )


def _mend(cr, table, what, values, condition):
    """Write values to rows, and say in the log to how many.

    :param odoo.sql_db.Cursor cr: of the database.
    :param str table: of the rows.
    :param str what: was wrong with them, and how they are now.
    :param SQL values: what is set.
    :param SQL condition: of which rows.
    """
    cr.execute(
        SQL(
            "UPDATE %s SET %s WHERE %s RETURNING id",
            SQL.identifier(table),
            values,
            condition,
        )
    )
    mended = sorted(row_id for (row_id,) in cr.fetchall())
    if mended:
        _logger.warning("%s: %s rows, %s", what, len(mended), mended[:LOG_LIMIT])
