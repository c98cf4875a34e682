from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ... import remote_odoo
from ...client_actions import RELOAD, show_notification
from ...intake import leave_out_controls
from ...roles import MANAGER, check_role

#: The longest text of a remote server that is shown.
MAX_DETAIL = 1000

#: What a connection consists of; a change of any makes the last test void.
CONNECTION_FIELDS = ("odoo_url", "odoo_db", "odoo_login", "odoo_api_key")


class OdooConnection(models.AbstractModel):
    """The address of somebody else's Odoo server and an account on it."""

    _name = "crm.odoo.connection"
    _description = "Connection to an Odoo Server"

    odoo_url = fields.Char(
        "Server Address",
        groups=MANAGER,
        copy=False,
        help="The address of the Odoo server, such as https://odoo.dealer.example",
    )
    odoo_db = fields.Char("Database", groups=MANAGER, copy=False)
    odoo_login = fields.Char("Login", groups=MANAGER, copy=False)
    odoo_api_key = fields.Char(
        "Password or API Key",
        groups=MANAGER,
        copy=False,
        exportable=False,
        help="An API key can be revoked without changing the account's password.",
    )
    # Known after a successful test; saves later calls the trip that asks for it.
    odoo_uid = fields.Integer(
        "Account ID", groups=MANAGER, copy=False, readonly=True, server_only=True
    )
    odoo_series = fields.Char(
        "Server Version", copy=False, readonly=True, server_only=True
    )
    connection_state = fields.Selection(
        [("untested", "Untested"), ("connected", "Connected"), ("failed", "Failed")],
        string="Connection",
        default="untested",
        required=True,
        copy=False,
        readonly=True,
        server_only=True,
    )
    connection_message = fields.Char(
        "Test Result", copy=False, readonly=True, server_only=True
    )
    connection_date = fields.Datetime(
        "Tested On", copy=False, readonly=True, server_only=True
    )

    # ------------------------------------------------------------
    # CONSTRAINTS
    # ------------------------------------------------------------

    @api.constrains("odoo_url")
    def _check_odoo_url(self):
        for connection in self.filtered("odoo_url"):
            try:
                connection._get_address()
            except remote_odoo.NotConfigured as error:
                raise ValidationError(connection._explain(error)) from None

    # ------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        connections = super().create(vals_list)
        connections._check_no_server_only()
        return connections

    def write(self, vals):
        self._check_server_only(vals)
        result = super().write(vals)
        if self._changes_connection(vals):
            self.sudo().write(self._prepare_untested_values())
        return result

    def _export_rows(self, paths, **kwargs):
        # Every export ends here, also one of records that only lead to these.
        if any(path[:1] == ["odoo_api_key"] for path in paths):
            raise UserError(self.env._("Passwords and API keys cannot be exported."))
        return super()._export_rows(paths, **kwargs)

    # ------------------------------------------------------------
    # ACTIONS
    # ------------------------------------------------------------

    def action_test_connection(self):
        """Try the connection, keep the result on the record and show it.

        :return: a notification.
        :rtype: dict
        :raises AccessError: for anybody below a BPO manager.
        """
        self.ensure_one()
        check_role(
            self.env,
            MANAGER,
            self.env._("Only a BPO manager can test a connection."),
        )
        self.check_access("write")
        values = self._test_connection()
        self.sudo().write({**values, "connection_date": fields.Datetime.now()})
        is_connected = self.connection_state == "connected"
        return show_notification(
            self.connection_message,
            "success" if is_connected else "danger",
            title=self.display_name,
            sticky=not is_connected,
            following=RELOAD,
        )

    # ------------------------------------------------------------
    # BUSINESS
    # ------------------------------------------------------------

    @api.model
    def _changes_connection(self, vals):
        """Whether a write changes what a connection consists of.

        :param dict vals: what is written.
        :rtype: bool
        """
        return any(name in vals for name in CONNECTION_FIELDS)

    @api.model
    def _get_configured_domain(self):
        """Return the domain of the connections of which nothing is missing.

        :rtype: list
        """
        return [(name, "not in", [False, ""]) for name in CONNECTION_FIELDS]

    def _test_connection(self):
        """Return the values that describe the state of the connection.

        :return: of this model: the state and the message, and the series and the
            account's id, which are false where the test failed.
        :rtype: dict
        """
        try:
            with self._open_session() as session:
                series, uid = self._run_connection_checks(session)
        except remote_odoo.RemoteError as error:
            return {
                **self._prepare_untested_values(),
                "connection_state": "failed",
                "connection_message": self._explain(error),
            }
        return {
            "connection_state": "connected",
            "connection_message": self.env._("Connected to Odoo %s.", series),
            "odoo_series": series,
            "odoo_uid": uid,
        }

    def _run_connection_checks(self, session):
        """Hook: what the server behind this connection must be able to do.

        :param remote_odoo.OdooSession session: a session that has not been used yet.
        :return: the server's series and the account's id there.
        :rtype: tuple[str, int]
        :raises remote_odoo.RemoteError: for the first check that fails.
        """
        return remote_odoo.check_account(session)

    def _prepare_untested_values(self):
        return {
            "connection_state": "untested",
            "connection_message": False,
            "connection_date": False,
            "odoo_series": False,
            "odoo_uid": False,
        }

    def _open_session(self):
        """Return a session on the server, for use in a ``with`` statement.

        This method is the only way from the models to a remote server.

        :rtype: remote_odoo.OdooSession
        :raises remote_odoo.NotConfigured: when something is missing.
        """
        self.ensure_one()
        connection = self.sudo()
        missing = [
            self._fields[name]._description_string(self.env)
            for name in CONNECTION_FIELDS
            if not connection[name]
        ]
        if missing:
            raise remote_odoo.NotConfigured(
                self.env._(
                    "Fill in what is missing on the Odoo Connection tab: %s.",
                    ", ".join(missing),
                )
            )
        transport = remote_odoo.Transport(
            connection._get_address(),
            connect_timeout=self._get_timeout("connect"),
            read_timeout=self._get_timeout("read"),
        )
        return remote_odoo.OdooSession(
            transport,
            connection.odoo_db,
            connection.odoo_login,
            connection.odoo_api_key,
            uid=connection.odoo_uid or None,
            version=remote_odoo.series_to_version(connection.odoo_series),
        )

    def _get_address(self):
        allow_http = self._get_parameter("allow_http") == "True"
        return remote_odoo.check_address(self.sudo().odoo_url, allow_http)

    @api.model
    def _get_timeout(self, which):
        """Return how long to wait for a server.

        :param str which: ``connect`` or ``read``.
        :return: seconds, as the parameter says or by default.
        :rtype: float
        """
        default = {
            "connect": remote_odoo.CONNECT_TIMEOUT,
            "read": remote_odoo.READ_TIMEOUT,
        }[which]
        try:
            seconds = float(self._get_parameter(f"{which}_timeout") or default)
        except ValueError:
            return default
        return seconds if seconds > 0 else default

    @api.model
    def _get_parameter(self, name):
        return self.env["ir.config_parameter"].sudo().get_param(f"bpo_crm.{name}")

    def _explain(self, error):
        """Say in a sentence or two what failed and what to do about it.

        :param remote_odoo.RemoteError error: what came back.
        :return: a translated text without any secret.
        :rtype: str
        """
        advice = self._get_advice(error.kind)
        return " ".join(filter(None, [advice, self._shorten(error.detail)]))

    def _shorten(self, detail):
        """Return what a server said, as much of it as can be shown.

        :param str detail: its words.
        :return: without any secret.
        :rtype: str
        """
        # A secret with a character in it that is left out later would be shown.
        return self._without_secret(leave_out_controls(detail))[:MAX_DETAIL]

    def _get_advice(self, kind):
        """Return what a kind of error says, and what can be done about it.

        :param str kind: of a :class:`remote_odoo.RemoteError`.
        :return: a translated text.
        :rtype: str
        """
        parts = [self._get_problem(kind), self._get_remedy(kind)]
        return " ".join(filter(None, parts))

    def _get_problem(self, kind):
        """Return what a kind of error says about this connection.

        :param str kind: of a :class:`remote_odoo.RemoteError`.
        :return: a translated text; empty without a connection, and for what is not
            about its server.
        :rtype: str
        """
        name = self.display_name
        problems = {
            "not_configured": self.env._(
                "The connection to %s is not configured.", name
            ),
            "unreachable": self.env._("The server of %s cannot be reached.", name),
            "timeout": self.env._("The server of %s did not answer in time.", name),
            "refused": self.env._("The server of %s refused the login.", name),
            "not_allowed": self.env._(
                "Our account at %s is not allowed to do this.", name
            ),
            "rejected": self.env._("The server of %s rejected the request.", name),
            "not_odoo": self.env._(
                "The address of %s is not that of an Odoo server.", name
            ),
        }
        return problems.get(kind, "") if self else ""

    @api.model
    def _get_remedy(self, kind):
        """Return what whoever can change a connection does about a kind of error.

        :param str kind: of a :class:`remote_odoo.RemoteError`.
        :return: a translated text; empty where the server's words say it.
        :rtype: str
        """
        return {
            "unreachable": self.env._(
                "Check its address, and ask its administrator whether it is running."
            ),
            "timeout": self.env._("Try again later."),
            "refused": self.env._(
                "Check the database, the login and the password or API key."
            ),
            "not_allowed": self.env._(
                "Ask the server's administrator to grant it the rights of a Sales user."
            ),
            "not_odoo": self.env._("Check the address."),
        }.get(kind, "")

    def _without_secret(self, text):
        """Blank the password, should a server echo it."""
        secret = self.sudo().odoo_api_key if self else None
        return text.replace(secret, "***") if secret and len(secret) > 3 else text
