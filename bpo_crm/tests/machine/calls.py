"""Which calls somebody may make: one family for each way to get somewhere."""

import dataclasses
import functools

from hypothesis import strategies as st

from ...series import IS_19
from . import values
from .floor import FOREIGN_MANAGER, ROLES
from .values import Id, Made

#: Who has most to gain comes most often.
WEIGHED_ROLES = ["agent"] * 6 + [*ROLES[1:], FOREIGN_MANAGER]

LEADS = [
    "own",
    "other",
    "pool",
    "own_qualified",
    "own_fleet",
    "own_won",
    "own_lost",
    "own_of_contact",
    "other_of_contact",
    "other_won",
    "pool_2",
    "pool_lost",
    "unqualified",
    "sales",
    "lead_abroad",
]

#: What a client reads of, besides leads.
READ_MODELS = [
    "crm.lead",
    "crm.dealership",
    "crm.brand",
    "crm.lead.source",
    "crm.lead.feed",
    "crm.lead.enquiry",
    "crm.lead.customer",
    "crm.dealer.push",
    "crm.call.log",
    "crm.lead.log.call",
    "crm.lead.plan.step",
    "crm.lead.win.report",
    "crm.lead.win.report.line",
    "crm.lead.lost",
    "crm.pipeline.settings",
    "mail.activity",
    "mail.message",
    "mail.followers",
    "mail.tracking.value",
    "calendar.event",
    "ir.attachment",
    "ir.config_parameter",
    "res.users",
]

WIZARDS = [
    "crm.lead.log.call",
    "crm.lead.plan.step",
    "crm.lead.lost",
    "crm.lead2opportunity.partner",
    "crm.lead2opportunity.partner.mass",
    "crm.merge.opportunity",
    "crm.lead.win.report",
    "mail.activity.schedule",
    "mail.compose.message",
    "crm.pipeline.settings",
]

SETTINGS_MODELS = [
    "crm.stage",
    "crm.team",
    "crm.team.member",
    "crm.dealership",
    "crm.brand",
    "crm.vehicle.model",
    "crm.lead.source",
    "crm.lead.feed",
    "crm.call.outcome",
    "crm.lost.reason",
    "res.company",
    "resource.calendar",
    "ir.config_parameter",
    "ir.model.data",
    "mail.activity.type",
    "mail.template",
    "res.users",
    "crm.dealer.push",
    "crm.lead.enquiry",
    "crm.lead.customer",
]

MAIL = """\
From: Juan <{sender}>
To: info@bpo.example
Message-Id: <{number}@machine.example>
Subject: Vios

How much is it?
"""

SENDERS = ["new@customer.example", "own@customer.example", "ana@bpo.test"]


@dataclasses.dataclass(frozen=True)
class Call:
    """A call that somebody makes.

    :param str role: who calls.
    :param str model: of the method.
    :param str method: its name.
    :param list args: the ids come first, where the method takes some.
    :param dict kwargs: with the context.
    """

    role: str
    model: str
    method: str
    args: list = dataclasses.field(default_factory=list)
    kwargs: dict = dataclasses.field(default_factory=dict)

    @property
    def names(self):
        """The names in what is sent: fields, keys of the context, columns."""
        columns = self.args[0] if self.method == "load" else ()
        return frozenset([*_find_keys([self.args, self.kwargs]), *columns])

    def __repr__(self):
        parts = [self.role, self.model, self.method, self.args, self.kwargs]
        while not parts[-1]:
            parts.pop()
        return f"Call({', '.join(map(repr, parts))})"


def _find_keys(value):
    if isinstance(value, dict):
        for key, item in value.items():
            yield key
            yield from _find_keys(item)
    elif isinstance(value, list):
        for item in value:
            yield from _find_keys(item)


def build(catalogue):
    """Return the families of calls.

    :param Catalogue catalogue: what there is.
    :return: strategies of lists of calls that belong together, by name.
    :rtype: dict
    """
    return {name: family(catalogue) for name, family in FAMILIES.items()}


FAMILIES = {}


def family(draw_calls):
    """Make a strategy of calls out of a function that draws one or several."""

    @st.composite
    def strategy(draw, catalogue):
        drawn = draw_calls(functools.partial(draw), catalogue)
        return drawn if isinstance(drawn, list) else [drawn]

    FAMILIES[draw_calls.__name__.lstrip("_")] = strategy
    return draw_calls


role = st.sampled_from(WEIGHED_ROLES)

#: Most calls are about few leads, so that several of them meet.
lead_names = st.one_of(
    st.sampled_from(["own", "pool", "other"]),
    st.sampled_from(["own", "pool", "other"]),
    st.sampled_from(LEADS),
)

one_lead = lead_names.flatmap(lambda name: values.ids_of([name]))

some_leads = st.one_of(
    lead_names.map(lambda name: [Id(name)]),
    lead_names.map(lambda name: [Id(name)]),
    st.lists(lead_names.map(Id), min_size=2, max_size=3, unique=True),
    st.just([Made("crm.lead")]),
    one_lead,
)


def _call(draw, catalogue, model, method, args, kwargs=None, who=None):
    """Return a call by somebody, with a context that the client chose."""
    context = draw(catalogue.context(model))
    kwargs = {**(kwargs or {}), **({"context": context} if context else {})}
    return Call(who or draw(role), model, method, args, kwargs)


# ------------------------------------------------------------
# LEADS
# ------------------------------------------------------------


@family
def _write_lead(draw, catalogue):
    ids, vals = draw(some_leads), draw(catalogue.values("crm.lead"))
    if draw(st.sampled_from([True, True, True, False])):
        return _call(draw, catalogue, "crm.lead", "write", [ids, vals])
    return _call(draw, catalogue, "crm.lead", "web_save", [ids, vals, {"name": {}}])


@family
def _move_lead(draw, catalogue):
    """A stage, and what belongs to it, in forms that somebody may overlook."""
    vals = {"stage_id": draw(catalogue.value("crm.lead", "stage_id"))}
    further = st.sampled_from(
        ["lost_reason_id", "team_id", "user_id", "active", "type"]
    )
    for name in draw(st.lists(further, max_size=2)):
        vals[name] = draw(catalogue.value("crm.lead", name))
    return _call(draw, catalogue, "crm.lead", "write", [draw(some_leads), vals])


@family
def _write_customer(draw, catalogue):
    """How a customer is reached."""
    names = [
        "phone",
        "email_from",
        "phone_sanitized",
        "email_normalized",
        "partner_id",
        "country_id",
        "type",
    ]
    chosen = draw(st.lists(st.sampled_from(names), min_size=1, max_size=3))
    vals = {name: draw(catalogue.value("crm.lead", name)) for name in chosen}
    if draw(st.booleans()):
        args = [draw(some_leads), vals]
        return _call(draw, catalogue, "crm.lead", "write", args)
    args = [[{"name": "Made", **vals}]]
    return _call(draw, catalogue, "crm.lead", "create", args)


@family
def _create_lead(draw, catalogue):
    vals = {"name": "Made", **draw(catalogue.values("crm.lead"))}
    method = draw(st.sampled_from(["create", "web_save", "name_create", "copy"]))
    args = {
        "create": [[vals]],
        "web_save": [[], vals, {"name": {}}],
        "name_create": ["Made"],
        "copy": [draw(some_leads), vals],
    }[method]
    return _call(draw, catalogue, "crm.lead", method, args)


@family
def _load_leads(draw, catalogue):
    """Rows with external ids of ours, or of what is there, or of nothing."""
    xml_ids = [
        "bpo_crm.crm_call_log_action",
        "bpo_crm.crm_lead_source_import",
        "crm.crm_lead_view_form",
        "__import__.new_one",
        "bpo_crm.new_one",
        "x",
    ]
    model = draw(
        st.sampled_from(["crm.lead", "crm.lead", "crm.call.log", "res.partner"])
    )
    columns = {"id": draw(st.sampled_from(xml_ids)), "name": "Loaded"}
    name = draw(catalogue.field(model))
    columns[name] = draw(st.one_of(catalogue.value(model, name), values.nonsense))
    if draw(st.booleans()):
        columns["phone"] = draw(st.sampled_from(values.TEXTS))
    if draw(st.booleans()):
        columns[".id"] = draw(one_lead)
    args = [list(columns), [list(columns.values())]]
    return _call(draw, catalogue, model, "load", args)


@family
def _close_lead(draw, catalogue):
    ids = draw(some_leads)
    reasons = st.one_of(values.ids_of(["reason"]), values.nonsense)
    kwargs = draw(
        st.one_of(st.just({}), st.fixed_dictionaries({"lost_reason_id": reasons}))
    )
    method = draw(
        st.sampled_from(
            [
                "action_set_lost",
                "action_set_won",
                "action_set_won_rainbowman",
                "action_win_each",
                "action_archive",
                "action_unarchive",
                "toggle_active",
                "action_mark_lost",
                "unlink",
            ]
        )
    )
    kwargs = kwargs if method == "action_set_lost" else {}
    return _call(draw, catalogue, "crm.lead", method, [ids], kwargs)


@family
def _claim_lead(draw, catalogue):
    method = draw(st.sampled_from(["action_claim", "action_claim_next", "write"]))
    vals = {"user_id": draw(values.ids_of(["user_agent", "user_other_agent"]))}
    args = {
        "action_claim": [draw(some_leads)],
        "action_claim_next": [],
        "write": [draw(some_leads), vals],
    }[method]
    return _call(draw, catalogue, "crm.lead", method, args)


@family
def _merge_leads(draw, catalogue):
    who, ids = draw(role), draw(some_leads)
    kwargs = draw(
        st.fixed_dictionaries(
            {},
            optional={
                "user_id": values.ids_of(["user_agent", "user_other_agent"]),
                "team_id": values.ids_of(["team", "team_fleet"]),
                "auto_unlink": st.booleans(),
            },
        )
    )
    return _call(draw, catalogue, "crm.lead", "merge_opportunity", [ids], kwargs, who)


@family
def _any_method_of_lead(draw, catalogue):
    method = draw(st.sampled_from(catalogue.find_methods("crm.lead")))
    further = draw(
        st.lists(
            st.one_of(
                one_lead,
                values.nonsense,
                st.sampled_from([Id("user_agent"), Id("team"), Id("reason"), "name"]),
                catalogue.values("crm.lead"),
            ),
            max_size=2,
        )
    )
    return _call(draw, catalogue, "crm.lead", method, [draw(some_leads), *further])


# ------------------------------------------------------------
# WORK
# ------------------------------------------------------------

ACTIVITIES = [
    "activity_own",
    "activity_other",
    "stage_activity_own",
    "activity_own_done",
    "activity_other_done",
]

some_activities = st.one_of(
    values.ids_of(ACTIVITIES).map(lambda one: [one]), st.just([Made("mail.activity")])
)


@family
def _activity(draw, catalogue):
    who, method = (
        draw(role),
        draw(
            st.sampled_from(
                [
                    "write",
                    "write",
                    "create",
                    "action_done",
                    "action_feedback",
                    "action_feedback_schedule_next",
                    "unlink",
                    "toggle_active",
                    "action_archive",
                    "action_unarchive",
                    "copy",
                ]
            )
        ),
    )
    vals = draw(catalogue.values("mail.activity"))
    base = {
        "res_model_id": Id("model_lead"),
        "res_id": draw(one_lead),
        "activity_type_id": Id("type_call"),
    }
    args = {
        "write": [draw(some_activities), vals],
        "create": [[{**base, **vals}]],
        "copy": [draw(some_activities), vals],
    }.get(method, [draw(some_activities)])
    call = _call(draw, catalogue, "mail.activity", method, args, who=who)
    if method not in ("write", "create") or draw(st.booleans()):
        return call
    done = args[0] if method == "write" else [Made("mail.activity")]
    return [call, Call(who, "mail.activity", "action_feedback", [done])]


@family
def _meeting(draw, catalogue):
    who = draw(role)
    method = draw(
        st.sampled_from(
            ["write", "write", "create", "unlink", "action_visit_done", "copy"]
        )
    )
    some = st.sampled_from(
        [Id("meeting"), Id("visit_own"), Id("visit_other"), Made("calendar.event")]
    )
    vals = draw(catalogue.values("calendar.event"))
    base = {
        "name": "Made",
        "start": "2035-01-01 10:00:00",
        "stop": "2035-01-01 11:00:00",
        "opportunity_id": draw(one_lead),
    }
    args = {
        "write": [[draw(some)], vals],
        "create": [[{**base, **vals}]],
        "copy": [[draw(some)], vals],
    }.get(method, [[draw(some)]])
    return _call(draw, catalogue, "calendar.event", method, args, who=who)


@family
def _call_log(draw, catalogue):
    method = draw(st.sampled_from(["create", "create", "write", "unlink", "copy"]))
    some = st.sampled_from([Id("call_own"), Id("call_other"), Made("crm.call.log")])
    vals = draw(catalogue.values("crm.call.log"))
    base = {"lead_id": draw(one_lead), "result": "answered"}
    args = {
        "write": [[draw(some)], vals],
        "create": [[{**base, **vals}]],
        "copy": [[draw(some)], vals],
    }.get(method, [[draw(some)]])
    return _call(draw, catalogue, "crm.call.log", method, args)


@family
def _window(draw, catalogue):
    """Open a window, fill it in, and press one of its buttons."""
    who, model = draw(role), draw(st.sampled_from(WIZARDS))
    fields = catalogue.env[model]._fields
    base = {"lead_id": draw(one_lead)} if "lead_id" in fields else {}
    for name in ("lead_ids", "opportunity_ids", "lead_tomerge_ids"):
        if name in fields:
            base[name] = [[6, 0, draw(some_leads)]]
    needed = {"result": "answered", "lost_reason_id": Id("reason"), "action": "convert"}
    base |= {name: value for name, value in needed.items() if name in fields}
    vals = {**base, **draw(catalogue.values(model))}
    opened = st.sampled_from([Id(name) for name in catalogue.find_names(model)] or [1])
    buttons = st.sampled_from(catalogue.find_methods(model))
    leads = {"active_model": "crm.lead", "active_ids": draw(some_leads)}
    kwargs = {"context": leads} if draw(st.booleans()) else {}
    first = draw(
        st.sampled_from(
            [
                Call(who, model, "create", [[vals]], kwargs),
                Call(who, model, "write", [[draw(opened)], vals], kwargs),
                Call(who, model, "onchange", [[], vals, ["lead_id"], _spec(fields)]),
                Call(who, model, "search_read", [[], []]),
                Call(who, model, "default_get", [sorted(fields)], kwargs),
            ]
        )
    )
    if first.method not in ("create", "write"):
        return first
    window = Made(model) if first.method == "create" else first.args[0][0]
    return [first, Call(who, model, draw(buttons), [[window]], kwargs)]


def _spec(fields):
    return {name: {} for name in sorted(fields)}


# ------------------------------------------------------------
# WORDS
# ------------------------------------------------------------


@family
def _post(draw, catalogue):
    kwargs = draw(
        st.fixed_dictionaries(
            {"body": st.sampled_from(["Hello", "", "<b>x</b>"])},
            optional={
                "date": st.sampled_from(values.MOMENTS),
                "author_id": values.ids_of(["partner_own", "partner_agent"]),
                "message_type": st.sampled_from(
                    ["comment", "email", "notification", "user_notification", "x"]
                ),
                "subtype_xmlid": st.sampled_from(["mail.mt_comment", "mail.mt_note"]),
                "subtype_id": values.ids_of(["note", "comment"]),
                "parent_id": values.ids_of(["message_own", "message_other"]),
                "partner_ids": st.just([Id("partner_own")]),
                "res_id": one_lead,
                "model": st.just("crm.lead"),
            },
        )
    )
    method = draw(
        st.sampled_from(
            [
                "message_post",
                "message_post",
                "message_notify",
                "message_mail_with_source",
            ]
        )
    )
    return _call(draw, catalogue, "crm.lead", method, [draw(some_leads)], kwargs)


@family
def _message(draw, catalogue):
    method = draw(st.sampled_from(["write", "create", "unlink", "copy"]))
    some = st.sampled_from(
        [Id("message_own"), Id("message_other"), Made("mail.message")]
    )
    vals = draw(catalogue.values("mail.message"))
    base = {"model": "crm.lead", "res_id": draw(one_lead), "body": "Made"}
    args = {
        "write": [[draw(some)], vals],
        "create": [[{**base, **vals}]],
        "copy": [[draw(some)], vals],
    }.get(method, [[draw(some)]])
    return _call(draw, catalogue, "mail.message", method, args)


@family
def _gateway(draw, catalogue):
    """What a mail server calls, or somebody who says to be one."""
    custom = draw(st.one_of(st.just({}), catalogue.values("crm.lead")))
    sender = draw(st.sampled_from(SENDERS))
    letter = {"from": sender, "subject": "Vios", "body": "x", "message_id": "<1@x>"}
    method = draw(
        st.sampled_from(
            ["message_new", "message_new", "message_process", "message_update"]
        )
    )
    model = "crm.lead"
    if method == "message_new":
        args, kwargs = [letter], {"custom_values": custom}
    elif method == "message_update":
        args, kwargs = [draw(some_leads), letter], {"update_vals": custom}
    else:
        raw = MAIL.format(sender=sender, number=draw(st.integers(1, 9)))
        args, kwargs = ["crm.lead", raw], {"custom_values": custom}
        model = draw(st.sampled_from(["mail.thread", "crm.lead"]))
        if draw(st.booleans()):
            kwargs["thread_id"] = draw(one_lead)
    return _call(draw, catalogue, model, method, args, kwargs)


# ------------------------------------------------------------
# CONTACTS AND SETTINGS
# ------------------------------------------------------------


@family
def _contact(draw, catalogue):
    some = st.sampled_from(
        [Id("partner_other"), Id("partner_own"), Id("partner_agent")]
    )
    method = draw(st.sampled_from(["write", "write", "unlink", "create", "merge"]))
    vals = draw(catalogue.values("res.partner"))
    if method == "merge":
        who, wizard = draw(role), "base.partner.merge.automatic.wizard"
        merged = {
            "partner_ids": [[6, 0, [Id("partner_own"), Id("partner_other")]]],
            "dst_partner_id": draw(some),
        }
        return [
            Call(who, wizard, "create", [[merged]]),
            Call(who, wizard, "action_merge", [[Made(wizard)]]),
        ]
    args = {
        "write": [[draw(some)], vals],
        "create": [[{"name": "Made", **vals}]],
    }.get(method, [[draw(some)]])
    return _call(draw, catalogue, "res.partner", method, args)


@family
def _settings(draw, catalogue):
    model = draw(st.sampled_from(SETTINGS_MODELS))
    names = catalogue.find_names(model)
    ids = [draw(st.sampled_from([Id(name) for name in names] or [1]))]
    vals = draw(catalogue.values(model))
    method = draw(st.sampled_from(["write", "write", "create", "unlink", "any"]))
    if method == "any":
        method = draw(st.sampled_from(catalogue.find_methods(model) or ["read"]))
    args = {"write": [ids, vals], "create": [[vals]]}.get(method, [ids])
    return _call(draw, catalogue, model, method, args)


@family
def _questionnaire(draw, catalogue):
    who, wizard = (
        draw(st.sampled_from(["manager", FOREIGN_MANAGER, "agent"])),
        ("crm.pipeline.settings"),
    )
    vals = {
        "company_id": draw(values.ids_of(["company", "company_abroad"])),
        **draw(catalogue.values(wizard)),
    }
    return [
        Call(who, wizard, "create", [[vals]]),
        Call(who, wizard, "action_apply", [[Made(wizard)]]),
    ]


# ------------------------------------------------------------
# READING
# ------------------------------------------------------------


@family
def _read(draw, catalogue):
    model = draw(st.sampled_from(READ_MODELS))
    names = [Id(name) for name in catalogue.find_names(model)]
    ids = draw(st.lists(st.sampled_from(names), max_size=3)) if names else [1]
    fields = draw(
        st.one_of(st.just([]), st.lists(catalogue.field(model), min_size=1, max_size=3))
    )
    method = draw(st.sampled_from(sorted(READS)))
    args = READS[method](draw, catalogue, model, ids, fields)
    return _call(draw, catalogue, model, method, args)


def _read_nested(draw, catalogue, model, ids, fields):
    return [ids, _draw_spec(draw, catalogue, model, fields)]


def _draw_spec(draw, catalogue, model, fields):
    spec = {}
    for name in fields or ["display_name"]:
        field = catalogue.env[model]._fields[name]
        spec[name] = {}
        if field.relational:
            inner = draw(st.lists(catalogue.field(field.comodel_name), max_size=2))
            spec[name] = {"fields": {one: {} for one in inner}}
    return spec


def _search_nested(draw, catalogue, model, _ids, fields):
    return [[], _draw_spec(draw, catalogue, model, fields)]


def _export(draw, catalogue, model, ids, fields):
    paths = []
    for name in fields or ["display_name"]:
        field = catalogue.env[model]._fields[name]
        last = draw(catalogue.field(field.comodel_name)) if field.relational else ""
        paths.append(f"{name}/{last}" if last else name)
    return [ids, paths]


def _group(_draw, _catalogue, _model, _ids, fields):
    by = fields[:1] or ["create_uid"]
    return [[], by, ["__count"]] if IS_19 else [[], [], by]


def _onchange(draw, catalogue, model, ids, fields):
    vals = draw(catalogue.values(model))
    return [ids[:1], vals, list(vals), _draw_spec(draw, catalogue, model, fields)]


READS = {
    "read": lambda _draw, _catalogue, _model, ids, fields: [ids, fields],
    "search_read": lambda _draw, _catalogue, _model, _ids, fields: [[], fields],
    "name_search": lambda *_args: [""],
    "search": lambda *_args: [[]],
    "fields_get": lambda *_args: [],
    "get_formview_action": lambda _draw, _catalogue, _model, ids, _fields: [ids],
    "web_read": _read_nested,
    "web_search_read": _search_nested,
    "export_data": _export,
    "formatted_read_group" if IS_19 else "read_group": _group,
    "onchange": _onchange,
    "default_get": lambda _draw, _catalogue, _model, _ids, fields: [fields],
}
