"""Where the launcher keeps things. Nothing of it is in the repository."""

import contextlib
import fcntl
import hashlib
import uuid
from pathlib import Path


def _find_home():
    try:
        return Path.home().absolute()
    except RuntimeError:
        # Somebody whom the machine does not know, and without HOME.
        return Path("/")


REPOSITORY = Path(__file__).resolve().parent.parent
ADDON = REPOSITORY / "bpo_crm"
DASHBOARD_ADDON = REPOSITORY / "bpo_crm_dashboard"
WEBSITE_ADDON = REPOSITORY / "bpo_crm_website"
ADDONS = (ADDON, DASHBOARD_ADDON, WEBSITE_ADDON)
HOME = _find_home()
CACHE = HOME / ".cache" / "bpo_crm"
SOURCES = CACHE / "odoo"
RUNS = CACHE / "runs"
CLUSTER = CACHE / "postgres"
DATA = CACHE / "data"


@contextlib.contextmanager
def lock(name):
    """Let one launcher at a time do something, whichever checkout it is of.

    :param str name: of what is done.
    """
    folder = CACHE / "locks"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / name).open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def identify():
    """Return what tells this folder apart from those of other people and machines.

    :rtype: str
    """
    file = CACHE / "identity"
    with lock("identity"):
        if not file.exists():
            file.write_text(uuid.uuid4().hex)
        return digest(file.read_text(), str(CACHE))


def digest(*parts):
    """Return a short name for the content of files, folders and texts.

    :param parts: paths, whose content counts, and texts.
    :rtype: str
    """
    sha = hashlib.sha256()
    for part in parts:
        if isinstance(part, Path):
            _add_path(sha, part)
        else:
            sha.update(str(part).encode() + b"\0")
    return sha.hexdigest()[:12]


def _add_path(sha, path):
    files = sorted(path.rglob("*")) if path.is_dir() else [path]
    for file in files:
        if file.is_file() and "__pycache__" not in file.parts:
            sha.update(str(file.relative_to(path.parent)).encode() + b"\0")
            sha.update(file.read_bytes())
