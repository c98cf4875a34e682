"""Jobs that ask one foreign server after another: none holds the others up."""

import time
from datetime import timedelta

from .series import commit_progress

#: How long who failed is not asked, at first; twice as long each time.
FIRST_WAIT = timedelta(minutes=5)


def take_turns(records, work, go_on, *, run_time, turn_time):
    """Let each of some records have its turn, for as long as there is time.

    :param odoo.models.BaseModel records: in the order of their turns.
    :param work: takes a record and the moment of :func:`time.monotonic` at which to
        stop; returns whether there is more to do at once.
    :param go_on: lets the job run again at once.
    :param float run_time: of all of them, in seconds.
    :param float turn_time: of each, in seconds.
    """
    end = time.monotonic() + run_time
    is_unfinished = False
    for number, record in enumerate(records, 1):
        now = time.monotonic()
        if now >= end:
            is_unfinished = True
            break
        is_unfinished |= work(record, min(end, now + turn_time))
        commit_progress(records.env, 1, len(records) - number)
    if is_unfinished:
        # With something left, Odoo would go on in this worker, up to ten times: too
        # long for it. Another run gets another worker's time.
        go_on()
        commit_progress(records.env, 0, 0)


def get_wait(failures, longest):
    """Return how long not to ask a server that failed.

    :param int failures: in a row, one or more.
    :param datetime.timedelta longest: what it never is longer than.
    :rtype: datetime.timedelta
    """
    return min(FIRST_WAIT * 2 ** min(failures - 1, 10), longest)
