"""What Odoo's web client asks the server for to open a screen."""

import functools

from dateutil.relativedelta import relativedelta
from lxml import etree

from odoo import fields
from odoo.tools.safe_eval import datetime, safe_eval
from odoo.tools.safe_eval import time as safe_time

from odoo.addons.bpo_crm.series import IS_19

#: Views that show records, and those that show groups of them.
RECORD_VIEWS = {"calendar", "kanban", "list"}
GROUP_VIEWS = {"graph", "pivot"}

#: What a view of the lines of a record is called.
LINE_VIEWS = ("list", "kanban", "form")

#: What is shown by month, unless the user wants something else.
DATES = {"date", "datetime"}

#: Of a field that is on the view for others only: the client asks for no names.
HIDDEN = {"1", "True"}

LIMIT = 80

#: Long enough for a phone number.
LOOKED_FOR = "abc"


class Screen:
    """An action on the screen of a user: its views, its filters and its groups.

    :param odoo.api.Environment env: of the user, with the companies that are active.
    :param ir.actions.act_window action: what the user opens.
    """

    def __init__(self, env, action):
        action = action.sudo()
        context = safe_eval(action.context or "{}", get_client_values(env))
        # Filters that are on from the beginning are tried with all others.
        self.context = {
            name: value
            for name, value in context.items()
            if not name.startswith("search_default_")
        }
        self.records = env[action.res_model].with_context(**self.context)
        self.domain = safe_eval(
            action.domain or "[]", get_client_values(env) | self.context
        )
        described = self.records.get_views(
            [*action.views, (action.search_view_id.id, "search")],
            {"action_id": action.id, "load_filters": True, "toolbar": True},
        )
        self.views = {
            kind: etree.fromstring(view["arch"])
            for kind, view in described["views"].items()
        }
        self._fields = {
            name: model["fields"] for name, model in described["models"].items()
        }
        self.search = self.views.pop("search")

    def list_steps(self):
        """Return all that can be done on this screen.

        :return: pairs of a name and a function.
        :rtype: list[tuple]
        """
        steps = [
            (kind, functools.partial(self._open, kind, arch))
            for kind, arch in self.views.items()
        ]
        for node in self.search.iter("filter"):
            name = node.get("name") or node.get("string")
            group = self._read(node.get("context") or "{}").get("group_by")
            if group and not self._is_properties(group.split(":")[0]):
                steps.append((name, functools.partial(self._group, group)))
            if node.get("domain"):
                steps.append((name, functools.partial(self._filter, node)))
            if node.get("date"):
                group = f"{node.get('date')}:month"
                steps.append((name, functools.partial(self._group, group)))
        for node in self.search.iter("field"):
            if not self._is_properties(node.get("name")):
                look = functools.partial(self._look_for, node)
                steps.append((node.get("name"), look))
        return steps

    # What is done

    def _open(self, kind, arch):
        spec = specify(arch, self.records._name, self._fields)
        if kind in RECORD_VIEWS:
            self._show(self.domain, spec)
            grouped = arch.get("default_group_by")
            if grouped:
                self._group(grouped)
        elif kind in GROUP_VIEWS:
            self._open_groups(arch)
        elif kind == "form":
            self._open_forms(spec)
        elif kind == "activity":
            self.records.env["mail.activity"].get_activity_data(
                self.records._name, self.domain, limit=LIMIT
            )
        else:
            raise AssertionError(f"How is a view of kind {kind} opened?")

    def _show(self, domain, spec):
        return self.records.web_search_read(domain, spec, limit=LIMIT)

    def _open_groups(self, arch):
        known = self._fields[self.records._name]
        names = [
            node.get("name")
            for node in arch.iter("field")
            if node.get("type") != "measure" and node.get("name") in known
        ]
        for name in names:
            if known[name].get("groupable"):
                self._group(name)

    def _open_forms(self, spec):
        for record in self.records.search(self.domain, limit=LIMIT):
            record.web_read(spec)
        if self.records.has_access("create"):
            self.records.onchange({}, [], spec)

    def _is_properties(self, name):
        # The client asks for one of a lead's properties, and there is none.
        return self._fields[self.records._name][name]["type"] == "properties"

    def _filter(self, node):
        domain = [*self.domain, *self._read(node.get("domain"))]
        self._show(domain, {"display_name": {}})

    def _look_for(self, node):
        name, domain = node.get("name"), node.get("filter_domain")
        if domain:
            found = self._read(domain, {"self": LOOKED_FOR})
        else:
            kind = self._fields[self.records._name][name]["type"]
            is_text = kind not in ("integer", "float", "monetary", "boolean", "date")
            operator = node.get("operator") or ("ilike" if is_text else "=")
            if kind == "selection":
                operator = "="
            found = [(name, operator, LOOKED_FOR if is_text else 1)]
        self._show([*self.domain, *found], {"display_name": {}})

    def _group(self, group):
        if self._fields[self.records._name].get(group, {}).get("type") in DATES:
            group = f"{group}:month"
        read_groups(self.records, self.domain, group)

    # What the views say

    def _read(self, text, values=None):
        # The zone of the user is the client's business.
        text = text.replace(".to_utc()", "")
        return safe_eval(text, get_client_values(self.records.env) | (values or {}))


def list_menu_actions(env):
    """Return the actions of the addon's menus that a user has.

    :param odoo.api.Environment env: of the user.
    :return: the action of each menu, by the menu's name from the top.
    :rtype: dict
    """
    menus = env["ir.ui.menu"]
    visible = menus.browse(menus._visible_menu_ids())
    root = env.ref("bpo_crm.menu_root")
    below = menus.sudo().search([("id", "child_of", root.id)])
    return {menu.complete_name: menu.action for menu in below & visible if menu.action}


def read_form(env, action):
    """Open the form of an action, for a record that is not there yet.

    :param odoo.api.Environment env: of the user.
    :param dict action: a window action.
    """
    records = env[action["res_model"]].with_context(**action["context"])
    described = records.get_views([(False, "form")])
    arch = etree.fromstring(described["views"]["form"]["arch"])
    known = {name: model["fields"] for name, model in described["models"].items()}
    records.onchange({}, [], specify(arch, records._name, known))


def specify(node, model, known):
    """Return which fields of a view are read, as its client says it.

    :param etree.Element node: of the view.
    :param str model: whose fields it has.
    :param dict known: how the fields of each model are described.
    :rtype: dict
    """
    spec = {}
    for child in node:
        if child.tag != "field":
            spec |= specify(child, model, known)
            continue
        field = known[model].get(child.get("name"))
        if field:
            spec[child.get("name")] = _specify_field(child, field, known)
    return spec


def _specify_field(node, field, known):
    if {node.get("invisible"), node.get("column_invisible")} & HIDDEN:
        return {}
    if field["type"] in ("one2many", "many2many"):
        sub_spec = {"display_name": {}}
        for line in node:
            if line.tag in LINE_VIEWS:
                sub_spec |= specify(line, field["relation"], known)
        return {"fields": sub_spec}
    return {"fields": {"display_name": {}}} if "relation" in field else {}


def read_groups(records, domain, group):
    """Read the groups of records by a field, as lists, kanbans and reports do.

    :param records: of the model.
    :param list domain: of those that are shown.
    :param str group: the field, maybe with a granularity.
    """
    if IS_19:
        records.web_read_group(domain, [group], ["__count"], limit=LIMIT)
        records.formatted_read_grouping_sets(domain, [[], [group]], ["__count"])
    else:
        records.web_read_group(domain, [], [group], limit=LIMIT)


def get_client_values(env):
    """Return what a domain or a context of a view may name.

    :param odoo.api.Environment env: of the user.
    :rtype: dict
    """
    return {
        "allowed_company_ids": env.companies.ids,
        "context_today": lambda: fields.Date.context_today(env["res.users"]),
        "current_date": fields.Date.to_string(fields.Date.today()),
        "datetime": datetime,
        "now": fields.Datetime.to_string(fields.Datetime.now()),
        "relativedelta": relativedelta,
        "time": safe_time,
        "today": fields.Date.to_string(fields.Date.today()),
        "uid": env.uid,
        "user": env.user,
    }
