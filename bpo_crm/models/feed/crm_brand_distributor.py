import time

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ... import remote_odoo
from ...client_actions import RELOAD, show_notification
from ...roles import MANAGER, check_role

#: How long somebody waits who pressed a button, in seconds. The job does the rest.
BUTTON_TIMEOUT = 20


class Brand(models.Model):
    """The distributor of a brand, and what is read from its server."""

    _inherit = "crm.brand"

    feed_ids = fields.One2many(
        "crm.lead.feed",
        "brand_id",
        "Feeds",
        context={"active_test": False},
        groups=MANAGER,
    )
    feed_last_success = fields.Datetime(
        "Last Success",
        compute="_compute_feed_state",
        groups=MANAGER,
        help="When the feed that has waited longest was last read without an error.",
    )
    feed_backlog = fields.Integer(
        "Backlog",
        compute="_compute_feed_state",
        groups=MANAGER,
        help="How many records of the distributor were not read yet.",
    )
    feed_failure_count = fields.Integer(
        "Failures",
        compute="_compute_feed_state",
        groups=MANAGER,
        help="Feeds that failed, enquiries in quarantine, and records that the "
        "distributor's server refused to write.",
    )

    @api.depends(
        "feed_ids.active",
        "feed_ids.last_success",
        "feed_ids.backlog",
        "feed_ids.last_error",
        "feed_ids.quarantine_count",
        "feed_ids.unwritten_count",
    )
    def _compute_feed_state(self):
        for brand in self:
            feeds = brand.feed_ids.filtered("active")
            moments = feeds.mapped("last_success")
            brand.feed_last_success = bool(moments) and min(
                moments, key=lambda moment: moment or fields.Datetime.now().min
            )
            brand.feed_backlog = sum(feeds.mapped("backlog"))
            brand.feed_failure_count = (
                len(feeds.filtered("last_error"))
                + sum(feeds.mapped("quarantine_count"))
                + sum(feeds.mapped("unwritten_count"))
            )

    # ------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------

    def write(self, vals):
        result = super().write(vals)
        if self._changes_connection(vals):
            self._try_feeds_soon()
        return result

    # ------------------------------------------------------------
    # ACTIONS
    # ------------------------------------------------------------

    def action_test_connection(self):
        result = super().action_test_connection()
        if self.connection_state == "connected":
            self._try_feeds_soon()
        return result

    def action_sync_now(self):
        """Take in the leads that are new at the distributor.

        :return: a notification, or a form for the first feed.
        :rtype: dict
        :raises AccessError: for anybody below a BPO manager.
        """
        return self._sync("lead")

    def action_sync_dealers(self):
        """Make dealerships of those that the distributor has, or update them.

        :return: a notification, or a form for the first feed.
        :rtype: dict
        :raises AccessError: for anybody below a BPO manager.
        """
        return self._sync("dealership")

    def action_sync_vehicle_models(self):
        """Make vehicle models of those that the distributor has, or update them.

        :return: a notification, or a form for the first feed.
        :rtype: dict
        :raises AccessError: for anybody below a BPO manager.
        """
        return self._sync("vehicle_model")

    def action_view_quarantine(self):
        """Open the enquiries of this brand's feeds that wait in quarantine.

        :return: an action.
        :rtype: dict
        """
        self.check_access("write")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "bpo_crm.crm_lead_enquiry_action"
        )
        action["domain"] = [("feed_id.brand_id", "in", self.ids)]
        action["context"] = {
            "search_default_quarantined": True,
            "search_default_unwritten": True,
        }
        return action

    # ------------------------------------------------------------
    # BUSINESS
    # ------------------------------------------------------------

    def _try_feeds_soon(self):
        """Let no feed wait after its failures: somebody has mended the connection."""
        self.sudo().feed_ids.write({"retry_at": False})

    def _sync(self, kind):
        """Read the feeds of a kind.

        :param str kind: of ``crm.lead.feed``.
        :rtype: dict
        :raises AccessError: for anybody below a BPO manager.
        """
        self.ensure_one()
        check_role(
            self.env,
            MANAGER,
            self.env._("Only a BPO manager can read from the distributor."),
        )
        self.check_access("write")
        feeds = self.feed_ids.filtered(lambda feed: feed.active and feed.kind == kind)
        if not feeds:
            return self._open_first_feed(kind)
        return self._pull_feeds(feeds)

    def _pull_feeds(self, feeds, following=None, agreed_count=0):
        """Read feeds of this brand, for somebody who waits.

        :param crm.lead.feed feeds: to read.
        :param int agreed_count: how many new records somebody agrees to take in.
        :param dict following: the action after the notification; by default, the
            screen is loaded again.
        :return: a notification; or the form of the first feed whose manager has to
            agree to how much it takes in.
        :rtype: dict
        """
        deadline = time.monotonic() + BUTTON_TIMEOUT
        asked = {"is_asked_for": True, "agreed_count": agreed_count}
        pulls = {feed: feed._pull(deadline, **asked) for feed in feeds}
        if any(pull.is_unfinished for pull in pulls.values()):
            feeds._go_on()
        for feed, pull in pulls.items():
            if pull.question:
                return self._open_feed(feed)
        has_errors = any(pull.get_problems() for pull in pulls.values())
        return show_notification(
            "\n".join(feed._describe_pull(pull) for feed, pull in pulls.items()),
            "danger" if has_errors else "success",
            title=self.name,
            sticky=has_errors,
            following=following or RELOAD,
        )

    def _open_feed(self, feed):
        """Return a window with a feed that waits for somebody to agree.

        :param crm.lead.feed feed: to open.
        :rtype: dict
        """
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Take In This Many?"),
            "res_model": "crm.lead.feed",
            "res_id": feed.id,
            "views": [[False, "form"]],
            "target": "new",
            "context": {"dialog_size": "extra-large"},
        }

    def _open_first_feed(self, kind):
        """Return a window in which to say what is read from the distributor.

        :param str kind: of ``crm.lead.feed``.
        :rtype: dict
        """
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("What Is Read from the Distributor?"),
            "res_model": "crm.lead.feed",
            "views": [[False, "form"]],
            "target": "new",
            "context": {
                "default_brand_id": self.id,
                "default_kind": kind,
                "dialog_size": "extra-large",
            },
        }

    def _run_connection_checks(self, session):
        """Also check that every feed fits the distributor as it is now."""
        series, uid = super()._run_connection_checks(session)
        for feed in self.sudo().feed_ids.filtered("active"):
            try:
                feed._check_remote(remote_odoo.Distributor(session, feed.remote_model))
            except ValidationError as error:
                raise remote_odoo.NotFitting(f"{feed.name}: {error}") from None
        return series, uid

    def _get_problem(self, kind):
        if kind == "not_fitting":
            return self.env._("A feed no longer fits the server of the distributor.")
        return super()._get_problem(kind)

    def _get_remedy(self, kind):
        if kind == "not_allowed":
            return self.env._(
                "Ask the distributor's administrator to let it read what the feeds "
                "need, and write what is written back."
            )
        return super()._get_remedy(kind)
