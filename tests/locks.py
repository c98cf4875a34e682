"""Who waits for whom in PostgreSQL."""

import time

import pytest


def wait_until_locked(cursor, seconds=30):
    """Wait until somebody waits for a lock in the database of a cursor."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        if cursor.fetchone()[0]:
            return
        time.sleep(0.05)
    pytest.fail("Nobody waits for a lock.")
