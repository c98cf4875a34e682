"""What it takes an Odoo with a million leads to get the addon, to use it, and to leave.

Its leads are those of the other measurements, without the addon; some were dragged to
a folded *Lost*, as is the custom, and archived by nobody.
"""

import time

from . import filling, sources
from .benchmark import PREPARE, run_script
from .console import say
from .recording import FILLED, LARGE, SMALL
from .recording import PREPARE as FLOOR
from .stack import Stack

#: What happens one after the other: a title, and the script that does it.
STEPS = {
    "installed": None,
    "answered": "used_answer.py",
    "stage given back": "used_undo.py",
    "left": "used_leave.py",
}

#: Every tenth of the lost leads, and how all of them are before anything happens.
USED = """
    INSERT INTO crm_stage (name, sequence, fold, is_won)
    VALUES ('{"en_US": "Lost"}', 90, true, false);
    UPDATE crm_lead SET active = TRUE, probability = 20, stage_id = (
        SELECT max(id) FROM crm_stage
    ) WHERE active IS NOT TRUE AND id % 10 = 0;
    CREATE TABLE before_adoption AS
    SELECT id, active, stage_id, probability, lost_reason_id, date_closed
      FROM crm_lead
"""

READ_CHANGED = """
    SELECT count(*) FROM crm_lead JOIN before_adoption AS before USING (id)
     WHERE (crm_lead.active, crm_lead.stage_id, crm_lead.probability,
            crm_lead.lost_reason_id, crm_lead.date_closed)
           IS DISTINCT FROM (before.active, before.stage_id, before.probability,
                             before.lost_reason_id, before.date_closed)
"""

#: What there is while the addon is installed.
COUNTED = {
    "for dealerships": "crm_lead WHERE is_bpo",
    "with a reference": "crm_lead WHERE reference IS NOT NULL",
    "in a lost stage": "crm_lead JOIN crm_stage ON crm_stage.id = stage_id"
    " WHERE is_lost",
    "customers held": "crm_lead_customer",
    "stays": "crm_lead_stage_history",
}


def run(series=None, is_small=False):
    """Let a database get the addon and leave it, and print how long each step takes.

    :param str series: of Odoo.
    :param bool is_small: with fewer leads.
    :return: 0
    :rtype: int
    :raises LauncherError: when something fails.
    """
    source = sources.find_first(series)
    count = SMALL if is_small else LARGE
    with Stack(source) as stack:
        database = stack.clone("plain")
        with filling.unchecked(stack.postgres, database, FILLED):
            run_script(stack, database, FLOOR, {"SCREENS_LEADS": str(count)})
        with stack.postgres.connect(database) as cursor:
            cursor.execute(USED)
        say(f"Odoo {source.series}, {count:,} leads")
        for title, script in STEPS.items():
            seconds = _take(stack, database, script)
            counts = "; ".join(_count(stack, database))
            say(f"  {title}: {seconds:.0f} s; {counts}")
    return 0


def _take(stack, database, script):
    """Do a step, and return how many seconds it takes."""
    start = time.monotonic()
    if script is None:
        stack.run_odoo(database, "-i", "bpo_crm")
    else:
        stack.run_script(database, PREPARE / script)
    return time.monotonic() - start


def _count(stack, database):
    """Return lines that say how the leads of a database are."""
    with stack.postgres.connect(database) as cursor:
        cursor.execute(READ_CHANGED)
        yield f"otherwise than before: {cursor.fetchone()[0]:,}"
        cursor.execute("SELECT to_regclass('crm_lead_customer') IS NOT NULL")
        for title, source in COUNTED.items() if cursor.fetchone()[0] else ():
            cursor.execute(f"SELECT count(*) FROM {source}")  # noqa: S608
            yield f"{title}: {cursor.fetchone()[0]:,}"
