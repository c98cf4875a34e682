from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from ...intake import Enquiry
from ..common import IMPORT_COLUMNS, ImportCase


@tagged("post_install", "-at_install")
class TestIntakeImport(ImportCase):
    """Odoo's own import ends at the door."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.company.country_id = cls.env.ref("base.ph")

    def _row(self, xml_id="", phone="0917 555 9301", email="", name="From a file"):
        return [xml_id, name, "Maria", phone, email]

    def _toasts(self):
        self.env.cr.precommit.run()
        return self.env["bus.bus"].search([("message", "ilike", "asked again")])

    # ------------------------------------------------------------
    # What an importer names
    # ------------------------------------------------------------

    def _load(self, columns, *rows, user=None, **context):
        """Load rows as a program does; return the messages."""
        leads = self.env["crm.lead"].with_user(user or self.agent)
        result = leads.with_context(**context).load(
            list(columns), list(map(list, rows))
        )
        return "\n".join(message["message"] for message in result["messages"])

    def test_an_external_id_of_another_record_is_left_to_it(self):
        held = self._new_lead(self.other_agent)
        names = ("bpo_crm.crm_call_log_action", "base.main_company")
        for name in names:
            data = self.env["ir.model.data"].search(
                [("module", "=", name.split(".")[0]), ("name", "=", name.split(".")[1])]
            )
            before = (data.model, data.res_id)
            # One that has the number of a lead, and one that has not.
            for lead_id in (held.id, before[1]):
                data.res_id = lead_id
                self.env.registry.clear_cache()
                said = self._load(("id", "name", "phone"), [name, "x", held.phone])
                self.assertIn(f"{name} is that of another record", said)
                data.invalidate_recordset()
                self.assertEqual((data.model, data.res_id), (before[0], lead_id))
            self.assertNotIn("asked again", "".join(self._chatter(held)))

    def test_no_external_id_is_made_for_a_module(self):
        held = self._new_lead(self.other_agent)
        for phone in (held.phone, "0917 555 9301"):
            for context in ({}, {"noupdate": True}, {"module": "crm"}):
                name = "crm.mine" if not context.get("module") else "mine"
                said = self._load(
                    ("id", "name", "phone"), [name, "x", phone], **context
                )
                self.assertIn("would belong to the module crm", said)
        self.assertFalse(self.env.ref("crm.mine", raise_if_not_found=False))

    def test_an_external_id_of_a_lead_goes_on_to_mean_it(self):
        mine = self._new_lead(self.agent)
        data = self.env["ir.model.data"].create(
            {"module": "crm", "name": "mine", "model": "crm.lead", "res_id": mine.id}
        )
        said = self._load(("id", "name"), ["crm.mine", "Renamed"])
        self.assertFalse(said)
        self.assertEqual((mine.name, data.res_id), ("Renamed", mine.id))

    def test_a_client_does_not_say_that_a_module_brings_its_leads(self):
        held = self._new_lead(self.other_agent)
        said = self._load(
            ("id", "name", "phone"),
            ["__import__.row", "By a module", held.phone],
            install_module="crm",
        )
        self.assertFalse(said)
        self._assert_in_chatter("By a module", held)

    def test_a_lead_is_not_won_by_an_import_whoever_says_that_it_is_none(self):
        lead = self._new_lead(self.agent)
        with self._dealer() as sent:
            said = self._load((".id", "stage_id/.id"), [str(lead.id), str(self.won.id)])
        self.assertIn("An import cannot win leads", said)
        self.assertFalse(sent)

    def test_what_is_merged_names_nothing_that_the_importer_may_not_see(self):
        own = self._new_lead(self.agent, phone="+63 917 555 9301")
        company = self.env["res.company"].create({"name": "Other"})
        partner = self.env["res.partner"].create(
            {"name": "Somebody else's", "company_id": company.id}
        )
        tag = self.env["crm.tag"].create({"name": "Seen"})
        hidden = self._new_lead(self.other_agent, name="Somebody's lead")
        said = self._load(
            (
                "name",
                "phone",
                "partner_id/.id",
                "tag_ids/.id",
                "duplicate_lead_ids/.id",
            ),
            ["Mine", own.phone, str(partner.id), str(tag.id), str(hidden.id)],
        )
        self.assertFalse(said)
        self._assert_in_chatter("Seen", own)
        chatter = "".join(self._chatter(own))
        self.assertNotIn("Somebody", chatter)
        self.assertNotIn(hidden.reference, chatter)

    def test_no_character_stops_a_file(self):
        said = self._load(
            ("id", "name", "contact_name", "phone", "email_from", "description"),
            [
                "ro\0w",
                "Pican\0to\nBcc: x@evil.example",
                "Ma\ud800ria\r\nSantos",
                "0917 555\n9301",
                "maria@customer.example\n",
                "Hel\0lo",
            ],
        )
        self.assertFalse(said)
        lead = self.env.ref("__import__.row")
        self.assertEqual(lead.name, "Picanto Bcc: x@evil.example")
        self.assertEqual(lead.contact_name, "Maria Santos")
        self.assertEqual(lead.phone_sanitized, "+639175559301")
        self.assertEqual(lead.email_from, "maria@customer.example")
        self.assertEqual(lead.description, "<p>Hello</p>")

    # ------------------------------------------------------------
    # A row's customer
    # ------------------------------------------------------------

    def test_a_row_of_a_new_customer_becomes_a_lead(self):
        (lead,) = self._imported(self._row())
        self.assertEqual(lead.contact_name, "Maria")
        self.assertEqual(lead.intake_source_id.name, "Import")

    def test_a_row_of_a_known_customer_is_merged_whoever_imports(self):
        hidden = self._new_lead(self.other_agent, phone="+63 917 555 9301")
        for user in (self.agent, self.supervisor, self.manager):
            (lead,) = self._imported(self._row(name=f"By {user.name}"), user=user)
            self.assertEqual(lead, hidden)
            self._assert_in_chatter(f"By {user.name}", hidden)
        self._assert_in_chatter("through Import", hidden)
        self.assertEqual(hidden.user_id, self.other_agent)
        self.assertEqual(hidden.name, "Picanto")

    def test_a_number_is_learned_as_it_was_read(self):
        lead = self._new_lead(
            email_from="a@customer.example",
            phone=False,
            country_id=self.env.ref("base.us").id,
        )
        self._imported(self._row(phone="0917 555 0300", email="a@customer.example"))
        self.assertEqual(lead.phone_sanitized, "+639175550300")
        source = self.env["crm.lead.source"].create({"name": "Shop", "code": "shop-t"})
        again = Enquiry(phone="+63 917 555 0300", email="b@customer.example")
        rows, _new = self.env["crm.lead"]._take_in(source, [again])
        self.assertEqual((rows.state, rows.lead_id), ("merged", lead))

    def test_what_is_merged_shows_the_importer_nothing(self):
        hidden = self._new_lead(self.other_agent, phone="+63 917 555 9301")
        (lead,) = self._imported(self._row())
        with self.assertRaises(AccessError):
            lead.with_user(self.agent).read(["contact_name"])
        self.assertNotIn(hidden, self.env["crm.lead"].with_user(self.agent).search([]))

    def test_two_rows_of_one_customer_are_one_lead(self):
        first, second = self._imported(
            self._row("one"), self._row("two", phone="+639175559301", name="Again")
        )
        self.assertEqual(first, second)
        self.assertEqual(len([b for b in self._chatter(first) if "Again" in b]), 1)

    def test_one_known_customer_does_not_stop_the_other_rows(self):
        known = self._new_lead(self.other_agent, phone="+63 917 555 9301")
        leads = self._imported(
            self._row(phone="0917 555 9302"),
            self._row(),
            self._row(phone="0917 555 9303"),
        )
        self.assertEqual(leads[1], known)
        self.assertEqual(
            [lead.phone_sanitized[-1] for lead in leads], list("213"), "in their order"
        )

    def test_everything_in_a_merged_row_is_kept(self):
        lead = self._new_lead(
            self.other_agent, phone="+63 917 555 9301", email_from=False
        )
        other = self.vehicle.copy({"name": "Rio", "default_code": "KIA-R"})
        columns = ["name", "phone", "email_from", "vehicle_model_id", "city", "user_id"]
        row = ["Fleet", "0917 555 9301", "m@customer.example", "Rio", "Cebu", "Ana"]
        self._imported(row, columns=columns)
        for text in ("Fleet", "m@customer.example", "Rio", "Cebu", "Ana"):
            self._assert_in_chatter(text, lead)
        self.assertEqual(lead.vehicle_interest_ids, other)
        self.assertEqual(lead.email_from, "m@customer.example")
        self.assertEqual(lead.user_id, self.other_agent)

    def test_what_the_further_lines_of_a_merged_row_say_is_kept(self):
        lead = self._new_lead(self.other_agent, phone="+63 917 555 9301")
        tag = self.env["crm.tag"].create({"name": "Fair"})
        columns = ("name", "phone", "call_log_ids/result", "call_log_ids/summary")
        leads = self.env["crm.lead"].with_user(self.manager)
        loaded = leads.load(
            [*columns, "tag_ids"],
            [
                ["Row", "0917 555 9301", "Answered", "Wants red", tag.name],
                ["", "", "Line Busy", "Wants blue", ""],
            ],
        )
        self.assertEqual(loaded["ids"], lead.ids, loaded["messages"])
        self.assertFalse(lead.call_log_ids)
        (note,) = [body for body in self._chatter(lead) if "Row" in body]
        for text in ("Result: Answered, Summary: Wants red", "Wants blue", "Fair"):
            self.assertIn(text, note)

    def test_the_owner_is_told(self):
        lead = self._new_lead(self.other_agent, phone="+63 917 555 9301")
        self._imported(self._row())
        self.assertIn(lead.reference, self._toasts()[-1:].message)

    def test_the_customer_of_a_contact_is_known(self):
        lead = self._new_lead(self.other_agent, phone="+63 917 555 9301")
        contact = self.env["res.partner"].create(
            {"name": "Maria", "phone": "0917 555 9301"}
        )
        row = ["By contact", str(contact.id)]
        self.assertEqual(
            self._imported(row, columns=["name", "partner_id/.id"]), [lead]
        )

    def test_a_phone_and_an_address_of_two_customers_change_neither(self):
        by_phone = self._new_lead(self.agent, phone="+63 917 555 9301")
        by_email = self._new_lead(
            self.agent, phone=False, email_from="m@customer.example"
        )
        row = self._row(email="m@customer.example")
        self.assertEqual(self._imported(row), [by_phone])
        self.assertFalse(by_phone.email_from)
        self.assertFalse(by_email.phone)
        self._assert_in_chatter("m@customer.example", by_phone)

    # ------------------------------------------------------------
    # Again, and by external id
    # ------------------------------------------------------------

    def test_the_external_id_leads_to_where_the_row_ended(self):
        known = self._new_lead(self.other_agent, phone="+63 917 555 9301")
        self._imported(self._row("crm_1"))
        self.assertEqual(self.env.ref("__import__.crm_1"), known)

    def test_the_same_file_again_does_nothing_new(self):
        known = self._new_lead(self.other_agent, phone="+63 917 555 9301")
        rows = [self._row("crm_1"), self._row("crm_2", phone="0917 555 9302")]
        first = self._imported(*rows, user=self.supervisor)
        chatter = [self._chatter(lead) for lead in first]
        again = self._imported(*rows, user=self.supervisor)
        self.assertEqual(again, first)
        self.assertEqual([self._chatter(lead) for lead in again], chatter)
        self.assertEqual(known.name, "Picanto")
        self.assertEqual(known.contact_name, "Juan dela Cruz")

    def test_a_row_with_the_external_id_of_a_lead_updates_it(self):
        (lead,) = self._imported(self._row("crm_1"))
        lead._claim(self.agent)
        self._imported(self._row("crm_1", name="Renamed"))
        self.assertEqual(lead.name, "Renamed")
        row = [str(lead.id), "Renamed again"]
        self._imported(row, columns=[".id", "name"])
        self.assertEqual(lead.name, "Renamed again")

    def test_an_update_to_the_number_of_another_lead_is_refused_clearly(self):
        other = self._new_lead(self.agent, phone="+63 917 555 9301")
        lead = self._new_lead(self.agent)
        result = self._import([str(lead.id), other.phone], columns=[".id", "phone"])
        message = result["messages"][0]["message"]
        self.assertTrue(message.startswith(lead.customer_name), message)
        self.assertIn("has an open lead already", message)

    # ------------------------------------------------------------
    # What an import does not do
    # ------------------------------------------------------------

    def test_a_test_run_writes_nothing(self):
        lead = self._new_lead(self.other_agent, phone="+63 917 555 9301")
        chatter = self._chatter(lead)
        toasts = self._toasts()
        result = self._import(
            self._row("crm_1"), self._row(phone="0917 555 9302"), dryrun=True
        )
        self.assertFalse(result["messages"])
        self.env.invalidate_all()
        self.assertEqual(self._chatter(lead), chatter)
        self.assertEqual(self._toasts(), toasts)
        self.assertFalse(self.env["crm.lead.enquiry"].search([]))
        self.assertFalse(
            self.env["crm.lead.customer"].search([("lead_id", "=", False)])
        )
        self.assertFalse(self.env.ref("__import__.crm_1", raise_if_not_found=False))
        self.assertFalse(
            self.env["crm.lead"].search([("phone_sanitized", "=", "+639175559302")])
        )

    def test_closed_leads_of_a_customer_with_an_open_one_come_in(self):
        lead = self._new_lead(self.other_agent, phone="+63 917 555 9301")
        row = ["Long ago", "0917 555 9301", str(self.lost.id), str(self.reason.id)]
        columns = ["name", "phone", "stage_id/.id", "lost_reason_id/.id"]
        self.env = self.env(
            context={**self.env.context, "skip_stage_transition_check": True}
        )
        (lost,) = self._imported(row, columns=columns, user=self.manager)
        self.assertNotEqual(lost, lead)
        self.assertEqual(lost.stage_id, self.lost)
        self.assertFalse(self.env["crm.lead.enquiry"].search([]))

    def test_who_may_make_no_leads_merges_none(self):
        lead = self._new_lead(self.other_agent, phone="+63 917 555 9301")
        user = new_test_user(self.env, "nobody@bpo.test", "base.group_user")
        result = (
            self.env["crm.lead"]
            .with_user(user)
            .load(list(IMPORT_COLUMNS), [self._row()])
        )
        self.assertFalse(result["ids"])
        self.assertFalse([b for b in self._chatter(lead) if "From a file" in b])

    def test_matching_costs_the_same_for_many_rows(self):
        leads = self.env["crm.lead"]

        def count_queries(first, count):
            rows = [
                {"values": {"name": "Row", "phone": f"+63 917 {first + number}"}}
                for number in range(count)
            ]
            before = self.env.cr.sql_log_count
            entries = leads._prepare_row_entries(rows, {}, leads.intake_source_id)
            leads._match_values(list(entries))
            return self.env.cr.sql_log_count - before

        count_queries(5_590_000, 1)
        self.assertEqual(count_queries(5_590_010, 2), count_queries(5_590_020, 50))

    # ------------------------------------------------------------
    # Whose the new leads are
    # ------------------------------------------------------------

    def test_the_new_leads_of_an_import_go_to_the_pool(self):
        for number, user in enumerate((self.agent, self.supervisor, self.manager)):
            with self.subTest(user.name):
                rows = [
                    self._row(phone=f"0917 738 {number:02}{row:02}") for row in (1, 2)
                ]
                leads = self.env["crm.lead"].concat(*self._imported(*rows, user=user))
                self.assertEqual(len(leads), 2)
                self.assertFalse(leads.user_id)
                self.assertTrue(all(lead._is_in_pool() for lead in leads))

    def test_a_column_says_whose_a_new_lead_is(self):
        columns = ["name", "phone", "user_id"]
        rows = [["One", "0917 739 0001", self.agent.name], ["Two", "0917 739 0002", ""]]
        for user in (self.supervisor, self.manager):
            with self.subTest(user.name), self._undone():
                one, two = self._imported(*rows, user=user, columns=columns)
                self.assertEqual(one.user_id, self.agent)
                self.assertFalse(two.user_id)

    def test_what_a_client_says_makes_nobody_the_owner(self):
        for context in (
            {"default_user_id": self.manager.id},
            {"default_user_id": self.other_agent.id, "import_file": True},
        ):
            leads = self.env["crm.lead"].with_user(self.agent).with_context(**context)
            with self._undone():
                result = leads.load(["name", "phone"], [["One", "0917 739 0003"]])
                self.assertTrue(result["ids"], result["messages"])
                lead = leads.sudo().browse(result["ids"])
                self.assertFalse(lead.user_id)

    def test_an_import_reads_numbers_as_every_door_does(self):
        rows = [
            ["row 1", "Base", "+639177000601"],
            ["row 2", "Same person", "0917-700-0601 (viber)"],
            ["row 3", "Same person", "0917 700 0601 / 0918 700 0601"],
            ["row 4", "Same person", "0917 700 0601 local 5"],
            ["row 5", "Base", "p:+639177000601"],
            ["row 6", "Base", "tel: 0917_700_0601"],
            ["row 7", "Base", "639177000601.0"],
            ["row 8", "Base", "\uff10\uff19\uff11\uff17 700 0601"],
        ]
        leads = self._imported(*rows, columns=["name", "contact_name", "phone"])
        self.assertEqual(len(set(leads)), 1)
