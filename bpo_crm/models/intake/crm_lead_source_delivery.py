import dataclasses
import json
import logging
import shlex
from urllib.parse import quote

import psycopg2

from odoo import SUPERUSER_ID, api, fields, models

from ...own_transaction import read_committed
from ...passing_fault import is_passing
from ...roles import MANAGER, check_role
from ...series import Constraint

_logger = logging.getLogger(__name__)

#: How often a delivery is tried that another one got in the way of.
MAX_TRIES = 5

CONFLICTS = (
    psycopg2.errors.SerializationFailure,
    psycopg2.errors.DeadlockDetected,
    psycopg2.errors.UniqueViolation,
)


class LeadSource(models.Model):
    """The door of a source: who may deliver, how often, and what comes of it."""

    _inherit = "crm.lead.source"

    # ------------------------------------------------------------
    # ACTIONS
    # ------------------------------------------------------------

    def action_make_token(self):
        """Make a new token and show it, once.

        The answer is the only place that has it: it is neither in a window's record,
        nor in an address, nor in what the browser keeps of an action.

        Of a source whose sender has made the secret, only the token of its challenge is
        made.

        :return: an action that shows it, with the address and an example.
        :rtype: dict
        :raises AccessError: for anybody below a BPO manager.
        """
        self.ensure_one()
        check_role(
            self.env, MANAGER, self.env._("Only a BPO manager can make a token.")
        )
        self.check_access("write")
        token, verify_token = self._make_token(), self._make_verify_token()
        return {
            "type": "ir.actions.client",
            "tag": "bpo_crm.show_source_token",
            "params": {
                "proof": self.proof,
                "token": token,
                "verify_token": verify_token,
                "url": self._get_door_address(token),
                "example": self._prepare_example(token),
            },
        }

    def action_revoke_token(self):
        """Let nobody deliver for this source any more.

        :return: True
        :raises AccessError: for anybody below a BPO manager.
        """
        check_role(
            self.env, MANAGER, self.env._("Only a BPO manager can revoke a token.")
        )
        self.check_access("write")
        self._forget_proof()
        return True

    # ------------------------------------------------------------
    # BUSINESS
    # ------------------------------------------------------------

    def _get_door_address(self, token=""):
        """Return where this source delivers its enquiries to.

        :param str token: what was made for it; a key is a part of the address.
        :rtype: str
        """
        address = f"{self.get_base_url()}/bpo_crm/intake/{quote(self.code, safe='')}"
        return f"{address}?key={token}" if token and self.proof == "key" else address

    def _prepare_example(self, token):
        """Return commands that deliver an enquiry, for a shell.

        :param str token: what was made for this source; empty for nothing.
        :rtype: str
        """
        enquiry = {
            "external_id": "example",
            "name": "Example Customer",
            # Whoever tries two sources sees two leads.
            "email": f"customer-{self.id}@example.com",
            "message": "Do you still have it?",
        }
        body = json.dumps(enquiry)
        kind = f"-H {shlex.quote('Content-Type: application/json')}"
        data = f"-d {shlex.quote(body)}"
        bearer = f"-H {shlex.quote(f'Authorization: Bearer {token}')}"
        signing = [
            f"BODY={shlex.quote(body)}",
            f"SIGNATURE={self._sign_in_shell(token)}",
        ]
        signed = f'-H "{self.signature_header}: {self.signature_hash}=$SIGNATURE"'
        before, options = {
            "key": ([], [kind, data]),
            "signature": (signing, [signed, kind, '-d "$BODY"']),
        }.get(self.proof, ([], [bearer, kind, data]))
        address = f"curl {shlex.quote(self._get_door_address(token))}"
        return "\n".join([*before, " \\\n  ".join([address, *options])])

    def _sign_in_shell(self, secret):
        """Return what a shell fills in for the signature of ``$BODY``.

        :param str secret: of this source; empty for one that the sender knows.
        :rtype: str
        """
        secret = shlex.quote(secret or "YOUR SECRET")
        digest = f"openssl dgst -{self.signature_hash} -hmac {secret}"
        return f"""$(printf %s "$BODY" | {digest} | sed 's/.* //')"""

    def _allows_another_request(self):
        """Count a request of this minute; tell whether it is not too many.

        In a transaction of its own, so that deliveries do not wait for each other.
        """
        minute = fields.Datetime.now().replace(second=0, microsecond=0)
        with self.env.registry.cursor() as cr:
            # Requests of one moment wait for each other instead of failing.
            read_committed(cr)
            cr.execute(
                """
                INSERT INTO crm_lead_source_rate AS rate (source_id, minute, count)
                VALUES (%s, %s, 1)
                    ON CONFLICT (source_id)
                    DO UPDATE SET minute = EXCLUDED.minute, count =
                        CASE WHEN rate.minute = EXCLUDED.minute
                             THEN rate.count + 1 ELSE 1 END
                RETURNING count
                """,
                [self.id, minute],
            )
            (count,) = cr.fetchone()
        return count <= self.rate_limit

    def _deliver(self, enquiries, body=b"", kind="", has_failed_here=False):
        """Take in enquiries in a transaction of their own.

        One that cannot be taken in is kept in quarantine, and the others come in. A
        fault of this server that passes is raised: whoever sent them sends them again,
        and what came in before it is known then.

        :param list enquiries: of :class:`intake.Enquiry`.
        :param bytes body: what they were read from, kept with those in quarantine.
        :param str kind: the type that it came with.
        :param bool has_failed_here: whether their problem is one of this server.
        :return: what became of each, in their order, as :meth:`_prepare_answer` of its
            row says it.
        :rtype: list[dict]
        :raises Exception: for a fault that passes, and where not even the quarantine
            takes them.
        """

        def take_in(source):
            rows, new = source.env["crm.lead"]._take_in(source, enquiries)
            new._keep_for_people(body, has_failed_here)
            new._keep_kind(kind)
            return [row._prepare_answer(row not in new) for row in rows]

        try:
            return self._run_alone(take_in)
        except Exception as error:
            if is_passing(error) or all(enquiry.problem for enquiry in enquiries):
                raise
            problem = str(error) or type(error).__name__
            _logger.warning("Delivery of %s goes on apart: %s", self.code, problem)
        if len(enquiries) == 1:
            # Kept, for somebody to look at; what it is, is not for the sender.
            enquiry = dataclasses.replace(enquiries[0], problem=problem)
            return self._deliver([enquiry], body, kind, has_failed_here=True)
        middle = len(enquiries) // 2
        halves = enquiries[:middle], enquiries[middle:]
        return [result for half in halves for result in self._deliver(half, body, kind)]

    def _run_alone(self, work):
        """Do something in a transaction of its own, again if another got in its way.

        :param work: takes this source in that transaction.
        :return: what it returns.
        """
        for _unused in range(MAX_TRIES - 1):
            try:
                return self._run_once(work)
            except CONFLICTS:
                _logger.info("Delivery of %s is tried again", self.code)
        return self._run_once(work)

    def _run_once(self, work):
        """Do something once in a transaction of its own, with all rights.

        :param work: takes this source in that transaction.
        :return: what it returns.
        :raises psycopg2.Error: one of :data:`CONFLICTS`, when another transaction got
            in its way.
        """
        with self.env.registry.cursor() as cr:
            # Two that name the same customer wait for each other instead of failing.
            read_committed(cr)
            env = api.Environment(cr, SUPERUSER_ID, {})
            source = env["crm.lead.source"].browse(self.id)
            # The country and the hours that count are those of its company.
            return work(source.with_company(source.company_id))


class LeadSourceRate(models.Model):
    """How many requests a source has sent in the last minute that it sent any."""

    _name = "crm.lead.source.rate"
    _description = "Requests of a Lead Source"
    _log_access = False

    source_id = fields.Many2one("crm.lead.source", required=True, ondelete="cascade")
    minute = fields.Datetime(required=True)
    count = fields.Integer(required=True)

    _source_uniq = Constraint(
        "UNIQUE(source_id)", "The requests of this source are counted already."
    )
