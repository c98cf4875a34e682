"""Odoo's official source, over the internet."""

import shutil
import tarfile
import tempfile
import urllib.error
import urllib.request
from pathlib import Path

from .console import LauncherError, step

ARCHIVE = "https://codeload.github.com/odoo/odoo/tar.gz/refs/heads/{series}"

CONNECT_TIMEOUT = 5  # seconds


class Offline(LauncherError):
    """The official source is out of reach."""


def fetch_official(series, target):
    """Download and unpack the official source of a series.

    :param str series: such as ``18.0``.
    :param Path target: the folder to make.
    :raises Offline: when it cannot be had.
    """
    url = ARCHIVE.format(series=series)
    try:
        response = urllib.request.urlopen(url, timeout=CONNECT_TIMEOUT)
    except (urllib.error.URLError, OSError) as error:
        raise Offline(f"the official source is out of reach ({error})") from error
    target.parent.mkdir(parents=True, exist_ok=True)
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
