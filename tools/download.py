"""Odoo's official source, over the internet."""

import shutil
import tarfile
import tempfile
import urllib.request
import zlib
from pathlib import Path

from .console import LauncherError, step

ARCHIVE = "https://codeload.github.com/odoo/odoo/tar.gz/refs/heads/{series}"

CONNECT_TIMEOUT = 5  # seconds


class Offline(LauncherError):
    """The official source is out of reach."""


def fetch_official(series, target, is_right):
    """Download and unpack the official source of a series.

    The connection is TLS, the archive's own checksums must hold, and what is in
    it must be of the series; only then does it get to its place.

    :param str series: such as ``18.0``.
    :param Path target: the folder to make.
    :param is_right: a function that tells whether a folder is the source.
    :raises Offline: when it cannot be had.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        _fetch(ARCHIVE.format(series=series), series, target, is_right)
    except (OSError, EOFError, tarfile.TarError, zlib.error) as error:
        raise Offline(f"the official source is out of reach ({error})") from error


def _fetch(url, series, target, is_right):
    response = urllib.request.urlopen(url, timeout=CONNECT_TIMEOUT)
    with (
        step(f"Downloading the official source of Odoo {series}"),
        response,
        tempfile.TemporaryDirectory(dir=target.parent) as folder,
    ):
        archive = Path(folder) / "odoo.tar.gz"
        with archive.open("wb") as file:
            shutil.copyfileobj(response, file)
        _unpack(archive, Path(folder) / "tree")
        (root,) = (Path(folder) / "tree").iterdir()
        if not is_right(root):
            raise Offline(f"what was downloaded is not Odoo {series}")
        root.rename(target)


def _unpack(archive, folder):
    with tarfile.open(archive) as tar:
        # Refuses members that would end up outside of the folder.
        if hasattr(tarfile, "data_filter"):
            tar.extractall(folder, filter="data")
        else:
            _check_members(tar)
            tar.extractall(folder)  # noqa: S202 - checked above


def _check_members(tar):
    for member in tar.getmembers():
        path = Path(member.name)
        if path.is_absolute() or ".." in path.parts:
            raise Offline(f"the archive holds an unsafe path ({member.name})")
