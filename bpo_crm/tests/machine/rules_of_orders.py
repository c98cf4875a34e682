"""A won lead has exactly one order, which the push made."""

from .step import find_changed, name_of, rule

ORDER = ("dealer_so_id", "dealer_so_name", "dealer_so_url")


@rule
def won_leads_have_an_order(step):
    """A won lead has no order."""
    for lead in filter(step.after.is_won, step.leads):
        if not lead["dealer_so_id"]:
            yield name_of(lead)


@rule
def orders_are_of_leads_that_were_won(step):
    """A lead that was not won has an order."""
    pushed = {push["lead_id"] for push in step.after.pushes.values()}
    for lead in step.leads:
        is_ordered = lead["dealer_so_id"] or lead["dealer_so_name"]
        was_won = step.after.is_closed(lead) and lead["id"] in pushed
        if is_ordered and not was_won:
            yield name_of(lead)


@rule
def orders_are_written_by_the_push(step):
    """An order was written past the push."""
    for old, new in step.lead_pairs():
        if find_changed(old, new, ORDER) and new["reference"] not in step.sent:
            yield name_of(new)


@rule
def orders_are_for_won_leads(step):
    """A dealer got an order for a lead that is not won."""
    if step.error and len(step.sent) > 1:
        # One of several dealers refused: the others' orders are found next time.
        return
    won = {lead["reference"] for lead in step.leads if step.after.is_won(lead)}
    for reference in step.sent:
        if reference not in won:
            yield f"{reference}; {step.error}"
