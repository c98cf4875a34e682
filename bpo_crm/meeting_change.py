"""What a change does to meetings: as they were, and as they are.

Plain Python, so that every behaviour of a meeting can ask the same object.
"""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Promise:
    """A visit of which its dealership was told, as it was before a change."""

    visit: object
    lead: object
    #: What it repeats with; itself where it does not.
    whole: object
    #: When it was to be, in words.
    start: str


class MeetingChange:
    """A write to some meetings, or their deletion.

    :param calendar.event meetings: in the context in which core is to change them.
    :param dict vals: what is written; None where they are deleted.
    """

    def __init__(self, meetings, vals=None):
        self.meetings = meetings
        self.vals = vals
        #: What each meeting was to its leads: its values by field, and its leads.
        self.before = {}
        #: The same of those that there still are, after the write.
        self.after = {}
        #: All meetings of which some may be cut, where what is planned is settled.
        self.recurring = None
        #: For which leads one of these was planned.
        self.planned = None
        #: The :class:`Promise` of each visit of which a dealership was told.
        self.promised = []

    def get_old(self, meeting, name):
        """Return the value of a field before the write.

        :param calendar.event meeting: one of :attr:`meetings`.
        :param str name: of a field that was read.
        """
        return self.before[meeting][0][name]

    def is_changed(self, meeting, *names):
        """Whether a write came to something.

        :param calendar.event meeting: one that there still is.
        :param names: of fields that were read; all of them without.
        :rtype: bool
        """
        (old, _), (new, _) = self.before[meeting], self.after[meeting]
        return any(old[name] != new[name] for name in names or old)
