"""The embedded PostgreSQL, which the databases of all other tests come from."""

import dataclasses
import os
import pwd
import tempfile
import time
from pathlib import Path

import psutil
import pytest

from tools import paths, postgres
from tools.console import LauncherError
from tools.servers import data_dir


@pytest.fixture
def cluster(tmp_path, monkeypatch):
    """Let the embedded server be one of this test's own."""
    folder = tmp_path / "postgres"
    monkeypatch.delenv("PGHOST", raising=False)
    monkeypatch.setattr(paths, "CLUSTER", folder)
    monkeypatch.setattr(postgres, "STAMP", tmp_path / "postgres.ready")
    monkeypatch.setattr(postgres, "PID_FILE", folder / "postmaster.pid")
    yield folder
    postgres.stop()


def test_databases_outlive_an_orderly_end(cluster):
    postgres.start().create("kept")
    postgres.stop()
    assert postgres.start().list_databases("kept") == ["kept"]


def test_what_a_crash_leaves_is_not_used(cluster):
    """Without fsync, a template may be damaged in ways that show much later."""
    postgres.start().create("damaged")
    kill_server()
    server = postgres.start()
    assert server.list_databases("damaged") == []
    server.create("whole")
    assert postgres.start().list_databases("whole") == ["whole"]


def test_a_database_that_is_being_vacuumed_is_dropped(cluster):
    server = postgres.start()
    superuser = dataclasses.replace(server, user="postgres")
    with superuser.connect() as cursor:
        # Soon, and so slowly that it goes on for as long as the test does.
        cursor.execute("ALTER SYSTEM SET autovacuum_naptime = 1")
        cursor.execute("ALTER SYSTEM SET autovacuum_vacuum_cost_delay = 100")
        cursor.execute("ALTER SYSTEM SET autovacuum_vacuum_cost_limit = 1")
        cursor.execute("SELECT pg_reload_conf()")
    server.create("busy")
    with server.connect("busy") as cursor:
        cursor.execute("CREATE TABLE rows AS SELECT generate_series(1, 300000)")
        cursor.execute("DELETE FROM rows")
        wait_for_autovacuum(superuser)
        server.drop("busy")
    assert server.list_databases("busy") == []


@pytest.mark.parametrize("home", ["a home", "of_many_letters_" * 10])
def test_a_home_may_have_a_name_that_no_socket_takes(
    cluster, home, stack, tmp_path, monkeypatch
):
    folder = tmp_path / home / "postgres"
    monkeypatch.setattr(paths, "CLUSTER", folder)
    monkeypatch.setattr(postgres, "PID_FILE", folder / "postmaster.pid")
    monkeypatch.setattr(tempfile, "tempdir", "/tmp")
    server = postgres.start()
    server.create("kept")
    socket = Path(server.host)
    # The server trusts whoever gets there.
    assert socket.stat().st_mode & 0o077 == 0
    postgres.stop()
    files = data_dir(stack.source, server)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "t"))
    (tmp_path / "t").mkdir()
    server = postgres.start()
    assert server.host != str(socket)
    assert server.list_databases("kept") == ["kept"]
    assert data_dir(stack.source, server) == files
    postgres.stop()
    socket.rmdir()


def test_a_folder_of_somebody_elses_is_not_trusted(cluster, tmp_path, monkeypatch):
    long = tmp_path / ("of_many_letters_" * 10)
    long.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    folder = postgres._make_socket_folder(long, None)
    assert folder.parent == tmp_path
    if os.geteuid() == 0:
        os.chown(folder, pwd.getpwnam("nobody").pw_uid, -1)
    else:
        # Be somebody else, whose server is root's.
        monkeypatch.setattr(os, "geteuid", lambda: -1)
        long.rmdir()
        long.symlink_to("/")
    with pytest.raises(LauncherError, match="is another user's. Remove it"):
        postgres._make_socket_folder(long, None)


def wait_for_autovacuum(superuser):
    end = time.monotonic() + 60
    running = []
    while not running:
        assert time.monotonic() < end
        time.sleep(0.2)
        with superuser.connect() as cursor:
            cursor.execute(
                "SELECT pid FROM pg_stat_activity "
                "WHERE datname = 'busy' AND backend_type = 'autovacuum worker'"
            )
            running = cursor.fetchall()


def kill_server():
    process = psutil.Process(int(postgres.PID_FILE.read_text().split()[0]))
    family = [*process.children(), process]
    process.kill()
    psutil.wait_procs(family, timeout=30)
