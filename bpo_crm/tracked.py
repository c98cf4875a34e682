"""Changes that the server has seen, told from those that a client says."""

from odoo import Command


class Tracked(dict):
    """Values of a change that the server has seen itself. No client can send one."""


def is_tracked(commands):
    """Whether nothing but changes that the server has seen is written down.

    :param commands: for ``tracking_value_ids``, as somebody sends them.
    """
    if not commands:
        return True
    return isinstance(commands, list | tuple) and all(
        isinstance(command, list | tuple)
        and len(command) == 3
        and command[0] == Command.CREATE
        and isinstance(command[2], Tracked)
        for command in commands
    )
