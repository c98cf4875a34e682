"""The launcher keeps what it makes in one folder."""

import subprocess

from tools.servers import odoo_command, odoo_environ


def test_odoo_leaves_nothing_elsewhere(stack, tmp_path):
    # Looking for its subcommands, Odoo makes a folder before it reads any option.
    subprocess.run(
        odoo_command("shell", "--help"),
        env={**odoo_environ(stack.source), "HOME": str(tmp_path)},
        stdout=subprocess.DEVNULL,
        check=True,
    )
    assert not list(tmp_path.iterdir())
