"""The table of rights: what there is to be tried, and what was found.

It is in ``rights.csv``, a row for each kind of record, field and method, and a column
for each role. ``./bpo rights`` tries everything, and writes it and the page in
``docs``.
"""

import csv
import pathlib

from odoo.exceptions import AccessError
from odoo.models import BaseModel
from odoo.service.model import get_public_method

MODULES = {"bpo_crm", "bpo_crm_website"}

PATH = pathlib.Path(__file__).with_name("rights.csv")

#: The columns that say what a row is about. The next one names the series of Odoo if
#: it is true of that one only; those of the roles follow.
ABOUT = ("kind", "name", "what")

#: Methods of Odoo's that change more than the record that they are called on. All
#: others that every model has are reading and writing, which has rows of its own.
VERBS = {"action_archive", "copy_data", "default_get", "load", "toggle_active"}


def find_models(env):
    """Return the models that the addon is to have rules for.

    Its own ones, and those of core's to which it gives rights or rules.

    :param odoo.api.Environment env: with all rights.
    :rtype: list[str]
    """
    names = {
        name
        for name, model in env.registry.items()
        if model._original_module in MODULES and not model._abstract
    }
    for kind in ("ir.rule", "ir.model.access"):
        ours = env["ir.model.data"].search(
            [("module", "in", list(MODULES)), ("model", "=", kind)]
        )
        rows = env[kind].with_context(active_test=False).browse(ours.mapped("res_id"))
        names |= set(rows.model_id.mapped("model"))
    return sorted(names)


def find_fields(env):
    """Return the fields whose rights are not those of their records.

    Those that the addon adds to core's models, and its own ones for some groups only.

    :return: pairs of a model and a field.
    :rtype: list[tuple]
    """
    return sorted(
        (name, field.name)
        for name, model in env.registry.items()
        for field in model._fields.values()
        if not model._abstract
        and MODULES.intersection(field._modules or ())
        and (field.groups or not _is_ours(model))
    )


def find_methods(env):
    """Return what a client can call, and the addon answers.

    :return: pairs of a model and a method.
    :rtype: list[tuple]
    """
    found = set()
    for name, model in env.registry.items():
        for defining in model.mro():
            module = defining.__module__.split(".")
            if module[:2] != ["odoo", "addons"] or module[2] not in MODULES:
                continue
            if not _answers(env, model, env.registry.get(defining._name)):
                continue
            found |= {
                (name, method)
                for method, function in vars(defining).items()
                if callable(function) and _is_called(env[name], method)
            }
    return sorted(found)


def _answers(env, model, defined):
    """Whether a model is the one to ask for what a class adds to another, or itself."""
    if defined is None or defined._name == model._name:
        return not (model._abstract and _is_ours(model))
    return defined._abstract and _is_ours(defined) and not model._abstract


def _is_ours(model):
    return model._original_module in MODULES


def _is_called(model, method):
    if hasattr(BaseModel, method) and method not in VERBS:
        return False
    try:
        get_public_method(model, method)
    except (AccessError, AttributeError):
        return False
    return True


def read(series):
    """Return the table.

    :param str series: of Odoo.
    :return: the cells of each row of it, by what the row is about.
    :rtype: dict[tuple, dict]
    """
    if not PATH.exists():
        return {}
    with PATH.open(newline="") as file:
        rows = list(csv.DictReader(file))
    return {
        tuple(row.pop(name) for name in ABOUT): row
        for row in rows
        if row.pop("only") in ("", series)
    }


def write(found, series):
    """Write the table, and keep what is said of the other series.

    :param dict found: as of :func:`read`.
    :param str series: in which it was found.
    """
    (other,) = {"18.0", "19.0"} - {series}
    known = read(other)
    with PATH.open("w", newline="") as file:
        roles = list(next(iter(found.values())))
        writer = csv.DictWriter(file, [*ABOUT, "only", *roles], lineterminator="\n")
        writer.writeheader()
        for key in sorted(found.keys() | known.keys()):
            for only, cells in _tell_apart(key, {series: found, other: known}):
                about = dict(zip(ABOUT, key, strict=True))
                writer.writerow({**about, "only": only, **cells})


def _tell_apart(key, tables):
    """Yield a row for both series, or one for each that has it."""
    rows = {series: table[key] for series, table in tables.items() if key in table}
    if len(rows) == 2 and len({tuple(row.items()) for row in rows.values()}) == 1:
        yield "", next(iter(rows.values()))
    else:
        yield from sorted(rows.items())
