"""What the addon's own code says in the context, and nobody else can.

A client may send any context: every call has one among its arguments, and ``sudo()``
keeps all of it but defaults. It travels as JSON or XML, though: as texts, numbers,
lists and dictionaries. So what lifts a rule, or says that something was looked at
already, is an object of this process, which none of these can become. All such keys are
below.
"""

import dataclasses

#: What a client may say where code takes on more rights than the client has.
HARMLESS = ("allowed_company_ids", "lang", "tz")


@dataclasses.dataclass(frozen=True)
class _Said:
    """A value that this process said. Equal ones are equal contexts."""

    value: object


class InnerKey:
    """A key of the context that only this process can set.

    :param str name: of the key. A client that sends it says nothing.
    """

    def __init__(self, name):
        self._name = name

    def say(self, value=True):
        """Return what ``with_context`` takes to say it.

        :param value: what is said.
        :rtype: dict
        """
        return {self._name: _Said(value)}

    def drop_from(self, context):
        """Return a context that says nothing, as a client can be sent it.

        :param dict context: any.
        :rtype: dict
        """
        return {name: value for name, value in context.items() if name != self._name}

    def get(self, env):
        """Return what was said, None for nothing.

        :param odoo.api.Environment env: in whose context it may be.
        """
        said = env.context.get(self._name)
        return said.value if isinstance(said, _Said) else None


#: A file is read in, row by row.
READS_FILE = InnerKey("reads_file")

#: Whoever ends an activity asks for the next step: nobody else needs to.
ASKS_FOR_NEXT_STEP = InnerKey("asks_for_next_step")

#: The lead learns what its customer said who asks again, and is told from all others.
ASKED_AGAIN = InnerKey("asked_again")

#: What was closed elsewhere is brought in: it is no news.
BRINGS_PAST = InnerKey("brings_past")

#: Core changes a meeting by changing others: what it says then is its own.
CHANGES_MEETINGS = InnerKey("changes_meetings")

#: The feed is checked as a whole, once all of its lines are written.
CHECKED_AS_A_WHOLE = InnerKey("check_fit")

#: Told from the customers of all open leads, and their keys are locked.
CUSTOMERS_MATCHED = InnerKey("customers_matched")

#: A meeting goes on to be the same customer's, whatever its lead is called.
FOLLOWS_CUSTOMER = InnerKey("follows_customer")

#: Whoever becomes responsible for an activity follows its lead already.
FOLLOWED = InnerKey("is_followed")

#: What was agreed with the customer stands for the activity of the stage.
FOLLOW_UP_PLANNED = InnerKey("is_follow_up_planned")

#: An activity that is done is archived where core would delete it.
KEEPS_DONE = InnerKey("keep_done_activities")

#: The import asks what may be in a file, which is more than what forms let change.
IMPORTS_PAST = InnerKey("imports_past")

#: Who gets the leads of somebody who is archived: ``pool``, ``round`` or ``person``,
#: and the id of the person.
LEADS_GO_TO = InnerKey("leads_go_to")

#: The ids of users who are about to be archived or deleted.
LEAVING = InnerKey("leaving")

#: Contacts are merged, and their leads are looked at once that is done.
MERGES_CONTACTS = InnerKey("merges_contacts")

#: Leads are merged: which of them stays, and in which stage, is for its team to say.
MERGES_LEADS = InnerKey("merges_leads")

#: The mail waited in quarantine, and is read now.
KEPT_MAIL = InnerKey("is_kept_mail")

#: The defaults of the leads of a delivery, which were worked out once.
PRECOMPUTED = InnerKey("precomputed")

#: The mail as it came, in bytes.
ORIGINAL_MAIL = InnerKey("original_mail")

#: Whoever changes a recurrence of meetings says at the end what is planned of it.
SETTLES_ACTIVITIES = InnerKey("settles_activities")

#: A mail is sent, and who gets it is written down.
SENDS_MAIL = InnerKey("sends_mail")


def without_keys(records, names):
    """Return records in whose context some keys are not said.

    :param records: of any model.
    :param names: of keys by which less happens than was promised.
    """
    context = dict(records.env.context)
    if context.keys().isdisjoint(names):
        return records
    kept = {name: value for name, value in context.items() if name not in names}
    return records.with_env(records.env(context=kept))


def with_inner_context(records, *kept):
    """Return records without what a client may have said in their context.

    To be called before rights are taken on: a client's flags would get the same ones,
    and with ``with_user()`` its defaults, too.

    :param records: of any model, with the user's rights or more.
    :param kept: names of further keys, which do no harm in what follows.
    """
    env = records.env
    names = {*HARMLESS, *kept}
    context = {
        name: value
        for name, value in env.context.items()
        if name in names or isinstance(value, _Said)
    }
    companies = context.pop("allowed_company_ids", None)
    if isinstance(companies, list | tuple):
        # With all rights, Odoo does not look whether they are the user's.
        allowed = list(env.user._get_company_ids())
        companies = [company for company in companies if company in allowed]
        if companies:
            context["allowed_company_ids"] = companies
    return records.with_env(env(context=context))
