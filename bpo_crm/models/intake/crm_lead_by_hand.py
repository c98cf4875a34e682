import dataclasses

from odoo import models
from odoo.exceptions import UserError

from ...inner_context import with_inner_context
from ...roles import SUPERVISOR, check_role

#: What a person may correct.
CORRECTED = ("name", "phone", "email", "message")


class LeadEnquiry(models.Model):
    """What waits in quarantine is taken in by somebody who has read it."""

    _inherit = "crm.lead.enquiry"

    # ------------------------------------------------------------
    # ACTIONS
    # ------------------------------------------------------------

    def action_correct(self):
        """Open the window in which a supervisor says who asks, and how to reach whom.

        :return: an action that opens it.
        :rtype: dict
        :raises AccessError: for anybody below a BPO supervisor.
        :raises UserError: for what does not wait in quarantine.
        """
        self.ensure_one()
        self._check_may_correct()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Make a Lead"),
            "res_model": "crm.lead.enquiry.correct",
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_enquiry_id": self.id},
        }

    # ------------------------------------------------------------
    # BUSINESS
    # ------------------------------------------------------------

    def _check_may_correct(self):
        """Refuse to correct what came in already, and what is not for this user.

        :raises AccessError: for anybody below a supervisor, or of another company.
        :raises UserError: for what does not wait in quarantine.
        """
        check_role(
            self.env,
            SUPERVISOR,
            self.env._("Only a BPO supervisor can take in what is in quarantine."),
        )
        self.check_access("read")
        if not self._is_waiting():
            raise UserError(
                self.env._("This enquiry does not wait in quarantine any more.")
            )

    def _get_corrected(self):
        """Return what there is to correct.

        :return: values of :data:`CORRECTED`.
        :rtype: dict
        """
        enquiry = self._read_content()
        return {name: getattr(enquiry, name) for name in CORRECTED}

    def _take_in_corrected(self, values):
        """Take this in as a person has corrected it, by the door of all enquiries.

        :param dict values: of :data:`CORRECTED`.
        :return: the lead that it became, or was merged into.
        :rtype: crm.lead
        :raises AccessError: for anybody below a supervisor, or of another company.
        :raises UserError: where nobody can be reached, or somebody was faster.
        """
        self.ensure_one()
        self._check_may_correct()
        row = with_inner_context(self).sudo()._lock_waiting()
        if not row:
            raise UserError(self.env._("Somebody else is taking this enquiry in."))
        enquiry = dataclasses.replace(row._read_content(), problem="", **values)
        row.content = enquiry.to_content()
        source = row.source_id.with_company(row.source_id.company_id)
        row.env["crm.lead"]._take_in_rows({row: enquiry}, source)
        if not row.lead_id:
            raise UserError(row.error)
        row._tell_of_correction(self.env.user)
        return self.env["crm.lead"].browse(row.lead_id.id)

    def _tell_of_correction(self, user):
        """Say on the lead who took this in; a mail comes along.

        :param res.users user: who has read it.
        """
        self.has_failed_here = False
        file = self._find_files("mail")
        if file:
            self._attach_mail(self._read_kept_file(file[:1]))
        self.lead_id._message_log(
            body=self.env._("%s took the enquiry in from quarantine.", user.name)
        )
