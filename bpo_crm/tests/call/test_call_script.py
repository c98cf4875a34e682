from odoo.exceptions import AccessError, ValidationError
from odoo.tests import Form, tagged

from ..companies import CompaniesCase


@tagged("post_install", "-at_install")
class TestCallScript(CompaniesCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["crm.call.script"].search([]).active = False
        cls.source = cls.sources["shared"]
        cls.lead = cls._new_lead(cls.agent, intake_source_id=cls.source.id)

    def _script(self, name, **values):
        scripts = self.env["crm.call.script"]
        return scripts.create(
            {"name": name, "body": name, "company_id": False, **values}
        )

    def _shown(self, lead=None, user=None):
        """Return what the window shows, as text."""
        windows = self.env["crm.lead.log.call"].with_user(user or self.agent)
        lead = lead or self.lead
        return str(Form(windows.with_context(default_lead_id=lead.id)).script or "")

    # ------------------------------------------------------------
    # Which one
    # ------------------------------------------------------------

    def test_without_a_script_there_is_none(self):
        self.assertEqual(self._shown(), "")

    def test_the_script_that_says_most_about_the_lead_is_shown(self):
        stage = {"stage_ids": self.new.ids}
        brand = {"brand_ids": self.brand.ids}
        source = {"source_ids": self.source.ids}
        for name, conditions in (
            ("For all", {}),
            ("Brand", brand),
            ("Stage and brand", {**stage, **brand}),
            ("All three", {**stage, **brand, **source}),
        ):
            self._script(name, **conditions)
            self.assertIn(name, self._shown())
        # Of those that say as much, the first one; and never one that does not fit.
        self._script("First", sequence=1, **stage, **brand, **source)
        self._script("Elsewhere", sequence=0, stage_ids=self.qualified.ids, **brand)
        self.assertIn("First", self._shown())

    def test_what_does_not_fit_is_not_shown(self):
        self._script("Stage", stage_ids=self.qualified.ids)
        self._script("Brand", brand_ids=self.brands["shared"].ids)
        source = self.sources["home"]
        self._script("Source", source_ids=source.ids, company_id=self.home.id)
        self.assertEqual(self._shown(), "")
        without = self._new_lead(self.agent, vehicle_model_id=False, brand_id=False)
        self.assertEqual(self._shown(without), "")

    def test_what_was_archived_is_neither_shown_nor_forgotten(self):
        self._script("Archived", active=False)
        brand = self.brands["shared"]
        self._script("For a brand of before", brand_ids=brand.ids)
        brand.active = False
        self.assertEqual(self._shown(), "")

    def test_each_company_has_its_own(self):
        self._script("Abroad", company_id=self.abroad.id, stage_ids=self.new.ids)
        lead = self._new_lead(self.agent, company_id=self.home.id)
        self.assertEqual(self._shown(lead), "")
        self._script("Shared")
        self._script("Home", company_id=self.home.id, sequence=99)
        self.assertIn("Home", self._shown(lead))
        theirs = self._new_lead(
            self.agent_abroad,
            company_id=self.abroad.id,
            team_id=self.team_abroad.id,
            dealership_id=self.dealerships["abroad"].id,
            vehicle_model_id=self.vehicles["abroad"].id,
        )
        self.assertIn("Abroad", self._shown(theirs, self.agent_abroad))

    def test_it_is_found_by_one_query(self):
        self._script("Stage", stage_ids=self.new.ids, brand_ids=self.brand.ids)
        scripts = self.env["crm.call.script"].with_user(self.agent)
        lead = self.lead.with_user(self.agent)
        scripts._find(lead)  # what is read once
        self.env.flush_all()
        scripts.invalidate_model()
        with self.assertQueryCount(1):
            self.assertTrue(scripts._find(lead).body)

    # ------------------------------------------------------------
    # What it says
    # ------------------------------------------------------------

    def test_words_are_filled_in_and_are_no_html(self):
        self.lead.contact_name = "<b>Bobby</b>"
        self._script(
            "Words",
            body="<p>{{ customer }}, {{vehicle}}, {{ dealership }}: {{ agent }}</p>",
        )
        shown = self._shown()
        self.assertIn("&lt;b&gt;Bobby&lt;/b&gt;, Picanto, Pasig: Ana", shown)

    def test_what_is_not_known_is_left_open(self):
        lead = self._new_lead(self.agent, vehicle_model_id=False)
        self._script("Words", body="<p>About {{ vehicle }}</p>")
        self.assertIn("About …", self._shown(lead))

    def test_nothing_is_filled_in_within_a_tag(self):
        self.lead.contact_name = "javascript:alert(1)"
        self._script("Link", body='<a href="{{ customer }}">Go</a>')
        self.assertNotIn("javascript", self._shown())

    def test_scripts_run_no_code(self):
        scripts = self.env["crm.call.script"].with_user(self.manager)
        body = "<p>{{ object.env }}{{ 7*7 }}</p><script>alert(1)</script>"
        script = scripts.create({"name": "Code", "body": body, "company_id": False})
        self.assertNotIn("<script", script.body)
        shown = self._shown()
        self.assertIn("{{ object.env }}{{ 7*7 }}", shown)

    def test_what_nobody_fills_in_is_refused(self):
        scripts = self.env["crm.call.script"].with_user(self.manager)
        with self._refused("nobody fills in", ValidationError):
            scripts.create({"name": "Typo", "body": "<p>{{ custommer }}</p>"})

    # ------------------------------------------------------------
    # Whose it is
    # ------------------------------------------------------------

    def test_managers_alone_write_scripts(self):
        script = self._script("For all")
        for user in (self.agent, self.supervisor):
            with self.assertRaises(AccessError):
                script.with_user(user).body = "Mine"
            with self.assertRaises(AccessError):
                script.with_user(user).active = False
            scripts = self.env["crm.call.script"].with_user(user)
            with self.assertRaises(AccessError):
                scripts.create({"name": "Mine"})
        script.with_user(self.manager).body = "Ours"
        self.assertIn("Ours", self._shown())

    def test_a_window_shows_no_words_of_somebody_elses_lead(self):
        self._script("Words", body="<p>{{ customer }}</p>")
        theirs = self._new_lead(self.other_agent, contact_name="A secret")
        with self.assertRaises(AccessError):
            self._shown(theirs)
        windows = self.env["crm.lead.log.call"].with_user(self.agent)
        values = {"lead_id": theirs.id, "result": "busy"}
        with self.assertRaises(AccessError):
            windows.onchange(values, ["lead_id"], {"script": {}})


@tagged("post_install", "-at_install")
class TestShippedScripts(CompaniesCase):
    def test_a_fresh_floor_has_a_script_for_each_open_stage(self):
        for stage, name in (
            (self.new, "two minutes"),
            (self.qualified, "come along"),
            (self.negotiation, "from one to ten"),
        ):
            lead = self._new_lead(self.agent)
            lead.with_user(self.manager).with_context(
                skip_stage_transition_check=True
            ).stage_id = stage
            lead = lead.with_user(self.agent)
            script = self.env["crm.call.script"].with_user(self.agent)._find(lead)
            self.assertIn(name, script._fill_in(lead))
