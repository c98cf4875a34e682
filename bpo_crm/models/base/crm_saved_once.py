import uuid
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...series import Constraint

#: In characters; a key of ours has 36.
MAX_KEY = 64

#: Nobody presses a button again after that.
KEPT_FOR = timedelta(days=7)


def new_key(_records):
    """Return a key that no other window has, which whoever opens one sends back."""
    return str(uuid.uuid4())


class SavedKey(models.Model):
    """What each user has saved, by the key of the window that it was typed into.

    The reply to a request can be lost, and a button pressed twice: PostgreSQL lets one
    of the requests be the first one, and the others wait for it.
    """

    _name = "crm.saved.key"
    _description = "What Was Saved Once"
    _log_access = False
    _rec_name = "key"

    user_id = fields.Many2one("res.users", required=True, ondelete="cascade")
    key = fields.Char(required=True)
    subject = fields.Char(required=True, help="What the key was used for.")
    res_id = fields.Integer("Record", help="The id of what was made.")
    day = fields.Date(required=True, index=True)

    _key_uniq = Constraint("UNIQUE(user_id, key)", "This was saved already.")

    @api.model
    def _take(self, key, subject):
        """Use a key of the current user, if it was not used yet.

        :param str key: as a client sent it, for which another user's key is another.
        :param str subject: what it is used for.
        :return: the row of the key, and whether this is its first use.
        :rtype: tuple[crm.saved.key, bool]
        :raises UserError: for a key that was used for something else.
        :raises psycopg2.errors.SerializationFailure: where the first one has ended
            since this transaction began; Odoo runs the request again.
        """
        keys = self.sudo()
        self.env.cr.execute(
            """
            INSERT INTO crm_saved_key (user_id, key, subject, day)
            VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING RETURNING id
            """,
            [self.env.uid, key[:MAX_KEY], subject, fields.Date.today()],
            log_exceptions=False,
        )
        taken = self.env.cr.fetchone()
        if taken:
            return keys.browse(taken), True
        own = [("user_id", "=", self.env.uid), ("key", "=", key[:MAX_KEY])]
        row = keys.search(own, limit=1)
        if row.subject != subject:
            raise UserError(
                self.env._("Something else was saved by this window. Open a new one.")
            )
        return row, False

    @api.autovacuum
    def _delete_old(self):
        """Delete the keys of windows that nobody has open any more."""
        self.search([("day", "<", fields.Date.today() - KEPT_FOR)]).unlink()


class SavedOnce(models.AbstractModel):
    """A window that is saved once, however often its button reaches the server."""

    _name = "crm.saved.once"
    _description = "Window That Is Saved Once"

    def _is_first_save(self):
        """Whether this window was not saved yet; from now on, it was.

        :raises UserError: for the key of a window on something else.
        """
        self.ensure_one()
        keys = self.env["crm.saved.key"]
        _row, is_first = keys._take(self._get_save_key(), self._get_save_subject())
        return is_first

    def _get_save_key(self):
        """Return by what it is known that this window was saved.

        :rtype: str
        """
        return f"{self._name},{self.id}"

    def _get_save_subject(self):
        """Return what this window is about.

        :rtype: str
        """
        return self._name


class KeyedWindow(models.AbstractModel):
    """A window that is saved once, even where its record was made twice."""

    _name = "crm.keyed.window"
    _description = "Window with a Key"
    _inherit = ["crm.saved.once"]

    save_key = fields.Char(
        "Key of the Window", default=new_key, size=MAX_KEY, copy=False
    )

    def _get_save_key(self):
        return self.save_key or super()._get_save_key()


class CreatedOnce(models.AbstractModel):
    """A form whose record is made once, however often it is saved as a new one."""

    _name = "crm.created.once"
    _description = "Form That Is Saved Once"

    #: The field with what a record belongs to.
    _saved_for = "id"

    save_key = fields.Char("Key of the Form", default=new_key, store=False, copy=False)

    @api.model
    def _create_once(self, vals_list, create):
        """Make records, but for those that the same form has made already.

        :param list vals_list: with the ``save_key`` of a form, or without one.
        :param create: makes records of a list of values.
        :return: the records, new or not, in the order of the values.
        """
        rows = [self._take_save_key(vals) for vals in vals_list]
        made = [self.browse(row.res_id).exists() for row in rows]
        new = [
            {name: value for name, value in vals.items() if name != "save_key"}
            for vals, record in zip(vals_list, made, strict=True)
            if not record
        ]
        following = iter(create(new) if new else ())
        records = [record or next(following) for record in made]
        for row, record in zip(rows, records, strict=True):
            row.res_id = record.id
        return self.browse().concat(*records)

    @api.model
    def _take_save_key(self, vals):
        """Return the row of the key of a form; none without one.

        :param dict vals: of a new record.
        :rtype: crm.saved.key
        """
        keys, key = self.env["crm.saved.key"].sudo(), vals.get("save_key")
        if not (key and isinstance(key, str)):
            return keys
        subject = f"{self._name}/{vals.get(self._saved_for) or 0}"
        row, _is_first = keys._take(key, subject)
        return row
