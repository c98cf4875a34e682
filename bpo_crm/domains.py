"""Domains, orders and names of fields that several behaviours of leads share."""

from collections.abc import Collection

from odoo.tools import SQL

from .series import any_of

#: The flags of a stage in which leads are closed.
CLOSING_FLAGS = ("is_won", "is_lost")

#: Of the stages in which leads are worked.
OPEN_STAGE = [(flag, "=", False) for flag in CLOSING_FLAGS]

#: Of the leads that are neither won nor lost.
OPEN_LEAD = [(f"stage_id.{flag}", "=", False) for flag in CLOSING_FLAGS]

#: Of those of them that the rules are for.
OUR_OPEN_LEAD = [("is_bpo", "=", True), *OPEN_LEAD]

#: Of the leads that figures are about. Those that are lost are archived, and count all
#: the same.
COUNTED_LEAD = [
    ("type", "=", "opportunity"),
    ("is_bpo", "=", True),
    *["|", ("active", "=", True), ("stage_id.is_lost", "=", True)],
]

#: Conditions on ``crm_lead``: of all leads, and of those that the rules are for.
EVERY, OURS = SQL("TRUE"), SQL("is_bpo")

#: Of no record at all.
NEVER = [("id", "=", 0)]

#: The pool, the most urgent lead first: by priority, then by age.
POOL_ORDER = "priority desc, enquiry_date, id"

#: The fields of a lead with what may belong to a company.
COMPANY_DATA = (
    "dealership_id",
    "brand_id",
    "vehicle_model_id",
    "intake_source_id",
    "vehicle_interest_ids",
)

#: Leads with one of these in common are of the same customer.
CUSTOMER_KEYS = ("phone_sanitized", "email_normalized")


def find_states(operator, value, states):
    """Return which values of a computed field a search asks for.

    :param str operator: of the search: ``=``, ``!=``, ``in`` or ``not in``.
    :param value: of the search, as it was sent: one value or several of them.
    :param states: all values that the field can have, False where it can have none.
    :return: those of the states, in their order.
    :rtype: list
    :raises ValueError: for another operator, which the field cannot answer.
    """
    if operator not in ("=", "!=", "in", "not in"):
        raise ValueError(f"A state cannot be searched with {operator!r}.")
    is_one = isinstance(value, str) or not isinstance(value, Collection)
    values = {value or False} if is_one else set(value)
    is_positive = operator in ("=", "in")
    return [state for state in states if (state in values) == is_positive]


def find_in_states(operator, value, domains):
    """Return the domain of a search on a computed field.

    :param str operator: as of :func:`find_states`.
    :param value: as of :func:`find_states`.
    :param dict domains: the domain of each value that the field can have.
    :rtype: list
    :raises ValueError: for an operator that the field cannot answer.
    """
    states = find_states(operator, value, domains)
    return any_of([domains[state] for state in states])
