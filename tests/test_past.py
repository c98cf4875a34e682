"""What the documents say of history is done as they say it."""

import re

import pytest

from tools import paths

RECIPES = paths.REPOSITORY / "docs" / "administration.md"

COLUMNS = (
    "name,phone,email,agent,asked,closed,stage,is_lost,reason,order_name,reference\n"
)

ROWS = (
    "Won,+63 917 555 9101,,gone,2019-03-01 02:30,2019-04-12 07:00,Won,f,,S00099,OLD/1\n"
    "Lost,,M@Customer.example,,2019-03-01 02:30,2019-05-01 07:00,Qualified,t,Old,,\n"
)

PREPARE = """
team = env["crm.team"].search([("is_bpo", "=", True)], limit=1)
won = env["crm.stage"].search([("is_won", "=", True)], limit=1)
env["crm.lost.reason"].create({"name": "Old"})
env["res.users"].create({"name": "Gone", "login": "gone", "active": False})
"""

READ = """
    SELECT lead.name, stage.is_won, lead.active, agent.login, dealer_so_name,
           reference LIKE 'OLD/%%', reason.name ->> 'en_US', lost.name ->> 'en_US',
           date_closed::text, phone_sanitized, email_normalized,
           (SELECT count(*) FROM crm_lead_stage_history WHERE lead_id = lead.id)
      FROM crm_lead AS lead
      JOIN crm_stage AS stage ON stage.id = lead.stage_id
      JOIN crm_team AS team ON team.id = lead.team_id AND team.is_bpo
      LEFT JOIN crm_stage AS lost ON lost.id = lead.lost_stage_id
      LEFT JOIN crm_lost_reason AS reason ON reason.id = lead.lost_reason_id
      LEFT JOIN res_users AS agent ON agent.id = lead.user_id
     ORDER BY lead.id
"""


@pytest.fixture(scope="module")
def brought_in(stack, tmp_path_factory):
    """A database into which history was brought as the documents say."""
    folder = tmp_path_factory.mktemp("history")
    file = folder / "history.csv"
    file.write_text(COLUMNS + ROWS)
    _before, _heading, section = RECIPES.read_text().partition("\n## History\n")
    recipes = re.findall(r"```python\n(.*?)```", section.partition("\n## ")[0], re.S)
    script = folder / "history.py"
    script.write_text("\n".join([PREPARE, f"path = {str(file)!r}", *recipes]))
    database = stack.clone("bpo")
    stack.run_script(database, script)
    with stack.postgres.connect(database) as cursor:
        cursor.execute(READ)
        yield cursor.fetchall()


def test_a_program_brings_history_in(brought_in):
    assert brought_in[0] == (
        *("Picanto", True, True, None, "S00099", False, None, None),
        *("2019-04-12 07:00:00", "+639175550101", None, 2),
    )


def test_what_was_written_into_the_table_comes_along(brought_in):
    assert brought_in[1:] == [
        (
            *("Won", True, True, "gone", "S00099", True, None, None),
            *("2019-04-12 07:00:00", "+639175559101", None, 2),
        ),
        (
            *("Lost", None, False, None, None, False, "Old", "Qualified"),
            *("2019-05-01 07:00:00", None, "m@customer.example", 2),
        ),
    ]
