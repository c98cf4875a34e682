"""Odoo 19.0 as Debian packages it, from the machine's own mirror.

apt verifies the signatures. It works on lists of its own, so that the
machine's package management neither sees nor suffers anything.
"""

import re
import shutil
import tempfile
from pathlib import Path

from .console import LauncherError, step
from .process import capture

SUITE = "unstable"

#: The last suite with Font Awesome 4, which the package's links point to.
FONT_SUITE = "trixie"

PACKAGES = (
    "odoo-19",
    # What its links point to
    "libjs-jquery",
    "libjs-jquery-form",
    "libjs-underscore",
    f"fonts-font-awesome/{FONT_SUITE}",
    "fonts-montserrat",
    "fonts-roboto-unhinted",
    "fonts-inconsolata",
)

#: Where the tree that Python imports is, below the unpacked root.
PYTHON_TREE = Path("usr/lib/python3/dist-packages")

KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")

APT_SOURCES = Path("/etc/apt")


class NoDebian(LauncherError):
    """This is no Debian, or its mirror does not have the package."""


def fetch_odoo_19(target):
    """Download the packages and unpack them into one folder.

    :param Path target: the folder to make.
    :raises NoDebian: when the packages cannot be had.
    """
    mirror = _find_mirror()
    target.parent.mkdir(parents=True, exist_ok=True)
    with (
        step("Downloading Debian's package of Odoo 19.0"),
        tempfile.TemporaryDirectory(dir=target.parent) as folder,
    ):
        folder = Path(folder)
        # apt fetches as a user of its own, who must get through to here.
        folder.chmod(0o755)
        options = _prepare_apt(folder, mirror)
        _run(["apt-get", *options, "update"], folder)
        debs = folder / "debs"
        debs.mkdir()
        _run(["apt-get", *options, "download", *PACKAGES], debs)
        root = folder / "root"
        for deb in sorted(debs.glob("*.deb")):
            _run(["dpkg-deb", "-x", str(deb), str(root)], folder)
        root.rename(target)


def _find_mirror():
    if not (shutil.which("apt-get") and shutil.which("dpkg-deb") and KEYRING.exists()):
        raise NoDebian("this machine has no apt of Debian's")
    files = [APT_SOURCES / "sources.list", *APT_SOURCES.glob("sources.list.d/*")]
    for file in sorted(files):
        for url in _mirrors_of(file):
            return url
    raise NoDebian("apt's sources name no mirror of Debian")


def _mirrors_of(file):
    """Yield the Debian mirrors in a file of either format that apt knows."""
    if not file.is_file():
        return
    for line in file.read_text(errors="replace").splitlines():
        match = re.match(r"\s*(?:deb\s+(?:\[[^]]*\]\s*)?|URIs:\s*)(\S+)", line)
        if match and re.search(r"/debian/?$", match[1]):
            yield match[1]


def _prepare_apt(folder, mirror):
    for name in ("state/lists/partial", "cache/archives/partial"):
        (folder / name).mkdir(parents=True)
    (folder / "status").touch()
    sources = folder / "sources.list"
    sources.write_text(
        "".join(
            f"deb [signed-by={KEYRING}] {mirror} {suite} main\n"
            for suite in (SUITE, FONT_SUITE)
        )
    )
    settings = {
        "Dir::State": folder / "state",
        "Dir::State::status": folder / "status",
        "Dir::Cache": folder / "cache",
        "Dir::Etc::sourcelist": sources,
        "Dir::Etc::sourceparts": "/dev/null",
        "APT::Sandbox::User": "root",
        "Acquire::Languages": "none",
        "Acquire::Retries": "2",
    }
    return [f"-o{name}={value}" for name, value in settings.items()]


def _run(command, folder):
    result = capture(command, cwd=folder)
    if result.returncode:
        raise NoDebian(f"{command[0]} failed: {result.stdout[-1000:].strip()}")
