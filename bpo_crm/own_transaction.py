"""What is written whatever becomes of the transaction that it follows from."""

import logging

from odoo import SUPERUSER_ID, api

from .passing_fault import log_fault
from .row_locks import lock_available

_logger = logging.getLogger(__name__)


def read_committed(cr):
    """Let each query of a transaction see what is committed by then.

    Otherwise the view is frozen as the first lock is taken, and may lack what the
    lock's last holder committed; and who changes what others have changed meanwhile
    fails instead of waiting.

    :param odoo.sql_db.BaseCursor cr: without any query in its transaction yet.
    """
    cr.execute("SET TRANSACTION ISOLATION LEVEL READ COMMITTED")


def run_alone(records, work, problem, *, lock=False, otherwise=None):
    """Do something with records in a transaction of its own, with all rights.

    It never fails: the error that the user is to see, or the order that a dealer has
    by now, must not be lost for it.

    :param odoo.models.BaseModel records: some may be deleted by now.
    :param work: called with those of them that are there.
    :param str problem: what it means that this failed, in the log.
    :param bool lock: leave out what another transaction has, and lock the others.
    :param otherwise: what to return where no record is left.
    :return: what the work returned; None where it failed.
    """
    try:
        with records.env.registry.cursor() as cr:
            read_committed(cr)
            # Rather fail than wait for a lock that our own caller holds.
            cr.execute("SET LOCAL lock_timeout = '5s'")
            alone = records.with_env(api.Environment(cr, SUPERUSER_ID, {}))
            found = lock_available(alone) if lock else alone.exists()
            return work(found) if found else otherwise
    except Exception as error:  # noqa: BLE001 - it is logged
        log_fault(_logger, error, "%s: %s", problem, records)
        return None
