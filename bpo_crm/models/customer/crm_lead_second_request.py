import functools
import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...inner_context import READS_FILE
from ...own_transaction import run_alone
from ...series import Constraint

_logger = logging.getLogger(__name__)

#: How many owners of leads one user can let know in a day, whoever calls how often.
NOTES_A_DAY = 30

#: How long a message can be left, and how long the rows are kept.
MESSAGE_WITHIN = timedelta(days=1)
KEPT_FOR = timedelta(days=7)


class SecondRequest(models.Model):
    """Who was refused a second lead of a customer whom somebody else works.

    A row lets the owner of the open lead know, and is what allows its user to leave a
    message there: one of each for a lead, a user and a day.
    """

    _name = "crm.lead.second.request"
    _description = "Second Lead That Was Refused"
    _log_access = False

    lead_id = fields.Many2one("crm.lead", required=True, ondelete="cascade")
    user_id = fields.Many2one(
        "res.users", required=True, index=True, ondelete="cascade"
    )
    day = fields.Date(required=True, index=True, help="The day of the refusal, in UTC.")
    has_message = fields.Boolean(help="Whether a message was left for this request.")

    _day_uniq = Constraint(
        "UNIQUE(lead_id, user_id, day)", "The agent of this lead knows already."
    )

    @api.model
    def _record(self, lead, user):
        """Record that somebody was refused.

        :param crm.lead lead: the open one.
        :param res.users user: who wanted another one.
        :return: whether it is news; neither is what is known of today, nor what is too
            much for a day.
        :rtype: bool
        """
        today = fields.Date.today()
        if not self._may_ask(lead, user):
            _logger.warning("User %s asks for many customers of others", user.id)
            return False
        self.env.cr.execute(
            """
            INSERT INTO crm_lead_second_request (lead_id, user_id, day)
            VALUES (%s, %s, %s) ON CONFLICT DO NOTHING RETURNING id
            """,
            [lead.id, user.id, today],
            log_exceptions=False,
        )
        return bool(self.env.cr.rowcount)

    @api.model
    def _may_ask(self, lead, user):
        """Whether somebody has not asked for too many customers of others today.

        :param crm.lead lead: the open one; of one that was asked for today, more is
            not told.
        :param res.users user: who asks.
        :rtype: bool
        """
        asked = self.search(
            [("user_id", "=", user.id), ("day", "=", fields.Date.today())]
        )
        return len(asked) < NOTES_A_DAY or lead in asked.lead_id

    @api.model
    def _find_own(self, reference):
        """Return the current user's last request for the customer of a lead.

        :param str reference: of the lead, as the refusal named it.
        :raises UserError: where there is none that a message can be left for; also for
            leads that there are not, which tells nobody apart.
        """
        since = fields.Date.today() - MESSAGE_WITHIN
        request = self.search(
            [
                ("user_id", "=", self.env.uid),
                ("lead_id.reference", "=", reference or ""),
                ("day", ">=", since),
            ],
            order="day desc",
            limit=1,
        )
        if not request or request.has_message:
            raise UserError(
                self.env._(
                    "A message is left once a day, after a second lead was refused. "
                    "Ask a supervisor to tell the agent of the lead."
                )
            )
        return request

    @api.autovacuum
    def _delete_old(self):
        """Delete what nobody can leave a message for any more."""
        until = fields.Date.today() - KEPT_FOR
        self.search([("day", "<", until)]).unlink()


class Lead(models.Model):
    """The owner of an open lead learns that somebody else wanted to make another one.

    Requirements 003, "What happens if the customer calls".
    """

    _inherit = "crm.lead"

    def _tell_of_second_request(self):
        """Let the owner know, whether the transaction is rolled back or not."""
        if not self.sudo().user_id or READS_FILE.get(self.env):
            # Nobody works it, or a file asks, which is no customer.
            return
        user_id = self.env.uid
        tell = functools.partial(
            run_alone,
            self,
            lambda lead: lead._note_second_request(
                lead.env["res.users"].browse(user_id)
            ),
            "The agent is not told of a second request",
        )
        self.env.cr.postrollback.add(tell)
        self.env.cr.postcommit.add(tell)

    def _note_second_request(self, user):
        """Tell the owner in the chatter, once a day for each who asks.

        :param res.users user: who wanted another lead.
        """
        requests = self.env["crm.lead.second.request"]
        if not self._is_open() or not requests._record(self, user):
            return
        lead = self.with_context(lang=self.user_id.lang)
        lead._notify_owner(
            lead.env._(
                "%s was about to make a second lead of this customer, who may be "
                "waiting for an answer. Call the customer back.",
                user.name,
            ),
            user,
        )

    def _leave_message(self, user, text):
        """Leave the owner a message of somebody who does not work this lead.

        :param res.users user: who leaves it.
        :param str text: what it says.
        """
        lead = self.with_context(lang=self.user_id.lang)
        lead._notify_owner(
            lead.env._(
                "%(name)s leaves a message: %(message)s", name=user.name, message=text
            ),
            user,
        )

    def _notify_owner(self, body, author):
        """Post a note in the chatter of which its owner is notified.

        Whoever is its author does not follow the lead after it.

        :param str body: a text.
        :param res.users author: in whose name.
        """
        self.message_post(
            body=body,
            author_id=author.partner_id.id,
            partner_ids=self.user_id.partner_id.ids,
        )

    def _open_message_window(self):
        """Return the action by which the owner of this lead is left a message.

        :rtype: dict
        """
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Leave a Message for %s", self.user_id.name),
            "res_model": "crm.lead.leave.message",
            "views": [[False, "form"]],
            "target": "new",
            "context": {"default_reference": self.reference},
        }
