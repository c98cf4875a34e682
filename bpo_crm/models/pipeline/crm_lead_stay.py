import functools

from odoo import api, fields, models
from odoo.tools import SQL

from ...local_time import to_zone
from ...roles import AGENT

#: What a change of leads the stay in which they are follows.
FOLLOWED = {
    "brand_id",
    "company_id",
    "dealership_id",
    "enquiry_date",
    "source_id",
    "team_id",
    "user_id",
    "vehicle_model_id",
}


class Lead(models.Model):
    """Each move writes down the stay that it ends, and the one that it begins."""

    _inherit = "crm.lead"

    stage_history_ids = fields.One2many(
        "crm.lead.stage.history", "lead_id", "Stages", readonly=True, groups=AGENT
    )

    # ------------------------------------------------------------
    # ACTIONS
    # ------------------------------------------------------------

    def action_view_stays(self):
        """Open the stays of this lead in its stages, the first one first.

        :return: a window action.
        :rtype: dict
        """
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "bpo_crm.crm_lead_stage_history_action"
        )
        return {**action, "domain": [("lead_id", "=", self.id)]}

    # ------------------------------------------------------------
    # PHASES
    # ------------------------------------------------------------

    @api.model
    def _get_watched_fields(self):
        return super()._get_watched_fields() | FOLLOWED

    def _follow_up_births(self):
        self._write_births_down()
        return super()._follow_up_births()

    def _close_births(self):
        result = super()._close_births()
        closed = self.filtered(lambda lead: lead._is_closed_or_archived())
        if closed:
            # History that was won elsewhere is put where it is.
            closed._write_moves_down()
        return result

    def _follow_up_change(self, change):
        change.find_changing("type")._write_births_down()
        moved = change.find_changing("stage_id")
        moved._write_moves_down(change)
        history = self.env["crm.lead.stage.history"]
        history._mark_own(change.find_changing("is_bpo").sudo())
        # Of a move, the stay that it begins is as the lead is; the others are not.
        followed = change.find_changing("company_id")
        if "enquiry_date" in change.vals:
            followed = self
        elif not FOLLOWED.isdisjoint(change.vals):
            followed |= self - moved
        followed._keep_stays_up()
        return super()._follow_up_change(change)

    def _arrive(self):
        result = super()._arrive()
        self.filtered(lambda lead: lead._is_closed_or_archived())._resume_stays()
        return result

    def _follow_company(self):
        result = super()._follow_company()
        self._keep_stays_up()
        return result

    # ------------------------------------------------------------
    # BUSINESS
    # ------------------------------------------------------------

    @api.model
    def _follow_switch(self, chosen, is_bpo):
        result = super()._follow_switch(chosen, is_bpo)
        history = self.env["crm.lead.stage.history"]
        chosen = SQL("(%s) AND type = 'opportunity'", chosen)
        leads = self.browse(self._find_ids(chosen))
        history._mark_own(leads)
        if is_bpo:
            returning = SQL(
                "SELECT lead_id FROM crm_lead_stage_history"
                " WHERE lead_id IN (SELECT id FROM crm_lead WHERE %s)",
                chosen,
            )
            self._refuse_two_leads(chosen, returning)
            history._find_outdated(leads)._resume_stays()
            # Those that have none get their past.
            history._write_past(leads)
        return result

    def _find_staying(self):
        """Return those of these leads whose stays are written down, with all rights.

        :rtype: crm.lead
        """
        return self.sudo().filtered(lambda lead: lead.type == "opportunity")

    def _write_births_down(self):
        """Write down that leads have come to their first stage.

        Those that came back from another team have moved.
        """
        leads = self._find_staying()
        if not leads:
            return
        history = self.env["crm.lead.stage.history"]
        known = leads.browse().concat(*history._find_of(leads))
        born = leads - known
        zones, now = born._find_floor_zones(), fields.Datetime.now()
        history._begin(
            [
                lead._prepare_stay(zones, "born", now, lead._get_birth_stage())
                for lead in born
            ]
        )
        known._resume_stays()

    def _resume_stays(self):
        """Let the stays of leads go on that come from where nobody wrote them down.

        Of those that have none, the chatter tells the past.
        """
        leads = self._find_staying()
        if not leads:
            return
        history = self.env["crm.lead.stage.history"]
        known = leads.browse().concat(*history._find_of(leads))
        known._write_moves_down()
        known._keep_stays_up()
        history._mark_own(known)
        if leads - known:
            history._write_past(leads - known)

    def _write_moves_down(self, change=None):
        """Write down that leads have left a stage, and come to the one they are in.

        :param LeadChange change: that moved them; none where nobody did it by a rule.
        """
        leads = self._find_staying()
        if not leads:
            return
        history = self.env["crm.lead.stage.history"]
        known = history._find_of(leads)
        zones = leads._find_floor_zones()
        rows, ended, ends, outcomes = [], history.sudo(), [], []
        now = fields.Datetime.now()
        for lead in leads:
            stays = known.get(lead, history)
            last = stays[-1:]
            if last.stage_id == lead.stage_id and last:
                continue
            # Another server's clock may have been ahead.
            moment = max(now, last.entered_at or now)
            if last:
                ended += last
                ends.append(moment)
                outcomes.append(last._get_outcome(lead.stage_id))
            kind = lead._get_way(change) if last else "born"
            rows.append(
                {
                    **lead._prepare_stay(
                        zones, kind, moment, lead.stage_id, last.stage_id
                    ),
                    "is_first": lead.stage_id not in stays.stage_id,
                }
            )
        ended._write_ends(ends, outcomes)
        history._begin(rows)
        history._mark_progress(leads)

    def _keep_stays_up(self):
        """Let the stays of leads say whose these are now."""
        leads = self._find_staying()
        if leads:
            zones = leads._find_floor_zones()
            rows = [lead._prepare_kept_of_stay(zones) for lead in leads]
            self.env["crm.lead.stage.history"]._keep_up(rows)

    def _get_birth_stage(self):
        """Return in which stage this new lead begins; it may be closed after that."""
        stage = self.stage_id
        if stage._is_closed:
            return self.env["crm.stage"]._find_open(self.team_id)[:1]
        return stage

    def _get_way(self, change):
        """Return how this lead came to its stage.

        :param LeadChange change: that moved it, or None.
        :return: one of the kinds of ``crm.lead.stage.history``.
        :rtype: str
        """
        stage = self.stage_id
        if stage.is_won or stage.is_lost:
            return "won" if stage.is_won else "lost"
        if not change or self in change.lifted or "stage_id" not in change.vals:
            return "override"
        return "forward"

    def _find_floor_zones(self):
        """Return the zones of the floors that work these leads.

        :return: by their companies, names of the IANA database.
        :rtype: dict[res.company, str]
        """
        companies = {lead._get_company() for lead in self}
        return {company: company._get_sales_zone() for company in companies}

    def _prepare_stay(self, zones, kind, moment, stage, origin=None):
        """Return the values of a stay of this lead that begins.

        :param dict zones: from :meth:`_find_floor_zones`.
        :param str kind: how it came there.
        :param datetime.datetime moment: when it begins, in UTC, naive.
        :param crm.stage stage: where it is.
        :param crm.stage origin: where it was before; none by default.
        :rtype: dict
        """
        return {
            **self._prepare_kept_of_stay(zones),
            "stage_id": stage.id or None,
            "from_stage_id": origin and origin.id or None,
            "kind": kind,
            "user_id": self.env.uid,
            "entered_at": moment,
            "local_day": _find_day(moment, zones[self._get_company()]),
            "is_bpo": True,
            "is_first": True,
            "has_advanced": False,
            "closed_as": None,
        }

    def _prepare_kept_of_stay(self, zones):
        """Return what a stay has of this lead, and follows it in.

        :param dict zones: from :meth:`_find_floor_zones`.
        :rtype: dict
        """
        return {
            "lead_id": self.id,
            "owner_id": self.user_id.id or None,
            "team_id": self.team_id.id or None,
            "dealership_id": self.dealership_id.id or None,
            "brand_id": self.brand_id.id or None,
            "source_id": self.source_id.id or None,
            "company_id": self.company_id.id or None,
            "enquiry_day": _find_day(self._get_arrival(), zones[self._get_company()]),
        }


@functools.lru_cache(maxsize=1024)
def _find_day(moment, zone):
    """Return the day on which a moment is; most of those of a batch are the same.

    :param datetime.datetime moment: in UTC, naive.
    :param str zone: as of :func:`~...local_time.to_zone`.
    :rtype: datetime.date
    """
    return to_zone(moment, zone).date()
