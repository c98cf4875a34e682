"""The launcher keeps what it makes in one folder."""

import os
import re
import subprocess
import sys

import pytest

from tools import paths, testing
from tools.console import LauncherError
from tools.postgres import _check_may_create
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
