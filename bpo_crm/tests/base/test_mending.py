from odoo.tests import tagged
from odoo.tools import SQL

from ... import mending
from ...series import STAGE_TEAM
from ..common import BpoCase

LOGGER = "odoo.addons.bpo_crm.mending"


@tagged("post_install", "-at_install")
class TestMending(BpoCase):
    """Rows from before are made such as the tables take them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.flush_all()
        for name in ("stage_given", "lost_with_reason", "dealer_so_complete"):
            cls.env.cr.execute(f"ALTER TABLE crm_lead DROP CONSTRAINT crm_lead_{name}")

    def _spoil(self, lead, **values):
        self.env.flush_all()
        for name, value in values.items():
            self.env.cr.execute(
                SQL(
                    "UPDATE crm_lead SET %s = %s WHERE id = %s",
                    SQL.identifier(name),
                    value,
                    lead.id,
                )
            )
        self.env.invalidate_all()

    def _mend(self):
        with self.assertLogs(LOGGER, "WARNING") as log:
            mending.mend_rows(self.env)
        return "\n".join(log.output)

    def test_a_lead_without_a_stage_comes_to_the_first_one_of_its_team(self):
        fleet = self.env["crm.team"].create({"name": "Fleet"})
        first = self.env["crm.stage"].create({"name": "Fleet's", "sequence": 1})
        first[STAGE_TEAM] = fleet
        lead, other = self._new_lead(team_id=fleet.id), self._new_lead()
        self._spoil(lead, stage_id=None)
        self._spoil(other, stage_id=None)
        said = self._mend()
        self.assertEqual(lead.stage_id, first)
        self.assertEqual(other.stage_id, self.new)
        self.assertIn(f"1 rows, [{lead.id}]", said)
        self.assertIn(f"1 rows, [{other.id}]", said)

    def test_a_won_lead_without_a_stage_stays_won(self):
        lead = self._new_lead()
        self._spoil(lead, stage_id=None, probability=100)
        self._mend()
        self.assertEqual(lead.stage_id, self.won)

    def test_leads_of_other_teams_stay_as_they_are(self):
        team = self.env["crm.team"].create({"name": "Own Sales", "is_bpo": False})
        lead = self._new_lead(team_id=team.id)
        self._spoil(lead, stage_id=None)
        with self.assertNoLogs(LOGGER, "WARNING"):
            mending.mend_rows(self.env)
        self.assertFalse(lead.stage_id)

    def test_a_lead_lost_without_a_reason_has_another_one(self):
        lead = self._new_lead(self.agent)
        self._lose(lead)
        self._spoil(lead, lost_reason_id=None)
        said = self._mend()
        self.assertEqual(lead.lost_reason_id, self.env.ref(mending.OTHER_REASON))
        self.assertIn(f"1 rows, [{lead.id}]", said)

    def test_an_order_has_a_number_and_a_name_or_neither(self):
        leads = [self._new_lead() for _unused in range(3)]
        for lead, number in zip(leads, (0, -5, 42), strict=True):
            self._spoil(lead, dealer_so_id=number)
        self._mend()
        self.assertEqual(
            [(lead.dealer_so_id, lead.dealer_so_name) for lead in leads],
            [(0, False), (0, False), (42, "#42")],
        )

    def test_a_call_takes_between_no_time_and_a_day(self):
        lead = self._new_lead(self.agent)
        calls = self.env["crm.call.log"].create(
            [{"lead_id": lead.id, "result": "busy", "duration": 2}] * 4
        )
        self.env.flush_all()
        self.cr.execute(
            "ALTER TABLE crm_call_log DROP CONSTRAINT crm_call_log_duration_positive"
        )
        for call, minutes in zip(calls, ("-1", "9999999", "NaN", "2"), strict=True):
            self.cr.execute(
                "UPDATE crm_call_log SET duration = %s WHERE id = %s",
                [float(minutes), call.id],
            )
        self._mend()
        self.assertEqual(calls.mapped("duration"), [0, 1440, 0, 2])

    def test_what_is_in_order_is_left_alone(self):
        self._lose(self._new_lead(self.agent))
        self._new_lead()
        with self.assertNoLogs(LOGGER, "WARNING"):
            mending.mend_rows(self.env)
