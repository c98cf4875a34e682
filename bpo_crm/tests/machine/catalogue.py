"""What there is to be called and sent, found in the code and the registry."""

import inspect
import re
from pathlib import Path

from hypothesis import strategies as st

import odoo.addons

from . import values
from .values import Id

#: Whose code is read for the keys of the context that it looks at.
READ_ADDONS = ("bpo_crm", "crm", "mail", "calendar", "phone_validation", "sales_team")

#: Keys that a context is asked for in Python.
CONTEXT_KEY = re.compile(
    r"""
    context(?:\.get\(|\[)\s*['"](\w+)['"]
    | ['"](\w+)['"](?:\ not)?\ in\ self\.(?:env\.|_)context
    """,
    re.VERBOSE,
)

#: Of what stands for several keys.
SKIPPED_KEYS = {"lang", "tz", "uid"}

#: The fields with which somebody gets furthest, and those that are worth a try.
FIRST_FIELDS = {
    "crm.lead": """stage_id lost_reason_id user_id team_id type active phone
        email_from phone_sanitized email_normalized probability partner_id""",
    "mail.activity": "res_id res_model_id user_id active",
    "calendar.event": "opportunity_id visit_state recurrence_id",
    "mail.message": "res_id model author_id date",
    "res.partner": "phone email country_id active",
    "crm.call.log": "lead_id user_id call_date duration",
}
GOOD_FIELDS = {
    "crm.lead": """company_id dealership_id name priority enquiry_date call_log_ids
        push_ids enquiry_ids activity_ids message_ids calendar_event_ids visit_ids
        dealer_so_name dealer_so_id reference date_last_stage_update date_open
        date_closed first_attempt_date response_deadline is_response_unmeasured
        intake_source_id source_id lost_stage_id is_bpo message_follower_ids""",
    "mail.activity": """res_model date_deadline due_at done_at date_done crm_stage_id
        activity_type_id calendar_event_id""",
    "calendar.event": """res_id res_model_id user_id start activity_ids active
        partner_ids""",
    "mail.message": "body subtype_id message_type partner_ids",
    "res.partner": "name parent_id user_ids opportunity_ids",
    "crm.call.log": "result is_contact summary",
}

#: What is sent for some fields, whatever the model.
KNOWN_VALUES = {
    "phone": values.PHONES,
    "mobile": values.PHONES,
    "phone_sanitized": values.PHONES,
    "email": values.EMAILS,
    "email_from": values.EMAILS,
    "email_normalized": values.EMAILS,
}

#: What is sent for others.
VALUES_OF_TYPES = {
    "boolean": [True, False],
    "integer": values.NUMBERS,
    "float": values.NUMBERS,
    "monetary": values.NUMBERS,
    "date": values.MOMENTS,
    "datetime": values.MOMENTS,
}

#: How deep values of records lie in values of records.
DEPTH = 1


class Catalogue:
    """What there is on a floor.

    :param FloorCase floor: a class or a test of it.
    """

    def __init__(self, floor):
        self.env = floor.env
        self.names = floor.models
        self.context_keys = find_context_keys()

    def find_names(self, *models):
        """Return the names of the records of models."""
        return [name for model in models for name in self.names.get(model, [])]

    def id_of(self, model):
        """Return a strategy of the ids of a model."""
        names = self.find_names(model)
        return values.ids_of(names) if names else st.sampled_from([1, 2, 3])

    def value(self, model, name, depth=DEPTH):
        """Return a strategy of what is meant to be sent for a field.

        :param str model: its model.
        :param str name: of the field.
        :param int depth: how deep records may be made in records.
        """
        field = self.env[model]._fields[name]
        if name in KNOWN_VALUES:
            return st.sampled_from(KNOWN_VALUES[name])
        if field.type in ("many2one", "many2one_reference"):
            return self.id_of(field.comodel_name or "crm.lead")
        if field.type in ("one2many", "many2many"):
            nested = st.just({})
            if depth:
                nested = self.values(field.comodel_name, depth=depth - 1)
            return values.commands(self.find_names(field.comodel_name), nested)
        if field.type == "selection" and isinstance(field.selection, list):
            return st.sampled_from([key for key, _label in field.selection])
        return st.sampled_from(VALUES_OF_TYPES.get(field.type, values.TEXTS))

    def hostile_value(self, model, name):
        """Return a strategy of what nobody should believe that is sent for a field."""
        field = self.env[model]._fields[name]
        names = self.find_names(field.comodel_name or "crm.lead")
        if field.type not in ("many2one", "many2one_reference") or not names:
            return values.nonsense
        bent = values.bent_ids_of(names)
        return st.one_of(bent, bent, values.nonsense)

    def field(self, model):
        """Return a strategy of the names of the fields of a model."""
        fields = self.env[model]._fields
        tiers = [
            [name for name in tier.get(model, "").split() if name in fields]
            for tier in (FIRST_FIELDS, FIRST_FIELDS, GOOD_FIELDS)
        ]
        return st.one_of(
            *map(st.sampled_from, filter(None, tiers)), st.sampled_from(sorted(fields))
        )

    def values(self, model, names=None, depth=DEPTH):
        """Return a strategy of values of a record, of which one may be hostile.

        :param str model: its model.
        :param names: strategy of the names of fields; a few of all by default.
        :param int depth: how deep records may be made in records.
        """
        names = names or st.lists(
            self.field(model), min_size=1, max_size=3, unique=True
        )
        return names.flatmap(lambda chosen: self._values_of(model, chosen, depth))

    def _values_of(self, model, names, depth):
        meant = {name: self.value(model, name, depth) for name in names}
        # Where all is hostile, all is refused.
        hostile = [{**meant, name: self.hostile_value(model, name)} for name in names]
        return st.one_of([st.fixed_dictionaries(way) for way in (meant, *hostile)])

    def context(self, model="crm.lead"):
        """Return a strategy of contexts: mostly empty, else with keys of the code."""
        defaults = self.field(model).flatmap(
            lambda name: st.tuples(
                st.just(f"default_{name}"),
                st.one_of(self.value(model, name, 1), self.hostile_value(model, name)),
            )
        )
        companies = st.lists(self.id_of("res.company"), min_size=1, max_size=2)
        pairs = st.one_of(
            st.tuples(st.sampled_from(self.context_keys["bpo_crm"]), _truthy),
            st.tuples(st.sampled_from(self.context_keys["others"]), _truthy),
            st.tuples(st.just("allowed_company_ids"), companies),
            defaults,
        )
        some = st.lists(pairs, min_size=1, max_size=2).map(dict)
        none = st.just({})
        return st.one_of(none, none, none, some)

    def find_methods(self, model, addons=("bpo_crm", "crm", "mail", "calendar")):
        """Return the methods of a model that a client may call, by addons' code."""
        cls = type(self.env[model])
        return sorted(
            name
            for name, method in inspect.getmembers(cls, callable)
            if not name.startswith("_") and _is_of(cls, name, addons)
        )


_truthy = st.one_of(
    st.sampled_from([True, 1, "x", [1], {"a": 1}, 10**9]),
    st.sampled_from([Id("other"), Id("own"), [Id("other")], Id("user_agent")]),
)


def _is_of(cls, name, addons):
    homes = {base.__module__ for base in cls.__mro__ if name in base.__dict__}
    return any(
        home.startswith(f"odoo.addons.{one}.") for home in homes for one in addons
    )


def find_context_keys():
    """Return the keys that Python asks a context for, ours apart from the others."""
    found = {"bpo_crm": set(), "others": {"active_id", "active_ids", "active_model"}}
    for addon in READ_ADDONS:
        place = "bpo_crm" if addon == "bpo_crm" else "others"
        for path in _find_sources(addon):
            for match in CONTEXT_KEY.finditer(path.read_text()):
                found[place].add(match[1] or match[2])
    return {place: sorted(keys - SKIPPED_KEYS) for place, keys in found.items()}


def _find_sources(addon):
    for folder in odoo.addons.__path__:
        for path in sorted(Path(folder, addon).rglob("*.py")):
            if "tests" not in path.parts:
                yield path
