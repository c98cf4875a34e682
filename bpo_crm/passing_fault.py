"""Faults of this server that pass, for which nothing that was asked is to blame.

Whoever delivers may do so again with the same words, the next run of a job does what
this one could not, and what is told in passing need not alarm anybody.
"""

import errno

import psycopg2
from psycopg2.pool import PoolError

#: Seconds after which it is worth to ask again.
RETRY_AFTER = 30

#: What PostgreSQL's errors of this class say is true tomorrow, too: a limit that the
#: statement itself breaks.
_LIMITS = "54"

#: States of a session of PostgreSQL: a server that only reads for now, and transactions
#: that took too long.
_STATES = ("25006", "25P03", "25P04")

#: Of the file store: no room, no more files, or a disk that fails.
_OF_DISK = (
    errno.EDQUOT,
    errno.EIO,
    errno.EMFILE,
    errno.ENFILE,
    errno.ENOMEM,
    errno.ENOSPC,
    errno.EROFS,
    errno.ESTALE,
)


def is_passing(error):
    """Whether an error is a fault of this server that passes.

    :param BaseException error: whatever was raised.
    :return: true for a database that is gone, busy, full or in the way of itself, for
        a pool without a free connection, and for a disk that takes nothing.
    :rtype: bool
    """
    if isinstance(error, psycopg2.OperationalError):
        return not (error.pgcode or "").startswith(_LIMITS)
    if isinstance(error, psycopg2.InterfaceError | PoolError):
        return True
    if isinstance(error, psycopg2.Error):
        return error.pgcode in _STATES
    if isinstance(error, OSError):
        is_of_network = isinstance(error, ConnectionError | TimeoutError)
        return is_of_network or error.errno in _OF_DISK
    return False


def comes_of_passing(error):
    """Whether an error is one that passes, or was raised because of one.

    :param BaseException error: whatever was raised.
    :rtype: bool
    """
    seen = set()
    while error and id(error) not in seen:
        if is_passing(error):
            return True
        seen.add(id(error))
        error = error.__cause__ or error.__context__
    return False


def log_fault(logger, error, problem, *values):
    """Log what was not done: in a line where the fault passes, otherwise in full.

    :param logging.Logger logger: of the module that goes on without it.
    :param BaseException error: that was raised, and is not raised any more.
    :param str problem: what it means, as ``logging`` formats it.
    :param values: what is named in it.
    """
    if is_passing(error):
        logger.info("%s, because of %s", problem % values, error)
    else:
        logger.error(problem, *values, exc_info=error)
