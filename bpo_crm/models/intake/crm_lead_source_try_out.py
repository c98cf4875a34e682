import functools
import uuid

from odoo import api, models
from odoo.exceptions import UserError

from ...intake import Enquiry
from ...roles import MANAGER, check_role


class LeadSource(models.Model):
    """A test enquiry, by which a manager sees what becomes of a real one."""

    _inherit = "crm.lead.source"

    # ------------------------------------------------------------
    # ACTIONS
    # ------------------------------------------------------------

    @api.model
    def action_try_out(self):
        """Send a test enquiry through the first source of the company that has a token.

        :return: as of :meth:`action_send_test_enquiry`.
        :rtype: dict
        :raises AccessError: for anybody below a BPO manager.
        :raises UserError: where no source has a token.
        """
        domain = [
            ("token_date", "!=", False),
            *self._get_domain_of(self.env.company),
        ]
        return self.search(domain, limit=1).action_send_test_enquiry()

    def action_send_test_enquiry(self):
        """Let an enquiry come in as one of this source does, and open its lead.

        :return: an action that opens it.
        :rtype: dict
        :raises AccessError: for anybody below a BPO manager.
        :raises UserError: where the source has no token, or no lead was made.
        """
        check_role(
            self.env, MANAGER, self.env._("Only a BPO manager can send test enquiries.")
        )
        self.check_access("write")
        if not self.token_date:
            raise UserError(
                self.env._(
                    "No enquiry can come in yet. Choose a lead source in the menu Data "
                    "and press Make a Token first."
                )
            )
        self.ensure_one()
        enquiry = self._prepare_test_enquiry()
        lead_id, problem = self._run_alone(functools.partial(_take_in, enquiry=enquiry))
        if not lead_id:
            raise UserError(problem)
        return self.env["crm.lead"].browse(lead_id)._open_form()

    # ------------------------------------------------------------
    # BUSINESS
    # ------------------------------------------------------------

    def _prepare_test_enquiry(self):
        """Return an enquiry that everybody sees to be a test.

        :return: of a customer whom no mail reaches, the same one for each of this
            source: its next test enquiry finds the lead of the last one while it is
            open.
        :rtype: Enquiry
        """
        return Enquiry(
            external_id=f"test-{uuid.uuid4()}",
            name=self.env._("Test Customer"),
            email=f"test-{self.id}@example.invalid",
            message=self.env._(
                "This enquiry is a test of the source %s. Delete the lead afterwards.",
                self.name,
            ),
            values={"name": self.env._("TEST: enquiry through %s", self.name)},
        )


def _take_in(source, enquiry):
    """Take in one enquiry in the transaction of a source.

    :param crm.lead.source source: with all rights.
    :param Enquiry enquiry: with an external id of its own.
    :return: the id of its lead, False for none; and why there is none.
    :rtype: tuple[int | bool, str | bool]
    """
    row, _new = source.env["crm.lead"]._take_in(source, [enquiry])
    return row.lead_id.id, row.error
