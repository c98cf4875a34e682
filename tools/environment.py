"""The one virtual environment that serves both series of Odoo.

Only the standard library may be used here: this runs before it exists.
"""

import os
import shutil
import sys

from . import paths
from .console import LauncherError, step
from .process import capture

REQUIREMENTS = [
    paths.REPOSITORY / "tools" / f"requirements-{name}.txt" for name in ("odoo", "dev")
]

#: Set for the launcher that runs in the environment.
MARK = "BPO_ENVIRONMENT"

STAMP = "complete"


def ensure():
    """Go on in the virtual environment, which is made if there is none.

    Does not return when the launcher was started by another Python.

    :raises LauncherError: when the environment cannot be made.
    """
    if os.environ.get(MARK) == sys.prefix:
        return
    folder = _folder()
    with paths.lock("environment"):
        if not (folder / STAMP).exists():
            _make(folder)
    python = folder / "bin" / "python"
    environ = {**os.environ, MARK: str(folder)}
    # What the environment brings (node, pre-commit) comes first.
    environ["PATH"] = f"{folder / 'bin'}{os.pathsep}{environ.get('PATH', '')}"
    # The hooks' own environments point into this one, and go with it.
    environ.setdefault("PRE_COMMIT_HOME", str(folder / "pre-commit"))
    environ.update(_trust_repository(environ))
    script = paths.REPOSITORY / "bpo"
    sys.stdout.flush()
    os.execve(python, [str(python), str(script), *sys.argv[1:]], environ)  # noqa: S606


def _trust_repository(environ):
    """Let git read the repository, whose code runs already, whoever's it is.

    :param dict environ: of the launcher.
    :return: further variables.
    :rtype: dict[str, str]
    """
    count = int(environ.get("GIT_CONFIG_COUNT") or 0)
    return {
        "GIT_CONFIG_COUNT": str(count + 1),
        f"GIT_CONFIG_KEY_{count}": "safe.directory",
        f"GIT_CONFIG_VALUE_{count}": str(paths.REPOSITORY),
    }


def _folder():
    version = f"{sys.version_info[0]}.{sys.version_info[1]}"
    return paths.CACHE / f"venv-{version}-{paths.digest(*REQUIREMENTS)}"


def _make(folder):
    shutil.rmtree(folder, ignore_errors=True)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with step("Making the Python environment"):
        _run([sys.executable, "-m", "venv", str(folder)], _explain_missing_venv)
        _install(folder)
    (folder / STAMP).touch()


def _install(folder):
    constraint = folder / "build-constraint.txt"
    # Some of Odoo's requirements are built by an older setuptools only.
    constraint.write_text("setuptools<70\n")
    # As an address: pip would take a path with a space for two.
    pip = [str(folder / "bin" / "python"), "-m", "pip", "--quiet", "install"]
    files = [argument for path in REQUIREMENTS for argument in ("-r", str(path))]
    _run(
        [*pip, "--disable-pip-version-check", *files],
        lambda output: f"pip could not install the requirements:\n{output}",
        {**os.environ, "PIP_CONSTRAINT": constraint.as_uri()},
    )


def _explain_missing_venv(output):
    if "ensurepip" in output:
        return "Python's venv is missing. On Debian: apt-get install python3-venv"
    return f"The Python environment could not be made:\n{output}"


def _run(command, explain, environ=None):
    result = capture(command, env=environ)
    if result.returncode:
        raise LauncherError(explain(result.stdout[-3000:]))
