from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from ...lead_change import LeadChange
from ...series import STAGE_TEAM
from ..common import BpoCase

LIFTED = {"skip_stage_transition_check": True}


@tagged("post_install", "-at_install")
class TestPipeline(BpoCase):
    """Requirements 003: forward-only stage progression."""

    def setUp(self):
        super().setUp()
        self.lead = self._new_lead(self.agent).with_user(self.agent)

    def _refused(self, stage, lead=None):
        with self.assertRaises(UserError) as caught:
            (lead or self.lead).write({"stage_id": stage.id})
        return str(caught.exception)

    def test_a_lead_moves_one_stage_forward(self):
        self.lead.write({"stage_id": self.qualified.id})
        self.lead.stage_id = self.negotiation
        self.assertEqual(self.lead.stage_id, self.negotiation)

    def test_skipping_a_stage_is_refused_with_the_way_out(self):
        message = self._refused(self.negotiation)
        self.assertEqual(
            message,
            "Leads can only move forward one stage at a time. From "
            f'"{self.new.name}" the only allowed next stage is '
            f'"{self.qualified.name}". Use the Mark Won or Mark Lost buttons to '
            "close the lead instead.",
        )
        self.assertEqual(self.lead.stage_id, self.new)

    def test_going_back_is_refused(self):
        self.lead.stage_id = self.qualified
        self.assertIn(f'From "{self.qualified.name}"', self._refused(self.new))

    def test_from_the_last_open_stage_no_further_one_exists(self):
        last = self.env["crm.stage"]._find_open(self.team)[-1]
        self.lead.with_user(self.manager).with_context(**LIFTED).stage_id = last
        message = self._refused(self.new)
        self.assertIn(f'From "{last.name}" no further open stage exists', message)
        self.assertIn("Mark Won or Mark Lost", message)

    def test_the_stage_that_the_lead_has_is_no_change(self):
        self.lead.write({"stage_id": self.new.id, "priority": "2"})
        self.assertEqual(self.lead.priority, "2")

    def test_a_lead_cannot_be_without_a_stage(self):
        with self.assertRaises(UserError):
            self.lead.stage_id = False

    def test_a_write_on_many_leads_is_all_or_nothing(self):
        further = self._new_lead(self.agent).with_user(self.agent)
        further.stage_id = self.qualified
        self._refused(self.qualified, self.lead | self._lose(further))
        self.assertEqual(self.lead.stage_id, self.new)

    def test_a_write_on_many_leads_ignores_those_already_there(self):
        further = self._new_lead(self.agent).with_user(self.agent)
        further.stage_id = self.qualified
        both = self.lead | further
        both.write({"stage_id": self.qualified.id, "priority": "1"})
        self.assertEqual(both.stage_id, self.qualified)
        self.assertEqual(both.mapped("priority"), ["1", "1"])

    def test_a_name_means_nothing(self):
        self.qualified.name = "Won"
        self.new.name = "Lost"
        self.lead.stage_id = self.qualified
        self.assertFalse(self.lead.is_won)

    def test_the_form_is_guarded(self):
        with self.assertRaises(UserError), Form(self.lead) as form:
            form.stage_id = self.negotiation

    def test_a_lead_is_born_in_the_first_open_stage(self):
        self.new.fold = True
        self.assertEqual(self._new_lead().stage_id, self.new)

    def test_a_lead_is_not_born_in_a_won_stage_that_comes_first(self):
        self.won.sequence = self.new.sequence - 1
        self.assertEqual(self._new_lead().stage_id, self.new)

    def test_create_in_another_stage_is_refused(self):
        leads = self.env["crm.lead"].with_user(self.agent)
        for stage in (self.qualified, self.won, self.lost):
            with self.assertRaisesRegex(UserError, "starts open in stage"):
                leads.create({"name": "Picanto", "stage_id": stage.id})
            with self.assertRaisesRegex(UserError, "starts open in stage"):
                leads.with_context(default_stage_id=stage.id).create({"name": "P"})

    def test_create_of_an_archived_lead_is_refused(self):
        with self.assertRaisesRegex(UserError, "starts open in stage"):
            self._new_lead(active=False)

    def test_an_import_into_another_stage_is_refused(self):
        result = (
            self.env["crm.lead"]
            .with_user(self.agent)
            .load(["name", "stage_id/.id"], [["Imported", str(self.qualified.id)]])
        )
        self.assertFalse(result["ids"])
        self.assertIn("starts open in stage", result["messages"][0]["message"])

    def test_an_import_cannot_skip_a_stage_of_an_existing_lead(self):
        row = [str(self.lead.id), str(self.negotiation.id)]
        result = self.lead.load([".id", "stage_id/.id"], [row])
        self.assertFalse(result["ids"])
        self.assertIn("one stage at a time", result["messages"][0]["message"])
        self.assertEqual(self.lead.stage_id, self.new)

    def test_a_closed_lead_does_not_reopen(self):
        self._lose(self.lead)
        message = self._refused(self.new)
        self.assertIn(self.lead.reference, message)
        self.assertIn("does not reopen", message)

    def test_a_probability_of_100_is_no_way_to_win(self):
        ways = (
            lambda: self.lead.write({"probability": 100}),
            lambda: self.lead.write({"probability": 100, "stage_id": self.new.id}),
            lambda: self.lead.write(
                {"probability": 100, "stage_id": self.qualified.id}
            ),
            lambda: self._new_lead(probability=100),
        )
        for way in ways:
            with self.assertRaisesRegex(UserError, "Mark as Won"):
                way()

    def test_a_copy_is_a_new_lead(self):
        self._lose(self.lead)
        copied = self.lead.copy()
        self.assertEqual(copied.stage_id, self.new)
        self.assertTrue(copied.active)
        self.assertFalse(copied.lost_reason_id)
        self.assertNotEqual(copied.reference, self.lead.reference)

    # The flag

    def test_the_flag_changes_nothing_for_agents_and_supervisors(self):
        for user in (self.agent, self.supervisor):
            lead = self.lead.with_user(user).with_context(**LIFTED)
            self._refused(self.negotiation, lead)

    def test_the_flag_changes_nothing_for_code_that_runs_sudo_for_an_agent(self):
        self._refused(self.negotiation, self.lead.with_context(**LIFTED).sudo())

    def test_a_manager_lifts_the_guard_and_leaves_a_line(self):
        lead = self.lead.with_user(self.manager).with_context(**LIFTED)
        lead.write({"stage_id": self.negotiation.id})
        self.assertEqual(lead.stage_id, self.negotiation)
        self._assert_in_chatter("The stage guard was lifted", lead)
        self.assertEqual(lead.message_ids[0].author_id, self.manager.partner_id)

    def test_the_superuser_lifts_the_guard(self):
        lead = self.env["crm.lead"].browse(self.lead.id).with_context(**LIFTED)
        self.assertTrue(lead.env.su)
        lead.stage_id = self.negotiation
        self.assertEqual(lead.stage_id, self.negotiation)

    def test_a_move_that_is_allowed_leaves_no_line_about_the_guard(self):
        lead = self.lead.with_user(self.manager).with_context(**LIFTED)
        lead.stage_id = self.qualified
        self.assertNotIn("guard", " ".join(self._chatter(lead)))

    def test_a_manager_can_reopen_a_lost_lead_in_an_emergency(self):
        self._lose(self.lead)
        lead = self.lead.with_user(self.manager).with_context(**LIFTED)
        lead.stage_id = self.qualified
        self.assertTrue(lead.active)
        self.assertFalse(lead.lost_reason_id)
        self.assertGreater(lead.probability, 0)

    def test_a_manager_can_create_in_a_later_stage(self):
        leads = self.env["crm.lead"].with_user(self.manager).with_context(**LIFTED)
        lead = leads.create({"name": "Migrated", "stage_id": self.qualified.id})
        self.assertEqual(lead.stage_id, self.qualified)
        self._assert_in_chatter("The stage guard was lifted", lead)

    def test_a_manager_can_create_a_lost_lead_with_its_reason(self):
        leads = self.env["crm.lead"].with_user(self.manager).with_context(**LIFTED)
        values = {"name": "Migrated", "stage_id": self.lost.id}
        with self.assertRaisesRegex(UserError, "needs a lost reason"):
            leads.create(values)
        lead = leads.create({**values, "lost_reason_id": self.reason.id})
        self.assertEqual(lead.stage_id, self.lost)
        self.assertFalse(lead.active)
        with self.assertRaisesRegex(UserError, "needs a lost reason"):
            leads.create({"name": "Archived", "active": False})

    def test_even_a_manager_cannot_create_a_won_lead_without_an_order(self):
        leads = self.env["crm.lead"].with_user(self.manager).with_context(**LIFTED)
        values = {"stage_id": self.won.id, "dealership_id": self.dealership.id}
        with self.assertRaisesRegex(UserError, "is not saved yet"):
            leads.create({"name": "Migrated", **values})

    # Teams

    def test_next_is_within_the_team(self):
        other_team = self.env["crm.team"].create({"name": "Fleet"})
        between = self.env["crm.stage"].create(
            {
                "name": "Fleet Check",
                "sequence": self.new.sequence,
                STAGE_TEAM: other_team.ids
                if STAGE_TEAM == "team_ids"
                else other_team.id,
            }
        )
        between.sequence = self.new.sequence + 1
        self.qualified.sequence = max(self.qualified.sequence, between.sequence + 1)
        self.lead.stage_id = self.qualified
        fleet_lead = self._new_lead(team_id=other_team.id)
        self.assertIn(
            f'the only allowed next stage is "{between.name}"',
            self._refused(self.qualified, fleet_lead),
        )
        fleet_lead.stage_id = between
        self.assertEqual(fleet_lead.stage_id, between)

    def _new_fleet(self, *stages):
        """Make a team with stages of its own: their names and sequences."""
        fleet = self.env["crm.team"].create({"name": "Fleet"})
        is_many = STAGE_TEAM == "team_ids"
        return fleet, self.env["crm.stage"].create(
            [
                {
                    "name": name,
                    "sequence": sequence,
                    STAGE_TEAM: fleet.ids if is_many else fleet.id,
                }
                for name, sequence in stages
            ]
        )

    def test_next_stays_among_the_stages_of_its_team(self):
        fleet, own = self._new_fleet(
            ("Inspect", self.new.sequence + 1), ("Offer", self.negotiation.sequence + 1)
        )
        lead = self._new_lead(team_id=fleet.id)
        self.assertEqual(lead.stage_id, self.new)
        lead.stage_id = own[0]
        self.assertIn(
            'the only allowed next stage is "Offer"',
            self._refused(self.qualified, lead),
        )
        lead.stage_id = own[1]
        self._refused(self.negotiation, lead)

    def test_a_folded_stage_is_never_next(self):
        self.qualified.fold = True
        self.assertIn(
            f'the only allowed next stage is "{self.negotiation.name}"',
            self._refused(self.qualified, self.lead),
        )
        behind = self.won.sequence + 1
        self.env["crm.stage"].create(
            {"name": "Archive", "sequence": behind, "fold": True}
        )
        self.lead.stage_id = self.negotiation
        self.assertIn(
            "no further open stage exists", self._refused(self.qualified, self.lead)
        )

    def test_the_guard_costs_no_query_per_lead(self):
        few = self.env["crm.lead"].concat(*(self._new_lead() for _n in range(2)))
        many = self.env["crm.lead"].concat(*(self._new_lead() for _n in range(12)))
        counts = []
        for leads in (few, many):
            self.env.flush_all()
            self.env.invalidate_all()
            leads.mapped("stage_id.name"), leads.mapped("team_id.name")
            before = self.cr.sql_log_count
            change = LeadChange(leads, {"stage_id": self.qualified.id})
            leads._refuse_change(change)
            counts.append(self.cr.sql_log_count - before)
        self.assertEqual(counts[0], counts[1])
