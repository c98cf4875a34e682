"""What a write does to leads: as they were, and as they are to be.

Plain Python, so that every behaviour of the lead can ask the same object.
"""

#: What the rules compare before and after a write.
WATCHED = (
    "active",
    "company_id",
    "dealership_id",
    "is_bpo",
    "lost_reason_id",
    "source_id",
    "stage_id",
    "team_id",
    "type",
    "user_id",
)


class LeadChange:
    """A write that does the same with some leads.

    :param crm.lead leads: as they are before it.
    :param dict vals: what is written, as the ORM takes it: see ``_normalize``.
    """

    def __init__(self, leads, vals):
        self.leads = leads
        self.vals = vals
        #: By what each customer was known, where the write may change that.
        self.customers = None
        #: Why each lead could only be moved because a manager lifted the guard.
        self.lifted = {}
        self._old = {lead.id: _look_at(lead) for lead in leads}
        told = {
            name: read_value(leads, name, vals[name])
            for name in WATCHED
            if name in vals
        }
        self._new = {lead.id: {**self._old[lead.id], **told} for lead in leads}

    def get_old(self, lead, name):
        """Return the value of a watched field before the write.

        :param crm.lead lead: one of :attr:`leads`.
        :param str name: one of :data:`WATCHED`.
        """
        return self._old[lead.id][name]

    def get_new(self, lead, name):
        """Return the value of a watched field after the write.

        As it is to be, until :meth:`observe` has looked at what it came to.

        :param crm.lead lead: one of :attr:`leads`.
        :param str name: one of :data:`WATCHED`.
        """
        return self._new[lead.id][name]

    def foresee(self, leads, **values):
        """Say what else becomes of leads than what is written.

        :param crm.lead leads: some of :attr:`leads`.
        :param values: of :data:`WATCHED`.
        """
        for lead in leads:
            self._new[lead.id] |= values

    def find_changing(self, *names):
        """Return the leads of which the write changes something.

        :param str names: of :data:`WATCHED`.
        :rtype: crm.lead
        """
        return self.leads.filtered(
            lambda lead: any(
                self.get_old(lead, name) != self.get_new(lead, name) for name in names
            )
        )

    def find_closing(self):
        """Return the leads that the write moves to a closing stage.

        :rtype: crm.lead
        """
        return self.find_changing("stage_id").filtered(
            lambda lead: self.get_new(lead, "stage_id")._is_closed
        )

    def observe(self):
        """Look at the leads as they are now.

        :return: whether that is other than what the values said.
        :rtype: bool
        """
        foreseen = self._new
        # Whoever gave a lead away may not see it any more.
        self._new = {lead.id: _look_at(lead) for lead in self.leads.sudo()}
        return self._new != foreseen


def read_value(leads, name, value):
    """Return what a field is once a value was written, as the ORM understands it.

    :param crm.lead leads: of any number.
    :param str name: of the field.
    :param value: as somebody sent it.
    """
    field = leads._fields[name]
    cached = field.convert_to_cache(value, leads.browse())
    return field.convert_to_record(cached, leads)


def _look_at(lead):
    return {name: lead[name] for name in WATCHED}
