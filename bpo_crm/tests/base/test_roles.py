from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, new_test_user, tagged

from ..common import BpoCase

SECRETS = ("odoo_url", "odoo_db", "odoo_login", "odoo_api_key", "odoo_uid")


@tagged("post_install", "-at_install")
class TestRoles(BpoCase):
    def _visible(self, user, leads):
        found = self.env["crm.lead"].with_user(user).with_context(active_test=False)
        return found.search([("id", "in", leads.ids)])

    def test_an_agent_sees_the_pool_and_its_own_leads(self):
        pool = self._new_lead()
        mine = self._new_lead(self.agent)
        mine_lost = self._lose(self._new_lead(self.agent))
        others = self._new_lead(self.other_agent)
        closed_unowned = self._lose(self._new_lead())
        leads = pool | mine | mine_lost | others | closed_unowned
        self.assertEqual(self._visible(self.agent, leads), pool | mine | mine_lost)
        for user in (self.supervisor, self.manager):
            self.assertEqual(self._visible(user, leads), leads)

    def test_an_agent_cannot_read_or_write_another_ones_lead(self):
        lead = self._new_lead(self.other_agent).with_user(self.agent)
        with self.assertRaises(AccessError):
            lead.read(["name"])
        with self.assertRaises(AccessError):
            lead.write({"name": "Mine now"})

    def test_an_agent_reads_all_of_a_lead_and_of_its_source(self):
        source = self.env["crm.lead.source"].create({"name": "Web", "code": "web-t"})
        lead = self._new_lead(self.agent, intake_source_id=source.id)
        enquiry = self.env["crm.lead.enquiry"].create(
            {"source_id": source.id, "external_id": "1", "lead_id": lead.id}
        )
        for record in (lead, source):
            (values,) = record.with_user(self.agent).read()
            self.assertNotIn("enquiry_ids", values)
            (values,) = record.with_user(self.supervisor).read()
            self.assertEqual(values["enquiry_ids"], enquiry.ids)

    def test_what_came_in_is_changed_by_nobody(self):
        source = self.env["crm.lead.source"].create({"name": "Web", "code": "web-t"})
        enquiry = self.env["crm.lead.enquiry"].create(
            {"source_id": source.id, "external_id": "1"}
        )
        with self.assertRaises(AccessError):
            enquiry.with_user(self.manager).external_id = "2"

    def test_credentials_are_the_managers(self):
        for user in (self.agent, self.supervisor):
            dealership = self.dealership.with_user(user)
            self.assertEqual(dealership.name, "Pasig")
            for name in SECRETS:
                with self.assertRaises(AccessError):
                    dealership.read([name])
                with self.assertRaises(AccessError):
                    dealership.write({name: "1"})
                with self.assertRaises(AccessError):
                    dealership.search([(name, "!=", False)])
        values = self.dealership.with_user(self.manager).read(["odoo_api_key"])[0]
        self.assertEqual(values["odoo_api_key"], "a-secret-key")

    def test_data_is_read_by_agents_and_edited_by_supervisors(self):
        for record in (self.dealership, self.brand, self.vehicle):
            with self.assertRaises(AccessError):
                record.with_user(self.agent).name = "Changed"
            record.with_user(self.supervisor).name = "Changed"
            with self.assertRaises(AccessError):
                record.with_user(self.supervisor).copy({"code": "X", "name": "X"})
            with self.assertRaises(AccessError):
                record.with_user(self.supervisor).unlink()

    def test_a_password_is_not_exported(self):
        with self.assertRaisesRegex(UserError, "cannot be exported"):
            self.dealership.export_data(["name", "odoo_api_key"])
        self.assertEqual(self.dealership.export_data(["name"])["datas"], [["Pasig"]])
        lead = self._new_lead(self.agent)
        with self.assertRaisesRegex(UserError, "cannot be exported"):
            lead.export_data(["name", "dealership_id/odoo_api_key"])
        described = self.dealership.with_user(self.manager).fields_get(
            ["odoo_api_key"], ["exportable"]
        )
        self.assertFalse(described["odoo_api_key"]["exportable"])

    def test_only_managers_test_a_connection(self):
        for user in (self.agent, self.supervisor):
            with self.assertRaises(AccessError):
                self.dealership.with_user(user).action_test_connection()

    def test_the_result_of_a_test_is_not_written_by_hand(self):
        for user in (self.supervisor, self.manager):
            with self.assertRaises(AccessError):
                self.dealership.with_user(user).connection_state = "connected"

    def test_salespeople_without_a_role_can_open_a_lead(self):
        salesman = new_test_user(
            self.env, "seller@bpo.test", "sales_team.group_sale_salesman"
        )
        lead = self._new_lead(self.agent)
        lead.user_id = salesman
        view = self.env.ref("crm.crm_lead_view_form")
        with Form(lead.with_user(salesman), view=view) as form:
            form.name = "Mine"
        self.assertEqual(lead.name, "Mine")

    def test_reasons_are_the_managers(self):
        for user in (self.agent, self.supervisor):
            with self.assertRaises(AccessError):
                self.reason.with_user(user).name = "Changed"
        self.reason.with_user(self.manager).name = "Changed"

    def test_pushes_are_seen_by_the_owner_and_not_written(self):
        lead = self._new_lead(self.agent)
        with self._dealer():
            lead.action_set_won()
        pushes = self.env["crm.dealer.push"]
        domain = [("lead_id", "=", lead.id)]
        self.assertTrue(pushes.with_user(self.agent).search(domain))
        self.assertFalse(pushes.with_user(self.other_agent).search(domain))
        self.assertTrue(pushes.with_user(self.supervisor).search(domain))
        with self.assertRaises(AccessError):
            pushes.with_user(self.manager).search(domain).write({"state": "failed"})

    def test_what_belongs_to_a_lead_is_seen_by_its_company(self):
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        lead = self._new_lead(company_id=elsewhere.id)
        source = self.env["crm.lead.source"].create(
            {"name": "Web", "code": "web-t", "company_id": False}
        )
        enquiries = self.env["crm.lead.enquiry"].create(
            [
                {"source_id": source.id, "external_id": "1", "lead_id": lead.id},
                {"source_id": source.id, "external_id": "2"},
            ]
        )
        push = self.env["crm.dealer.push"].sudo().create({"lead_id": lead.id})
        seen = enquiries.with_user(self.supervisor).search(
            [("id", "in", enquiries.ids)]
        )
        self.assertEqual(seen, enquiries[1])
        self.assertFalse(push.with_user(self.supervisor).search([("id", "=", push.id)]))
        team = self.team.copy({"company_id": elsewhere.id})
        for record in (source, enquiries[1]):
            record.team_id = team
            self.assertFalse(
                enquiries.with_user(self.supervisor).search(
                    [("id", "in", enquiries.ids)]
                )
            )
            record.team_id = False

    def test_what_the_addon_writes_is_not_written_by_hand(self):
        lead = self._new_lead(self.agent).with_user(self.agent)
        for name in ("reference", "dealer_so_name", "dealer_so_url", "lost_stage_id"):
            with self.assertRaisesRegex(AccessError, "filled in by the system"):
                lead.write({name: "S1"})
        leads = self.env["crm.lead"].with_user(self.agent)
        with self.assertRaisesRegex(AccessError, "filled in by the system"):
            leads.with_context(default_dealer_so_name="S1").create({"name": "P"})
