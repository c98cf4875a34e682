"""The embedded PostgreSQL, which the databases of all other tests come from."""

import psutil
import pytest

from tools import paths, postgres


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


def kill_server():
    process = psutil.Process(int(postgres.PID_FILE.read_text().split()[0]))
    family = [*process.children(), process]
    process.kill()
    psutil.wait_procs(family, timeout=30)
