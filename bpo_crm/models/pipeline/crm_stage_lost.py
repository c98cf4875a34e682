from odoo import api, models
from odoo.tools import SQL
from odoo.tools.translate import LazyTranslate

from ...ids import is_id
from ...series import STAGE_TEAM

_lt = LazyTranslate(__name__)

#: The addon's own lost stage, which is there where a team has no other one.
OWN, NAME = "bpo_crm.stage_lost", _lt("Lost")

#: How such a stage is called where people gave it a name of their own.
CUSTOMARY = {"lost", "perdu", "perdue", "perdido", "perdida", "verloren", "perso"}

#: How many leads are in each stage, and whether none of them is open in Odoo's sense.
COUNT_LEADS = """
    SELECT stage_id, count(*),
           bool_and(active IS NOT TRUE OR COALESCE(probability, 0) = 0)
      FROM crm_lead
     WHERE stage_id = ANY(%s) AND (company_id IS NULL OR company_id = ANY(%s))
     GROUP BY stage_id
"""


class Stage(models.Model):
    """Each team that works for dealerships has one stage in which leads are lost.

    A stage of its own, or a shared one; the addon's where there is none.
    """

    _inherit = "crm.stage"

    @api.model
    def _find_lost(self, team):
        """Return the stage in which the leads of a team are lost.

        :param crm.team team: a team, or an empty recordset.
        :return: the first one of its own, or else the first shared one, the addon's
            last of all; or none.
        :rtype: crm.stage
        """
        stages = self._find_for_team(team, [("is_lost", "=", True)])
        others = stages - self._get_own_lost()
        return (stages.filtered(STAGE_TEAM) or others or stages)[:1]

    @api.model
    def _get_or_make_lost(self, team):
        """Return the stage in which the leads of a team are lost, made where needed.

        :param crm.team team: a team, or an empty recordset.
        :rtype: crm.stage
        """
        return self._find_lost(team) or self._make_lost()

    @api.model
    def _make_lost(self):
        last = self.search([], order="sequence desc", limit=1)
        stage = self.create(
            {
                "name": NAME._translate("en_US"),
                "sequence": last.sequence + 10,
                "is_lost": True,
                "fold": True,
            }
        )
        for lang, _name in self.env["res.lang"].get_installed():
            stage.with_context(lang=lang).name = NAME._translate(lang)
        self.env["ir.model.data"]._update_xmlids(
            [{"xml_id": OWN, "record": stage, "noupdate": True}]
        )
        return stage

    def _is_called_lost(self):
        """Whether this stage has the customary name, in an installed language.

        :rtype: bool
        """
        langs = [lang for lang, _name in self.env["res.lang"].get_installed()]
        customary = CUSTOMARY | {NAME._translate(lang).casefold() for lang in langs}
        names = {self.with_context(lang=lang).name.casefold() for lang in langs}
        return not names.isdisjoint(customary)

    def _get_meaning(self):
        """Return what this stage means to the rules.

        :return: ``won``, ``lost`` or ``open``.
        :rtype: str
        """
        return "won" if self.is_won else "lost" if self.is_lost else "open"

    def _propose_meanings(self):
        """Return what these stages seem to mean, and how many leads are in each.

        A folded one is proposed as lost by its name, or where it has leads and none of
        them is open in Odoo's sense.

        :rtype: dict[crm.stage, tuple[str, int]]
        """
        self.env["crm.lead"].flush_model(["active", "probability", "stage_id"])
        allowed = self.env.user.company_ids
        rows = self.env.execute_query(SQL(COUNT_LEADS, self.ids, allowed.ids))
        counted = {row[0]: row[1:] for row in rows}
        proposed = {}
        for stage in self:
            count, are_lost = counted.get(stage.id, (0, False))
            meaning = stage._get_meaning()
            if (
                meaning == "open"
                and stage.fold
                and (are_lost or stage._is_called_lost())
            ):
                meaning = "lost"
            proposed[stage] = (meaning, count)
        return proposed

    @api.model
    def _get_own_lost(self):
        """Return the addon's own lost stage, if it is there."""
        return self.env.ref(OWN, raise_if_not_found=False) or self.browse()

    @api.model
    def _drop_unused_lost(self):
        """Remove the addon's own lost stage where no lead is, and all have another."""
        own = self.sudo()._get_own_lost()
        leads = self.env["crm.lead"].sudo().with_context(active_test=False)
        if own and not leads.search_count([("stage_id", "=", own.id)], limit=1):
            teams = self.env["crm.team"].sudo().search([("is_bpo", "=", True)])
            companies = self.env["res.company"].sudo().search([("is_bpo", "=", True)])
            users = [*teams, *(companies and [teams.browse()])]
            if all(self.sudo()._find_lost(team) != own for team in users):
                own.unlink()


class WorksForDealerships(models.AbstractModel):
    """Who works for dealerships can lose leads, from the beginning on."""

    _inherit = "crm.works.for.dealerships"

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        records.filtered("is_bpo")._make_missing_lost()
        return records

    def _switch(self, is_bpo):
        result = super()._switch(is_bpo)
        if is_bpo:
            self._make_missing_lost()
        return result

    def _make_missing_lost(self):
        """Make the addon's own lost stage where one of these has no other."""
        teams = self.env["crm.team"]
        for record in self.sudo():
            team = record if record._name == teams._name else teams
            self.env["crm.stage"].sudo()._get_or_make_lost(team)


class Lead(models.Model):
    """The addon's own lost stage is a column of the teams that lose leads there."""

    _inherit = "crm.lead"

    @api.model
    def _read_group_stage_ids(self, stages, domain):
        shown = super()._read_group_stage_ids(stages, domain)
        team_id = self.env.context.get("default_team_id")
        own = is_id(team_id) and self.env["crm.stage"]._get_own_lost()
        if not own or own in stages or own not in shown:
            return shown
        team = self.env["crm.team"].sudo().browse(team_id).exists()
        is_lost_there = team.is_bpo and shown._find_lost(team) == own
        return shown if is_lost_there else shown - own
