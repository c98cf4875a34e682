import base64
import binascii
import hashlib
import hmac
import secrets

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ... import intake

#: Of a token, in bytes; written down, it is a third longer.
TOKEN_LENGTH = 32

#: Of a secret that somebody else has chosen, in characters.
SHORTEST_SECRET = 16


class LeadSource(models.Model):
    """How whoever delivers for a source proves that it may.

    What is made for one way is worth nothing for another: a token is not taken from
    an address, which others may read, and a key is not taken as a token.
    """

    _inherit = "crm.lead.source"

    proof = fields.Selection(
        [
            ("token", "A token in a header"),
            ("key", "A key in the address or in the body"),
            ("signature", "A signature of the body"),
        ],
        required=True,
        default="token",
        help="How the sender proves who it is. A token is the best, where the sender "
        "can send a header. Whoever can read an address, such as a proxy on the way, "
        "can read the key in it.",
    )
    token_hash = fields.Char(
        groups="base.group_system", copy=False, exportable=False, readonly=True
    )
    token_date = fields.Datetime("Token Made On", copy=False, readonly=True)
    # A signature is made anew of each body, so its secret cannot be hashed.
    secret = fields.Char(
        groups=fields.NO_ACCESS, copy=False, exportable=False, readonly=True
    )
    is_secret_theirs = fields.Boolean("Sender's Secret", copy=False, readonly=True)
    typed_secret = fields.Char(
        "Secret of the Sender",
        compute="_compute_typed_secret",
        inverse="_inverse_typed_secret",
        exportable=False,
        help="What the sender signs with, where the sender has made it, such "
        "as Facebook's App Secret. It is never shown. Where the sender takes one of "
        "ours, press Make a Token instead.",
    )
    signature_header = fields.Char(
        default="X-Hub-Signature-256",
        help="The header in which the sender puts the signature.",
    )
    signature_hash = fields.Selection(
        [("sha256", "SHA-256"), ("sha1", "SHA-1"), ("sha512", "SHA-512")],
        default="sha256",
    )
    has_challenge = fields.Boolean(
        "Answers a Challenge",
        help="The sender asks first whether the address is ours, as Facebook does, and "
        "wants the challenge back.",
    )

    # ------------------------------------------------------------
    # COMPUTES
    # ------------------------------------------------------------

    def _compute_typed_secret(self):
        # It goes in and never comes out.
        self.typed_secret = False

    def _inverse_typed_secret(self):
        for source in self.filtered("typed_secret"):
            secret = source.typed_secret.strip()
            if len(secret) < SHORTEST_SECRET:
                raise ValidationError(
                    self.env._(
                        "The secret of a sender must have at least %s characters. "
                        "Copy all of it, or ask the sender for a longer one.",
                        SHORTEST_SECRET,
                    )
                )
            source.sudo().write(
                {
                    "secret": secret,
                    "is_secret_theirs": True,
                    "token_date": fields.Datetime.now(),
                }
            )

    # ------------------------------------------------------------
    # CONSTRAINTS
    # ------------------------------------------------------------

    @api.constrains("proof", "signature_header", "signature_hash")
    def _check_signature(self):
        for source in self.filtered(lambda source: source.proof == "signature"):
            name = source.signature_header or ""
            if not (name.replace("-", "").isalnum() and name.isascii()):
                raise ValidationError(
                    self.env._(
                        "A signature needs the name of the header that it comes in, "
                        "of letters, digits and hyphens. The sender's documentation "
                        "says it."
                    )
                )
            if not source.signature_hash:
                raise ValidationError(
                    self.env._("Choose the hash that the sender signs with.")
                )

    # ------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------

    def write(self, vals):
        if "proof" in vals:
            self.check_access("write")
            # What was made for one way is none for another, and a secret of the sender
            # may come along with the way that it is for.
            self.filtered(lambda source: source.proof != vals["proof"])._forget_proof()
        return super().write(vals)

    # ------------------------------------------------------------
    # BUSINESS
    # ------------------------------------------------------------

    def _forget_proof(self):
        """Let nobody deliver with what was made until now."""
        self.sudo().write(
            {
                "token_hash": False,
                "token_date": False,
                "secret": False,
                "is_secret_theirs": False,
            }
        )

    def _make_token(self):
        """Give this source a new token, key or secret; the old one is worth nothing.

        :return: it, which is shown once; empty where the sender has made the secret.
        :rtype: str
        """
        self.ensure_one()
        if self.proof == "signature" and self.is_secret_theirs:
            return ""
        token = secrets.token_urlsafe(TOKEN_LENGTH)
        values = {"token_date": fields.Datetime.now()}
        if self.proof == "signature":
            values["secret"] = token
        else:
            token = f"{intake.KEY_MARK}{token}" if self.proof == "key" else token
            values["token_hash"] = _hash(token)
        self.sudo().write(values)
        return token

    def _make_verify_token(self):
        """Give this source another word by which the sender asks for a challenge.

        :return: it, which is shown once; empty where there is none of its own.
        :rtype: str
        """
        if not (self.proof == "signature" and self.has_challenge):
            return ""
        token = secrets.token_urlsafe(TOKEN_LENGTH)
        self.sudo().token_hash = _hash(token)
        return token

    def _accepts_token(self, token):
        """Whether a token is the one of this source.

        :param str token: what somebody sent.
        """
        known = self.sudo().token_hash
        return bool(known) and hmac.compare_digest(known, _hash(token))

    def _find_proof(self, headers, query, body, charset=""):
        """Tell whether a request may deliver for this source, by the way of its own.

        :param headers: of the request, by name in any case.
        :param str query: of the address, as it was sent.
        :param bytes body: as it was sent.
        :param str charset: the character set that the body came with, if any.
        :return: the body to be read, without the proof; None where there is no proof.
        :rtype: bytes | None
        """
        if self.proof == "key":
            text = intake.decode_text(body, charset)
            keys = intake.find_keys(query) + intake.find_keys(text)
            key = next(filter(self._accepts_token, keys), None)
            return None if key is None else intake.take_key_out(body, key, text)
        if self.proof == "signature":
            return body if self._is_signed(headers, body) else None
        return body if self._accepts_token(_read_token(headers)) else None

    def _is_signed(self, headers, body):
        """Whether the sender of this source has signed a body.

        :param headers: of the request, by name in any case.
        :param bytes body: as it was sent.
        :rtype: bool
        """
        source = self.sudo()
        signature = headers.get(source.signature_header, "")
        return bool(source.secret and signature) and intake.is_signed(
            body, signature, source.secret, source.signature_hash
        )

    def _accepts_challenge(self, query):
        """Whether a sender who asks for a challenge is the one of this source.

        :param query: of the address, values by name.
        :rtype: bool
        """
        # A token is of too much worth to be sent in an address.
        is_asked = self.has_challenge and self.proof != "token"
        is_asked = is_asked and query.get("hub.mode") == "subscribe"
        return is_asked and self._accepts_token(query.get("hub.verify_token", ""))

    def _export_rows(self, paths, **kwargs):
        # Every export ends here, also one of records that only lead to these.
        if any(path[:1] in (["secret"], ["token_hash"]) for path in paths):
            raise UserError(self.env._("Tokens and secrets cannot be exported."))
        return super()._export_rows(paths, **kwargs)


def _read_token(headers):
    """Return the token in a header: a bearer's, or the password of whoever logs in.

    :param headers: of the request, by name in any case.
    :return: empty for none.
    :rtype: str
    """
    scheme, _blank, token = headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return token.strip()
    if scheme.lower() != "basic":
        return ""
    try:
        account = base64.b64decode(token, validate=True).decode()
    except (binascii.Error, ValueError):
        return ""
    return account.partition(":")[2]


def _hash(token):
    # It is random and long, so a slow hash would only slow down the door.
    return hashlib.sha256(token.encode()).hexdigest()
