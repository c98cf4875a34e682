from datetime import datetime, timedelta
from unittest.mock import patch

import psycopg2

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ...local_time import to_zone
from ..common import ImportCase

MODULE = "odoo.addons.bpo_crm.models.intake.crm_lead_intake_core"

ASKED = datetime(2019, 3, 1, 2, 30)
OPENED = datetime(2019, 3, 2, 1)
CLOSED = datetime(2019, 4, 12, 7)

COLUMNS = (
    "id",
    "name",
    "phone",
    "team_id/.id",
    "user_id/.id",
    "stage_id/.id",
    "lost_reason_id",
    "enquiry_date",
    "date_closed",
    "dealer_so_name",
    "reference",
)


@tagged("post_install", "-at_install")
class TestPast(ImportCase):
    """Managers bring in leads that were closed elsewhere."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.company.country_id = cls.env.ref("base.ph")
        cls.leads = cls.env["crm.lead"].with_user(cls.manager)
        cls.new.activity_type_id = cls.env.ref("mail.mail_activity_data_call")

    def _prepare(self, stage=None, **values):
        return {
            "name": "Old Picanto",
            "contact_name": "Maria",
            "phone": "+63 917 555 9301",
            "team_id": self.team.id,
            "user_id": self.agent.id,
            "stage_id": (stage or self.won).id,
            "enquiry_date": ASKED,
            "date_closed": CLOSED,
            **values,
        }

    def _bring_in(self, stage=None, **values):
        return self.leads.create([self._prepare(stage, **values)])

    def _to_local(self, moment):
        """Write a moment as in a file, which is in the time of its reader."""
        return f"{to_zone(moment, self.manager.tz):%Y-%m-%d %H:%M:%S}"

    def _row(self, stage, **values):
        given = {
            "id": "old_1",
            "name": "Old Picanto",
            "phone": "0917 555 9301",
            "team_id/.id": self.team.id,
            "user_id/.id": self.agent.id,
            "stage_id/.id": stage.id,
            "enquiry_date": self._to_local(ASKED),
            "date_closed": self._to_local(CLOSED),
            **values,
        }
        return [given.get(column, "") for column in COLUMNS]

    def _import_past(self, *rows, user=None):
        return self._import(*rows, user=user or self.manager, columns=COLUMNS)

    # ------------------------------------------------------------
    # What is brought along
    # ------------------------------------------------------------

    def test_a_won_lead_keeps_its_dates_its_order_and_its_reference(self):
        lead = self._bring_in(
            date_open=OPENED, dealer_so_name="S00099", reference="OLD/7"
        )
        lead.invalidate_recordset()
        self.assertEqual((lead.stage_id, lead.probability), (self.won, 100))
        self.assertEqual(
            (lead.enquiry_date, lead.date_open, lead.date_closed),
            (ASKED, OPENED, CLOSED),
        )
        self.assertEqual((lead.dealer_so_name, lead.reference), ("S00099", "OLD/7"))
        self.assertEqual((lead.create_date, lead.day_close), (ASKED, 42))
        self.assertTrue(lead.is_response_unmeasured)

    def test_a_lost_lead_keeps_its_reason_and_where_it_was_lost(self):
        lead = self._bring_in(
            self.lost,
            lost_reason_id=self.reason.id,
            lost_stage_id=self.qualified.id,
            lost_note="Bought elsewhere",
        )
        self.assertFalse(lead.active)
        self.assertEqual((lead.stage_id, lead.probability), (self.lost, 0))
        self.assertEqual(lead.lost_reason_id, self.reason)
        self.assertEqual(lead.lost_stage_id, self.qualified)
        self.assertEqual(lead.lost_note, "Bought elsewhere")
        self.assertEqual(lead.date_closed, CLOSED)

    def test_an_archived_lead_was_lost_in_its_stage_for_another_reason(self):
        lead = self._bring_in(self.qualified, active=False)
        self.assertEqual((lead.stage_id, lead.active), (self.lost, False))
        self.assertEqual(lead.lost_stage_id, self.qualified)
        self.assertEqual(lead.lost_reason_id, self.env.ref("bpo_crm.lost_reason_other"))

    def test_who_does_not_know_when_a_customer_asked_says_when_it_was_over(self):
        values = self._prepare()
        del values["enquiry_date"], values["user_id"]
        lead = self.leads.create(values)
        self.assertFalse(lead.user_id)
        self.assertEqual((lead.enquiry_date, lead.create_date), (CLOSED, CLOSED))
        self.assertFalse(lead.date_open)

    def test_its_stays_are_those_of_then(self):
        lead = self._bring_in(self.lost, lost_stage_id=self.qualified.id)
        first, last = lead.sudo().stage_history_ids.sorted("id")
        self.assertEqual((first.kind, first.stage_id), ("born", self.qualified))
        self.assertEqual((first.entered_at, first.left_at), (ASKED, CLOSED))
        self.assertEqual((last.kind, last.stage_id), ("lost", self.lost))
        self.assertEqual((last.entered_at, last.owner_id), (CLOSED, self.agent))
        self.assertEqual((first.outcome, first.closed_as), ("lost", "lost"))

    def test_an_owner_who_has_left_keeps_what_was_closed(self):
        self.agent.active = False
        self.assertEqual(self._bring_in().user_id, self.agent)

    def test_a_lead_without_a_reference_gets_one(self):
        self.assertTrue(self._bring_in().reference)

    def test_the_chatter_says_who_brought_it_in(self):
        lead = self._bring_in()
        self._assert_in_chatter("was closed elsewhere", lead)
        self.assertEqual(lead.message_ids.author_id, self.manager.partner_id)

    # ------------------------------------------------------------
    # What does not happen
    # ------------------------------------------------------------

    def test_nothing_is_pushed_mailed_planned_or_told(self):
        self.team.message_subscribe(
            self.supervisor.partner_id.ids,
            self.env["mail.message.subtype"].search([]).ids,
        )
        self.env.cr.precommit.run()
        mails, bus, told = (
            self.env[model].sudo().search([])
            for model in ("mail.mail", "bus.bus", "mail.notification")
        )
        with self._dealer() as sent:
            won = self._bring_in(dealership_id=self.dealership.id)
            lost = self._bring_in(self.lost, lost_reason_id=self.reason.id)
        self._flush_tracking()
        self.env.cr.precommit.run()
        self.assertFalse(sent)
        self.assertFalse((won | lost).push_ids)
        self.assertFalse((won | lost).with_context(active_test=False).activity_ids)
        self.assertEqual(self.env["mail.mail"].search([]), mails)
        self.assertEqual(self.env["mail.notification"].sudo().search([]), told)
        self.assertEqual(self.env["bus.bus"].search([]), bus)

    def test_it_holds_no_customer_and_is_none_of_the_open_ones(self):
        past = self._bring_in() | self._bring_in(self.lost)
        self.assertEqual(len(past), 2)
        lead = self._new_lead(phone="+63 917 555 9301")
        self.assertNotIn(lead, past)
        self.assertEqual(lead.with_user(self.manager).history_lead_ids, past)

    def test_in_a_batch_each_comes_where_it_belongs(self):
        known = self._new_lead(phone="+63 917 555 9302")
        found = self.env["crm.lead"].create(
            [
                self._prepare(),
                {"name": "Asks again", "phone": "+63 917 555 9302"},
                self._prepare(self.lost),
                {"name": "New", "phone": "+63 917 555 9303", "team_id": self.team.id},
            ]
        )
        self.assertEqual(found[1], known)
        self.assertEqual(
            found.mapped("stage_id.name"),
            (self.won | self.new | self.lost).mapped("name"),
        )
        self.assertEqual((found[0].stage_id, found[2].stage_id), (self.won, self.lost))
        self.assertEqual((found[3].stage_id, found[3].name), (self.new, "New"))

    # ------------------------------------------------------------
    # Who, and what cannot have been
    # ------------------------------------------------------------

    def test_nobody_but_a_manager_brings_history_in(self):
        for user in (self.agent, self.supervisor):
            leads = self.leads.with_user(user)
            with self._refused("Only a BPO manager", AccessError):
                leads.create(self._prepare(user_id=user.id))

    def test_what_is_closed_today_is_no_history_without_its_date(self):
        undated = self._prepare()
        del undated["date_closed"]
        for values in (undated, self._prepare(date_closed=False)):
            with self._refused("A new lead starts open"):
                self.leads.create(values)

    def test_what_cannot_have_been_is_refused(self):
        later = fields.Datetime.now() + timedelta(days=1)
        for closed_at in (later, ASKED - timedelta(days=1)):
            with self._refused("must have been closed after"):
                self._bring_in(date_closed=closed_at)
        for owned_at in (later, ASKED - timedelta(days=1)):
            with self._refused("somebody got it"):
                self._bring_in(date_open=owned_at)
        with self._refused("before 1970"):
            long_ago = datetime(201, 1, 1)
            self._bring_in(enquiry_date=long_ago, date_closed=long_ago)
        with self._refused("in a closing stage"):
            self._bring_in(self.lost, lost_stage_id=self.won.id)

    def test_no_reference_is_taken_that_a_new_lead_will_get(self):
        for reference in ("LEAD/2026/00001", "LEAD/2031/99999"):
            with self._refused("is one of those that new leads get"):
                self._bring_in(reference=reference)
        self.assertEqual(self._bring_in(reference="LEAD-7").reference, "LEAD-7")

    @mute_logger("odoo.sql_db")
    def test_no_two_leads_have_one_reference(self):
        self._bring_in(reference="OLD/7")
        with self.assertRaises(psycopg2.IntegrityError):
            self._bring_in(reference="OLD/7")

    def test_a_client_fills_in_nothing_else_of_the_servers(self):
        for forged in ({"dealer_so_id": 7}, {"is_response_unmeasured": False}):
            with self._refused("filled in by the system", AccessError):
                self._bring_in(**forged)
        leads = self.leads.with_context(default_dealer_so_id=7)
        with self._refused("filled in by the system", AccessError):
            leads.create(self._prepare(dealer_so_name="S1"))
        lead = self._bring_in(self.won, probability=3, lost_stage_id=self.new.id)
        self.assertEqual((lead.probability, lead.active), (100, True))
        self.assertFalse(lead.lost_stage_id)

    def test_who_brings_in_half_of_it_is_told_what_is_missing(self):
        for half in ({"stage_id": self.new.id}, {"date_closed": False}):
            with self._refused("comes with a closing stage", AccessError):
                self._bring_in(dealer_so_name="S1", **half)
        leads = self.leads.with_user(self.agent)
        with self.assertRaises(AccessError) as refused:
            leads.create({"name": "Mine", "phone": "1", "dealer_so_name": "S1"})
        self.assertNotIn("closing stage", str(refused.exception))

    def test_a_client_does_not_say_that_it_brings_history_in(self):
        leads = self.leads.with_user(self.agent).with_context(
            brings_past=True, imports_past=True
        )
        said = {"reference": "OLD/9", "name": "Mine", "phone": "+63 917 555 9304"}
        with self._refused("filled in by the system", AccessError):
            leads.create(said)
        described = leads.fields_get(["reference"], ["readonly"])
        self.assertTrue(described["reference"]["readonly"])

    # ------------------------------------------------------------
    # By the screen
    # ------------------------------------------------------------

    def test_the_import_offers_managers_what_history_has(self):
        for user, is_offered in ((self.manager, True), (self.supervisor, False)):
            wizards = self.env["base_import.import"].with_user(user)
            names = {field["name"] for field in wizards.get_fields_tree("crm.lead")}
            for name in ("date_closed", "dealer_so_name", "reference"):
                self.assertEqual(name in names, is_offered, (user.name, name))

    def test_a_file_of_history_comes_in(self):
        result = self._import_past(
            self._row(self.won, dealer_so_name="S00099", reference="OLD/7"),
            self._row(self.lost, id="old_2", lost_reason_id=self.reason.name),
        )
        self.assertFalse(result["messages"])
        won, lost = self.env["crm.lead"].browse(result["ids"])
        self.assertEqual((won.stage_id, won.dealer_so_name), (self.won, "S00099"))
        self.assertEqual((won.date_closed, won.user_id), (CLOSED, self.agent))
        self.assertEqual(won.intake_source_id.name, "Import")
        self.assertEqual((lost.stage_id, lost.lost_reason_id), (self.lost, self.reason))

    def test_the_same_file_of_history_again_does_nothing_new(self):
        rows = (
            self._row(self.won, dealer_so_name="S00099", reference="OLD/7"),
            self._row(self.lost, id="old_2", lost_reason_id=self.reason.name),
        )
        first = self._import_past(*rows)
        leads = self.env["crm.lead"].browse(first["ids"])
        chatter = [self._chatter(lead) for lead in leads]
        again = self._import_past(*rows)
        self.assertFalse(again["messages"])
        self.assertEqual(again["ids"], leads.ids)
        self.assertEqual([self._chatter(lead) for lead in leads], chatter)
        self.assertEqual(set(leads.mapped("date_closed")), {CLOSED})

    def test_a_file_of_history_is_refused_to_all_but_managers(self):
        result = self._import_past(self._row(self.won), user=self.supervisor)
        self.assertIn("Only a BPO manager", result["messages"][0]["message"])

    def test_whoever_imports_is_told_of_rows_that_became_no_leads(self):
        self._new_lead(self.other_agent, phone="+63 917 555 9301")
        row = ["", "Asks again", "Maria", "0917 555 9301", ""]
        self._import(row, dryrun=True)
        self.assertFalse(self._toasts(self.agent))
        self._imported(row)
        (toast,) = self._toasts(self.agent)
        self.assertIn("have an open lead, added to that lead: 1", str(toast))

    def test_what_a_program_makes_twice_for_one_customer_is_in_the_log(self):
        values = {"name": "New", "phone": "+63 917 555 9303", "team_id": self.team.id}
        with patch(f"{MODULE}._logger.info") as said:
            first, second = self.env["crm.lead"].create([values, dict(values)])
        self.assertEqual(first, second)
        text, *counts = said.call_args.args
        self.assertIn("1 of 2 new leads are of customers", text % tuple(counts))

    # ------------------------------------------------------------
    # Many
    # ------------------------------------------------------------

    def test_history_takes_no_more_queries_than_plain_odoo(self):
        other_team = self.env["crm.team"].create({"name": "Fleet", "is_bpo": False})

        def cost(**values):
            rows = [
                self._prepare(self.won, phone=f"+63 917 556 {number}", **values)
                for number in range(1000, 1030)
            ]
            self.leads.create(rows[:1])
            return self._count_queries(lambda: self.leads.create(rows))

        plain = cost(team_id=other_team.id, date_closed=False)
        self.assertLessEqual(cost(), 1.3 * plain)

    def test_leads_that_were_written_into_the_table_come_along_at_once(self):
        other_team = self.env["crm.team"].create({"name": "Old", "is_bpo": False})
        self.env.cr.execute(
            """
            INSERT INTO crm_lead (
                name, phone, email_from, type, team_id, stage_id, active, probability,
                automated_probability, user_id, create_date, enquiry_date, date_closed,
                priority
            )
            SELECT 'Old ' || number, '0917 555 900' || number, 'Old@Customer.example',
                   'opportunity', %(team)s, %(stage)s, number != 1, 0, 0, %(user)s,
                   %(asked)s, %(asked)s, %(closed)s, '0'
              FROM generate_series(1, 3) AS number
            """,
            {
                "team": other_team.id,
                "stage": self.qualified.id,
                "user": self.agent.id,
                "asked": ASKED,
                "closed": CLOSED,
            },
        )
        leads = (
            self.env["crm.lead"]
            .with_context(active_test=False)
            .search([("team_id", "=", other_team.id)], order="id")
        )
        (leads[1:]).write({"stage_id": self.won.id, "date_closed": CLOSED})
        with self._dealer() as sent:
            leads._take_over_past(self.team)
        self.assertFalse(sent)
        self.assertEqual(leads.team_id, self.team)
        self.assertTrue(all(leads.mapped("reference")))
        self.assertEqual(leads.mapped("stage_id.name"), [self.lost.name, self.won.name])
        self.assertEqual(leads[0].phone_sanitized, "+639175559001")
        self.assertEqual(leads[0].email_normalized, "old@customer.example")
        self.assertEqual(leads[0].stage_history_ids[0].entered_at, CLOSED)
        with self._refused("works for no dealership"):
            leads._take_over_past(self.team)
