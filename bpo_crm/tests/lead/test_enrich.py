import contextlib
from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import tagged

from ...models.lead.ir_cron_enrich import ENRICH_JOB
from ..common import BpoCase


@tagged("post_install", "-at_install")
class TestEnrich(BpoCase):
    """Customers' addresses go to Odoo's enrichment only where that is wanted."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # It comes with core's CRM by itself.
        assert "iap.enrich.api" in cls.env
        cls._remove_all_leads()
        sales = cls.env["crm.team"].create({"name": "Own Sales", "is_bpo": False})
        address = {"email_from": "maria@somewhere.example"}
        cls.ours = cls._new_lead(cls.agent, **address)
        cls.cores = cls._new_lead(team_id=sales.id, **address)

    @contextlib.contextmanager
    def _service(self):
        """Stand in for the service; yield the ids of the leads that it learns of."""
        learned = set()

        def request_enrich(api, emails):
            learned.update(emails)
            return {}

        api = self.registry["iap.enrich.api"]
        with (
            # Core commits what it has paid for, but within tests.
            self._own_transactions_shared(),
            patch.object(api, "_request_enrich", request_enrich),
        ):
            yield learned

    def _run_enrichment(self):
        """Run core's job; return the ids of the leads that the service learns of."""
        with self._service() as learned:
            self.env["crm.lead"].sudo()._iap_enrich_leads_cron()
        return learned

    def test_the_job_leaves_out_the_leads_of_dealerships(self):
        self.assertEqual(self._run_enrichment(), {self.cores.id})

    def test_the_job_takes_them_where_the_company_wants_it(self):
        self.env.company.enriches_leads = True
        self.assertEqual(self._run_enrichment(), {self.ours.id, self.cores.id})

    def test_a_lead_of_no_company_takes_the_word_of_all(self):
        self.env.company.enriches_leads = True
        self.env["res.company"].create({"name": "Careful"})
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE crm_lead SET company_id = NULL WHERE id = %s", [self.ours.id]
        )
        self.env.invalidate_all()
        self.assertEqual(self._run_enrichment(), {self.cores.id})

    def test_nobody_enriches_them_by_hand(self):
        for user in (self.agent, self.supervisor, self.manager):
            lead = self.ours.with_user(user)
            self.assertFalse(lead.show_enrich_button)
            with self._service() as learned, self._refused("not enriched", UserError):
                lead.iap_enrich()
            self.assertFalse(learned)

    def test_an_agent_enriches_them_where_the_company_wants_it(self):
        self.env.company.enriches_leads = True
        lead = self.ours.with_user(self.agent)
        self.assertTrue(lead.show_enrich_button)
        with self._service() as learned:
            lead.iap_enrich()
        self.assertEqual(learned, {lead.id})

    def test_leads_of_other_teams_are_enriched_as_without_the_addon(self):
        lead = self.cores.with_user(self.manager)
        self.assertTrue(lead.show_enrich_button)
        with self._service() as learned:
            lead.iap_enrich()
        self.assertEqual(learned, {lead.id})

    def _count_wakes(self):
        job = self.env.ref(ENRICH_JOB)
        return self.env["ir.cron.trigger"].search_count([("cron_id", "=", job.id)])

    def test_a_new_lead_wakes_the_job_only_where_it_is_wanted(self):
        before = self._count_wakes()
        self._new_lead()
        self.assertEqual(self._count_wakes(), before)
        self.env.company.enriches_leads = True
        self._new_lead()
        self.assertGreater(self._count_wakes(), before)

    def test_whoever_administers_says_so_in_the_settings(self):
        settings = self.env["res.config.settings"].create({"enriches_leads": True})
        settings.execute()
        self.assertTrue(self.env.company.enriches_leads)

    def test_the_wrapping_ends_with_the_registry(self):
        lead = self.env["crm.lead"]
        for _time in range(2):
            lead._register_hook()
        lead._unregister_hook()
        self.addCleanup(lead._register_hook)
        self.assertNotIn("iap_enrich", vars(self.registry["crm.lead"]))
