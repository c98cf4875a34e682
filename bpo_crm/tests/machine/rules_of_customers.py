"""A customer has one open lead, by numbers and addresses that are worked out anew."""

from .step import name_of, rule


def _find_holders(step):
    """Return the ids of the open leads of each customer.

    :rtype: dict[str, set]
    """
    holders = {}
    for lead in filter(step.after.is_open, step.leads):
        for key in step.camera.find_keys(lead) if lead["active"] else ():
            holders.setdefault(key, set()).add(lead["id"])
    return holders


def _are_of_one_contact(step, leads):
    """Whether leads have one contact, whose owners were told when others merged it.

    :param set leads: the ids of open leads.
    :rtype: bool
    """
    rows = [lead for lead in step.leads if lead["id"] in leads]
    contacts = {lead["partner_id"] for lead in rows}
    owners = {lead["user_id"] for lead in rows}
    return len(contacts) == 1 and None not in contacts and len(owners) > 1


@rule
def customers_have_one_open_lead(step):
    """A customer has two open leads."""
    for key, leads in _find_holders(step).items():
        if len(leads) > 1 and not _are_of_one_contact(step, leads):
            yield f"{key}: {sorted(leads)}"


@rule
def customers_are_held_by_their_leads(step):
    """The table of customers does not say which open lead a customer has."""
    holders = _find_holders(step)
    held = {row["key"]: row["lead_id"] for row in step.after.customers.values()}
    for key in sorted(holders.keys() | held.keys()):
        if held.get(key) not in holders.get(key, ()):
            yield f"{key} is of {holders.get(key)}, held by {held.get(key)}"


@rule
def customers_are_known_by_what_their_lead_says(step):
    """A lead is known by a number or an address that it does not have."""
    changed = [new for _old, new in step.lead_pairs()]
    for lead in [*changed, *step.made("leads")]:
        known = {lead["phone_sanitized"], lead["email_normalized"]} - {None, ""}
        wrong = known - step.camera.find_keys(lead)
        if wrong:
            yield f"{name_of(lead)}: {', '.join(sorted(wrong))}"
