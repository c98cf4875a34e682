"""Which Odoo runs: where the source of a series comes from."""

import dataclasses
import os
import re
from pathlib import Path

from . import debian, paths
from .console import LauncherError, say
from .download import Offline, fetch_official

SERIES = ("18.0", "19.0")


class NoSource(LauncherError):
    """The source of a series cannot be had on this machine."""


@dataclasses.dataclass(frozen=True)
class OdooSource:
    """A source tree of Odoo.

    :param str series: such as ``18.0``.
    :param Path python_path: the folder that contains ``odoo/``.
    :param str origin: why this tree, for people.
    """

    series: str
    python_path: Path
    origin: str

    @property
    def addons(self):
        """The folders with addons beside ``odoo/addons``, which Odoo knows."""
        beside = self.python_path / "addons"
        return [beside] if (beside / "crm" / "__manifest__.py").exists() else []

    @property
    def is_18(self):
        """Whether this is Odoo 18.0."""
        return self.series == "18.0"


def find(series):
    """Return the source of a series; it is downloaded if need be.

    :param str series: such as ``18.0``.
    :rtype: OdooSource
    :raises NoSource: with what to do.
    """
    source = _given(series)
    if not source:
        with paths.lock(f"source-{series}"):
            source = _cached(series) or _fetched(series)
    say(f"Odoo {series}: {source.origin}")
    return source


def find_first(wanted=None):
    """Return the source of the first series that can be had.

    :param str wanted: only this series, such as ``18.0``.
    :rtype: OdooSource
    :raises NoSource: when there is none.
    """
    problems = []
    for series in [wanted] if wanted else SERIES:
        try:
            return find(series)
        except NoSource as error:
            problems.append(str(error))
    raise NoSource("\n".join(problems))


def find_all(wanted=None):
    """Return the sources of all series that can be had.

    :param str wanted: only this series, such as ``18.0``.
    :rtype: list[OdooSource]
    :raises NoSource: when there is none, or not the wanted one.
    """
    sources, problems = [], []
    for series in [wanted] if wanted else SERIES:
        try:
            sources.append(find(series))
        except NoSource as error:
            problems.append(str(error))
            say(f"Odoo {series}: not available here")
    if not sources:
        raise NoSource("\n".join(problems))
    return sources


def _given(series):
    if not os.environ.get("ODOO_HOME"):
        return None
    home = Path(os.environ["ODOO_HOME"]).expanduser()
    if not any(_tree_in(home, known) for known in SERIES):
        raise LauncherError(
            f"ODOO_HOME ({home}) holds no source of Odoo {' or '.join(SERIES)}. Set it "
            "to the folder with odoo-bin, or unset it."
        )
    tree = _tree_in(home, series)
    return tree and OdooSource(series, tree, "the source in ODOO_HOME")


def _cached(series):
    tree = _tree_in(paths.SOURCES / series, series)
    return tree and OdooSource(series, tree, "the source in the cache")


def _fetched(series):
    target = paths.SOURCES / series
    reasons = []

    def is_right(folder):
        return _tree_in(folder, series) is not None

    fetchers = [
        (lambda: fetch_official(series, target, is_right), "the official source")
    ]
    if series == "19.0":
        fetchers.append((lambda: debian.fetch_odoo_19(target), "Debian's package"))
    for fetch, origin in fetchers:
        try:
            fetch()
        except (Offline, debian.NoDebian) as error:
            reasons.append(str(error))
            continue
        tree = _tree_in(target, series)
        if tree:
            return OdooSource(series, tree, origin)
        reasons.append(f"{origin}: not a source of Odoo {series}")
    raise NoSource(
        f"The source of Odoo {series} is not available: {'; '.join(reasons)}. Clone it "
        f"(git clone --depth 1 -b {series} https://github.com/odoo/odoo) and set "
        "ODOO_HOME to that folder."
    )


def _tree_in(home, series):
    """Return the folder with ``odoo/`` of that series below ``home``."""
    for tree in (home, home / debian.PYTHON_TREE):
        release = tree / "odoo" / "release.py"
        if release.exists():
            match = re.search(
                r"^version_info\s*=\s*\((\d+),\s*(\d+)", release.read_text(), re.M
            )
            if match and f"{match[1]}.{match[2]}" == series:
                return tree.resolve()
    return None
