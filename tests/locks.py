"""Who waits for whom in PostgreSQL."""

import time

import pytest


def wait_until_locked(cursor, seconds=30):
    """Wait until somebody waits for what the transaction of a cursor has locked."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        cursor.execute(
            "SELECT count(*) FROM pg_locks"
            " WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"
        )
        if cursor.fetchone()[0]:
            return
        time.sleep(0.05)
    pytest.fail("Nobody waits for a lock.")
