from contextlib import suppress
from datetime import datetime, timedelta

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from ...series import RECEIVED_BY
from ..common import BpoCase

COMMENT = "mail.mt_comment"

#: A mail of somebody's own mail program.
MAIL = """From: {sender}
To: maria@customer.example
Cc: floor@bpo.test
Subject: Your enquiry
Date: {date}
Message-Id: <1@customer.example>

Hello"""


@tagged("post_install", "-at_install")
class TestMessageReach(BpoCase):
    """What is said about a lead: by whom, when, and who hears of it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.own = cls._new_lead(cls.agent, email_from="maria@customer.example")
        cls.own._handle_partner_assignment(create_missing=True)
        cls.customer = cls.own.partner_id
        cls.foreign = cls._new_lead(cls.other_agent, name="Secret wish")
        cls.foreign_message = cls.foreign.with_user(cls.other_agent).message_post(
            body="Bought elsewhere", message_type="comment", subtype_xmlid=COMMENT
        )
        cls.messages = cls.env["mail.message"].with_user(cls.agent)
        cls.comment = cls.env.ref(COMMENT)

    def _post(self, lead=None, user=None, **values):
        lead = (lead or self.own).with_user(user or self.agent)
        return lead.message_post(
            **{
                "body": "Hello",
                "message_type": "comment",
                "subtype_xmlid": COMMENT,
                **values,
            }
        )

    def _values(self, lead, **values):
        return {
            "model": "crm.lead",
            "res_id": lead.id,
            "body": "Hello",
            "message_type": "comment",
            "reply_to": "floor@bpo.test",
            "subtype_id": self.comment.id,
            **values,
        }

    def _follow(self, lead, user):
        """Let a user follow a lead, as from when it was the user's."""
        lead._message_subscribe(partner_ids=user.partner_id.ids)

    # ------------------------------------------------------------
    # Dates
    # ------------------------------------------------------------

    def test_a_message_is_of_now(self):
        for date in ("2001-01-01 00:00:00", "2099-01-01 00:00:00"):
            for user in (self.agent, self.supervisor, self.manager):
                with self._refused("set by Odoo", AccessError):
                    self._post(user=user, date=date)
                with self._refused("set by Odoo", AccessError):
                    self.messages.with_user(user).create(
                        self._values(self.own, date=date)
                    )
            by_default = self.messages.with_context(default_date=date)
            with self._refused("set by Odoo", AccessError):
                by_default.create(self._values(self.own))
            with self._refused("set by Odoo", AccessError):
                self._post().date = date
        message = self._post()
        self.assertLess(datetime.now() - message.date, timedelta(minutes=1))

    def test_a_message_without_a_date_is_of_now(self):
        for date in (None, False):
            values = self._values(self.own, date=date)
            for message in (
                self._post(date=date),
                self.messages.create(values),
                self.messages.sudo().create(values),
            ):
                self.assertLess(datetime.now() - message.date, timedelta(minutes=1))

    def _receive(self, date):
        """Let the gateway have a mail of the agent to the customer of its lead."""
        self.own.enquiry_date = datetime.now() - timedelta(hours=2)
        mail = MAIL.format(sender=self.agent.email_formatted, date=date)
        self.env["mail.thread"].message_process(
            "crm.lead", mail.encode(), thread_id=self.own.id
        )
        return self.own.message_ids.filtered(lambda row: row.message_type == "email")

    def test_a_mail_program_cannot_date_the_first_attempt_back(self):
        mail = self._receive("Mon, 1 Jan 2001 08:00:00 +0000")
        self.assertEqual(mail.date, datetime(2001, 1, 1, 8))
        self.assertEqual(
            self.own.first_attempt_date, mail.create_date.replace(microsecond=0)
        )
        self.assertEqual(self.own.first_attempt_user_id, self.agent)

    def test_a_mail_program_cannot_date_a_mail_ahead(self):
        mail = self._receive("Thu, 1 Jan 2099 08:00:00 +0000")
        self.assertLess(mail.date, datetime.now() + timedelta(minutes=1))
        self.assertEqual(
            self.own.first_attempt_date, mail.create_date.replace(microsecond=0)
        )

    # ------------------------------------------------------------
    # In whose name
    # ------------------------------------------------------------

    def test_an_agent_speaks_for_nobody_else(self):
        for author in (
            self.supervisor.partner_id,
            self.other_agent.partner_id,
            self.customer,
        ):
            for values in (
                {"author_id": author.id},
                {"author_id": author.id, "message_type": "notification"},
                {"email_from": author.email_formatted},
            ):
                with self._refused("set by Odoo", AccessError):
                    self._post(**values)
            with self._refused("set by Odoo", AccessError):
                self.messages.create(self._values(self.own, author_id=author.id))
            with self._refused("set by Odoo", AccessError):
                self._post().author_id = author

    def _forge_names(self):
        """Return what would make a message somebody else's than its author's."""
        colleague, own = self.other_agent.partner_id, self.agent.partner_id
        return (
            {"author_id": False, "email_from": colleague.email_formatted},
            {"author_id": False, "email_from": self.customer.email_formatted},
            {"author_id": False, "email_from": "boss@nowhere.example"},
            {"author_id": own.id, "email_from": colleague.email_formatted},
            {"author_id": own.id, "email_from": f'"Ben" <{own.email}>'},
            {"author_id": colleague.id, "email_from": own.email_formatted},
            {"email_from": "boss@nowhere.example"},
            {"author_id": self.env.ref("base.partner_root").id},
            {"author_id": self.env.company.partner_id.id},
        )

    def test_a_message_has_the_name_and_the_address_of_who_writes_it(self):
        for values in self._forge_names():
            for user in (self.agent, self.supervisor, self.manager):
                # Of nobody with an address, Odoo itself refuses to send it.
                with self._refused():
                    self._post(user=user, **values)
                with self._refused("set by Odoo", AccessError):
                    self.messages.with_user(user).create(
                        self._values(self.own, **values)
                    )
        message = self._post(email_from=self.agent.partner_id.email)
        self.assertEqual(message.author_id, self.agent.partner_id)

    def test_a_message_is_of_no_guest(self):
        guest = self.env["mail.guest"].create({"name": "Maria"})
        for author in (False, self.agent.partner_id.id):
            values = {"author_id": author, "author_guest_id": guest.id}
            with self._refused("set by Odoo", AccessError):
                self.messages.create(self._values(self.own, **values))
        # Whatever of it Odoo drops.
        with suppress(AccessError):
            message = self._post(author_guest_id=guest.id)
            self.assertFalse(message.author_guest_id)
            self.assertEqual(message.author_id, self.agent.partner_id)

    def test_a_salesperson_speaks_for_no_agent(self):
        seller = new_test_user(
            self.env,
            "sam@bpo.test",
            "sales_team.group_sale_salesman_all_leads",
            email="sam@bpo.test",
        )
        pool = self._new_lead()
        for values in self._forge_names():
            with self._refused("set by Odoo", AccessError):
                self._post(
                    pool, seller, **{**values, "author_id": self.agent.partner_id.id}
                )
        self.assertEqual(self._post(pool, seller).author_id, seller.partner_id)

    def test_elsewhere_a_template_may_be_of_the_whole_team(self):
        seller = new_test_user(
            self.env,
            "sam@bpo.test",
            "sales_team.group_sale_salesman_all_leads",
            email="sam@bpo.test",
        )
        team = self.env["crm.team"].create({"name": "Parts", "is_bpo": False})
        lead = self._new_lead(seller, team_id=team.id)
        message = self._post(lead, seller, email_from="parts@bpo.test")
        self.assertEqual(message.email_from, "parts@bpo.test")

    def _compose(self, lead, user=None, **values):
        composers = self.env["mail.compose.message"].with_user(user or self.agent)
        composer = composers.create(
            {
                "model": "crm.lead",
                "res_ids": str(lead.ids),
                "body": "I take it",
                "partner_ids": self.customer.ids,
                **values,
            }
        )
        before = self.env["mail.message"].search([])
        composer._action_send_mail()
        written = self.env["mail.message"].search([]) - before
        # Where no mail can be sent, the lead says so.
        bot = self.env.ref("base.partner_root")
        return written.filtered(lambda message: message.author_id != bot)

    def test_a_mail_that_somebody_composes_is_of_who_sends_it(self):
        template = self.env["mail.template"].create(
            {
                "name": "Offer",
                "model_id": self.env["ir.model"]._get_id("crm.lead"),
                "email_from": self.other_agent.email_formatted,
                "body_html": "Hi",
            }
        )
        for mode in ("comment", "mass_mail"):
            for values in (
                {"template_id": template.id},
                *self._forge_names(),
            ):
                messages = self._compose(self.own, composition_mode=mode, **values)
                self.assertTrue(messages)
                self.assertEqual(messages.author_id, self.agent.partner_id)
                self.assertEqual(
                    set(messages.mapped("email_from")), {self.agent.email_formatted}
                )
        (message,) = self.own.with_user(self.agent).message_post_with_source(template)
        self.assertEqual(message.author_id, self.agent.partner_id)

    def test_the_first_attempt_is_of_who_wrote(self):
        message = (
            self.own.with_user(self.supervisor)
            .sudo()
            .message_post(
                body="Hello",
                message_type="comment",
                subtype_xmlid=COMMENT,
                author_id=self.agent.partner_id.id,
                partner_ids=self.customer.ids,
            )
        )
        self.assertEqual(message.author_id, self.agent.partner_id)
        self.assertEqual(self.own.first_attempt_user_id, self.supervisor)

    # ------------------------------------------------------------
    # The pool
    # ------------------------------------------------------------

    def test_an_agent_writes_nothing_about_a_lead_of_the_pool(self):
        pool = self._new_lead(email_from="rosa@customer.example")
        pool._handle_partner_assignment(create_missing=True)
        before = pool.message_ids
        agents = pool.with_user(self.agent)
        view = self.env["ir.ui.view"].create(
            {"name": "Hi", "type": "qweb", "arch": "<p>Hi</p>"}
        )
        told = {"partner_ids": pool.partner_id.ids}
        for way in (
            lambda: self._post(pool, **told),
            lambda: self._post(pool, message_type="notification", **told),
            lambda: self._post(pool, subtype_xmlid="mail.mt_note"),
            lambda: agents.message_notify(body="Hi", **told),
            lambda: (
                self.env["mail.thread"]
                .with_user(self.agent)
                .message_notify(body="Hi", model="crm.lead", res_id=pool.id, **told)
            ),
            lambda: self.messages.create(self._values(pool)),
            lambda: agents.message_post_with_source(view),
            lambda: agents.message_mail_with_source(view, **told),
            lambda: self._compose(pool, **told),
            lambda: self._compose(pool, composition_mode="mass_mail", **told),
        ):
            with self._refused("Claim .* before you work it"):
                way()
        self.assertEqual(pool.message_ids, before)
        self.assertFalse(pool.first_attempt_date)
        self._post(pool, self.supervisor)
        agents.action_claim()
        self._post(pool, **told)
        self.assertTrue(pool.first_attempt_date)

    def test_an_agent_makes_a_lead_for_the_pool(self):
        lead = (
            self.env["crm.lead"]
            .with_user(self.agent)
            .create({"name": "Rio", "phone": "+63 917 555 0199", "user_id": False})
        )
        self._flush_tracking()
        self.assertTrue(lead.sudo().message_ids)

    def test_a_mail_comes_by_mail(self):
        for user in (self.agent, self.manager):
            with self._refused("set by Odoo", AccessError):
                self._post(user=user, message_type="email")
            with self._refused("set by Odoo", AccessError):
                self.messages.with_user(user).create(
                    self._values(
                        self.own,
                        message_type="email",
                        partner_ids=self.customer.ids,
                    )
                )
            with self._refused("set by Odoo", AccessError):
                self._post(user=user).message_type = "email"
        self.assertFalse(self.own.first_attempt_date)

    def test_a_message_did_not_go_where_somebody_says(self):
        """Odoo 19 keeps to whom a mail went that came in, and writes there no more."""
        for name in RECEIVED_BY:
            values = {name: self.customer.email}
            with self._refused("set by Odoo", AccessError):
                self._post(**values)
            with self._refused("set by Odoo", AccessError):
                self.messages.create(self._values(self.own, **values))
            with self._refused("set by Odoo", AccessError):
                self._post().write(values)
        self.own.sudo()._compute_first_attempt()
        self.assertFalse(self.own.first_attempt_date)

    def test_nobody_says_by_hand_to_whom_a_message_went(self):
        message = self._post()
        notifications = self.env["mail.notification"].with_user(self.agent)
        told = {"mail_message_id": message.id, "res_partner_id": self.customer.id}
        for change in (
            lambda: notifications.create(told),
            lambda: message.write({"notification_ids": [Command.create(told)]}),
            lambda: message.write(
                {"notified_partner_ids": [Command.link(self.customer.id)]}
            ),
            lambda: self.messages.create(
                self._values(self.own, notification_ids=[Command.create(told)])
            ),
        ):
            with self._refused(error=AccessError):
                change()
        mail = self._receive("Mon, 1 Jan 2001 08:00:00 +0000")
        with self._refused("only be|type comment|Only"):
            mail.with_user(self.agent).partner_ids = self.supervisor.partner_id
        self.own.sudo()._compute_first_attempt()
        self.assertTrue(mail.partner_ids)

    # ------------------------------------------------------------
    # What was said
    # ------------------------------------------------------------

    def test_what_was_said_stays(self):
        tracking = self.own.message_ids[-1]
        told = self._post(user=self.supervisor)
        for message in (tracking, told):
            with self._refused():
                message.with_user(self.agent).body = "Something else"
        for name, value in (
            ("subtype_id", self.env.ref("mail.mt_note").id),
            ("is_internal", True),
            ("parent_id", tracking.id),
            ("email_from", "boss@bpo.test"),
            ("record_name", "Another"),
            ("model", "res.partner"),
            ("res_id", self.foreign.id),
        ):
            with self._refused(error=AccessError):
                self._post().write({name: value})

    def test_an_agent_deletes_no_message_of_a_lead(self):
        own, tracking = self._post(), self.own.message_ids[-1]
        for message in (own, tracking, self.foreign_message):
            with self._refused(error=AccessError):
                message.with_user(self.agent).unlink()
        own.with_user(self.supervisor).unlink()
        elsewhere = self.agent.partner_id.with_user(self.agent).message_post(body="Me")
        elsewhere.unlink()

    def test_an_author_corrects_a_note(self):
        note = self._post(subtype_xmlid="mail.mt_note")
        self.own.with_user(self.agent)._message_update_content(note, body="Hi")
        self.assertIn("Hi", note.body)
        note.toggle_message_starred()

    def test_what_an_agent_said_about_a_lead_that_was_its_own_stays(self):
        note = self._post(subtype_xmlid="mail.mt_note")
        mentioned = self._post(
            self.foreign, self.other_agent, partner_ids=self.agent.partner_id.ids
        )
        self.own.with_user(self.supervisor).user_id = self.other_agent
        for message in (note, mentioned, self.foreign_message):
            with self._refused(error=AccessError):
                message.with_user(self.agent).body = "Never mind"
        mentioned.with_user(self.agent).toggle_message_starred()
        mentioned.with_user(self.agent).set_message_done()

    # ------------------------------------------------------------
    # What changed
    # ------------------------------------------------------------

    def _track(self, lead):
        """Let a lead change as it is told in the chatter; return what is told."""
        self._flush_tracking()
        lead.user_id = self.supervisor
        self._flush_tracking()
        lead.user_id = self.other_agent
        self._flush_tracking()
        return lead.message_ids.tracking_value_ids

    def _forge_changes(self, tracked):
        stage = self.env["ir.model.fields"]._get("crm.lead", "stage_id")
        won = {
            "field_id": stage.id,
            "old_value_char": "New",
            "new_value_char": "Won",
            "new_value_integer": self.won.id,
        }
        return (
            [Command.create(won)],
            [Command.update(tracked.id, {"old_value_char": "FORGED"})],
            [Command.link(tracked.id)],
            [Command.delete(tracked.id)],
            [Command.unlink(tracked.id)],
            [Command.set(tracked.ids)],
            [Command.clear()],
            [tracked.id],
            [[0, 0]],
            True,
            "x",
        )

    def test_nobody_writes_by_hand_what_changed(self):
        tracked = self._track(self.foreign)[:1]
        before = tracked.read()
        employee = new_test_user(
            self.env, "emil@bpo.test", "base.group_user", email="emil@bpo.test"
        )
        threads = self.env["mail.thread"]
        messages = self.env["mail.message"]
        me = employee.partner_id
        for commands in self._forge_changes(tracked):
            forged = {"body": "z", "tracking_value_ids": commands}
            by_default = messages.with_context(default_tracking_value_ids=commands)
            for way in (
                lambda forged=forged: self._post(**forged),
                lambda forged=forged: self._post(user=self.manager, **forged),
                lambda forged=forged: self.messages.create(
                    self._values(self.own, **forged)
                ),
                lambda forged=forged: messages.with_user(employee).create(forged),
                lambda forged=forged: me.with_user(employee).message_post(**forged),
                lambda forged=forged: threads.with_user(employee).message_notify(
                    partner_ids=me.ids, **forged
                ),
                lambda forged=forged: self.own.with_user(self.agent).message_notify(
                    partner_ids=self.agent.partner_id.ids, **forged
                ),
                lambda forged=forged: self.own.with_user(self.agent).write(
                    {"message_ids": [Command.create(self._values(self.own, **forged))]}
                ),
                lambda forged=forged: self._post().write(forged),
                lambda forged=forged: (
                    messages.with_user(employee).create({"body": "z"}).write(forged)
                ),
                lambda named=by_default: named.with_user(employee).create(
                    {"body": "z"}
                ),
            ):
                with self._refused("cannot be entered", AccessError):
                    way()
        self.env.invalidate_all()
        self.assertEqual(tracked.read(), before)

    def test_what_changed_is_reached_by_nobody(self):
        tracked = self._track(self.foreign)[:1]
        for user in (self.agent, self.supervisor, self.manager):
            values = tracked.with_user(user)
            for way in (
                lambda values=values: values.read(["old_value_char"]),
                lambda values=values: values.write({"old_value_char": "FORGED"}),
                lambda values=values: values.unlink(),
                lambda values=values: values.create(
                    {
                        "mail_message_id": self._post().id,
                        "field_id": tracked.field_id.id,
                    }
                ),
            ):
                with self._refused(error=AccessError):
                    way()

    def test_what_an_agent_changes_is_told(self):
        self._flush_tracking()
        before = self.own.message_ids
        self.own.with_user(self.agent).stage_id = self.qualified
        self._flush_tracking()
        told = (self.own.message_ids - before).tracking_value_ids
        self.assertIn(self.qualified.name, told.mapped("new_value_char"))

    # ------------------------------------------------------------
    # Other ones' leads
    # ------------------------------------------------------------

    def test_an_agent_writes_nothing_about_another_ones_lead(self):
        foreign = self.foreign.with_user(self.agent)
        own_partner = self.agent.partner_id.ids
        self._follow(self.foreign, self.agent)
        before = self.foreign.message_ids
        view = self.env["ir.ui.view"].create(
            {"name": "Hi", "type": "qweb", "arch": "<p>Hi</p>"}
        )
        for way in (
            lambda: self._post(self.foreign),
            lambda: foreign.message_notify(body="Hi", partner_ids=own_partner),
            lambda: (
                self.env["mail.thread"]
                .with_user(self.agent)
                .message_notify(
                    body="Hi",
                    model="crm.lead",
                    res_id=self.foreign.id,
                    partner_ids=own_partner,
                )
            ),
            lambda: self.messages.create(self._values(self.foreign)),
            lambda: self.messages.create(
                self._values(self.foreign, message_type="user_notification")
            ),
            lambda: self.messages.with_context(
                default_model="crm.lead", default_res_id=self.foreign.id
            ).create(
                {"message_type": "user_notification", "reply_to": "floor@bpo.test"}
            ),
            lambda: self.messages.create(
                self._values(self.foreign, parent_id=self.foreign_message.id)
            ),
            lambda: foreign.message_post_with_source(view),
            lambda: foreign.message_mail_with_source(view, partner_ids=own_partner),
        ):
            with self._refused(error=AccessError):
                way()
        self.assertEqual(self.foreign.message_ids, before)

    def test_nobody_without_the_lead_is_told_its_name(self):
        employee = new_test_user(
            self.env, "clerk@bpo.test", "base.group_user", email="clerk@bpo.test"
        )
        for user in (self.agent, employee):
            messages = self.env["mail.message"].with_user(user)
            values = self._values(self.foreign, message_type="user_notification")
            with self._refused(error=AccessError):
                messages.create(values)

    def test_a_message_of_no_type_does_not_tell_the_name_of_its_lead(self):
        for kind in (None, False, ""):
            with self._refused("needs a type"):
                self.messages.create(self._values(self.foreign, message_type=kind))
            given = {"default_message_type": kind}
            values = self._values(self.foreign)
            del values["message_type"]
            with self._refused("needs a type"):
                self.messages.with_context(**given).create(values)

    def test_nobody_without_the_lead_asks_for_its_name_by_a_message(self):
        portal = new_test_user(self.env, "porta@bpo.test", "base.group_portal")
        employee = new_test_user(self.env, "clerk@bpo.test", "base.group_user")
        for user in (self.agent, employee, portal):
            self.assertNotIn(self.foreign.name, self._ask_for_name(user))
        if self.messages._fields["record_name"].compute:
            # Only 19.0 tells it to anybody.
            self.assertIn(self.foreign.name, self._ask_for_name(self.supervisor))

    def _ask_for_name(self, user):
        """Return all that a user is told of a message that is only asked for."""
        values = {"model": "crm.lead", "res_id": self.foreign.id}
        messages = self.env["mail.message"].with_user(user)
        try:
            return str(messages.onchange(values, ["res_id"], {"record_name": {}}))
        except AccessError as refusal:
            return str(refusal)

    def test_anothers_chatter_is_not_read(self):
        foreign = self.foreign.with_user(self.agent)
        domain = [("model", "=", "crm.lead"), ("res_id", "=", self.foreign.id)]
        self.assertFalse(self.messages.search(domain))
        for way in (
            lambda: self.foreign_message.with_user(self.agent).read(["body"]),
            foreign.message_get_followers,
            lambda: foreign.message_change_thread(self.own),
            lambda: foreign.read(["message_ids"]),
            lambda: foreign.message_subscribe(self.supervisor.partner_id.ids),
        ):
            with self._refused(error=AccessError):
                way()
        # Core says no more than that.
        self.assertFalse(foreign.message_subscribe(self.agent.partner_id.ids))
        followers = self.env["mail.followers"].with_user(self.agent)
        with self._refused(error=AccessError):
            followers.create(
                {
                    "res_model": "crm.lead",
                    "res_id": self.foreign.id,
                    "partner_id": self.agent.partner_id.id,
                }
            )

    def test_nothing_is_scheduled_for_another_ones_lead(self):
        scheduled = self.env["mail.scheduled.message"].with_user(self.agent)
        later = datetime.now() + timedelta(days=1)
        values = {
            "model": "crm.lead",
            "author_id": self.agent.partner_id.id,
            "body": "Hi",
            "scheduled_date": later,
        }
        with self._refused():
            scheduled.create({**values, "res_id": self.foreign.id})
        own = scheduled.create({**values, "res_id": self.own.id})
        with self._refused():
            own.res_id = self.foreign.id
        composers = self.env["mail.compose.message"].with_user(self.agent)
        with self._refused():
            composer = composers.create(
                {
                    "model": "crm.lead",
                    "res_ids": str(self.foreign.ids),
                    "body": "Hi",
                    "partner_ids": self.agent.partner_id.ids,
                }
            )
            composer.action_send_mail()

    # ------------------------------------------------------------
    # Followers
    # ------------------------------------------------------------

    def _told(self, message):
        return message.sudo().notified_partner_ids

    def test_who_followed_a_lead_in_the_pool_is_not_told_of_another_ones(self):
        pool = self._new_lead()
        pool.with_user(self.agent).message_subscribe(self.agent.partner_id.ids)
        pool.with_user(self.supervisor).message_subscribe(
            self.supervisor.partner_id.ids
        )
        told = self._told(self._post(pool, self.env.ref("base.user_admin")))
        self.assertIn(self.agent.partner_id, told)
        pool.with_user(self.other_agent).action_claim()
        told = self._told(self._post(pool, self.env.ref("base.user_admin")))
        self.assertNotIn(self.agent.partner_id, told)
        self.assertIn(self.other_agent.partner_id, told)
        self.assertIn(self.supervisor.partner_id, told)

    def test_who_is_named_is_told(self):
        self._follow(self.foreign, self.agent)
        message = self._post(
            self.foreign, self.other_agent, partner_ids=self.agent.partner_id.ids
        )
        self.assertIn(self.agent.partner_id, self._told(message))

    # ------------------------------------------------------------
    # Attachments
    # ------------------------------------------------------------

    def test_a_file_is_not_put_on_another_ones_lead(self):
        files = self.env["ir.attachment"].with_user(self.agent)
        target = {"res_model": "crm.lead", "res_id": self.foreign.id}
        by_default = {f"default_{name}": value for name, value in target.items()}
        own = files.create(
            {
                "name": "a.txt",
                "raw": b"a",
                "res_model": "crm.lead",
                "res_id": self.own.id,
            }
        )
        partners = files.create(
            {
                "name": "b.txt",
                "raw": b"b",
                "res_model": "res.partner",
                "res_id": self.agent.partner_id.id,
            }
        )
        foreign = files.sudo().create({"name": "c.txt", "raw": b"c", **target})
        activity = self.own.with_user(self.agent).activity_schedule()
        for way in (
            lambda: files.create({"name": "d.txt", "raw": b"d", **target}),
            lambda: files.with_context(**by_default).create(
                {"name": "d.txt", "raw": b"d"}
            ),
            lambda: own.write({"res_id": self.foreign.id}),
            lambda: own.write(target),
            lambda: partners.write(target),
            lambda: own.copy({"res_id": self.foreign.id}),
            lambda: foreign.with_user(self.agent).write({"res_id": self.own.id}),
            lambda: foreign.with_user(self.agent).read(["raw"]),
            lambda: foreign.with_user(self.agent).unlink(),
            lambda: self._post(attachment_ids=foreign.ids),
            lambda: activity.action_feedback(attachment_ids=foreign.ids),
        ):
            with self._refused(error=AccessError):
                way()
        self.assertEqual(self._files_of_lead(self.foreign), foreign.sudo())
        another = self._new_lead(self.agent)
        own.res_id = another.id
        self.assertEqual(self._files_of_lead(another), own.sudo())

    def _files_of_lead(self, lead):
        return self.env["ir.attachment"].search(
            [("res_model", "=", "crm.lead"), ("res_id", "=", lead.id)]
        )
