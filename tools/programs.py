"""Programs of the machine that tests need, installed where that is possible."""

import os
import shutil

from . import paths
from .console import step
from .process import capture


def find_chromium():
    """Return the path of a browser; see :func:`find`."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    return find("Chromium", names, "chromium")


def find_faketime():
    """Return the path of what shows programs another time; see :func:`find`."""
    return find("faketime", ("faketime",), "faketime")


def find_curl():
    """Return the path of what delivers the example of a source; see :func:`find`."""
    return find("curl", ("curl",), "curl")


def find(title, names, package):
    """Return the path of a program, installed where that is possible.

    :param str title: what it is called.
    :param tuple names: under which it may be there.
    :param str package: Debian's.
    :return: the path, and an empty text; or None and the reason.
    :rtype: tuple[str | None, str]
    """
    with paths.lock(f"program-{package}"):
        path = _on_path(names)
        if path:
            return path, ""
        if not (shutil.which("apt-get") and os.geteuid() == 0):
            advice = f"Install it, on Debian: apt install {package}"
            return None, f"{title} is missing. {advice}"
        with step(f"Installing {title}"):
            output = _install(package)
    path = _on_path(names)
    return (path, "") if path else (None, f"{title} was not installed: {output}")


def _on_path(names):
    return next(filter(None, map(shutil.which, names)), None)


def _install(package):
    environ = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    output = ""
    for command in (
        ["apt-get", "-qq", "update"],
        ["apt-get", "-qq", "install", "-y", "--no-install-recommends", package],
    ):
        result = capture(command, env=environ)
        output = result.stdout[-1000:]
    return output
