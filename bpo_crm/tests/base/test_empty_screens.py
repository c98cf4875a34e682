from lxml import html

from odoo.tests import tagged

from ..common import BpoCase
from ..screens import list_menu_actions

#: How many screens each role has at least, so that none is left out unseen.
SCREENS = {"agent": 10, "supervisor": 13, "manager": 21}

#: Fewer words say nothing.
WORDS_OF_TITLE = 2
WORDS_OF_SENTENCE = 6


def count_words(element):
    return len(element.text_content().split())


@tagged("post_install", "-at_install")
class TestEmptyScreens(BpoCase):
    """A screen without a record says why, and who can do what about it."""

    def _list_helps(self, user):
        """Return what each screen that shows records says when there is none."""
        actions = list_menu_actions(self.env(user=user.id))
        helps = {}
        for menu, action in actions.items():
            if action._name != "ir.actions.act_window" or action.view_mode == "form":
                continue
            # As the web client loads it.
            described = action.with_user(user).sudo()._get_action_dict()
            helps[menu] = str(described["help"] or "")
        return helps

    def test_every_screen_says_what_to_do(self):
        for role, count in SCREENS.items():
            helps = self._list_helps(getattr(self, role))
            self.assertGreaterEqual(len(helps), count, sorted(helps))
            for menu, text in helps.items():
                with self.subTest(role=role, menu=menu):
                    self.assertTrue(text)
                    page = html.fromstring(f"<div>{text}</div>")
                    title, *sentences = page.iter("p")
                    self.assertIn("o_view_nocontent_smiling_face", title.get("class"))
                    self.assertGreaterEqual(count_words(title), WORDS_OF_TITLE)
                    (sentence,) = sentences
                    self.assertGreaterEqual(count_words(sentence), WORDS_OF_SENTENCE)

    def test_an_agent_is_told_that_leads_come_by_themselves(self):
        helps = self._list_helps(self.agent)
        (pool,) = (text for menu, text in helps.items() if "Open Leads" in menu)
        self.assertIn("New leads appear here by themselves", pool)
