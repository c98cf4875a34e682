"""A floor that has called its customers, invited them, and sold to some."""

import random
from datetime import datetime, timedelta

import pytz
from freezegun import freeze_time

from .report_case import ReportCase

NOW = datetime(2026, 11, 24, 8)
MINUTE = timedelta(minutes=1)

#: Within which minutes the sources want customers to be called.
TARGET = 30

#: After how many minutes customers are called, some before they have asked here.
CALLED_AFTER = (-1, 0, 1, 5, 5.5, TARGET, TARGET + 1, 300, 2000)

#: Where dealerships are, and by whose clocks: one country has several.
PLACES = {
    "home": ("base.ph", "Asia/Manila"),
    "abroad": ("base.us", "America/Los_Angeles"),
    "shared": (None, False),
}


class WorkCase(ReportCase):
    """Leads of each company and of none, whose past is drawn: always the same one."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        dice = random.Random(15)
        cls.moments = cls._around_changes(dice)
        cls._prepare_places()
        cls.other_team = cls.env["crm.team"].create({"name": "Fleet", "is_bpo": False})
        with freeze_time(NOW):
            for owner in ("home", "abroad", "shared"):
                for _n in range(16):
                    cls._new_worked(dice, owner)
            # Who has left the call centre had a past there.
            cls.env.flush_all()
            cls.cr.execute(
                "UPDATE res_users SET active = FALSE WHERE id = %s",
                [cls.other_agent.id],
            )
        cls.env.flush_all()
        cls.env.invalidate_all()

    @classmethod
    def _prepare_places(cls):
        always = cls._new_calendar("Always")
        always.company_id = False
        for owner, (country, zone) in PLACES.items():
            cls.dealerships[owner].write(
                {
                    "country_id": country and cls.env.ref(country).id,
                    "resource_calendar_id": always.id,
                    "tz": zone,
                }
            )
        cls.sources["home"].target_minutes = TARGET
        cls.sources["abroad"].target_minutes = TARGET
        cls.countries = [cls.env.ref(f"base.{code}").id for code in ("ph", "us", "kr")]

    @classmethod
    def _new_worked(cls, dice, owner):
        """Make a lead with what was done for it, and where that has led."""
        lead = cls._new_asked(dice, owner)
        # By when to call it is not worked out any more once it is closed.
        lead.flush_recordset()
        if dice.random() < 0.15:
            cls._forget(lead)
        for minutes in dice.sample(CALLED_AFTER, dice.choice((0, 1, 2, 4))):
            cls._call(dice, lead, minutes)
        for _n in range(dice.choice((0, 0, 1, 2, 3))):
            cls._invite(dice, lead)
        for stage in dice.choices((cls.new, cls.won, cls.lost), k=dice.choice((1, 3))):
            lead._write_by_core(
                {
                    "stage_id": stage.id,
                    "active": stage != cls.lost,
                    "lost_reason_id": cls.reason.id,
                }
            )
        if dice.random() < 0.1:
            lead._write_by_core({"team_id": cls.other_team.id})

    @classmethod
    def _new_asked(cls, dice, owner):
        company, abroad = cls.companies[owner], owner == "abroad"
        agents = [cls.agent_abroad] if abroad else [cls.agent, cls.other_agent]
        return cls._new_lead(
            dice.choice(agents),
            company_id=company.id,
            team_id=(cls.team_abroad if abroad else cls.team).id,
            dealership_id=cls.dealerships[owner].id,
            vehicle_model_id=cls.vehicles[owner].id,
            intake_source_id=cls.sources[owner].id,
            source_id=cls.sources[owner].utm_source_id.id,
            country_id=dice.choice([*cls.countries, False]),
            enquiry_date=dice.choice(cls.moments),
        )

    @classmethod
    def _forget(cls, lead):
        """Let a lead be from before the addon, of which nobody knows what was tried."""
        cls.env.flush_all()
        cls.cr.execute(
            "UPDATE crm_lead SET is_response_unmeasured = TRUE WHERE id = %s",
            [lead.id],
        )
        lead.invalidate_recordset()

    @classmethod
    def _call(cls, dice, lead, minutes):
        results = dict(cls.env["crm.call.log"]._fields["result"].selection)
        abroad = lead.team_id == cls.team_abroad
        agents = [cls.agent_abroad] if abroad else [cls.agent, cls.other_agent]
        return cls.env["crm.call.log"].create(
            {
                "lead_id": lead.id,
                "user_id": dice.choice(agents).id,
                "call_date": lead.enquiry_date + minutes * MINUTE,
                "result": dice.choice(["answered", *results]),
                "duration": round(dice.uniform(0, 20), 1),
            }
        )

    @classmethod
    def _invite(cls, dice, lead):
        """Plan a visit; move it, and say what came of it, or cancel it."""
        start = dice.choice(cls.moments)
        visit = cls.env["calendar.event"].create(
            {
                "name": "Visit",
                "opportunity_id": lead.id,
                "visit_state": "planned",
                "allday": dice.random() < 0.2,
                "start": start,
                "stop": start + 60 * MINUTE,
                "privacy": dice.choice(["private", "public"]),
            }
        )
        if dice.random() < 0.3 and not visit.allday:
            start = dice.choice(cls.moments)
            visit.write({"start": start, "stop": start + 60 * MINUTE})
        state = dice.choice(["planned", "done", "done", "no_show"])
        visit.write({"visit_state": state})
        if dice.random() < 0.2:
            visit.write({"active": False})

    def setUp(self):
        super().setUp()
        self._stay_at(NOW)

    # What is there, in plain Python

    def _find_leads(self):
        leads = self.env["crm.lead"].with_context(active_test=False).search([])
        found = leads.filtered(lambda lead: lead.team_id != self.other_team)
        self.assertLess(len(found), len(leads))
        return found

    def _is_spoken(self, lead):
        calls = lead.call_log_ids.filtered(lambda call: call.result == "answered")
        return bool(calls or self._find_visits(lead, "done", active=None))

    def _find_visits(self, lead, *states, active=True):
        meetings = self.env["calendar.event"].with_context(active_test=False)
        visits = meetings.search([("opportunity_id", "=", lead.id)], order="start, id")
        return visits.filtered(
            lambda visit: (
                visit.visit_state in (states or ("done", "no_show", "planned"))
                and active in (None, visit.active)
            )
        )

    def _describe(self, lead):
        """Return what a row has of its lead."""
        return {
            "lead": lead,
            "company": lead.company_id,
            "owner_id": lead.user_id,
            "team_id": lead.team_id,
            "dealership_id": lead.dealership_id,
            "source_id": lead.source_id,
            "vehicle_model_id": lead.vehicle_model_id,
        }


def to_clock(moment, zone):
    """Return a moment as the clocks in a zone show it.

    :param datetime.datetime moment: in UTC, naive.
    :param str zone: a name of the IANA database.
    :rtype: datetime.datetime
    """
    return pytz.utc.localize(moment).astimezone(pytz.timezone(zone))
