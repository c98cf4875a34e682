from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError
from odoo.tools import SQL

from ...domains import find_in_states
from ...new_columns import add_empty_columns
from ...series import any_of

RESPONSE_STATES = [
    ("waiting", "Waiting"),
    ("due_soon", "Due Soon"),
    ("missed", "Missed"),
    ("met", "In Time"),
]

#: The owner is warned when this part of the time is over.
WARNING_SHARE = 2 / 3

#: Where the time begins, and whose target it has.
ARRIVAL_FIELDS = ("enquiry_date", "intake_source_id")

#: Columns that the ORM would fill for one lead after the other.
COLUMNS = {
    "response_minutes": "float8",
    "response_target_minutes": "int4",
    "response_deadline": "timestamp",
    "response_warning_date": "timestamp",
    "response_met_rate": "float8",
}


class Lead(models.Model):
    """Speed to lead: how long a customer waits until somebody tries.

    From the arrival, which is ``enquiry_date``, to the first attempt. All that is
    measured is stored, in the working time of the dealership, by the settings of the
    day; what it means in this moment is computed.
    """

    _inherit = "crm.lead"

    response_minutes = fields.Float(
        "Response Time",
        compute="_compute_response_minutes",
        store=True,
        aggregator="avg",
        help="Working minutes of the dealership from the enquiry to the first attempt.",
    )
    # What was promised
    response_target_minutes = fields.Integer(
        "First Attempt within",
        compute="_compute_response_target_minutes",
        store=True,
        copy=False,
        help="The target that the source had when the lead came in, in working "
        "minutes.",
    )
    response_deadline = fields.Datetime(
        "First Attempt Due By",
        compute="_compute_response_deadline",
        store=True,
        copy=False,
        help="Follows from the target of the source, in the working hours of "
        "the dealership.",
    )
    response_warning_date = fields.Datetime(
        compute="_compute_response_deadline", store=True, copy=False, inner=True
    )
    response_state = fields.Selection(
        RESPONSE_STATES,
        "First Attempt",
        compute="_compute_response_state",
        search="_search_response_state",
    )
    response_met_rate = fields.Float(
        "First Attempt in Time",
        compute="_compute_response_met_rate",
        store=True,
        aggregator="avg",
    )

    def _auto_init(self):
        add_empty_columns(self.env.cr, self._table, COLUMNS)
        return super()._auto_init()

    # ------------------------------------------------------------
    # COMPUTE
    # ------------------------------------------------------------

    @api.depends("dealership_id", "enquiry_date", "first_attempt_date")
    def _compute_response_minutes(self):
        tried = self.filtered("first_attempt_date")
        (self - tried).response_minutes = 0
        for calendar, leads in tried._group_by_hours():
            spans = [(lead._get_arrival(), lead.first_attempt_date) for lead in leads]
            minutes = calendar._count_working_minutes(spans)
            for lead, count in zip(leads, minutes, strict=True):
                lead.response_minutes = count

    @api.depends("intake_source_id", "is_response_unmeasured")
    def _compute_response_target_minutes(self):
        # The source in the reports counts, too: see _follow_up_change().
        ours = self.filtered("is_bpo")
        frozen = ours._freeze_closed("response_target_minutes")
        targets = (ours - frozen)._get_response_targets()
        for lead in self - frozen:
            lead.response_target_minutes = targets.get(lead, 0)

    @api.depends("dealership_id", "enquiry_date", "response_target_minutes")
    def _compute_response_deadline(self):
        ours = self.filtered("is_bpo")
        frozen = ours._freeze_closed("response_deadline", "response_warning_date")
        aimed = (ours - frozen).filtered("response_target_minutes")
        (self - frozen - aimed).response_deadline = False
        (self - frozen - aimed).response_warning_date = False
        for calendar, leads in aimed._group_by_hours():
            spans = [
                (lead._get_arrival(), lead.response_target_minutes * share)
                for lead in leads
                for share in (1, WARNING_SHARE)
            ]
            moments = iter(calendar._add_working_minutes(spans))
            for lead in leads:
                lead.response_deadline = next(moments)
                lead.response_warning_date = next(moments)

    @api.depends("first_attempt_date", "response_deadline", "response_warning_date")
    def _compute_response_state(self):
        now = fields.Datetime.now()
        for lead in self:
            lead.response_state = lead._get_response_state(now)

    @api.depends("first_attempt_date", "response_deadline")
    def _compute_response_met_rate(self):
        for lead in self:
            lead.response_met_rate = float(lead._is_response_met())

    @api.model
    def _search_response_state(self, operator, value):
        return find_in_states(operator, value, self._get_response_domains())

    def _read_group_select(self, aggregate_spec, query):
        selected = super()._read_group_select(aggregate_spec, query)
        measured = self._get_measured_sql(aggregate_spec.split(":")[0], query)
        if not measured:
            return selected
        return SQL("%s FILTER (WHERE %s)", selected, measured)

    # ------------------------------------------------------------
    # CONSTRAINTS
    # ------------------------------------------------------------

    @api.constrains("enquiry_date", "is_bpo")
    def _check_enquiry_date(self):
        now, ours = fields.Datetime.now(), self.sudo().filtered("is_bpo")
        if any(lead.enquiry_date and lead.enquiry_date > now for lead in ours):
            raise ValidationError(
                self.env._(
                    "A customer cannot have asked in the future. Enter when the "
                    "enquiry came in."
                )
            )

    # ------------------------------------------------------------
    # PHASES
    # ------------------------------------------------------------

    def _check_no_server_only(self, drawn=()):
        # Of new leads: one that comes from another team has its source from there.
        if self._is_below_supervisor():
            self._check_made_by_hand()
        return super()._check_no_server_only(drawn)

    @api.model
    def _get_watched_fields(self):
        return super()._get_watched_fields() | set(ARRIVAL_FIELDS)

    def _refuse_change(self, change):
        if self._is_below_supervisor():
            self._check_arrival_kept(change)
        return super()._refuse_change(change)

    def _write_others(self, vals):
        result = super()._write_others(vals)
        if "intake_source_id" in vals and self._is_below_supervisor():
            # With it, it could come to a team that works for dealerships.
            self._check_made_by_hand()
        return result

    def _prepare_change(self, change):
        change.find_closing()._stop_waiting()
        return super()._prepare_change(change)

    def _follow_up_change(self, change):
        moved = _find_other_target(change)
        if moved:
            moved.sudo()._compute_response_target_minutes()
        return super()._follow_up_change(change)

    # ------------------------------------------------------------
    # BUSINESS
    # ------------------------------------------------------------

    def _arrive(self):
        result = super()._arrive()
        self.sudo()._compute_response_target_minutes()
        return result

    def _get_response_calendar(self):
        """Return the working hours in which a customer can expect to be called."""
        company = self._get_company()
        return self.dealership_id.resource_calendar_id or company.resource_calendar_id

    def _group_by_hours(self):
        """Return working hours, each with those of these leads that they count for.

        :return: pairs of a calendar, in the company that works the leads, and these.
        :rtype: list[tuple[resource.calendar, crm.lead]]
        """
        groups = self.grouped(
            lambda lead: (lead._get_response_calendar(), lead._get_company())
        )
        return [
            (calendar.with_company(company), leads)
            for (calendar, company), leads in groups.items()
        ]

    def _check_made_by_hand(self):
        """What a source delivers comes by its door, or in a file that is imported."""
        sources = self.sudo().intake_source_id
        if sources and sources - sources._get_of_core("import"):
            raise AccessError(
                self.env._(
                    "Only leads that a source has delivered itself can have it "
                    "as their intake source. Leave the intake source empty."
                )
            )

    def _check_arrival_kept(self, change):
        """Nobody makes an own response better by when a customer asked.

        A source may be filled in where there is none.

        :param LeadChange change: by somebody below a supervisor.
        """
        has_other_source = any(
            change.get_old(lead, "source_id") for lead in _find_other_target(change)
        )
        if has_other_source or any(name in change.vals for name in ARRIVAL_FIELDS):
            raise AccessError(
                self.env._(
                    "Only a supervisor can correct when and where a customer asked."
                )
            )

    def _stop_waiting(self):
        """Nobody is late for a customer who need not be called any more."""
        waiting = self.filtered(
            lambda lead: lead.response_state in ("waiting", "due_soon")
        )
        if waiting:
            waiting.sudo().write(
                {"response_deadline": False, "response_warning_date": False}
            )

    def _freeze_closed(self, *names):
        """Leave what was computed for closed leads as it is.

        Whoever corrects a closed lead changes nothing in how fast somebody was.

        :param str names: of computed fields.
        :return: the closed ones of these leads.
        """
        frozen = self.filtered(lambda lead: lead.stage_id._is_closed)
        for lead in frozen:
            for name in names:
                lead[name] = lead[name]
        return frozen

    def _get_response_targets(self):
        """Return within how many working minutes customers are to be called.

        Leads that came in by another way than the door have the target of the source
        that the reports show, the shortest of several.

        :return: the minutes of each lead that has a target.
        :rtype: dict
        """
        if not self:
            return {}
        sources = self.env["crm.lead.source"].search([("target_minutes", ">", 0)])
        by_report = {
            source.utm_source_id: source.target_minutes
            for source in sources.sorted("target_minutes", reverse=True)
        }
        measured = self.filtered(lambda lead: not lead.is_response_unmeasured)
        targets = {
            lead: lead.intake_source_id.target_minutes
            if lead.intake_source_id
            else by_report.get(lead.source_id)
            for lead in measured
        }
        return {lead: minutes for lead, minutes in targets.items() if minutes}

    # What it means now

    def _is_response_met(self):
        """Whether the first attempt was made in time."""
        if not (self.first_attempt_date and self.response_deadline):
            return False
        return self.first_attempt_date <= self.response_deadline

    def _get_response_state(self, now):
        """Return whether the customer of this lead was called in time, or can still be.

        :param datetime.datetime now: in UTC, naive.
        :return: one of :data:`RESPONSE_STATES`; False for a lead without a deadline.
        :rtype: str | bool
        """
        if not self.response_deadline:
            return False
        if self.first_attempt_date:
            return "met" if self._is_response_met() else "missed"
        if self.response_deadline <= now:
            return "missed"
        return "due_soon" if self.response_warning_date <= now else "waiting"

    @api.model
    def _get_response_domains(self):
        """Return the domain of each state.

        :rtype: dict[str, list]
        """
        now = fields.Datetime.now()
        untried = ("first_attempt_date", "=", False)
        in_time = [untried, ("response_deadline", ">", now)]
        too_late = [untried, ("response_deadline", "<=", now)]
        tried_late = [
            ("first_attempt_date", "!=", False),
            ("response_deadline", "!=", False),
            ("response_met_rate", "=", 0),
        ]
        return {
            False: [("response_deadline", "=", False)],
            "waiting": [("response_warning_date", ">", now), *in_time],
            "due_soon": [("response_warning_date", "<=", now), *in_time],
            "missed": any_of([too_late, tried_late]),
            "met": [("response_met_rate", "=", 1)],
        }

    @api.model
    def _get_measured_sql(self, name, query):
        """Return of which leads a report takes the average of a field.

        Customers who still wait are no zero minutes, and who can still be called
        in time was not called late.

        :param str name: of the field.
        :param odoo.tools.Query query: of the report.
        :return: a condition; None for all leads.
        :rtype: SQL | None
        """
        if name not in ("response_minutes", "response_met_rate"):
            return None
        tried, deadline = (
            self._field_to_sql(self._table, column, query)
            for column in ("first_attempt_date", "response_deadline")
        )
        if name == "response_minutes":
            return SQL("%s IS NOT NULL", tried)
        return SQL(
            "%(deadline)s <= %(now)s OR (%(deadline)s IS NOT NULL AND %(tried)s IS NOT "
            "NULL)",
            deadline=deadline,
            now=fields.Datetime.now(),
            tried=tried,
        )


def _find_other_target(change):
    """Return the leads that have another source after a write.

    Of leads that came in by the door, the reports' source says nothing.

    :param LeadChange change: the write.
    """
    return change.find_changing("source_id").filtered(
        lambda lead: not lead.intake_source_id
    )
