import logging

from odoo import http
from odoo.http import request

from ..intake import MAX_SIZE
from ..passing_fault import is_passing
from .come_again import DOOR, ask_to_come_again

_logger = logging.getLogger(__name__)

#: What the door takes.
ALLOW = "POST, OPTIONS"

#: The longest challenge that is sent back.
MAX_CHALLENGE = 1000  # characters

#: A challenge is somebody else's text: no browser may take it for a page.
CHALLENGE_HEADERS = {
    "Content-Type": "text/plain; charset=utf-8",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
}

#: HTTP status of what became of one enquiry.
STATUS = {"created": 201, "merged": 200, "quarantined": 422}


class IntakeController(http.Controller):
    """Where web sites and portals deliver their enquiries."""

    @http.route(
        f"{DOOR}<string:code>",
        type="http",
        auth="public",
        methods=["POST"],
        csrf=False,
        save_session=False,
        max_content_length=MAX_SIZE,
        keeps_body=True,
    )
    def take_in(self, code):
        """Take in whatever enquiries a body has.

        The sender proves who it is in the way that the source says. An enquiry is told
        from others by its own id, or else by the header ``Idempotency-Key``.

        :param str code: of the source.
        :return: 201 for a new lead, 200 for one that was merged or had come in
            before, 400, 401, 413, 422, 429 or 503 with the reason. What is in
            quarantine can be sent again, corrected, under the same name; after 503,
            as it is.
        """
        sent = request.httprequest
        source = self._find_source(code)
        body = self._find_proven(source, sent) if source else None
        if body is None:
            return _refuse(401, "Unknown source, or a wrong token.")
        # Not counted before: whoever knows a code could keep its sender out.
        if not source._allows_another_request():
            wait = {"Retry-After": "60"}
            return _refuse(429, "Too many requests. Try again in a minute.", wait)
        if not body.strip():
            return _refuse(400, "The body is empty.")
        name = sent.headers.get("Idempotency-Key", "")
        try:
            enquiries = source._read_body(body, sent.content_type or "", name)
            results = source._deliver(enquiries, body, sent.content_type or "")
        except Exception as error:
            if not is_passing(error):
                raise
            _logger.warning("A delivery of %s has to come again: %s", code, error)
            return ask_to_come_again(request)
        return self._answer(results)

    @http.route(
        f"{DOOR}<string:code>",
        type="http",
        auth="public",
        methods=["GET"],
        csrf=False,
        save_session=False,
        keeps_body=True,
        max_content_length=MAX_SIZE,
    )
    def answer_challenge(self, code):
        """Give a sender its challenge back, who asks whether the address is ours.

        :param str code: of the source.
        :return: the challenge as a text; 401 for a wrong token, 405 where nobody is
            answered.
        """
        query = request.httprequest.args
        source = self._find_source(code)
        if not (source and source.has_challenge):
            return _refuse(405, "Send enquiries with POST.", {"Allow": ALLOW})
        if not source._accepts_challenge(query):
            return _refuse(401, "Unknown source, or a wrong token.")
        challenge = query.get("hub.challenge", "")[:MAX_CHALLENGE]
        return request.make_response(challenge, CHALLENGE_HEADERS)

    def _find_source(self, code):
        """Return the source with a code.

        :param str code: as the address has it.
        :return: with all rights; empty where there is none.
        :rtype: crm.lead.source
        """
        sources = request.env["crm.lead.source"].sudo()
        # PostgreSQL knows no text with a NUL.
        return (
            sources if "\0" in code else sources.search([("code", "=", code)], limit=1)
        )

    def _find_proven(self, source, sent):
        """Return what is to be read of a request that may deliver.

        :param crm.lead.source source: with all rights.
        :param sent: the request.
        :return: the body without what proves who sent it; None without a proof.
        :rtype: bytes | None
        """
        charset = sent.mimetype_params.get("charset", "")
        query = sent.query_string.decode("latin-1")
        return source._find_proof(sent.headers, query, sent.get_data(), charset)

    def _answer(self, results):
        """Return the answer to a delivery, with the worst status of its enquiries.

        :param list results: of :meth:`_deliver`; the only one is the body itself.
        :rtype: odoo.http.Response
        """
        status = max(_get_status(result) for result in results)
        if len(results) == 1:
            return request.make_json_response(results[0], status=status)
        return request.make_json_response({"results": results}, status=status)


def _get_status(result):
    is_old = result["is_known"] and result["state"] == "created"
    return 200 if is_old else STATUS[result["state"]]


def _refuse(status, reason, headers=None):
    return request.make_json_response({"error": reason}, headers, status=status)
