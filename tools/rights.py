"""The table of rights: tried anew, and written to ``docs/security.md``."""

import csv
import os

from . import paths, sources, testing
from .console import say

TEST = "bpo_crm/tests/base/test_rights.py"

TABLE = paths.ADDON / "tests" / "rights.csv"
PAGE = paths.REPOSITORY / "docs" / "security.md"

#: From this line on, the page is written by :func:`render`.
MARK = (
    "<!-- Written by ./bpo rights. What stands above this line is written by hand. -->"
)

ROLES = {
    "public": "public",
    "portal": "portal",
    "employee": "employee",
    "salesperson": "sales­person",
    "agent": "agent",
    "supervisor": "super­visor",
    "manager": "manager",
    "elsewhere": "manager elsewhere",
}

SECTIONS = {
    "records": (
        "### Records",
        "**r**ead, **c**reate, **w**rite, **d**elete. Nobody does what is not said.",
    ),
    "fields": (
        "### Fields",
        "Those that the addon adds to Odoo's own models, and those of its own models "
        "that are for some groups only: **r**ead and **w**rite. Tried on a record that "
        "is the user's, or the company's.",
    ),
    "methods": (
        "### Methods",
        "What a client can call, on the lead of somebody else, or on data of the first "
        "company. *Nothing*: it is answered, and tells and does nothing.",
    ),
}


def run(series):
    """Try everything anew, and write the table and the page.

    :param str series: of Odoo, or None for all that can be had.
    :return: 0 when what was written is what was found.
    :rtype: int
    """
    os.environ["BPO_WRITE_RIGHTS"] = "1"
    # One after the other: they write one file, and 18.0 has the last word.
    found = sorted((source.series for source in sources.find_all(series)), reverse=True)
    code = max(testing.run(name, [TEST]) for name in found)
    PAGE.write_text(render(PAGE.read_text()))
    say(f"{TABLE} and {PAGE} are written. Look at what has changed: git diff")
    return code


def render(page):
    """Return the page with the tables as they are now.

    :param str page: as it is.
    :rtype: str
    """
    by_hand = page.partition(MARK)[0].rstrip()
    parts = [by_hand, MARK, *_render_tables()]
    return "\n\n".join(parts) + "\n"


def _render_tables():
    with TABLE.open(newline="") as file:
        rows = list(csv.DictReader(file))
    for kind, (title, text) in SECTIONS.items():
        yield title
        yield text
        yield _render_table([row for row in rows if row["kind"] == kind])


def _render_table(rows):
    first = ["", *ROLES.values()]
    lines = [first, ["---"] * len(first)]
    for row in rows:
        cells = [_render_cell(row[role]) for role in ROLES]
        lines.append([_render_name(row), *cells])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _render_name(row):
    name = f"`{row['name']}`"
    what = f": {row['what']}" if row["what"] else ""
    only = f" ({row['only']})" if row["only"] else ""
    return f"{name}{what}{only}"


def _render_cell(text):
    return text or "–"
