"""Running other programs. Only the standard library: see ``environment``."""

import subprocess


def capture(command, **options):
    """Run a program and keep all that it prints.

    :param list command: the program and its arguments.
    :param options: further ones of :func:`subprocess.run`.
    :return: with ``returncode``, and the output of both streams in ``stdout``.
    :rtype: subprocess.CompletedProcess
    """
    return subprocess.run(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        **options,
    )
