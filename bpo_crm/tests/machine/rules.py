"""What must be true after every call, whoever made it.

A rule is a function that takes a :class:`Step` and yields what is wrong, in words. Its
docstring's first line is the name of what was broken.
"""

import dataclasses
from datetime import timedelta

from odoo.tools import frozendict

from .floor import FOREIGN_MANAGER
from .picture import UNWATCHED, Camera, Picture

RULES = []

#: Roles that may reassign, merge and correct.
LEADING = {"supervisor", "manager"}

#: The columns of an account on somebody else's server, and of doors.
CREDENTIALS = ("odoo_url", "odoo_db", "odoo_login", "odoo_api_key")

#: Settings of a company that are asked for in the questionnaire.
COMPANY_SETTINGS = ("count_working_days", "sales_calendar_id", "pool_return_days")

#: What is measured of a lead, in columns.
MEASURED = (
    "response_minutes",
    "response_target_minutes",
    "response_deadline",
    "response_warning_date",
    "response_met_rate",
    "is_response_unmeasured",
    "is_response_warned",
)


@dataclasses.dataclass
class Step:
    """A call, and what there was before and after it.

    :param str role: who called.
    :param int uid: of the caller.
    :param int partner_id: of the caller.
    :param Picture before: of the database.
    :param Picture after: of the database.
    :param list sent: the references of the leads of which dealers got orders.
    :param calls.Call call: what was called.
    :param Camera camera: to look closer.
    """

    role: str
    uid: int
    partner_id: int
    company_ids: list
    before: Picture
    after: Picture
    sent: list
    call: object
    camera: Camera
    error: Exception | None = None

    @property
    def is_leading(self):
        return self.role in LEADING

    @property
    def lifts_guard(self):
        """Whether a manager lifted the guard, which must show in the chatter."""
        context = self.call.kwargs.get("context") or {}
        return self.role in ("manager", FOREIGN_MANAGER) and bool(
            context.get("skip_stage_transition_check")
        )

    def owns(self, lead):
        """Whether the caller owned a lead before the call."""
        old = self.before.leads.get(lead["id"])
        return bool(old) and old["user_id"] == self.uid

    def pairs(self, name="leads"):
        """Return rows as they were and as they are, of those that stayed."""
        old, new = getattr(self.before, name), getattr(self.after, name)
        return [(old[row_id], new[row_id]) for row_id in old if row_id in new]

    def made(self, name):
        """Return the rows that are new."""
        old, new = getattr(self.before, name), getattr(self.after, name)
        return [row for row_id, row in new.items() if row_id not in old]

    def gone(self, name):
        """Return the rows that are not there any more."""
        old, new = getattr(self.before, name), getattr(self.after, name)
        return [row for row_id, row in old.items() if row_id not in new]

    def may_work(self, lead):
        """Whether a lead was the caller's to work, as it was before the call."""
        if self.role == FOREIGN_MANAGER or self.is_leading:
            return lead["company_id"] in (None, *self.company_ids)
        return lead["user_id"] == self.uid

    def may_comment(self, lead):
        """Whether the caller may write in the chatter of a lead that waits."""
        if self.role == "salesperson":
            # Core lets salespeople write on what nobody owns.
            return not lead["user_id"]
        return self.before.is_in_pool(lead) and self.role in ("agent", "other_agent")


def rule(check):
    RULES.append(check)
    return check


def find_broken(step):
    """Return what a step broke.

    :param Step step: a call.
    :return: pairs of the name of the rule and what is wrong.
    :rtype: list[tuple[str, str]]
    """
    return [
        (check.__doc__.splitlines()[0].rstrip("."), problem)
        for check in RULES
        for problem in check(step)
    ]


def _changed(old, new, names):
    return [name for name in names if old.get(name) != new.get(name)]


def _name(lead):
    return lead["reference"] or f"lead {lead['id']}"


# ------------------------------------------------------------
# STAGES
# ------------------------------------------------------------


#: What core copies from a contact to its leads.
OF_CONTACT = {
    "email_from",
    "email_normalized",
    "email_state",
    "phone",
    "phone_sanitized",
    "phone_state",
}


@rule
def stages_go_forward(step):
    """A stage was left backwards or skipped."""
    if step.lifts_guard:
        return
    for old, new in step.pairs():
        if old["stage_id"] == new["stage_id"] or step.after.is_closed(new):
            continue
        stages = step.after.find_open_stages(new["team_id"])
        if step.before.is_closed(old):
            yield f"{_name(new)} was reopened"
        elif not _follows(step, old["stage_id"], new["stage_id"], stages):
            yield f"{_name(new)} went from {old['stage_id']} to {new['stage_id']}"


def _follows(step, left, entered, stages):
    if entered not in stages:
        return False
    if left is None:
        return entered == stages[0]
    if left in stages:
        return stages[stages.index(left) + 1 :][:1] == [entered]
    sequence = step.after.stages[left]["sequence"]
    after = [one for one in stages if step.after.stages[one]["sequence"] > sequence]
    return after[:1] == [entered]


@rule
def leads_are_born_in_the_first_stage(step):
    """A lead was born elsewhere than in the first stage."""
    if step.lifts_guard:
        return
    for lead in step.made("leads"):
        first = step.after.find_open_stages(lead["team_id"])[:1]
        if lead["stage_id"] not in (*first, None):
            yield f"{_name(lead)} was born in stage {lead['stage_id']}"


@rule
def opportunities_have_a_stage(step):
    """An opportunity has no stage."""
    for lead in step.after.bpo_leads().values():
        if lead["type"] == "opportunity" and not lead["stage_id"]:
            yield _name(lead)


@rule
def open_leads_are_in_stages_of_their_team(step):
    """An open lead is in a stage of another team."""
    for lead in step.after.bpo_leads().values():
        stage = step.after.stage_of(lead)
        if (
            step.after.is_open(lead)
            and stage
            and not step.after.is_of_team(stage, lead["team_id"])
        ):
            yield _name(lead)


@rule
def lost_leads_have_a_reason(step):
    """A lost lead has no reason."""
    for lead in step.after.bpo_leads().values():
        if step.after.is_lost(lead) and not lead["lost_reason_id"]:
            yield _name(lead)


@rule
def lost_leads_are_lost_for_odoo(step):
    """A lost lead is not archived with a probability of 0."""
    for lead in step.after.bpo_leads().values():
        if step.after.is_lost(lead) and (lead["active"] or lead["probability"]):
            yield f"{_name(lead)}: {lead['active']}, {lead['probability']}"


@rule
def open_leads_are_not_archived(step):
    """An open lead is archived."""
    for lead in step.after.bpo_leads().values():
        if not lead["active"] and not step.after.is_closed(lead):
            yield _name(lead)


@rule
def only_won_leads_are_certain(step):
    """An open lead has a probability of 100."""
    for lead in step.after.bpo_leads().values():
        if (lead["probability"] or 0) >= 100 and not step.after.is_won(lead):
            yield _name(lead)


# ------------------------------------------------------------
# ORDERS
# ------------------------------------------------------------


@rule
def won_leads_have_an_order(step):
    """A won lead has no order."""
    for lead in step.after.bpo_leads().values():
        if step.after.is_won(lead) and not lead["dealer_so_id"]:
            yield _name(lead)


@rule
def orders_are_of_leads_that_were_won(step):
    """An open lead has an order."""
    for lead in step.after.bpo_leads().values():
        if lead["dealer_so_id"] or lead["dealer_so_name"]:
            pushed = lead["id"] in {
                push["lead_id"] for push in step.after.pushes.values()
            }
            if not step.after.is_closed(lead) or not pushed:
                yield _name(lead)


@rule
def orders_are_written_by_the_push(step):
    """An order was written past the push."""
    names = ("dealer_so_id", "dealer_so_name", "dealer_so_url")
    for old, new in step.pairs():
        if _changed(old, new, names) and new["reference"] not in step.sent:
            yield _name(new)


@rule
def orders_are_for_won_leads(step):
    """A dealer got an order for a lead that is not won."""
    if len(step.sent) > 1 and step.error:
        # One of several dealers refused: the others' orders are found next time.
        return
    won = {
        lead["reference"]
        for lead in step.after.leads.values()
        if step.after.is_won(lead)
    }
    for reference in step.sent:
        if reference not in won:
            yield f"{reference}; {step.error}"


# ------------------------------------------------------------
# OWNERS
# ------------------------------------------------------------


@rule
def claimed_leads_stay_with_their_owner(step):
    """Somebody took or gave away a lead."""
    if step.is_leading or step.role == FOREIGN_MANAGER:
        return
    for old, new in step.pairs():
        if old["user_id"] == new["user_id"]:
            continue
        is_claim = step.before.is_in_pool(old) and new["user_id"] == step.uid
        if step.role == "salesperson" and old["user_id"] in (None, step.uid):
            continue
        if not is_claim:
            yield f"{_name(new)} went from {old['user_id']} to {new['user_id']}"


@rule
def new_leads_are_for_oneself_or_for_the_pool(step):
    """A lead was made for somebody else."""
    if step.is_leading or step.role == FOREIGN_MANAGER:
        return
    for lead in step.made("leads"):
        if lead["user_id"] not in (None, step.uid):
            yield f"{_name(lead)} is of {lead['user_id']}"


@rule
def leads_are_worked_by_their_owner(step):
    """A lead was changed by somebody who does not work it."""
    for old, new in step.pairs():
        if step.may_work(old) or step.may_work(new):
            continue
        if step.role == "salesperson" and not old["user_id"]:
            continue
        names = set(_changed(old, new, old.keys() - UNWATCHED))
        if step.role == "salesperson":
            # Of other teams, whose contacts are the same.
            names -= OF_CONTACT
        if names:
            yield f"{_name(new)}: {', '.join(sorted(names))}"


@rule
def contacts_are_changed_by_who_works_their_leads(step):
    """The contact of somebody else's lead was changed."""
    if step.is_leading or step.role == "salesperson":
        return
    owners = {}
    for lead in step.before.leads.values():
        if lead["partner_id"]:
            owners.setdefault(lead["partner_id"], set()).add(lead["user_id"])
    for partner_id, users in owners.items():
        old = step.before.contacts.get(partner_id)
        new = step.after.contacts.get(partner_id)
        if old == new or step.uid in users or partner_id == step.partner_id:
            continue
        yield f"contact {partner_id}: {old} became {new}"


@rule
def leads_do_not_vanish(step):
    """A lead is gone."""
    if step.role in ("supervisor", "manager", FOREIGN_MANAGER):
        return
    for lead in step.gone("leads"):
        merged = step.call.method in ("merge_opportunity", "action_merge")
        if not (
            lead["user_id"] == step.uid and ("merge" in step.call.method or merged)
        ):
            yield _name(lead)


@rule
def references_stay(step):
    """A reference changed."""
    for old, new in step.pairs():
        if old["reference"] != new["reference"]:
            yield f"{old['reference']} became {new['reference']}"
    for lead in step.made("leads"):
        if not str(lead["reference"]).startswith("LEAD/"):
            yield f"{lead['reference']} is none"


# ------------------------------------------------------------
# CUSTOMERS
# ------------------------------------------------------------


def _find_holders(step, picture):
    holders = {}
    for lead in picture.bpo_leads().values():
        if picture.is_open(lead) and lead["active"]:
            for key in step.camera.find_keys(lead):
                holders.setdefault(key, set()).add(lead["id"])
    return holders


@rule
def customers_have_one_open_lead(step):
    """A customer has two open leads."""
    for key, leads in _find_holders(step, step.after).items():
        if len(leads) > 1:
            yield f"{key}: {sorted(leads)}"


@rule
def numbers_and_addresses_are_read_by_odoo(step):
    """The number or address by which a customer is known is not the lead's."""
    for lead in step.after.leads.values():
        known = {lead["phone_sanitized"], lead["email_normalized"]} - {None, ""}
        # Of an address that is none, core keeps what was typed.
        wrong = known - step.camera.find_keys(lead)
        if wrong and lead != step.before.leads.get(lead["id"]):
            yield f"{_name(lead)}: {', '.join(sorted(map(str, wrong)))}"


@rule
def customers_are_held_by_their_leads(step):
    """The table of customers does not say which open lead a customer has."""
    holders = _find_holders(step, step.after)
    held = {row["key"]: row["lead_id"] for row in step.after.customers.values()}
    for key in holders.keys() | held.keys():
        if held.get(key) not in holders.get(key, ()):
            yield f"{key} is of {holders.get(key)}, held by {held.get(key)}"


# ------------------------------------------------------------
# WORK
# ------------------------------------------------------------


@rule
def closed_leads_have_nothing_planned(step):
    """A closed lead has something planned."""
    for row in step.after.activities.values():
        lead = step.after.leads.get(row["res_id"])
        if row["active"] and lead and step.after.is_closed(lead):
            yield f"{_name(lead)}: activity {row['id']}"


#: What is written down of a lead, and the column with the lead.
HISTORY = frozendict(
    {
        "calls": "lead_id",
        "pushes": "lead_id",
        "enquiries": "lead_id",
        "messages": "res_id",
        "activities": "res_id",
    }
)


@rule
def history_stays(step):
    """Something that was done for a lead is gone."""
    if step.role == "manager":
        return
    for name, column in HISTORY.items():
        for row in step.gone(name):
            lead = step.before.leads.get(row[column])
            if name == "activities" and not row["done_at"]:
                continue
            if name == "messages" and step.is_leading:
                continue
            if lead and lead["id"] in step.after.leads:
                yield f"{name} {row['id']} of {_name(lead)}"


@rule
def history_is_not_changed(step):
    """Something that was done for a lead is of another lead now, or says otherwise."""
    fixed = {
        "calls": ("lead_id", "user_id", "is_contact", "result", "call_date"),
        "pushes": ("lead_id", "state", "order_name", "order_key", "dealership_id"),
        "enquiries": ("lead_id", "content", "external_id", "source_id", "state"),
        "messages": ("res_id", "author_id", "date", "message_type"),
        "activities": ("res_id", "done_at", "done_by_id"),
    }
    if step.role == "manager":
        return
    for name, columns in fixed.items():
        for old, new in step.pairs(name):
            if name == "activities" and not old["done_at"]:
                continue
            if name == "calls" and step.is_leading:
                continue
            names = _changed(old, new, columns)
            lead = step.before.leads.get(old[HISTORY[name]])
            if names and lead and lead["id"] in step.after.leads:
                yield f"{name} {old['id']} of {_name(lead)}: {', '.join(names)}"


@rule
def work_is_done_by_the_owner(step):
    """Something was written down for a lead by somebody who does not work it."""
    if step.is_leading:
        return
    for name, column in HISTORY.items():
        for row in step.made(name):
            old = step.before.leads.get(row[column])
            new = step.after.leads.get(row[column])
            if not (old and new) or step.may_work(old) or step.may_work(new):
                continue
            is_told = name in ("enquiries", "messages")
            if not (is_told and _is_told_by_others(step, old)):
                yield f"{name} {row['id']} of {_name(new)}"
    for row in step.made("meetings"):
        old = step.before.leads.get(row["opportunity_id"])
        if old and not step.may_work(old):
            yield f"meeting {row['id']} of {_name(old)}"


def _is_told_by_others(step, lead):
    """Whether a line in the chatter may come from who does not work the lead.

    A customer asks again by an import, a contact is another team's as well, and core
    lets everybody write on what nobody has.
    """
    is_imported = step.call.method == "load"
    is_of_contact = step.role == "salesperson"
    return step.may_comment(lead) or is_imported or is_of_contact or not lead["user_id"]


@rule
def meetings_stay_with_their_leads(step):
    """A meeting was given to a lead by somebody who does not work it."""
    if step.is_leading:
        return
    for old, new in step.pairs("meetings"):
        if old["opportunity_id"] == new["opportunity_id"]:
            continue
        for lead_id in (old["opportunity_id"], new["opportunity_id"]):
            lead = step.before.leads.get(lead_id)
            if lead and not step.may_work(lead):
                yield f"meeting {old['id']}: {_name(lead)}"


@rule
def visits_are_planned_first(step):
    """A visit took place that was not planned."""
    for event in step.made("meetings"):
        if event["visit_state"] not in (None, "planned"):
            yield f"meeting {event['id']} was made as {event['visit_state']}"


@rule
def calls_are_possible(step):
    """A call cannot have been made like this."""
    for call in step.made("calls"):
        lead = step.after.leads.get(call["lead_id"])
        if (call["duration"] or 0) > 24 * 60:
            yield f"it took {call['duration']} minutes"
        if (
            lead
            and lead["enquiry_date"]
            and call["call_date"] < (lead["enquiry_date"] - timedelta(days=1))
        ):
            yield f"{call['call_date']} is before {lead['enquiry_date']}"


# ------------------------------------------------------------
# TIME
# ------------------------------------------------------------


@rule
def first_contacts_are_attempts(step):
    """A first contact is none, or of another moment."""
    for old, new in step.pairs():
        if old["first_attempt_date"] == new["first_attempt_date"]:
            continue
        is_merged = bool(step.gone("leads"))
        attempts = [
            row
            for name, column in (
                ("calls", "lead_id"),
                ("messages", "res_id"),
            )
            for row in step.made(name)
            if row[column] == new["id"]
        ]
        attempts += [
            event
            for event in step.after.meetings.values()
            if event["opportunity_id"] == new["id"]
            and event != step.before.meetings.get(event["id"])
        ]
        moved = old["enquiry_date"] != new["enquiry_date"]
        # Without a meeting that never was, the customer has waited longer.
        is_corrected = not new["first_attempt_date"] or (
            old["first_attempt_date"]
            and new["first_attempt_date"] > old["first_attempt_date"]
        )
        if not (attempts or is_merged or moved or is_corrected):
            yield f"{_name(new)}: {new['first_attempt_date']} without an attempt"
        elif old["first_attempt_date"] and not (moved or is_corrected):
            yield (
                f"{_name(new)}: {old['first_attempt_date']} became "
                f"{new['first_attempt_date']}"
            )


@rule
def waiting_times_are_measured(step):
    """What was measured of a lead changed by itself."""
    causes = (
        "first_attempt_date",
        "enquiry_date",
        "intake_source_id",
        "source_id",
        "dealership_id",
        "stage_id",
        "company_id",
    )
    for old, new in step.pairs():
        names = _changed(old, new, MEASURED)
        if names and not _changed(old, new, causes) and not step.gone("leads"):
            yield f"{_name(new)}: {', '.join(names)}"


@rule
def moments_are_not_chosen(step):
    """A moment was chosen by who wrote it."""
    for old, new in step.pairs():
        if new["date_last_stage_update"] != old["date_last_stage_update"] and (
            new["stage_id"] == old["stage_id"] and new["type"] == old["type"]
        ):
            yield f"{_name(new)}: date_last_stage_update"
        if (
            step.role not in LEADING
            and new["enquiry_date"] != old["enquiry_date"]
            and not step.gone("leads")
        ):
            yield f"{_name(new)}: enquiry_date"
    today = max(
        (row["date"] for row in step.before.messages.values() if row["date"]),
        default=None,
    )
    for row in step.made("messages"):
        if not row["date"] or today and abs(row["date"] - today) > timedelta(days=1):
            yield f"message {row['id']} of {row['date']}"


# ------------------------------------------------------------
# SETTINGS
# ------------------------------------------------------------


@rule
def external_ids_stay(step):
    """An external id of an installed module points elsewhere."""
    if step.before.xml_ids is step.after.xml_ids:
        return
    modules = {
        row["module"]
        for row in step.before.xml_ids.values()
        if not row["module"].startswith("__")
    }
    for old, new in step.pairs("xml_ids"):
        if old != new and old["module"] in modules:
            yield f"{old['module']}.{old['name']}: {new['model']}, {new['res_id']}"
    for row in step.made("xml_ids"):
        # Of its own models, core lets everybody say where a record comes from.
        if row["module"] in modules and row["model"].startswith("crm."):
            yield f"{row['module']}.{row['name']} is new: {row['model']}"
    for row in step.gone("xml_ids"):
        if row["module"] == "bpo_crm" and not row["model"].startswith("crm."):
            yield f"{row['module']}.{row['name']} is gone"


@rule
def company_settings_are_its_managers(step):
    """The settings of a company were changed by somebody else."""
    for old, new in step.pairs("companies"):
        names = _changed(old, new, COMPANY_SETTINGS)
        is_manager = step.role in ("manager", FOREIGN_MANAGER)
        if names and not (is_manager and old["id"] in step.company_ids):
            yield f"{old['name']}: {', '.join(names)}"


@rule
def credentials_are_the_managers(step):
    """An account on somebody else's server was changed by somebody else."""
    for name in ("dealerships", "brands"):
        for old, new in step.pairs(name):
            names = _changed(old, new, CREDENTIALS)
            if names and not _is_manager_of(step, old):
                yield f"{name} {old['id']}: {', '.join(names)}"
    for old, new in step.pairs("sources"):
        if old["token_hash"] != new["token_hash"] and not _is_manager_of(step, old):
            yield f"source {old['id']}: token"


def _is_manager_of(step, row):
    return step.role in ("manager", FOREIGN_MANAGER) and (
        row.get("company_id") in (None, *step.company_ids)
    )


@rule
def parameters_are_the_systems(step):
    """A parameter of the system was changed."""
    if step.before.parameters != step.after.parameters:
        changed = [
            new["key"] for old, new in step.pairs("parameters") if old != new
        ] + [row["key"] for row in step.made("parameters")]
        yield ", ".join(changed)
