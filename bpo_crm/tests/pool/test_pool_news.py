from odoo.tests import tagged

from ...models.pool.crm_lead_pool_news import POOL_CHANGED
from ..common import BpoCase


@tagged("post_install", "-at_install")
class TestPoolNews(BpoCase):
    """The screens of the floor hear of what comes to the pool, and of what goes."""

    def _told(self):
        """Return what the screens were told since the last time."""
        self.env.cr.precommit.run()
        rows = self.env["bus.bus"].sudo().search([("message", "ilike", POOL_CHANGED)])
        messages = rows.mapped("message")
        rows.unlink()
        return messages

    def test_they_hear_of_a_new_lead(self):
        self._told()
        self._new_lead()
        self.assertEqual(len(self._told()), 1)

    def test_a_lead_with_an_owner_is_none_of_the_pool(self):
        self._told()
        lead = self._new_lead(self.agent).with_user(self.agent)
        lead.stage_id = self.qualified
        self.assertFalse(self._told())

    def test_they_hear_of_a_claim_and_of_a_return(self):
        lead = self._new_lead()
        self._told()
        lead.with_user(self.agent).action_claim()
        self.assertEqual(len(self._told()), 1)
        lead.with_user(self.supervisor).user_id = False
        self.assertEqual(len(self._told()), 1)

    def test_many_leads_are_one_message(self):
        leads = self.env["crm.lead"].concat(*(self._new_lead() for _n in range(5)))
        self.assertEqual(len(self._told()), 1)
        leads.with_user(self.supervisor).user_id = self.agent
        self.assertEqual(len(self._told()), 1)

    def test_a_change_of_words_is_no_news(self):
        lead = self._new_lead()
        self._told()
        lead.with_user(self.supervisor).write({"description": "Red", "priority": "2"})
        self.assertFalse(self._told())

    def test_it_says_nothing_of_any_lead(self):
        self._told()
        lead = self._new_lead(contact_name="Maria Clara")
        (message,) = self._told()
        self.assertNotIn("Maria", message)
        self.assertNotIn(str(lead.id), message)
