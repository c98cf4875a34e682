from odoo import api, models
from odoo.exceptions import AccessError


class Base(models.AbstractModel):
    """Fields that only the server writes say so where they are defined.

    ``server_only=True`` is a parameter of a field, as ``tracking`` is of
    ``mail.thread``. A model with such fields calls :meth:`_check_server_only` in its
    ``create`` and ``write``; code of the server writes them with ``sudo()``.
    """

    _inherit = "base"

    def _valid_field_parameter(self, field, name):
        return name == "server_only" or super()._valid_field_parameter(field, name)

    @api.model
    def _is_server_only(self, field):
        """Whether nobody but the server writes a field.

        :param odoo.fields.Field field: of this model.
        :rtype: bool
        """
        return bool(getattr(field, "server_only", False))

    @api.model
    def _get_server_only(self):
        """Return the names of the fields that nobody but the server writes.

        :rtype: set[str]
        """
        return {
            name for name, field in self._fields.items() if self._is_server_only(field)
        }

    @api.model
    def _without_server_only_defaults(self):
        """Return this model with no default of what only the server writes.

        The context has defaults of computed fields as well, which Odoo takes.

        :rtype: odoo.models.BaseModel
        """
        if self.env.su:
            return self
        forged = {f"default_{name}" for name in self._get_server_only()}
        said = self.env.context.items()
        kept = {name: value for name, value in said if name not in forged}
        return self.with_env(self.env(context=kept))

    @api.model
    def _check_server_only(self, names):
        """Refuse to let somebody write what only the server writes.

        :param names: of the fields that are written.
        :raises AccessError: naming those that are not written by hand.
        """
        if self.env.su:
            return
        forged = self._get_server_only().intersection(names)
        if forged:
            labels = (
                self._fields[name]._description_string(self.env) for name in forged
            )
            raise AccessError(
                self.env._(
                    "These fields are filled in by the system and cannot be "
                    "changed: %s.",
                    ", ".join(sorted(labels)),
                )
            )

    def _check_no_server_only(self, drawn=()):
        """Refuse new records in which somebody filled what only the server writes.

        Looks at the records, since defaults come by the context as well.

        :param drawn: names of the fields that the server has filled itself.
        :raises AccessError: naming those that are not written by hand.
        """
        if self.env.su:
            return
        filled = [
            name
            for name in self._get_server_only().difference(drawn)
            if self.sudo()._is_filled(self._fields[name])
        ]
        self._check_server_only(filled)

    def _is_filled(self, field):
        """Whether any of these records has another value than a new one has.

        :param odoo.fields.Field field: of this model.
        :rtype: bool
        """
        if field.compute:
            return False
        usual = field.default(self) if field.default else False
        return any((record[field.name] or False) != usual for record in self)
