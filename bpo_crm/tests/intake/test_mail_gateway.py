from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from ..common import BpoCase

MAIL = """Message-ID: {name}
From: {sender}
To: {to}
Subject: Picanto
{headers}

Is it there?
"""

#: What a client could say in the context, and get with it what it is not allowed.
FLAGS = {
    "customers_matched": 1,
    "default_dealer_so_name": "X",
    "is_kept_mail": 1,
    "precomputed": {"dealer_so_name": "X"},
    "mail_notrack": True,
    "original_mail": "forged",
    "skip_stage_transition_check": 1,
}


@tagged("post_install", "-at_install")
class TestMailGateway(BpoCase):
    """What a client gets by handing a mail to the gateway: what the mail says."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.portal = new_test_user(cls.env, "porta@customer.test", "base.group_portal")
        cls.employee = new_test_user(cls.env, "emil@bpo.test", "base.group_user")
        cls.tag = cls.env["crm.tag"].create({"name": "Urgent"})
        cls.utm_source = cls.env["utm.source"].create({"name": "Radio"})

    def _forge(self, **values):
        """Return values that no client may give a lead."""
        other = self._new_lead(self.other_agent)
        self.push = self.env["crm.dealer.push"].create({"lead_id": other.id})
        self.call = self.env["crm.call.log"].create(
            {"lead_id": other.id, "result": "answered", "summary": "Wants a Rio"}
        )
        return {
            "stage_id": self.won.id,
            "user_id": self.agent.id,
            "dealer_so_name": "X",
            "reference": "MINE",
            "push_ids": [(2, self.push.id)],
            "call_log_ids": [(1, self.call.id, {"summary": "Forged"})],
            "message_ids": [(6, 0, other.message_ids.ids)],
            **values,
        }

    def _assert_nothing_forged(self, lead):
        self.env.invalidate_all()
        self.assertEqual(lead.stage_id, self.new)
        self.assertFalse(lead.user_id or lead.dealer_so_name)
        self.assertTrue(lead.reference.startswith("LEAD/"))
        self._assert_others_untouched()

    def _assert_others_untouched(self):
        self.assertTrue(self.push.exists())
        self.assertEqual(self.call.summary, "Wants a Rio")
        self.assertEqual(len(self.call.lead_id.push_ids), 1)

    def _hand_over(
        self, user, model="crm.lead", context=None, to="x@y.example", **sent
    ):
        """Let a user call the gateway as core's script does, and commit.

        :return: the lead of the mail, if there is one.
        """
        mail = MAIL.format(
            name=f"<{self.id()}@portal.example>",
            sender="Juan <juan@customer.example>",
            to=to,
            headers=sent.pop("headers", "X-Nothing: nothing"),
        )
        with self._kept_mails_read():
            threads = (
                self.env["mail.thread"].with_user(user).with_context(**(context or {}))
            )
            threads.message_process(model, mail, **sent)
        return self.env["crm.lead"].search([("email_from", "ilike", "juan@customer")])

    # ------------------------------------------------------------
    # Making a lead directly
    # ------------------------------------------------------------

    def test_what_is_no_mail_is_refused(self):
        threads = self.env["mail.thread"]
        for user in (self.employee, self.agent, self.manager, self.env.user):
            for mail in (None, False, True, 1, 1.5, [], ["x"], {}, {"data": "x"}):
                with self._refused("as text"):
                    threads.with_user(user).message_process("crm.lead", mail)

    def test_nobody_without_rights_makes_a_lead_by_calling_message_new(self):
        before = self.env["crm.lead"].search_count([])
        for user in (self.portal, self.employee):
            leads = self.env["crm.lead"].with_user(user).with_context(**FLAGS)
            forged = self._forge()
            with self.assertRaises(AccessError):
                leads.message_new({"subject": "X"}, custom_values=forged)
            self._assert_others_untouched()
        self.assertEqual(self.env["crm.lead"].search_count([]), before + 2)

    def test_an_agent_calls_message_new_with_its_own_rights(self):
        leads = self.env["crm.lead"].with_user(self.agent).with_context(**FLAGS)
        values = {"name": "X", "type": "opportunity", "team_id": self.team.id}
        forged = self._forge(user_id=self.other_agent.id)
        # It is drawn, whatever was sent.
        del forged["reference"]
        for name, value in forged.items():
            with (
                self.subTest(name=name),
                self.assertRaises(UserError),
                self.env.cr.savepoint(),
            ):
                leads.message_new({}, custom_values={**values, name: value})
                self.env.flush_all()
            self._assert_others_untouched()
        leads = self.env["crm.lead"].with_user(self.agent)
        lead = leads.message_new({}, custom_values=values)
        self.assertEqual(lead.stage_id, self.new)

    def test_a_mail_changes_a_lead_with_the_rights_of_who_says_so(self):
        lead = self._new_lead(self.other_agent)
        for user in (self.portal, self.agent):
            with self.assertRaises(AccessError):
                lead.with_user(user).message_update({}, {"name": "X"})
        own = self._new_lead(self.agent).with_user(self.agent)
        with self.assertRaises(AccessError):
            own.message_update({}, {"dealer_so_name": "X"})

    # ------------------------------------------------------------
    # Handing over a mail
    # ------------------------------------------------------------

    def test_only_employees_hand_over_mails(self):
        for user in (self.portal, self.env.ref("base.public_user")):
            with self.assertRaisesRegex(AccessError, "Only employees"):
                self._hand_over(user)

    def test_a_mail_makes_the_lead_that_it_says_whoever_hands_it_over(self):
        for user in (self.employee, self.agent, self.manager):
            with self.subTest(user=user.name), self.env.cr.savepoint() as savepoint:
                lead = self._hand_over(user, context=FLAGS, custom_values=self._forge())
                self.assertEqual(len(lead), 1)
                self.assertEqual(lead.intake_source_id.name, "Mail")
                self._assert_nothing_forged(lead)
                self._assert_in_chatter("Is it there?", lead)
                savepoint.rollback()

    def test_values_of_any_type_lose_no_mail(self):
        for number, values in enumerate(
            ([1], "stage_id", 7, {"team_id": [self.team.id]}, {"tag_ids": [(2,)]})
        ):
            with self.subTest(values=values), self.env.cr.savepoint() as savepoint:
                lead = self._hand_over(self.employee, custom_values=values)
                self.assertEqual(len(lead), 1, number)
                savepoint.rollback()

    def test_harmless_values_are_taken(self):
        lead = self._hand_over(
            self.agent,
            custom_values={
                "team_id": self.team.id,
                "source_id": self.utm_source.id,
                "tag_ids": [(4, self.tag.id)],
            },
        )
        self.assertEqual(lead.team_id, self.team)
        self.assertEqual(lead.source_id, self.utm_source)
        self.assertEqual(lead.tag_ids, self.tag)

    def test_tags_are_linked_and_not_written(self):
        commands = [(1, self.tag.id, {"name": "X"}), (2, self.tag.id), (0, 0, {})]
        lead = self._hand_over(self.agent, custom_values={"tag_ids": commands})
        self.assertFalse(lead.tag_ids)
        self.assertEqual(self.tag.name, "Urgent")

    def test_a_team_that_the_caller_may_not_see_is_not_taken(self):
        company = self.env["res.company"].create({"name": "Other"})
        hidden = self.team.copy({"company_id": company.id})
        lead = self._hand_over(self.agent, custom_values={"team_id": hidden.id})
        self.assertNotEqual(lead.team_id, hidden)

    def test_a_source_is_not_chosen_by_who_hands_over(self):
        source = self.env["crm.lead.source"].create({"name": "Web", "code": "web-t"})
        values = {"intake_source_id": source.id}
        lead = self._hand_over(self.agent, custom_values=values)
        self.assertEqual(lead.intake_source_id.name, "Mail")

    # ------------------------------------------------------------
    # On a lead that is there
    # ------------------------------------------------------------

    def test_a_mail_is_not_posted_on_a_lead_that_the_caller_cannot_write(self):
        hidden = self._new_lead(self.other_agent)
        for user in (self.agent, self.employee):
            with self.subTest(user=user.name), self.env.cr.savepoint() as savepoint:
                lead = self._hand_over(user, thread_id=hidden.id)
                self.assertEqual(len(lead), 1)
                self.assertNotIn("Is it there?", "".join(self._chatter(hidden)))
                savepoint.rollback()

    def test_a_mail_is_posted_on_a_lead_that_the_caller_works(self):
        lead = self._new_lead(self.agent)
        self._hand_over(self.agent, thread_id=lead.id)
        self._assert_in_chatter("Is it there?", lead)

    def test_what_a_user_cannot_make_is_not_made_of_its_mails(self):
        lead = self._new_lead(self.other_agent)
        for user, model, values in (
            (self.employee, "res.partner", {"name": "X"}),
            (self.employee, "crm.team", {"name": "X", "is_bpo": False}),
            (self.employee, "crm.team.member", {"crm_team_id": self.team.id}),
            (self.portal, "calendar.event", {"opportunity_id": lead.id}),
        ):
            with self.subTest(model), self._refused(error=AccessError):
                self._hand_over(user, model=model, custom_values=values)

    def test_a_mail_to_another_model_says_nothing_but_what_is_in_it(self):
        lead = self._new_lead(self.other_agent)
        made = {"name": "X", "dealer_so_name": "X"}
        commands = [(1, lead.id, {"dealer_so_name": "X"}), (0, 0, made)]
        for model, values in (
            ("res.partner", {"opportunity_ids": commands}),
            ("calendar.event", {"opportunity_id": lead.id, "start": "2001-01-01"}),
        ):
            with self.subTest(model), self.env.cr.savepoint() as savepoint:
                self._hand_over(self.agent, model=model, custom_values=values)
                self.assertFalse(lead.dealer_so_name or lead.calendar_event_ids)
                self.assertFalse(lead.first_attempt_date)
                savepoint.rollback()

    def test_a_mail_is_posted_on_no_record_that_the_caller_cannot_write(self):
        start = fields.Datetime.now() + timedelta(days=1)
        meeting = self.env["calendar.event"].create(
            {
                "name": "Test drive",
                "opportunity_id": self._new_lead(self.other_agent).id,
                "user_id": self.other_agent.id,
                "start": start,
                "stop": start + timedelta(hours=1),
            }
        )
        said = meeting.message_ids
        self._hand_over(self.agent, model=meeting._name, thread_id=meeting.id)
        self.assertEqual(meeting.message_ids, said)
        with self._refused(error=AccessError):
            self._hand_over(self.agent, model="crm.team", thread_id=self.team.id)

    # ------------------------------------------------------------
    # Aliases
    # ------------------------------------------------------------

    def _new_alias(self, defaults):
        domain = self.env["mail.alias.domain"].search([], limit=1)
        domain = domain or domain.create({"name": "bpo.example"})
        alias = self.env["mail.alias"].create(
            {
                "alias_name": "leads-t",
                "alias_domain_id": domain.id,
                "alias_model_id": self.env["ir.model"]._get_id("crm.lead"),
                "alias_defaults": repr(defaults),
            }
        )
        return alias.alias_full_name

    def test_the_defaults_of_an_alias_are_taken(self):
        defaults = {"team_id": self.team.id, "tag_ids": [(4, self.tag.id)]}
        address = self._new_alias({**defaults, "priority": "2"})
        lead = self._hand_over(
            self.employee, to=address, custom_values={"priority": "3"}
        )
        self.assertEqual((lead.team_id, lead.priority), (self.team, "2"))
        self.assertEqual(lead.tag_ids, self.tag)

    def test_an_alias_gives_no_lead_what_people_do_not_enter(self):
        defaults = self._forge(team_id=self.team.id)
        del defaults["stage_id"], defaults["user_id"]
        lead = self._hand_over(self.employee, to=self._new_alias(defaults))
        self.assertEqual(lead.team_id, self.team)
        self._assert_nothing_forged(lead)
