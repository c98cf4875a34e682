from odoo.tests import tagged

from ..common import BpoCase


@tagged("post_install", "-at_install")
class TestHistory(BpoCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.company.country_id = cls.env.ref("base.ph")
        cls.lead = cls._new_lead(
            cls.agent, phone="+63 917 555 7701", email_from="mia@customer.example"
        )

    def _earlier_lead(self, owner, **values):
        """Make a lead that was lost, of a customer who asks again now."""
        lead = self._lose(self._new_lead(owner))
        lead.write(values)
        return lead

    def test_leads_of_the_same_phone_or_email_are_history(self):
        by_phone = self._earlier_lead(self.agent, phone="0917-555-7701")
        by_email = self._earlier_lead(
            self.agent, phone=False, email_from='"Mia" <MIA@customer.example>'
        )
        self._earlier_lead(self.agent, phone="0917 555 7702")
        lead = self.lead.with_user(self.agent)
        self.assertEqual(set(lead.history_lead_ids.ids), set((by_phone | by_email).ids))
        self.assertEqual(lead.history_hidden_count, 0)

    def test_what_somebody_else_works_is_counted_and_not_shown(self):
        self._earlier_lead(self.other_agent, phone="0917-555-7701")
        lead = self.lead.with_user(self.agent)
        self.assertFalse(lead.history_lead_ids)
        self.assertEqual(lead.history_hidden_count, 1)
        lead = self.lead.with_user(self.supervisor)
        lead.invalidate_recordset()
        self.assertEqual(len(lead.history_lead_ids), 1)
        self.assertEqual(lead.history_hidden_count, 0)

    def test_a_customer_without_phone_and_email_has_no_history(self):
        leads = [self._new_lead(self.agent, phone=False) for _n in range(2)]
        self.assertFalse(leads[0].history_lead_ids)

    def test_the_history_of_many_leads_takes_as_many_queries_as_that_of_one(self):
        def count_queries(leads):
            leads.invalidate_recordset()
            leads.mapped("phone_sanitized")
            before = self.env.cr.sql_log_count
            leads.mapped("history_hidden_count")
            return self.env.cr.sql_log_count - before

        others = self.env["crm.lead"].concat(
            *(self._earlier_lead(self.agent, phone="0917-555-7701") for _n in range(8))
        )
        self.env.flush_all()
        count_queries(others)
        self.assertEqual(count_queries(others), count_queries(others[:2]))
