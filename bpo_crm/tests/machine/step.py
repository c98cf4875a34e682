"""A call, with what there was before and after it: what the rules look at."""

import dataclasses

from .floor import FOREIGN_MANAGER
from .picture import Camera, Picture

#: Who may reassign, merge and correct the leads of everybody in the company.
LEADING = {"supervisor", "manager", FOREIGN_MANAGER}

MANAGERS = {"manager", FOREIGN_MANAGER}

#: Who has nothing to do with leads.
OUTSIDERS = {"employee", "portal", "public"}


@dataclasses.dataclass(frozen=True)
class Caller:
    """Who calls.

    :param str role: of this user.
    :param int uid: its id.
    :param int partner_id: of its contact.
    :param list company_ids: where it works.
    """

    role: str
    uid: int
    partner_id: int
    company_ids: list


@dataclasses.dataclass
class Step:
    """A call, and what there was before and after it.

    :param calls.Call call: what was called.
    :param Caller caller: by whom.
    :param Picture before: of the database.
    :param Picture after: of the database; the same one if nothing changed.
    :param list sent: the references of the leads of which dealers got orders.
    :param Camera camera: to look closer.
    :param Exception error: why it was refused, or None.
    """

    call: object
    caller: Caller
    before: Picture
    after: Picture
    sent: list
    camera: Camera
    error: Exception | None = None

    def __post_init__(self):
        self.role = self.caller.role
        self.uid = self.caller.uid
        self.is_leading = self.role in LEADING
        self.is_manager = self.role in MANAGERS

    @property
    def lifts_guard(self):
        """Whether a manager lifted the guard."""
        context = self.call.kwargs.get("context") or {}
        return self.is_manager and bool(context.get("skip_stage_transition_check"))

    # What there is

    @property
    def leads(self):
        """The leads that the rules are for, as they are."""
        return [lead for lead in self.after.leads.values() if lead.get("is_bpo", True)]

    def lead_pairs(self):
        """Return the leads that the rules are for, as they were and as they are."""
        pairs = self.pairs("leads")
        return [(old, new) for old, new in pairs if old.get("is_bpo", True)]

    def pairs(self, name):
        """Return rows as they were and as they are, of those that changed.

        :param str name: of :data:`picture.QUERIES`.
        """
        old, new = getattr(self.before, name), getattr(self.after, name)
        return [
            (row, new[row_id])
            for row_id, row in old.items()
            if row_id in new and row != new[row_id]
        ]

    def made(self, name):
        """Return the rows that are new."""
        old, new = getattr(self.before, name), getattr(self.after, name)
        return [row for row_id, row in new.items() if row_id not in old]

    def gone(self, name):
        """Return the rows that are not there any more."""
        old, new = getattr(self.before, name), getattr(self.after, name)
        return [row for row_id, row in old.items() if row_id not in new]

    # What somebody may

    def may_work(self, lead):
        """Whether a lead is the caller's to work.

        :param dict lead: as it was before the call, or as it is.
        """
        if self.is_leading:
            return self._works_for(lead)
        return lead["user_id"] == self.uid

    def may_change(self, old, new):
        """Whether a lead was the caller's to change, or became so.

        :param dict old: as it was before the call.
        :param dict new: as it is.
        """
        return self.may_work(old) or self.may_work(new)

    def is_manager_of(self, row):
        """Whether the caller is a manager of what belongs to a company, or to none."""
        return self.is_manager and self._works_for(row)

    def _works_for(self, row):
        return row.get("company_id") in (None, *self.caller.company_ids)


def rule(check):
    """Let a function be a rule.

    It takes a step and yields what is wrong, in words. The first line of its docstring
    says what was broken.
    """
    check.broken = check.__doc__.splitlines()[0].rstrip(".")
    return check


def find_changed(old, new, names):
    """Return those of some columns that changed.

    :param dict old: a row as it was.
    :param dict new: the row as it is.
    :param names: of columns; those that a series does not have do not change.
    """
    return sorted(name for name in names if old.get(name) != new.get(name))


def name_of(lead):
    """Return how a problem names a lead."""
    return lead["reference"] or f"lead {lead['id']}"
