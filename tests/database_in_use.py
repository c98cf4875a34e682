"""A database that is in use, in which the addon never was."""

from tests.catalogue import READ_LEAD, read

#: Two teams, the customary folded *Lost*, and leads in every state.
USED = """
    UPDATE crm_team SET name = '{"en_US": "Cars"}', active = TRUE
     WHERE id = (SELECT min(id) FROM crm_team);
    UPDATE crm_team SET name = '{"en_US": "Fleet"}', active = TRUE
     WHERE id = (SELECT max(id) FROM crm_team);
    INSERT INTO crm_stage (name, sequence, fold, is_won)
    VALUES ('{"en_US": "Lost"}', 90, true, false);
    INSERT INTO crm_lead (
        name, type, active, probability, phone_sanitized, phone, stage_id, team_id,
        lost_reason_id, date_last_stage_update, create_date, company_id
    )
    SELECT lead.name, 'opportunity', lead.active, probability, phone, phone, stage.id,
           team.id, CASE WHEN lead.name = 'With a reason' THEN reason.id END,
           now(), now(), 1
      FROM (VALUES ('Open', true, 10, '+639175559101', 'New', 'Cars'),
                   ('Open too', true, 10, '+639175559101', 'Qualified', 'Cars'),
                   ('Archived', false, 0, NULL, 'Qualified', 'Cars'),
                   ('Dragged', true, 20, '+639175559102', 'Lost', 'Cars'),
                   ('With a reason', false, 0, NULL, 'Lost', 'Cars'),
                   ('Won', true, 100, NULL, 'Won', 'Cars'),
                   ('Of Fleet', true, 20, '+639175559103', 'Lost', 'Fleet'),
                   ('Lost in Fleet', false, 0, NULL, 'New', 'Fleet'),
                   ('Of no team', true, 20, '+639175559104', 'New', NULL))
           AS lead (name, active, probability, phone, stage, team)
      JOIN crm_stage AS stage ON stage.name ->> 'en_US' = lead.stage
      LEFT JOIN crm_team AS team ON team.name ->> 'en_US' = lead.team
     CROSS JOIN (SELECT min(id) AS id FROM crm_lost_reason) AS reason
"""

#: What is read of leads before and after.
READ_ALL = """
    SELECT name, active, probability, stage_id, lost_reason_id, team_id, date_closed
      FROM crm_lead ORDER BY id
"""

TEAM = "SELECT id FROM crm_team WHERE name ->> 'en_US' = %s"

FOLDED = "SELECT id FROM crm_stage WHERE name ->> 'en_US' = 'Lost' AND fold"


class House:
    """The database, before and after the installation.

    :param Stack stack: which has it.
    :param str database: its name.
    """

    def __init__(self, stack, database):
        self.stack = stack
        self.database = database
        self.before = {}

    def read(self, statement, *values):
        with self.stack.postgres.connect(self.database) as cursor:
            return read(cursor, statement, *values)

    def read_one(self, name):
        with self.stack.postgres.connect(self.database) as cursor:
            (row,) = read(cursor, READ_LEAD, name)
            return row[:3]

    def find(self, name):
        ((lead,),) = self.read("SELECT id FROM crm_lead WHERE name = %s", name)
        return lead

    def answer(self, lost_stages):
        """Answer the questionnaire on who works for dealerships.

        :param dict lost_stages: by the names of these teams, the stage that each of
            them loses leads in.
        :return: the id of the questionnaire.
        """
        settings = self.admin.call("crm.pipeline.settings", "create", {"line_ids": []})
        for name, stage in lost_stages.items():
            ((team,),) = self.read(TEAM, name)
            line = self.admin.call(
                "crm.pipeline.settings.team",
                "search",
                [("settings_id", "=", settings), ("team_id", "=", team)],
            )
            works = {"is_bpo": True}
            self.admin.call("crm.pipeline.settings.team", "write", line, works)
            meaning = {"settings_id": settings, "stage_id": stage, "meaning": "lost"}
            self.admin.call("crm.pipeline.settings.meaning", "create", meaning)
        self.admin.call("crm.pipeline.settings", "action_apply", [settings])
        return settings
