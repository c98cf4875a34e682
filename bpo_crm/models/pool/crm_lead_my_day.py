from datetime import datetime, time, timedelta

from odoo import api, fields, models

from ...domains import OUR_OPEN_LEAD, POOL_ORDER
from ...local_time import to_utc

#: How many leads a section shows; the others are counted.
SECTION_LIMIT = 40

#: How far a section counts.
COUNT_LIMIT = 99


class Lead(models.Model):
    """The agent's home: what is due, in the order in which to do it."""

    _inherit = "crm.lead"

    @api.model
    def get_my_day(self):
        """Return what the user has to do today.

        :return: ``numbers``, as of :meth:`_count_my_day`; ``sections`` in the order of
            their urgency, as of :meth:`_prepare_section`; what is due ``elsewhere``;
            and what is still to ``set_up``, for managers. Times are in UTC.
        :rtype: dict
        """
        assigned = self._search_due_activities()
        due = self._filter_on_own_leads(assigned)
        sections = [
            *self._prepare_due_sections(due),
            *self._prepare_waiting_sections(due.mapped("res_id")),
        ]
        self._complete_rows([row for section in sections for row in section["rows"]])
        return {
            "numbers": self._count_my_day(),
            "sections": sections,
            "elsewhere": self._prepare_elsewhere(assigned - due),
            "set_up": self.env["onboarding.onboarding"]._get_open_checklist(),
        }

    # ------------------------------------------------------------
    # BUSINESS
    # ------------------------------------------------------------

    @api.model
    def _find_due_activities(self):
        """Return the user's activities on own open leads up to the end of today.

        Those with a time of the day come first, in its order.
        """
        return self._filter_on_own_leads(self._search_due_activities())

    @api.model
    def _search_due_activities(self):
        """Return the user's activities on any records up to the end of today.

        Those with a time of the day come first, in its order.
        """
        today = fields.Date.context_today(self)
        # The pipeline's screens show archived leads, and done activities are archived.
        pending = self.env["mail.activity"].with_context(active_test=True)
        return pending.search(
            [("user_id", "=", self.env.uid), ("date_deadline", "<=", today)],
            order="due_at NULLS LAST, date_deadline, id",
        )

    @api.model
    def _filter_on_own_leads(self, activities):
        """Return those of some activities that are on open leads that the user works.

        :param mail.activity activities: in an order, which is kept.
        """
        on_leads = activities.filtered(lambda row: row.res_model == self._name)
        own = [("id", "in", on_leads.mapped("res_id")), *self._get_own_domain()]
        open_leads = set(self.search(own).ids)
        return on_leads.filtered(lambda activity: activity.res_id in open_leads)

    @api.model
    def _get_own_domain(self):
        """Return the domain of the open leads that the user works."""
        return [
            ("type", "=", "opportunity"),
            ("user_id", "=", self.env.uid),
            *OUR_OPEN_LEAD,
        ]

    @api.model
    def _count_my_day(self):
        """Return what the user has done today.

        :return: the number of ``calls``, of ``contacts`` among them, and their
            ``minutes``.
        :rtype: dict
        """
        calls = self.env["crm.call.log"].sudo()
        domain = self._get_calls_of_today_domain(self.env.user)
        aggregates = ["__count", "contact_rate:sum", "duration:sum"]
        ((count, contacts, minutes),) = calls._read_group(domain, [], aggregates)
        return {"calls": count, "contacts": int(contacts or 0), "minutes": minutes or 0}

    @api.model
    def _get_calls_of_today_domain(self, agents):
        """Return the domain of the calls of today, by the user's clock.

        :param res.users agents: who called.
        :rtype: list
        """
        midnight = datetime.combine(fields.Date.context_today(self), time())
        # Not always 24 hours: the clocks may be changed on that day.
        start, stop = (
            to_utc(midnight + timedelta(days=days), self.env.user) for days in (0, 1)
        )
        return [
            ("user_id", "in", agents.ids),
            ("call_date", ">=", start),
            ("call_date", "<", stop),
        ]

    # Sections

    @api.model
    def _prepare_due_sections(self, due):
        """Return the sections of what is due at a time or on a day.

        :param mail.activity due: on own leads, in the order of the rows.
        :return: each as of :meth:`_prepare_section`.
        :rtype: list[dict]
        """
        today = fields.Date.context_today(self)
        timed = due.filtered("due_at")
        untimed = due - timed
        overdue = untimed.filtered(lambda activity: activity.date_deadline < today)
        return [
            self._prepare_due_section("callbacks", timed),
            self._prepare_due_section("overdue", overdue),
            self._prepare_due_section("today", untimed - overdue),
        ]

    @api.model
    def _prepare_waiting_sections(self, due_ids):
        """Return the sections of the leads that just wait.

        :param list due_ids: ids of the leads on which something is due.
        :return: each as of :meth:`_prepare_section`.
        :rtype: list[dict]
        """
        own = self._get_own_domain()
        # A lead stands in one section, the most urgent one.
        shown, sections = set(due_ids), []
        for name, domain in (
            ("missing_step", [*own, *self._get_digest_domains()["missing_step"]]),
            ("stale", [("id", "in", self._find_stale_among(own).ids)]),
            ("pool", self._get_pool_domain()),
        ):
            section = self._prepare_lead_section(name, domain, shown)
            shown.update(row["id"] for row in section["rows"])
            sections.append(section)
        return sections

    @api.model
    def _prepare_due_section(self, name, activities):
        """Return a section with a row for each activity, the first ones.

        :param str name: of the section, which the screen knows.
        :param mail.activity activities: of leads, in the order of the rows.
        :return: as of :meth:`_prepare_section`.
        :rtype: dict
        """
        leads = {lead.id: lead for lead in self.browse(activities.mapped("res_id"))}
        rows = [
            leads[activity.res_id]._prepare_row(activity)
            for activity in activities[:SECTION_LIMIT]
        ]
        return self._prepare_section(name, len(activities), rows)

    @api.model
    def _prepare_lead_section(self, name, domain, shown):
        """Return a section with a row for each lead, the most urgent ones.

        :param str name: of the section, which the screen knows.
        :param list domain: of the leads.
        :param set shown: ids of leads that stand in a section already.
        :return: as of :meth:`_prepare_section`.
        :rtype: dict
        """
        domain = [("id", "not in", list(shown)), *domain]
        leads = self.search(domain, order=POOL_ORDER, limit=SECTION_LIMIT)
        count = len(leads)
        if count == SECTION_LIMIT:
            count = self.search_count(domain, limit=COUNT_LIMIT + 1)
        rows = [lead._prepare_row() for lead in leads]
        return self._prepare_section(name, count, rows)

    @api.model
    def _complete_rows(self, rows):
        """Hook: say more of leads than My Day knows, for all rows at once.

        :param list rows: of all sections, as of :meth:`_prepare_row`.
        """

    @api.model
    def _prepare_section(self, name, count, rows):
        """Return a section as the screen takes it.

        :param str name: of the section, which the screen knows.
        :param int count: of all that belongs to it.
        :param list rows: those that are shown.
        :return: ``name``, ``count`` up to :data:`COUNT_LIMIT`, ``has_more`` for what is
            beyond it, and ``rows``.
        :rtype: dict
        """
        return {
            "name": name,
            "count": min(count, COUNT_LIMIT),
            "has_more": count > COUNT_LIMIT,
            "rows": rows,
        }

    def _prepare_row(self, activity=None):
        """Return a row of the screen for this lead.

        :param mail.activity activity: what is due; nothing by default.
        """
        row = {
            "id": self.id,
            "reference": self.reference,
            "customer": self.customer_name,
            "vehicle": self.vehicle_model_id.display_name or "",
            "dealership": self.dealership_id.name or "",
            "stage": self.stage_id.name,
            "priority": int(self.priority or 0),
            "phone": self.phone or "",
            "waiting": self.waiting_time,
            "claimed": bool(self.user_id),
        }
        if activity:
            today = fields.Date.context_today(self)
            row |= {
                "activity_id": activity.id,
                "icon": activity.icon or "fa-tasks",
                "activity": activity.summary or activity.activity_type_id.name,
                "due_at": fields.Datetime.to_string(activity.due_at),
                "days_overdue": (today - activity.date_deadline).days,
            }
        return row
