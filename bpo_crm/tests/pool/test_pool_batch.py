from datetime import datetime

from odoo.tests import tagged

from ...limits import LIST_LIMIT
from ..common import CALL, GROWTH, BatchCase

LONG_AGO = datetime(2020, 1, 1)


@tagged("post_install", "-at_install")
class TestPoolBatch(BatchCase):
    """Whole shares of the floor change hands at once."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.company.write({"count_working_days": False, "pool_return_days": 10})
        call = cls.env.ref(CALL)
        cls.new.write({"activity_type_id": call.id, "stale_after_days": 2})

    def _new_worked(self, count, **values):
        """Make leads of the agent, for which a call is planned."""
        values = {"name": "Many", "type": "opportunity", "user_id": self.agent.id} | {
            "team_id": self.team.id,
            **values,
        }
        quick = self.env["crm.lead"].with_context(tracking_disable=True)
        return quick.create([values] * count).with_env(self.env)

    def _new_forgotten(self, count):
        """Make leads of two agents, which nobody touched for long."""
        leads = self._new_worked(count)
        half = leads[: count // 2].with_context(tracking_disable=True)
        half.user_id = self.other_agent
        leads._find_pending_activities().date_deadline = LONG_AGO
        leads.write({"date_open": LONG_AGO, "date_last_stage_update": LONG_AGO})
        return leads

    def _new_team_of_core(self):
        """Make a team that works for no dealership, whose leads are Odoo's."""
        return self.env["crm.team"].create(
            {"name": "Other", "is_bpo": False, "user_id": self.other_agent.id}
        )

    def _reassign(self, leads):
        leads.with_user(self.supervisor).write({"user_id": self.other_agent.id})

    def test_giving_back_many_leads(self):
        def give_back(leads):
            given = leads.search(leads._get_untouched_domain()) & leads
            self.assertEqual(given._lock_available()._try_return_to_pool(), leads)
            self.assertFalse(leads.user_id)

        self.assertLess(self._growth(give_back, make=self._new_forgotten), GROWTH)

    def test_giving_many_leads_to_somebody_else(self):
        other = self._new_team_of_core()

        def new_of_core(count):
            silent = {"mail_auto_subscribe_no_notify": True}
            return self._new_worked(count, team_id=other.id).with_context(**silent)

        # What core writes down of each of its own leads, without telling anybody.
        cores = self._growth(self._reassign, make=new_of_core)
        ours = self._growth(self._reassign, make=self._new_worked)
        self.assertLess(ours - cores, GROWTH)

    def _told(self, user):
        """Return the messages that somebody was told of."""
        notices = self.env["mail.notification"].search(
            [("res_partner_id", "=", user.partner_id.id)]
        )
        return notices.mail_message_id

    def test_who_is_given_many_leads_gets_one_message(self):
        before = self._told(self.other_agent)
        leads = self._new_worked(LIST_LIMIT + 3)
        self._reassign(leads)
        message = self._told(self.other_agent) - before
        self.assertEqual(len(message), 1)
        self.assertIn(f"{len(leads)} leads", message.subject)
        self.assertEqual(message.author_id, self.supervisor.partner_id)
        self.assertIn(leads[0].reference, message.body)
        self.assertNotIn(leads[-1].reference, message.body)
        self.assertIn("and 3 more", " ".join(message.body.split()))
        self.assertEqual(leads._find_pending_activities().user_id, self.other_agent)
        for lead in leads:
            self.assertIn(self.other_agent.partner_id, lead.message_partner_ids)

    def test_how_many_more_there_are_is_said_in_the_language_of_who_is_given_them(self):
        self.env["res.lang"]._activate_lang("ko_KR")
        self.env["ir.module.module"]._load_module_terms(["bpo_crm"], ["ko_KR"])
        self.other_agent.lang = "ko_KR"
        before = self._told(self.other_agent)
        self._reassign(self._new_worked(LIST_LIMIT + 3))
        message = self._told(self.other_agent) - before
        self.assertIn("<li>외 3건</li>", message.body)

    def test_who_is_given_one_lead_is_told_as_by_odoo(self):
        before = self._told(self.other_agent)
        lead = self._new_worked(1)
        self._reassign(lead)
        message = self._told(self.other_agent) - before
        self.assertEqual((message.model, message.res_id), ("crm.lead", lead.id))

    def test_who_is_given_leads_of_both_kinds_is_told_of_all(self):
        other = self._new_team_of_core()
        before = self._told(self.other_agent)
        ours, others = self._new_worked(2), self._new_worked(2, team_id=other.id)
        self._reassign(ours | others)
        self.assertFalse(any(others.mapped("is_bpo")))
        told = self._told(self.other_agent) - before
        self.assertEqual(sorted(told.mapped("res_id")), [0, *others.ids])
