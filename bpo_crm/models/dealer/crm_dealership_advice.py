from odoo import models

from ... import remote_odoo


class Dealership(models.Model):
    """What somebody who wins leads reads when no order was made."""

    _inherit = "crm.dealership"

    def _describe_failure(self, error):
        """Say what failed, to somebody who cannot mend it.

        :param remote_odoo.RemoteError error: what came back.
        :return: a translated text without any secret.
        :rtype: str
        """
        problem = self._get_problem(error.kind)
        return " ".join(filter(None, [problem, self._shorten(error.detail)]))

    def _advise_agent(self, error, told):
        """Say what somebody who wins leads can do about a failure.

        :param remote_odoo.RemoteError error: what came back.
        :param res.users told: who has been told, may be empty.
        :return: a translated text, empty where the error says it all.
        :rtype: str
        """
        if not self or error.kind in remote_odoo.OF_NO_CONNECTION:
            return ""
        if told == self.env.user:
            return self.env._(
                "Mend it on the page of %s, then press Mark as Won again.", self.name
            )
        if error.kind in remote_odoo.OF_ONE_REQUEST:
            return self._advise_on_rejection(told)
        if told:
            return self.env._(
                "Go on with the next lead: %s has been told, and can mend it. Press "
                "Mark as Won again later.",
                told.name,
            )
        return self.env._(
            "Go on with the next lead, and tell a BPO manager, who can mend it. Press "
            "Mark as Won again later."
        )

    def _advise_on_rejection(self, told):
        """Say what somebody who wins leads can do about a rejection.

        :param res.users told: who has been told, may be empty.
        :rtype: str
        """
        if told:
            return self.env._(
                "Correct what it says about the customer, and press Mark as Won again. "
                "For all else go on with the next lead: %s has been told.",
                told.name,
            )
        return self.env._(
            "Correct what it says about the customer, and press Mark as Won again. For "
            "all else go on with the next lead, and tell a BPO manager."
        )
