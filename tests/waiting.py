"""Waiting for what comes in its own time."""

import time

import pytest

PAUSE = 0.05  # seconds


def comes_true(check, seconds=10):
    """Wait until a check holds; tell whether it did in time.

    :param check: returns whether it holds; asked again and again.
    :param float seconds: how long at most.
    :rtype: bool
    """
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if check():
            return True
        time.sleep(PAUSE)
    return False


def wait_until_locked(cursor, seconds=30):
    """Wait until somebody waits for what the transaction of a cursor has locked."""

    def is_awaited():
        cursor.execute(
            "SELECT count(*) FROM pg_locks"
            " WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"
        )
        return cursor.fetchone()[0]

    if not comes_true(is_awaited, seconds):
        pytest.fail("Nobody waits for a lock.")
