"""Where Odoo 18.0 and 19.0 differ, and nothing else.

One tree runs on both. Everything that has another name or another form in the
two series is here, so that the rest of the addon need not ask.
"""

import threading

from odoo import fields, models, modules, release
from odoo.tools import SQL
from odoo.tools.sql import drop_index

from .email_address import list_addresses

IS_19 = release.version_info >= (19,)

#: ``crm.stage``: the field with the team or teams that a stage belongs to.
STAGE_TEAM = "team_ids" if IS_19 else "team_id"

#: ``res.users``: the field with the groups that somebody was put in.
USER_GROUPS = "group_ids" if IS_19 else "groups_id"

#: ``res.users``: the field with the groups that somebody has, by whatever way.
ALL_USER_GROUPS = "all_group_ids" if IS_19 else "groups_id"

#: ``res.groups``: the field with the users who have a group, by whatever way.
GROUP_MEMBERS = "all_user_ids" if IS_19 else "users"

#: ``res.groups``: the field with the users who are put in a group.
GROUP_USERS = "user_ids" if IS_19 else "users"

#: ``res.groups``: the fields that say who has which groups.
GROUP_FIELDS = frozenset(
    (GROUP_USERS, "implied_ids", "implied_by_ids")
    if IS_19
    else (GROUP_USERS, "implied_ids")
)

#: ``mail.message``: the fields with the addresses to which a mail went that came in.
RECEIVED_BY = ("incoming_email_cc", "incoming_email_to") if IS_19 else ()


class _Constraint:
    """Odoo 19's ``models.Constraint`` for 18.0, which has ``_sql_constraints``."""

    def __init__(self, definition, message):
        self._definition = definition
        self._message = message

    def __set_name__(self, owner, name):
        constraint = (name.lstrip("_"), self._definition, self._message)
        declared = owner.__dict__.get("_sql_constraints", [])
        owner._sql_constraints = [*declared, constraint]


#: ``Constraint(definition, message)``: a table constraint of a model.
Constraint = models.Constraint if IS_19 else _Constraint


class _Index:
    """Odoo 19's ``models.Index`` for 18.0, where :func:`apply_indexes` makes it."""

    _kind = "INDEX"

    def __init__(self, definition):
        self._definition = definition

    def __set_name__(self, owner, name):
        index = (name.lstrip("_"), self._kind, self._definition)
        declared = owner.__dict__.get("_declared_indexes", ())
        owner._declared_indexes = (*declared, index)


class _UniqueIndex(_Index):
    """Odoo 19's ``models.UniqueIndex`` for 18.0."""

    _kind = "UNIQUE INDEX"


#: ``Index(definition)``: an index of a model's table, with all that follows its name.
Index = models.Index if IS_19 else _Index

#: ``UniqueIndex(definition)``: the same, and each of its values is there once.
UniqueIndex = models.UniqueIndex if IS_19 else _UniqueIndex


def apply_indexes(model):
    """Make the indexes that a model declares, and anew those that have changed.

    Odoo 19 does it by itself, and in the same way: the definition is the comment of the
    index, and one without a comment is left as somebody made it.

    :param odoo.models.BaseModel model: whose table has its columns.
    """
    if IS_19:
        return
    for cls in type(model).mro():
        for name, kind, definition in vars(cls).get("_declared_indexes", ()):
            _apply_index(model, f"{model._table}_{name}", kind, definition)


def _apply_index(model, name, kind, definition):
    """Make one index, unless there is the same one or one without a comment.

    :param odoo.models.BaseModel model: whose table has its columns.
    :param str name: of the index in the database.
    :param str kind: ``INDEX`` or ``UNIQUE INDEX``.
    :param str definition: what follows the table's name in ``CREATE INDEX``.
    """
    cr, comment = model.env.cr, f"{kind} {definition}"
    cr.execute(
        "SELECT obj_description(oid) FROM pg_class WHERE oid = to_regclass(%s)", [name]
    )
    found = cr.fetchone()
    if found and found[0] in (None, comment):
        return
    drop_index(cr, name, model._table)
    index, table = SQL.identifier(name), SQL.identifier(model._table)
    cr.execute(SQL("CREATE %s %s ON %s %s", SQL(kind), index, table, SQL(definition)))
    cr.execute(SQL("COMMENT ON INDEX %s IS %s", index, comment))


def any_of(domains):
    """Return the domain of the records that are in one of some domains.

    :param list domains: of none, no record is in one.
    :rtype: list
    """
    if IS_19:
        return list(fields.Domain.OR(domains))
    from odoo.osv import expression

    return expression.OR(domains)


def all_of(domains):
    """Return the domain of the records that are in all of some domains.

    :param list domains: of none, each record is in all.
    :rtype: list
    """
    if IS_19:
        return list(fields.Domain.AND(domains))
    from odoo.osv import expression

    return expression.AND(domains)


def none_of(domains):
    """Return the domain of the records that are in none of some domains.

    :param list domains: of none, each record is.
    :rtype: list
    """
    if IS_19:
        return list(~fields.Domain.OR(domains))
    return ["!", *any_of(domains)]


def gives_groups(vals):
    """Tell whether values of a user say which groups the user has.

    Odoo 18 has the choices of its user form in fields of their own.

    :param dict vals: of ``res.users``.
    :rtype: bool
    """
    if IS_19:
        return USER_GROUPS in vals
    return any(
        name == USER_GROUPS or name.startswith(("sel_groups_", "in_group_"))
        for name in vals
    )


def get_with_implied(groups):
    """Return groups with all that come along with them.

    :param res.groups groups: any.
    :rtype: res.groups
    """
    if IS_19:
        return groups.all_implied_ids
    return groups | groups.trans_implied_ids


def show_groups_on_user_form(env, groups, name):
    """Offer a chain of groups as one choice on the user form.

    Odoo 18 shows the groups of a category as a choice, 19 those of a privilege.

    :param odoo.api.Environment env: with the superuser's rights.
    :param res.groups groups: groups of which each implies the one before it.
    :param str name: the label of the choice.
    """
    category = _find_or_create(
        env, "ir.module.category", "module_category_bpo", name=name, sequence=6
    )
    if IS_19:
        sales = env.ref("base.module_category_sales", raise_if_not_found=False)
        category.parent_id = sales or False
        groups.privilege_id = _find_or_create(
            env,
            "res.groups.privilege",
            "privilege_bpo",
            name=name,
            category_id=category.id,
        )
    else:
        groups.category_id = category


def _find_or_create(env, model, xml_id, **values):
    """Return a record of the addon, which goes with it; found by its name, or made.

    Version 1.0 left it behind, without an XML id.

    :param odoo.api.Environment env: with the superuser's rights.
    :param str model: whose record it is.
    :param str xml_id: that it gets, without the module.
    :param values: of a new one, with its ``name``.
    :return: one record.
    :rtype: odoo.models.BaseModel
    """
    records = env[model]
    record = records.search([("name", "=", values["name"])], limit=1)
    record = record or records.create(values)
    env["ir.model.data"]._update_xmlids(
        [{"xml_id": f"bpo_crm.{xml_id}", "record": record, "noupdate": True}]
    )
    return record


def commit_progress(env, done, remaining):
    """Keep what a job did until now, and tell Odoo how far it is.

    :param odoo.api.Environment env: the job's.
    :param int done: what was done since the last time.
    :param int remaining: what is left.
    """
    jobs = env["ir.cron"]
    if IS_19:
        jobs._commit_progress(done, remaining=remaining)
        return
    progress_id = env.context.get("ir_cron_progress_id")
    before = env["ir.cron.progress"].sudo().browse(progress_id).done
    jobs._notify_progress(done=before + done, remaining=remaining)
    env.cr.commit()  # pylint: disable=invalid-commit


def is_tested():
    """Tell whether a test is run, whose transaction is not to be committed.

    :rtype: bool
    """
    if IS_19:
        return bool(modules.module.current_test)
    return getattr(threading.current_thread(), "testing", False)


def announce_done(activities):
    """Let the activity menu of the web client forget archived activities.

    Odoo 19 does so by itself when an activity is archived, 18 when it is deleted.

    :param mail.activity activities: that were archived just now.
    """
    if IS_19:
        return
    today = fields.Date.today()
    due = activities.filtered(lambda activity: activity.date_deadline <= today)
    for user in due.user_id:
        user._bus_send("mail.activity/updated", {"activity_deleted": True})


def mail_attendees(attendees, template):
    """Send a mail to everybody who is invited, once the transaction is over.

    :param calendar.attendee attendees: who get it.
    :param mail.template template: of attendees.
    :return: whether they are sent: Odoo may be told to send none of these mails.
    :rtype: bool
    """
    if IS_19:
        result = attendees._notify_attendees(template, force_send=True)
    else:
        result = attendees._send_mail_to_attendees(template, force_send=True)
    return result is not False


def keep_meetings(meetings):
    """Return meetings that are not moved by their activities.

    Odoo 19 would move a meeting once more by its activity, and tell its guests; 18
    does not.

    :param calendar.event meetings: any.
    :rtype: calendar.event
    """
    if not IS_19:
        return meetings
    return meetings.with_context(calendar_event_meeting_update=True)


def get_addresses_without_contact(message):
    """Return the email addresses of no contact to which a message went.

    Odoo 19 writes to customers who are no contact, and keeps to whom a mail went that
    came in; 18 does neither.

    :param mail.message message: of any chatter.
    :return: normalized addresses.
    :rtype: set[str]
    """
    if not IS_19:
        return set()
    written = [
        *message.notification_ids.mapped("mail_email_address"),
        message.incoming_email_to,
        message.incoming_email_cc,
    ]
    return {*list_addresses(", ".join(filter(None, written)))}
