from odoo import api, fields, models

from ...client_actions import CLOSE
from ...roles import MANAGER, check_role

#: How many new records a feed takes in at first without being asked.
UNASKED = 200

#: How old the leads are at most that a feed proposes to read.
PROPOSED_DAYS = 30


class LeadFeed(models.Model):
    """Many leads at once come in when somebody has seen how many.

    A domain that is too wide brings in what the distributor has sold long ago: the
    pool would be full of it, and the reports wrong. So the first run after what is
    read was changed looks how much is new, and asks where that is a lot.
    """

    _inherit = "crm.lead.feed"

    is_agreed = fields.Boolean(
        "Go-Ahead Given",
        readonly=True,
        copy=False,
        help="How many records match was little, or a BPO manager has agreed to it.",
    )
    unagreed_count = fields.Integer(
        "Waiting for a Go-Ahead",
        readonly=True,
        copy=False,
        help="How many new records match, none of which is taken in until a BPO "
        "manager agrees.",
    )

    # ------------------------------------------------------------
    # ACTIONS
    # ------------------------------------------------------------

    def action_take_all(self):
        """Take in what matches, as many as was said.

        Where the feed was changed since, that is another number, which is said first.

        :return: a notification, or a form with another number.
        :rtype: dict
        :raises AccessError: for anybody below a BPO manager.
        """
        self.ensure_one()
        check_role(
            self.env,
            MANAGER,
            self.env._("Only a BPO manager can agree to what a feed takes in."),
        )
        self.check_access("write")
        return self.brand_id._pull_feeds(
            self, following=CLOSE, agreed_count=self.unagreed_count
        )

    # ------------------------------------------------------------
    # BUSINESS
    # ------------------------------------------------------------

    def _begin_anew(self):
        self.write({"is_agreed": False, "unagreed_count": 0})
        return super()._begin_anew()

    def _take_leads(self, distributor, pull, deadline):
        if not self._may_take_all(distributor, pull):
            pull.question = self._prepare_question()
            return False
        return super()._take_leads(distributor, pull, deadline)

    def _may_take_all(self, distributor, pull):
        """Whether what is new is taken in, and note how much it is where it is not.

        :param remote_odoo.Distributor distributor: of this feed's model.
        :param Pull pull: knows what somebody has agreed to.
        :rtype: bool
        :raises remote_odoo.RemoteError: a subclass of it.
        """
        if self.is_agreed:
            return True
        count = self.unagreed_count
        is_agreed = bool(count) and pull.agreed_count == count
        if not is_agreed and (pull.is_asked_for or not count):
            # The job does not count again what a manager was told.
            count = self._count_new(distributor)
        is_agreed = is_agreed or count <= UNASKED
        self.write({"is_agreed": is_agreed, "unagreed_count": not is_agreed and count})
        return is_agreed

    def _count_new(self, distributor):
        """Return how many records match that have not come in yet.

        :param remote_odoo.Distributor distributor: of this feed's model.
        :return: of no more than are taken in unasked, those that came in are among it.
        :rtype: int
        :raises remote_odoo.RemoteError: a subclass of it.
        """
        matching = distributor.count(self._get_domain())
        if matching <= UNASKED:
            return matching
        pages = distributor.iter_pages(self._get_domain())
        return sum(len(self._leave_out_known(page)) for page in pages)

    def _prepare_question(self):
        return self.env._(
            "%(count)s new records match, and none of them is taken in before a BPO "
            "manager agrees: open the feed, and take them in or narrow down the "
            "records to read.",
            count=self.unagreed_count,
        )

    @api.model
    def _get_proposed_domain(self):
        """Return which leads of a distributor a feed proposes to read.

        :return: neither won ones, nor lost ones, which Odoo archives, nor old ones.
        :rtype: str
        """
        since = fields.Date.subtract(fields.Date.today(), days=PROPOSED_DAYS)
        return repr(
            [
                ("active", "=", True),
                ("create_date", ">=", fields.Date.to_string(since)),
                *["|", ("stage_id", "=", False), ("stage_id.is_won", "=", False)],
            ]
        )
