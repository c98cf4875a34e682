"""The README of each addon, put together from the fragments in its ``readme/``."""

import ast

from . import paths
from .console import say

#: The fragments, in the order of the README, and what stands above each.
HEADINGS = {
    "DESCRIPTION": "",
    "CONFIGURE": "Configuration",
    "USAGE": "Usage",
    "CONTRIBUTORS": "Contributors",
}

NOTE = "<!-- Made by ./bpo readme, of the manifest and what is in readme/. -->"


def run():
    """Write each addon's README anew.

    :return: 0
    :rtype: int
    """
    for addon in paths.ADDONS:
        path = addon / "README.md"
        path.write_text(make(addon))
        say(str(path.relative_to(paths.REPOSITORY)))
    return 0


def make(addon):
    """Return what an addon's README has to be.

    :param Path addon: its folder.
    :rtype: str
    """
    manifest = ast.literal_eval((addon / "__manifest__.py").read_text())
    parts = [f"# {manifest['name']}", NOTE]
    for name, heading in HEADINGS.items():
        fragment = addon / "readme" / f"{name}.md"
        if fragment.exists():
            parts += [f"## {heading}"] if heading else []
            parts.append(fragment.read_text().strip())
    licence = f"{manifest['author']}, {manifest['license']}."
    return "\n\n".join([*parts, "## Licence", licence]) + "\n"
