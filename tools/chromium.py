"""A browser for the tests that need one."""

import os
import shutil

from .console import step
from .process import capture

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find():
    """Return the path of Chromium, installed where that is possible.

    :return: the path, and an empty text; or None and the reason.
    :rtype: tuple[str | None, str]
    """
    path = _on_path()
    if path:
        return path, ""
    if not (shutil.which("apt-get") and os.geteuid() == 0):
        return None, "Chromium is missing. Install it, on Debian: apt install chromium"
    with step("Installing Chromium"):
        output = _install()
    path = _on_path()
    return (path, "") if path else (None, f"Chromium was not installed: {output}")


def _on_path():
    return next(filter(None, map(shutil.which, NAMES)), None)


def _install():
    environ = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    output = ""
    for command in (
        ["apt-get", "-qq", "update"],
        ["apt-get", "-qq", "install", "-y", "--no-install-recommends", "chromium"],
    ):
        result = capture(command, env=environ)
        output = result.stdout[-1000:]
    return output
