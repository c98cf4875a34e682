from lxml import etree

from odoo.tests import tagged

from ..common import BpoCase

#: What core calls who works a lead.
CORES = "salesperson"

LANGUAGES = {"fr_FR": "Agent", "es_ES": "Agente", "ko_KR": "상담원"}


@tagged("post_install", "-at_install")
class TestAgentsName(BpoCase):
    """Who works a lead is its agent, on every screen."""

    def _get_label(self, lang="en_US"):
        leads = self.env["crm.lead"].with_context(lang=lang)
        return leads.fields_get(["user_id"], ["string"])["user_id"]["string"]

    def _find_screens(self):
        """Return the actions behind the addon's menus."""
        root = self.env.ref("bpo_crm.menu_root")
        menus = self.env["ir.ui.menu"].with_context(**{"ir.ui.menu.full_list": True})
        actions = menus.search([("id", "child_of", root.id)]).mapped("action")
        return [
            action
            for action in actions
            if action and action.type == "ir.actions.act_window"
        ]

    def test_the_field_of_a_lead_says_agent(self):
        self.assertEqual(self._get_label(), "Agent")

    def test_it_says_so_in_every_language_of_the_addon(self):
        for lang, label in LANGUAGES.items():
            self.env["res.lang"]._activate_lang(lang)
            self.env["ir.module.module"]._load_module_terms(["crm", "bpo_crm"], [lang])
            with self.subTest(lang):
                self.assertEqual(self._get_label(lang), label)

    def test_no_screen_of_the_addon_says_salesperson(self):
        screens = self._find_screens()
        for action in ("crm_lead_action_open", "crm_dealership_action"):
            self.assertIn(self.env.ref(f"bpo_crm.{action}"), screens)
        # A client always has a language in its context.
        admin = self.env.ref("base.user_admin")
        reader = self.env(user=admin.id, context={"lang": "en_US"})
        for action in screens:
            if action.res_model == "res.config.settings":
                # Of all of Odoo.
                continue
            records = reader[action.res_model]
            views = [*action.views, (action.search_view_id.id, "search")]
            screen = records.get_views(views)
            for view in screen["views"].values():
                for node in etree.fromstring(view["arch"]).iter(etree.Element):
                    words = [*node.values(), node.text or "", node.tail or ""]
                    said = [word for word in words if CORES in word.lower()]
                    with self.subTest(action.name, model=action.res_model):
                        # The name of a filter is said to nobody.
                        self.assertFalse(set(said) - {node.get("name")})
            for name, model in screen["models"].items():
                for field, shown in model["fields"].items():
                    with self.subTest(action.name, model=name, field=field):
                        self.assertNotIn(CORES, shown["string"].lower())
