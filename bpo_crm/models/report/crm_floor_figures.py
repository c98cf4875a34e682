from datetime import timedelta

from odoo import api, fields, models

from ...domains import COUNTED_LEAD, OPEN_LEAD
from ...series import any_of

#: Up to how many minutes the leads of each band of the pool have waited.
BANDS = (5, 60, 4 * 60, 24 * 60)

#: How long an order that was cancelled, or is gone, stands on the page. In days.
REMEMBERED = 30

#: The states of the visits that are counted in each column of visits.
VISIT_STATES = {
    "visits": ("!=", False),
    "shown": ("=", "done"),
    "no_shows": ("=", "no_show"),
}

#: A feed that was not read for so long is stuck, whether it has failed or not.
SILENT = timedelta(hours=1)


class Floor(models.AbstractModel):
    """What is counted on the page, and where each figure leads."""

    _inherit = "crm.floor"

    @api.model
    def _new_figure(self, model, title, domain, view, by=""):
        """Return a figure.

        :param str model: of what is counted.
        :param str title: of the figure, and of the list that it opens.
        :param list domain: of what is counted.
        :param str view: XML id of the list, without the module.
        :param str by: the path from there to the agent and the dealership, with a dot
            at its end.
        :rtype: dict
        """
        return {
            "model": model,
            "title": title,
            "domain": domain,
            "view": view,
            "by": {"agents": f"{by}user_id", "dealerships": f"{by}dealership_id"},
        }

    # Today, by agent and by dealership

    @api.model
    def _list_columns(self, days):
        """Return what is counted of today, by its name.

        :param list days: as of :meth:`_list_days`.
        :return: figures as of :meth:`_new_figure`, in the order of the columns.
        :rtype: dict[str, dict]
        """
        return {
            **self._list_enquiries(days),
            **self._list_calls(days),
            **self._list_visits(days),
            **self._list_closed(days),
            **self._list_undone(),
        }

    @api.model
    def _list_enquiries(self, days):
        """Return the columns of what came in today, and of what was claimed.

        :param list days: as of :meth:`_list_days`.
        """
        leads = self._get_leads_domain()
        asked = [*leads, *self._get_today_domain(days, "enquiry_date")]
        taken = [("user_id", "!=", False), *self._get_today_domain(days, "date_open")]
        speed = "crm_lead_view_list_speed"
        return {
            "enquiries": self._new_figure(
                "crm.lead", self.env._("Enquiries"), asked, speed
            ),
            "claimed": self._new_figure(
                "crm.lead",
                self.env._("Claimed"),
                [*leads, *taken],
                "crm_lead_view_list_work",
            ),
            "in_time": self._new_figure(
                "crm.lead",
                self.env._("First Attempt in Time"),
                [*asked, ("response_state", "=", "met")],
                speed,
            ),
            "missed": self._new_figure(
                "crm.lead",
                self.env._("First Attempt Missed"),
                [*asked, ("response_state", "=", "missed")],
                speed,
            ),
        }

    @api.model
    def _list_calls(self, days):
        """Return the columns of today's calls.

        :param list days: as of :meth:`_list_days`.
        """
        today = self._get_today_domain(days, "call_date", "lead_id.company_id")
        calls = [("lead_id", "any", self._get_leads_domain()), *today]
        view = "crm_call_log_view_list"
        return {
            "calls": self._new_figure("crm.call.log", self.env._("Calls"), calls, view),
            "contacts": self._new_figure(
                "crm.call.log",
                self.env._("Spoken To"),
                [*calls, ("is_contact", "=", True)],
                view,
            ),
        }

    @api.model
    def _list_visits(self, days):
        """Return the columns of the visits that are today, whenever they were set.

        :param list days: as of :meth:`_list_days`.
        """
        today = self._get_today_domain(days, "start", "opportunity_id.company_id")
        visits = [
            ("active", "=", True),
            ("opportunity_id", "any", self._get_leads_domain()),
            *today,
        ]
        titles = {
            "visits": self.env._("Visits"),
            "shown": self.env._("Visit Took Place"),
            "no_shows": self.env._("No-Show"),
        }
        return {
            name: self._new_figure(
                "calendar.event",
                title,
                [("visit_state", *VISIT_STATES[name]), *visits],
                "calendar_event_view_list_digest",
                by="opportunity_id.",
            )
            for name, title in titles.items()
        }

    @api.model
    def _list_closed(self, days):
        """Return the columns of what was won and lost today.

        :param list days: as of :meth:`_list_days`.
        """
        leads = self._get_leads_domain()
        # What was closed today is not set aside: by that, they are looked up.
        closed = [
            *leads,
            ("set_aside_date", "=", False),
            *self._get_today_domain(days, "date_closed"),
        ]
        return {
            "won": self._new_figure(
                "crm.lead",
                self.env._("Won"),
                [*closed, ("stage_id.is_won", "=", True)],
                "crm_lead_view_list_digest_won",
            ),
            "lost": self._new_figure(
                "crm.lead",
                self.env._("Lost"),
                [*closed, ("stage_id.is_lost", "=", True)],
                "crm_lead_view_list_lost",
            ),
        }

    @api.model
    def _list_undone(self):
        """Return the columns of what is to do in this moment."""
        titles = {
            "overdue": self.env._("Overdue"),
            "missing_step": self.env._("No Next Step"),
        }
        domains = self.env["crm.lead"]._get_digest_domains()
        return {
            name: self._new_figure(
                "crm.lead",
                title,
                [*self._get_worked_domain(), *domains[name]],
                "crm_lead_view_list_work",
            )
            for name, title in titles.items()
        }

    # What waits, and what has failed

    @api.model
    def _list_alerts(self, now):
        """Return what a supervisor has to see to, by its name.

        :param datetime.datetime now: in UTC, naive.
        :return: figures as of :meth:`_new_figure`.
        :rtype: dict[str, dict]
        """
        return {
            "untried": self._new_figure(
                "crm.lead",
                self.env._("First Attempts Missed"),
                [
                    *self._get_worked_domain(),
                    *OPEN_LEAD,
                    ("first_attempt_date", "=", False),
                    ("response_deadline", "<=", fields.Datetime.to_string(now)),
                ],
                "crm_lead_view_list_speed",
            ),
            **self._list_undone(),
            **self._list_order_alerts(now),
            **self._list_server_alerts(now),
        }

    @api.model
    def _list_order_alerts(self, now):
        """Return the figures of wins without an order that stands.

        :param datetime.datetime now: in UTC, naive.
        """
        since = fields.Datetime.to_string(now - timedelta(days=REMEMBERED))
        return {
            "failed_wins": self._new_figure(
                "crm.lead",
                self.env._("Failed Wins"),
                [*self._get_worked_domain(), ("is_win_failed", "=", True)],
                "crm_lead_view_list_failed_win",
            ),
            "orders_undone": self._new_figure(
                "crm.lead",
                self.env._("Won, and Order Cancelled or Gone"),
                [
                    *self._get_leads_domain(),
                    ("stage_id.is_won", "=", True),
                    ("dealer_so_trouble_at", ">=", since),
                ],
                "crm_lead_view_list_orders",
            ),
        }

    @api.model
    def _list_server_alerts(self, now):
        """Return the figures of what others' servers do not do.

        :param datetime.datetime now: in UTC, naive.
        """
        quarantined = [("state", "=", "quarantined")]
        stuck = [("id", "in", self._find_stuck_brands(now).ids)]
        return {
            "quarantined": self._new_figure(
                "crm.lead.enquiry",
                self.env._("Enquiries in Quarantine"),
                quarantined,
                "crm_lead_enquiry_view_list",
            ),
            "feeds_stuck": self._new_figure(
                "crm.brand",
                self.env._("Brands with a Stuck Feed"),
                stuck,
                "crm_brand_view_list",
            ),
            "dealers_down": self._new_figure(
                "crm.dealership",
                self.env._("Dealers That Are Down"),
                self._get_dealers_down_domain(),
                "crm_dealership_view_list_down",
            ),
        }

    @api.model
    def _find_stuck_brands(self, now):
        """Return the brands with a feed that is stuck.

        What a feed reads, and from where, is for managers: whoever sees the page sees
        the brands.

        :param datetime.datetime now: in UTC, naive.
        :rtype: crm.brand
        """
        groups = (
            self.env["crm.lead.feed"]
            .sudo()
            ._read_group(self._get_stuck_feeds_domain(now), ["brand_id"])
        )
        return self.env["crm.brand"].concat(*(brand for (brand,) in groups))

    @api.model
    def _get_stuck_feeds_domain(self, now):
        """Return the domain of the feeds that bring in nothing, or write nothing back.

        :param datetime.datetime now: in UTC, naive.
        :rtype: list
        """
        silent = fields.Datetime.to_string(now - SILENT)
        return [
            ("active", "=", True),
            ("brand_id.active", "=", True),
            ("company_id", "in", [False, *self.env.companies.ids]),
            *any_of(
                [
                    [("failure_count", ">", 0)],
                    [("unagreed_count", ">", 0)],
                    # A catalogue is read once a day.
                    [("kind", "=", "lead"), ("last_run", "<", silent)],
                ]
            ),
        ]

    @api.model
    def _get_dealers_down_domain(self):
        """Return the domain of the dealerships whose server does not do what it should.

        :rtype: list
        """
        told = [("is_dealer_failure", "=", True), ("active", "=", True)]
        return [
            ("active", "=", True),
            *any_of(
                [
                    [("connection_state", "=", "failed")],
                    [("orders_failure_count", ">", 0)],
                    [("activity_ids", "any", told)],
                ]
            ),
        ]

    # The pool

    @api.model
    def _get_pool_domain(self):
        """Return the domain of the leads that wait for somebody to claim them.

        :rtype: list
        """
        pool = self.env["crm.lead"]._get_pool_domain()
        return [*self._get_present_domain(), *pool]

    @api.model
    def _new_pool(self):
        """Return all leads of the pool, as of :meth:`_new_figure`."""
        title = self.env._("In the Pool")
        view = "crm_lead_view_list_pool"
        return self._new_figure("crm.lead", title, self._get_pool_domain(), view)

    @api.model
    def _list_bands(self, now):
        """Return the leads of the pool by how long they have waited.

        :param datetime.datetime now: in UTC, naive.
        :return: figures as of :meth:`_new_figure`, the youngest first, each with the
            moment ``since`` which the customers asked; None for the oldest.
        :rtype: dict[str, dict]
        """
        edges = [now - timedelta(minutes=minutes) for minutes in BANDS]
        titles = (
            self.env._("Up to 5 Minutes"),
            self.env._("5 Minutes to an Hour"),
            self.env._("1 to 4 Hours"),
            self.env._("4 Hours to a Day"),
            self.env._("Longer than a Day"),
        )
        return {
            f"pool_{number}": self._new_band(title, since, until)
            for number, (title, since, until) in enumerate(
                zip(titles, [*edges, None], [None, *edges], strict=True)
            )
        }

    @api.model
    def _new_band(self, title, since, until):
        """Return the leads of the pool whose customers asked in some time.

        :param str title: of the figure.
        :param datetime.datetime since: in UTC, naive; None from the beginning on.
        :param datetime.datetime until: from then on no more; None up to now.
        :rtype: dict
        """
        asked = []
        if since:
            asked.append(("enquiry_date", ">=", fields.Datetime.to_string(since)))
        if until:
            asked.append(("enquiry_date", "<", fields.Datetime.to_string(until)))
        if not since:
            # What nobody has dated has waited longest.
            asked = ["|", ("enquiry_date", "=", False), *asked]
        figure = self._new_figure(
            "crm.lead",
            title,
            [*self._get_pool_domain(), *asked],
            "crm_lead_view_list_pool",
        )
        return {**figure, "since": since}

    # Which leads

    @api.model
    def _get_leads_domain(self):
        """Return the domain of the leads that count, in the active companies.

        :rtype: list
        """
        return [
            *COUNTED_LEAD,
            ("company_id", "in", [False, *self.env.companies.ids]),
        ]

    @api.model
    def _get_present_domain(self):
        """Return the domain of those of the leads that are not archived.

        :rtype: list
        """
        return [*self._get_leads_domain(), ("active", "=", True)]

    @api.model
    def _get_worked_domain(self):
        """Return the domain of the leads among which all open ones are.

        No open lead is set aside: by that, they are looked up.

        :rtype: list
        """
        return [*self._get_present_domain(), ("set_aside_date", "=", False)]
