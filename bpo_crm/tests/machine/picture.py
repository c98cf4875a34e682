"""What PostgreSQL holds at one moment, past the ORM."""

import dataclasses
import functools

from ...email_address import read_address
from ...phone_number import read_number, to_e164

#: Of a lead, what no rule is about: it follows from other things, or is of the system.
UNWATCHED = {
    "automated_probability",
    "probability",
    "write_date",
    "write_uid",
    "message_main_attachment_id",
    # Work of the lead's activities and clocks
    "day_open",
    "day_close",
    "duration_tracking",
}

QUERIES = {
    "leads": "SELECT * FROM crm_lead",
    "stages": "SELECT * FROM crm_stage ORDER BY sequence, name, id",
    "activities": "SELECT * FROM mail_activity WHERE res_model = 'crm.lead'",
    "calls": "SELECT * FROM crm_call_log",
    "pushes": "SELECT * FROM crm_dealer_push",
    "enquiries": "SELECT * FROM crm_lead_enquiry",
    "messages": """
        SELECT id, res_id, body, author_id, date, message_type, subtype_id
          FROM mail_message WHERE model = 'crm.lead'
    """,
    "meetings": "SELECT * FROM calendar_event",
    "contacts": """
        SELECT id, name, phone, email, active FROM res_partner
         WHERE id IN (SELECT partner_id FROM crm_lead) OR id = ANY(%(contacts)s)
    """,
    "customers": "SELECT id, key, lead_id FROM crm_lead_customer",
    "companies": "SELECT * FROM res_company",
    "dealerships": "SELECT * FROM crm_dealership",
    "brands": "SELECT * FROM crm_brand",
    "sources": "SELECT * FROM crm_lead_source",
    "parameters": "SELECT id, key, value FROM ir_config_parameter",
}

#: There are many of these, and they seldom change.
XML_IDS = "SELECT id, module, name, model, res_id FROM ir_model_data"
XML_IDS_VERSION = "SELECT count(*), max(xmin::text::bigint) FROM ir_model_data"

STAGE_TEAMS_OF_19 = "SELECT crm_stage_id, crm_team_id FROM crm_stage_crm_team_rel"


@dataclasses.dataclass
class Picture:
    """Rows by their ids, by the names of ``QUERIES``."""

    rows: dict
    stage_teams: dict
    xml_ids: dict
    xml_ids_version: tuple

    def __getattr__(self, name):
        if name in QUERIES:
            return self.rows[name]
        raise AttributeError(name)

    def stage_of(self, lead):
        """Return the stage of a lead, or an empty dict."""
        return self.stages.get(lead["stage_id"]) or {}

    def is_closed(self, lead):
        """Whether a lead is in a closing stage."""
        stage = self.stage_of(lead)
        return bool(stage.get("is_won") or stage.get("is_lost"))

    def is_won(self, lead):
        """Whether a lead is in a won stage."""
        return bool(self.stage_of(lead).get("is_won"))

    def is_lost(self, lead):
        """Whether a lead is in a lost stage."""
        return bool(self.stage_of(lead).get("is_lost"))

    def is_open(self, lead):
        """Whether a lead is an opportunity that somebody works or may claim."""
        return lead["type"] == "opportunity" and not self.is_closed(lead)

    def is_in_pool(self, lead):
        """Whether a lead waits for somebody to claim it."""
        return self.is_open(lead) and lead["active"] and not lead["user_id"]

    def is_of_team(self, stage, team_id):
        """Whether the leads of a team can be in a stage."""
        teams = self.stage_teams.get(stage["id"])
        return not teams or team_id in teams

    def find_open_stages(self, team_id):
        """Return the ids of the open stages of a team, in their order."""
        return [
            stage["id"]
            for stage in self.stages.values()
            if not (stage["is_won"] or stage["is_lost"])
            and self.is_of_team(stage, team_id)
        ]


class Camera:
    """Takes pictures of a database.

    :param odoo.api.Environment env: of the superuser.
    :param contacts: ids of contacts to look at, besides those of leads.
    """

    def __init__(self, env, contacts):
        self._env = env
        self._contacts = list(contacts)
        #: When the transaction began, in which all is tried.
        self.now = env.cr.now()
        self._number_fields = [
            name
            for name in env["crm.lead"]._phone_get_number_fields()
            if env["crm.lead"]._fields[name].store
        ]

    def take(self, before=None):
        """Return what there is now; the cache of the ORM has to be flushed.

        :param Picture before: an earlier one, from which what did not change is taken.
        :rtype: Picture
        """
        rows = {name: self._read(query) for name, query in QUERIES.items()}
        self._env.cr.execute(XML_IDS_VERSION)
        version = self._env.cr.fetchone()
        is_same = before and before.xml_ids_version == version
        return Picture(
            rows=rows,
            stage_teams=self._find_stage_teams(rows["stages"]),
            xml_ids=before.xml_ids if is_same else self._read(XML_IDS),
            xml_ids_version=version,
        )

    def _read(self, query):
        self._env.cr.execute(query, {"contacts": self._contacts})
        return {row["id"]: row for row in self._env.cr.dictfetchall()}

    def _find_stage_teams(self, stages):
        if all("team_id" in stage for stage in stages.values()):
            return {
                stage["id"]: {stage["team_id"]}
                for stage in stages.values()
                if stage["team_id"]
            }
        self._env.cr.execute(STAGE_TEAMS_OF_19)
        teams = {}
        for stage_id, team_id in self._env.cr.fetchall():
            teams.setdefault(stage_id, set()).add(team_id)
        return teams

    def find_keys(self, lead):
        """Return by what the customer of a lead is known, worked out anew.

        :param dict lead: a row; what it says of numbers in E.164 is not believed.
        :rtype: set[str]
        """
        keys = {read_address(lead["email_from"])}
        for name in self._number_fields:
            keys.add(self._parse(lead[name], self._find_country(lead)))
        keys.update((lead["other_reach"] or "").splitlines())
        return keys - {None, False, ""}

    def _find_country(self, lead):
        """Return the id of the country in which a lead's customer is, or None."""
        if lead["country_id"] or not lead["partner_id"]:
            return lead["country_id"]
        query = "SELECT country_id FROM res_partner WHERE id = %s"
        self._env.cr.execute(query, [lead["partner_id"]])
        return self._env.cr.fetchone()[0]

    @functools.lru_cache(maxsize=1000)  # noqa: B019 - one camera a run
    def _parse(self, number, country_id):
        country = self._env["res.country"].browse(country_id)
        found = read_number(number, (country or self._env.company.country_id).code)
        return to_e164(found) if found else None
