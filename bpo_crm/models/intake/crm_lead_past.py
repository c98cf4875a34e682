import itertools
import operator
from datetime import datetime

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from ...inner_context import BRINGS_PAST, IMPORTS_PAST
from ...lead_change import read_value
from ...mending import find_other_reason
from ...roles import MANAGER

#: What a lead of the past brings along, and the server fills in of all others.
TOLD = (
    "date_closed",
    "date_open",
    "dealer_so_name",
    "lost_note",
    "lost_stage_id",
    "reference",
)

#: What is known of each lead of the past.
UNMEASURED = {"is_response_unmeasured": True, "type": "opportunity"}

WON = {
    "active": True,
    "automated_probability": 100,
    "lost_reason_id": False,
    "lost_stage_id": False,
    "probability": 100,
}

LOST = {"active": False, "automated_probability": 0, "probability": 0}

#: Nobody is told of what is over, and whoever brings it in does not follow it.
SILENT = {"mail_auto_subscribe_no_notify": True, "mail_create_nosubscribe": True}

#: What is before it is a slip of the pen.
EARLIEST = datetime(1970, 1, 1)

#: How many leads Odoo works something out for at once.
AT_ONCE = 10_000


class Lead(models.Model):
    """Leads of the past: closed elsewhere, and brought in by a manager.

    A new lead in a closing stage with the date on which it was closed is one. It has no
    first stage, wins no order, tells and plans nothing, and holds no customer: nothing
    happens with it here.
    """

    _inherit = "crm.lead"

    @api.model
    def fields_get(self, allfields=None, attributes=None):
        described = super().fields_get(allfields, attributes)
        if IMPORTS_PAST.get(self.env):
            for name in described.keys() & set(TOLD):
                described[name]["readonly"] = False
        return described

    @api.model
    def _create_in_phases(self, vals_list):
        if not any(vals.get("date_closed") for vals in vals_list):
            return super()._create_in_phases(vals_list)
        vals_list = [self._normalize(vals) for vals in vals_list]
        stages = self.env["crm.stage"].search([])
        are_past = [self._is_of_past(vals, stages) for vals in vals_list]
        others = itertools.compress(vals_list, map(operator.not_, are_past))
        past = itertools.compress(vals_list, are_past)
        brought_in = iter(self._bring_in_past(list(past)))
        created = iter(super()._create_in_phases(list(others)))
        return self.concat(
            *(next(brought_in if is_past else created) for is_past in are_past)
        )

    # ------------------------------------------------------------
    # HOOKS
    # ------------------------------------------------------------

    @api.model
    def _prepare_row_updates(self, rows, loaded):
        # The same file again does nothing new.
        for row in rows:
            values = row["values"]
            lead = self.browse(values.get("id") or loaded.get(row.get("xml_id")))
            for name in values.keys() & set(TOLD) if lead else ():
                told = read_value(lead, name, values[name])
                if not told or told == lead[name]:
                    del values[name]
        return super()._prepare_row_updates(rows, loaded)

    def _creation_message(self):
        if BRINGS_PAST.get(self.env):
            return self.env._("The lead was closed elsewhere, and was brought in.")
        return super()._creation_message()

    def _creation_subtype(self):
        # Whoever follows a team is told of new leads.
        if BRINGS_PAST.get(self.env):
            return self.env["mail.message.subtype"]
        return super()._creation_subtype()

    @api.model
    def _drop_computed(self, vals):
        try:
            return super()._drop_computed(vals)
        except AccessError as error:
            if vals.keys().isdisjoint(TOLD) or not self.env.user.has_group(MANAGER):
                raise
            # The stage of a row is missing, say, or has another name here.
            raise AccessError(
                self.env._(
                    "%(refusal)s A lead that was closed elsewhere comes with a closing "
                    "stage and a closed date.",
                    refusal=error,
                )
            ) from None

    # ------------------------------------------------------------
    # BUSINESS
    # ------------------------------------------------------------

    def _take_over_past(self, team):
        """Let leads come along that were written into the table, past the ORM.

        For an administrator who brings a million along: see *History* in
        ``docs/administration.md``. Open ones hold their customers from then on.

        :param crm.team team: which works for dealerships, and gets the leads.
        :raises UserError: for leads that the rules are for already, for a team whose
            leads they are not for, and for references that new leads will get.
        """
        leads = self.sudo().with_context(active_test=False)
        if not team.is_bpo or leads.search_count(
            [("id", "in", self.ids), ("is_bpo", "=", True)], limit=1
        ):
            raise UserError(
                self.env._(
                    "Take leads of a team that works for no dealership over into one "
                    "that does."
                )
            )
        chosen = SQL("id = ANY(%s)", self.ids)
        references = self.env.execute_query(
            SQL(
                "SELECT reference FROM crm_lead WHERE %s AND reference IS NOT NULL",
                chosen,
            )
        )
        self._check_not_drawn(reference for (reference,) in references)
        leads._work_out_reach()
        self.env.cr.execute(
            SQL(
                "UPDATE crm_lead SET team_id = %s,"
                " company_id = COALESCE(%s, company_id) WHERE %s",
                team.id,
                team.company_id.id or None,
                chosen,
            )
        )
        leads._follow_switch(chosen, True)

    def _work_out_reach(self):
        """Work out how customers are looked up, of leads that the ORM did not make."""
        names = ("email_normalized", "phone_sanitized")
        for start in range(0, len(self), AT_ONCE):
            leads = self.browse(self.ids[start : start + AT_ONCE])
            for name in names:
                self.env.add_to_compute(self._fields[name], leads)
            leads.flush_recordset(names)
            leads.invalidate_recordset()

    @api.model
    def _is_of_past(self, vals, stages):
        """Whether values are of a lead for a dealership that was closed elsewhere.

        :param dict vals: normalised.
        :param crm.stage stages: all that there are.
        :rtype: bool
        """
        if not (vals.get("date_closed") and self._is_for_dealership(vals)):
            return False
        stage = stages.browse(vals.get("stage_id")) & stages
        return stage._is_closed or not vals.get("active", True)

    @api.model
    def _bring_in_past(self, vals_list):
        """Make leads that were closed elsewhere.

        :param list vals_list: normalised.
        :return: the new leads.
        :raises AccessError: for anybody but a manager.
        :raises UserError: for what cannot have been.
        """
        if not vals_list:
            return self.browse()
        self._check_may_date_closing()
        self._check_not_drawn(vals.get("reference") for vals in vals_list)
        silent = self.with_context(**BRINGS_PAST.say(), **SILENT)
        leads = silent._create_by_core(self._prepare_past(vals_list))
        leads = leads.with_env(self.env)
        leads._check_no_server_only(drawn=(*TOLD, *UNMEASURED))
        opened = [
            fields.Datetime.to_datetime(vals.get("date_open")) or None
            for vals in vals_list
        ]
        leads._check_past(opened)
        leads._date_past(opened)
        self.env["crm.lead.stage.history"]._write_past(leads)
        return leads

    @api.model
    def _check_not_drawn(self, references):
        """Leave the references free that new leads will get.

        :param references: of leads of the past; empty for those that have none.
        :raises UserError: for a reference such as the server draws them.
        """
        pattern = self._get_reference_pattern()
        for reference in filter(None, references):
            if pattern.fullmatch(str(reference)):
                raise UserError(
                    self.env._(
                        "The reference %s is one of those that new leads get. Bring "
                        "the lead in with another one, or with none.",
                        reference,
                    )
                )

    @api.model
    def _prepare_past(self, vals_list):
        """Return the values of leads of the past as the ORM is to take them.

        :param list vals_list: normalised.
        :rtype: list[dict]
        """
        told = [
            {name: vals[name] for name in TOLD if name in vals} for vals in vals_list
        ]
        others = self._prepare_births(
            [
                {
                    "enquiry_date": vals["date_closed"],
                    # Not whoever brings it in, as Odoo has it.
                    "user_id": False,
                    **{name: vals[name] for name in vals if name not in TOLD},
                }
                for vals in vals_list
            ]
        )
        return [
            {**vals, **kept, **UNMEASURED, **self._prepare_end({**vals, **kept})}
            for vals, kept in zip(others, told, strict=True)
        ]

    @api.model
    def _prepare_end(self, vals):
        """Return the values by which a lead is won or lost, in both senses of it.

        :param dict vals: normalised.
        :rtype: dict
        """
        stage = self.env["crm.stage"].browse(vals.get("stage_id"))
        if stage.is_won:
            return WON
        reason_id = vals.get("lost_reason_id")
        if not reason_id:
            reason_id = find_other_reason(self.sudo().env).id
        if stage.is_lost:
            return {**LOST, "lost_reason_id": reason_id}
        return {
            **LOST,
            "lost_reason_id": reason_id,
            "lost_stage_id": vals.get("lost_stage_id") or stage.id,
            "stage_id": self._get_lost_stage(self._foresee_team(vals)).id,
        }

    def _check_past(self, opened):
        """Refuse what cannot have been.

        :param list opened: since when each had its owner; None where nobody knows.
        :raises UserError: for leads that were closed in the future, before their
            customers asked, or too long ago; and for those that were lost in a closing
            stage.
        """
        now = fields.Datetime.now()
        for lead, owned_at in zip(self, opened, strict=True):
            asked_at, closed_at = lead._get_arrival(), lead.date_closed
            dates = [EARLIEST, asked_at, owned_at or asked_at, closed_at, now]
            if dates != sorted(dates):
                raise UserError(
                    self.env._(
                        "%s must have been closed after its customer asked and "
                        "somebody got it, and neither in the future nor before 1970. "
                        "Correct these dates.",
                        lead.display_name,
                    )
                )
            if lead.lost_stage_id._is_closed:
                raise UserError(
                    self.env._(
                        "%s cannot have been lost in a closing stage. Enter the last "
                        "one in which it was open, or none.",
                        lead.display_name,
                    )
                )

    def _date_past(self, opened):
        """Let leads be as old as they are: Odoo dates what it makes by now.

        :param list opened: since when each had its owner; None where nobody knows.
        """
        self.flush_recordset()
        self.env.cr.execute(
            SQL(
                """
                UPDATE crm_lead
                   SET create_date = LEAST(create_date, enquiry_date),
                       date_open = told.date_open,
                       date_last_stage_update = date_closed
                  FROM unnest(%s::int4[], %s::timestamp[]) AS told(id, date_open)
                 WHERE crm_lead.id = told.id
                """,
                self.ids,
                opened,
            )
        )
        dated = ["create_date", "date_last_stage_update", "date_open"]
        self.invalidate_recordset(dated)
        self.modified(["create_date", "date_open"])


class Import(models.TransientModel):
    """Managers bring history in by the screen as well."""

    _inherit = "base_import.import"

    @api.model
    def get_fields_tree(self, model, *args, **kwargs):
        wizard = self
        if model == "crm.lead" and self.env.user.has_group(MANAGER):
            wizard = self.with_context(**IMPORTS_PAST.say())
        return super(Import, wizard).get_fields_tree(model, *args, **kwargs)
