"""Each addon is a wheel that is complete, and that Odoo can install from."""

import ast
import email.parser
import re
import subprocess
import sys
import urllib.request

import pytest

from tests.catalogue import read_catalogue
from tools import paths, readme

#: Says how the wheel is made, and is no part of it.
BUILD_FILE = "pyproject.toml"

#: Of a picture that everybody downloads with the addon.
LARGEST_PICTURE = 200_000  # bytes

STATES = """
    SELECT name, state, substring(latest_version, '^\\d+\\.\\d+\\.(.*)')
      FROM ir_module_module WHERE name LIKE 'bpo_crm%' ORDER BY name
"""


def read_manifest(addon):
    return ast.literal_eval((addon / "__manifest__.py").read_text())


def run_pip(*arguments):
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", *arguments]
    subprocess.run(command, check=True, cwd=paths.REPOSITORY)


@pytest.fixture(scope="module")
def wheels(tmp_path_factory):
    """The folder with a wheel of each addon, made without any network."""
    folder = tmp_path_factory.mktemp("wheels")
    options = ["--no-deps", "--no-build-isolation", "--no-index"]
    run_pip("wheel", *options, "--wheel-dir", folder, *paths.ADDONS)
    return folder


@pytest.fixture(scope="module")
def installed(wheels, tmp_path_factory):
    """The folder into which they were installed."""
    folder = tmp_path_factory.mktemp("installed")
    options = ["--no-deps", "--no-index", "--no-compile"]
    run_pip("install", *options, "--target", folder, *wheels.glob("*.whl"))
    return folder


@pytest.fixture(scope="module")
def addons(installed):
    """The folder to be named in Odoo's ``addons_path``."""
    return installed / "odoo" / "addons"


def read_metadata(installed, addon):
    (folder,) = installed.glob(f"odoo_addon_{addon.name}-*.dist-info")
    return email.parser.Parser().parsestr((folder / "METADATA").read_text())


def list_tracked(addon):
    found = subprocess.run(
        ["git", "ls-files", "-z"], cwd=addon, capture_output=True, text=True, check=True
    )
    return set(found.stdout.split("\0")) - {"", BUILD_FILE}


@pytest.mark.parametrize("addon", paths.ADDONS, ids=lambda addon: addon.name)
def test_a_wheel_holds_what_belongs_to_the_addon(addons, addon):
    files = [path for path in (addons / addon.name).rglob("*") if path.is_file()]
    tracked = list_tracked(addon)
    assert {str(path.relative_to(addons / addon.name)) for path in files} == tracked
    for name in tracked:
        assert (addons / addon.name / name).read_bytes() == (addon / name).read_bytes()


@pytest.mark.parametrize("addon", paths.ADDONS, ids=lambda addon: addon.name)
def test_a_wheel_says_what_the_manifest_says(installed, addon):
    metadata, manifest = read_metadata(installed, addon), read_manifest(addon)
    assert metadata["Version"] == manifest["version"]
    assert metadata["Summary"] == manifest["summary"]
    assert metadata["License"] == manifest["license"]
    libraries = manifest.get("external_dependencies", {}).get("python", [])
    assert metadata.get_all("Requires-Dist", []) == libraries
    assert metadata["Requires-Python"] == ">=3.10"


def test_the_readme_asks_for_the_libraries_that_the_addon_asks_for():
    lines = (paths.REPOSITORY / "requirements.txt").read_text().splitlines()
    named = [line for line in lines if not line.startswith("#")]
    assert named == read_manifest(paths.ADDON)["external_dependencies"]["python"]


@pytest.mark.parametrize("addon", paths.ADDONS, ids=lambda addon: addon.name)
def test_an_addons_readme_is_made_of_its_fragments(addon):
    assert (addon / "README.md").read_text() == readme.make(addon), "./bpo readme"
    fragments = {path.name for path in (addon / "readme").iterdir()}
    assert fragments <= {f"{name}.md" for name in readme.HEADINGS}


@pytest.mark.parametrize("addon", paths.ADDONS, ids=lambda addon: addon.name)
def test_a_wheel_describes_the_addon(installed, addon):
    metadata = read_metadata(installed, addon)
    assert metadata.get_payload() == readme.make(addon)
    assert metadata["Description-Content-Type"] == "text/markdown"


@pytest.mark.parametrize("addon", paths.ADDONS, ids=lambda addon: addon.name)
def test_the_page_in_apps_shows_pictures_that_are_there(addon):
    folder = addon / "static" / "description"
    shown = re.findall(r'<img [^>]*src="([^"]+)"', (folder / "index.html").read_text())
    listed = [addon / name for name in read_manifest(addon).get("images", [])]
    assert {folder / name for name in shown} >= set(listed)
    sizes = {path.name: path.stat().st_size for path in folder.glob("*.png")}
    assert set(shown) <= set(sizes)
    assert max(sizes.values(), default=0) < LARGEST_PICTURE


@pytest.fixture(scope="module")
def database(stack, addons):
    """A database in which Odoo has installed all from there."""
    database = stack.clone("site")
    log = stack.run_odoo(database, "-i", "bpo_crm", addons=[addons])
    assert not re.search(r" (ERROR|CRITICAL) ", log)
    return database


def test_odoo_installs_all_from_there(stack, database):
    with stack.postgres.connect(database) as cursor:
        cursor.execute(STATES)
        assert cursor.fetchall() == [
            (addon.name, "installed", read_manifest(addon)["version"])
            for addon in paths.ADDONS
        ]


def test_what_was_installed_is_what_the_repository_has(stack, database):
    with stack.postgres.connect(database) as cursor:
        packaged = read_catalogue(cursor)
    with stack.postgres.connect(stack.clone("website")) as cursor:
        assert packaged ^ read_catalogue(cursor) == set()


def test_a_server_runs_from_there(stack, database, addons):
    server = stack.server(database, name="package", addons=[addons]).start()
    for name in ("icon.png", "index.html"):
        address = f"{server.url}/bpo_crm/static/description/{name}"
        with urllib.request.urlopen(address) as response:
            original = paths.ADDON / "static" / "description" / name
            assert response.read() == original.read_bytes()
    server.stop()
    assert " ERROR " not in server.read_log()
