"""The launcher keeps what it makes in one folder."""

import os
import pwd
import re
import subprocess
import sys
import urllib.request

import pytest

from tools import cli, databases, environment, housekeeping, paths, postgres, testing
from tools.console import LauncherError
from tools.databases import Databases, layers
from tools.postgres import _check_may_create
from tools.process import capture
from tools.servers import odoo_command, odoo_environ


def run_launcher(*arguments, **environ):
    """Run the launcher as somebody with another environment; return what it says."""
    return subprocess.run(
        [sys.executable, str(paths.REPOSITORY / "bpo"), *arguments],
        env={**os.environ, **environ},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )


def test_odoo_leaves_nothing_elsewhere(stack, tmp_path):
    # Looking for its subcommands, Odoo makes a folder before it reads any option.
    subprocess.run(
        odoo_command("shell", "--help"),
        env={**odoo_environ(stack.source), "HOME": str(tmp_path)},
        stdout=subprocess.DEVNULL,
        check=True,
    )
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("home", ["a file/home", "/proc/none"])
def test_a_home_that_takes_nothing_is_told_in_a_sentence(tmp_path, home):
    (tmp_path / "a file").touch()
    result = run_launcher("stop", HOME=str(tmp_path / home))
    assert result.returncode == 1
    assert "Traceback" not in result.stdout
    assert re.search(r"Nothing can be written to .* Set HOME to", result.stdout)


def test_tests_that_are_not_there_are_told_in_a_sentence():
    for name in ("tests/test_none.py", "bpo_crm/tests/none::test_it"):
        with pytest.raises(LauncherError, match="There is no (bpo_crm/)?tests/.*none"):
            testing.run(None, ["-x", name])


class Answer:
    """What PostgreSQL says of a role; the one of the tests can make no other one."""

    def __init__(self, role, may_create):
        self._row = (role, may_create)

    def execute(self, statement):
        assert "pg_roles" in statement

    def fetchone(self):
        return self._row


def test_a_role_that_may_create_no_database_is_told_in_a_sentence(stack):
    with stack.postgres.connect() as cursor:
        _check_may_create(cursor)
    with pytest.raises(LauncherError, match="ALTER ROLE nobody CREATEDB"):
        _check_may_create(Answer("nobody", may_create=False))


@pytest.fixture
def others_home(tmp_path, monkeypatch):
    """Be root in the home of somebody else."""
    home = tmp_path / "home"
    home.mkdir()
    if os.geteuid() == 0:
        os.chown(home, pwd.getpwnam("nobody").pw_uid, -1)
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    return home


@pytest.mark.parametrize("below", ["", "not there yet/neither"])
def test_root_leaves_nothing_in_the_home_of_somebody_else(
    others_home, below, monkeypatch, capsys
):
    monkeypatch.setattr(paths, "HOME", others_home / below)
    assert cli.main(["stop"]) == 1
    owner = others_home.owner()
    said = capsys.readouterr().err
    assert f"belongs to {owner}. As root, set HOME to" in said
    assert list(others_home.iterdir()) == []


def test_root_uses_a_home_of_nobody_known(others_home, monkeypatch):
    """In a container, it may be a folder from outside."""

    def find_nobody(uid):
        raise KeyError(uid)

    monkeypatch.setattr(pwd, "getpwuid", find_nobody)
    monkeypatch.setattr(paths, "HOME", others_home)
    cli._check_home()


def test_somebody_unknown_without_a_home_is_told_in_a_sentence():
    failing = (
        "import pathlib, sys\n"
        "def fail():\n"
        "    raise RuntimeError('Could not determine home directory.')\n"
        "pathlib.Path.home = staticmethod(fail)\n"
        f"sys.path.insert(0, {str(paths.REPOSITORY)!r})\n"
        "from tools import paths\n"
        "print(paths.CACHE)\n"
    )
    result = subprocess.run(
        [sys.executable, "-c", failing], capture_output=True, text=True, check=True
    )
    assert result.stdout == "/.cache/bpo_crm\n"


def test_pip_finds_what_it_has_to_heed_in_a_home_with_a_space(tmp_path, monkeypatch):
    folder = tmp_path / "a home" / "venv"
    folder.mkdir(parents=True)
    environs = []
    monkeypatch.setattr(
        environment, "_run", lambda command, explain, environ: environs.append(environ)
    )
    environment._install(folder)
    # It takes what has a space for two.
    address = environs[0]["PIP_CONSTRAINT"]
    assert " " not in address
    with urllib.request.urlopen(address) as file:
        assert b"setuptools" in file.read()


def test_git_reads_a_checkout_of_somebody_else():
    def list_files(environ):
        command = ["git", "ls-files", "bpo"]
        # Git's own, for its tests.
        environ = {**environ, "GIT_TEST_ASSUME_DIFFERENT_OWNER": "1"}
        return capture(command, cwd=paths.REPOSITORY, env=environ).stdout

    untold = {name: v for name, v in os.environ.items() if "GIT_CONFIG" not in name}
    assert "dubious ownership" in list_files(untold)
    told = {**untold, "GIT_CONFIG_COUNT": "1"}
    told |= {"GIT_CONFIG_KEY_0": "user.name", "GIT_CONFIG_VALUE_0": "Somebody"}
    for environ in (untold, told):
        trusting = environment._trust_repository(environ)
        assert list_files({**environ, **trusting}) == "bpo\n"


@pytest.fixture
def homes(stack, tmp_path, monkeypatch):
    """Let several homes use one PostgreSQL server, which PGHOST names."""
    given = stack.postgres
    monkeypatch.setenv("PGHOST", given.host)
    monkeypatch.setenv("PGPORT", str(given.port))
    monkeypatch.setenv("PGUSER", given.user)
    monkeypatch.setenv("PGPASSWORD", given.password)

    def move_to(name):
        monkeypatch.setattr(paths, "CACHE", tmp_path / name)
        return postgres.start()

    return move_to


def test_two_homes_on_one_server_share_no_database(stack, homes):
    """A template that is another's has no files here."""
    first, second = map(homes, ("one", "two"))
    names = [
        Databases(stack.source, server)._template_name(layers()["bpo"])
        for server in (first, second)
    ]
    assert len({*names, stack.source.series}) == 3
    assert homes("one") == first
    # What PostgreSQL takes, with what a database is called while it is made.
    longest = Databases(stack.source, first)._template_name(layers()["distributor"])
    assert len(f"{longest}_building") <= 63


def test_one_home_cleans_nothing_of_another(homes):
    first, second = map(homes, ("one", "two"))
    for server in (first, second):
        server.create(f"{databases.PREFIX}{server.mark}_tried")
    housekeeping._drop_databases(first)
    assert first.list_databases(f"{databases.PREFIX}{first.mark}_") == []
    (kept,) = second.list_databases(f"{databases.PREFIX}{second.mark}_")
    second.drop(kept)
