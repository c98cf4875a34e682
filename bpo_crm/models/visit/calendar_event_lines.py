from collections import defaultdict

from odoo import Command, api, models
from odoo.exceptions import UserError

from ...ids import is_id


class CalendarEvent(models.Model):
    """What a meeting is linked with is named by ids, or by commands of Odoo's.

    With anything else, Odoo ends in PostgreSQL's words.
    """

    _inherit = "calendar.event"

    # ------------------------------------------------------------
    # PHASES
    # ------------------------------------------------------------

    @api.model
    def _normalize(self, vals_list):
        return self._read_lines(super()._normalize(vals_list))

    # ------------------------------------------------------------
    # BUSINESS
    # ------------------------------------------------------------

    @api.model
    def _read_lines(self, vals_list):
        """Return values whose lines are commands for records that there are.

        :param list vals_list: as somebody sent them.
        :rtype: list[dict]
        :raises UserError: for lines that are anything else.
        """
        read, linked = [], defaultdict(set)
        for vals in vals_list:
            lines = {
                name: self._read_commands(name, vals[name])
                for name in vals
                if name in self._fields and self._fields[name].relational
                if self._fields[name].type != "many2one"
            }
            for name, commands in lines.items():
                linked[name].update(_get_linked(commands))
            read.append({**vals, **lines})
        for name, ids in linked.items():
            rows = self.env[self._fields[name].comodel_name].browse(ids)
            if rows.exists() != rows:
                self._refuse_lines(name)
        return read

    @api.model
    def _read_commands(self, name, value):
        """Return the commands that the value of a field stands for.

        :param str name: of the field.
        :param value: ids, records or commands, or anything.
        :rtype: list
        :raises UserError: for anything else.
        """
        if isinstance(value, models.BaseModel):
            return [Command.set(value.ids)]
        if value is None or value is False:
            return [Command.set([])]
        rows = list(value) if isinstance(value, (list, tuple)) else [value]
        if rows and all(map(is_id, rows)):
            return [Command.set(rows)]
        # Core invites, and sends home, by these alone; of clearing it knows nothing.
        is_known = _is_link if name == "partner_ids" else _is_command
        if not all(map(is_known, rows)):
            self._refuse_lines(name)
        return [Command.set([]) if row[0] == Command.CLEAR else row for row in rows]

    @api.model
    def _refuse_lines(self, name):
        """Refuse what is neither records nor commands for them.

        :param str name: of the field that it was sent for.
        :raises UserError: always.
        """
        if name == "partner_ids":
            raise UserError(self.env._("Choose the attendees among the contacts."))
        field = self._fields[name]
        raise UserError(
            self.env._(
                '"%(field)s" of a meeting takes ids of "%(model)s", or commands for '
                "them.",
                field=field.get_description(self.env, ["string"])["string"],
                model=self.env[field.comodel_name]._description,
            )
        )


def _is_command(value):
    """Whether a value is a command for the lines of a field.

    :param value: whatever was sent.
    :rtype: bool
    """
    match value:
        case [Command.CREATE, _, {}]:
            return True
        case [Command.UPDATE, row, {}]:
            return is_id(row)
    return _is_link(value)


def _is_link(value):
    """Whether a value is a command that makes and changes no lines.

    :param value: whatever was sent.
    :rtype: bool
    """
    match value:
        case [Command.CLEAR, *_]:
            return True
        case [Command.DELETE | Command.UNLINK | Command.LINK, row, *_]:
            return is_id(row)
        case [Command.SET, _, [*ids]]:
            return all(map(is_id, ids))
    return False


def _get_linked(commands):
    """Return the ids of the records that commands link.

    :param list commands: well-formed ones.
    :rtype: list[int]
    """
    linked = []
    for command in commands:
        match command:
            case [Command.LINK, row, *_]:
                linked.append(row)
            case [Command.SET, _, ids]:
                linked += ids
    return linked
