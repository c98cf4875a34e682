import logging

from odoo import http
from odoo.http import request

from ..intake import MAX_SIZE, InvalidEnquiry, read_body, tell_apart
from ..passing_fault import is_passing
from .come_again import DOOR, ask_to_come_again

_logger = logging.getLogger(__name__)

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
        """Take in an enquiry in JSON, or those of an ADF document.

        The bearer token of the source comes in ``Authorization``. An enquiry is
        told from others by its own id, or else by the header ``Idempotency-Key``.

        :param str code: of the source.
        :return: 201 for a new lead, 200 for one that was merged or had come in
            before, 400, 401, 413, 422, 429 or 503 with the reason. What is in
            quarantine can be sent again, corrected, under the same name; after 503,
            as it is.
        """
        source = self._find_source(code)
        if not source:
            return _refuse(401, "Unknown source, or a wrong token.")
        if not source._allows_another_request():
            wait = {"Retry-After": "60"}
            return _refuse(429, "Too many requests. Try again in a minute.", wait)
        body = request.httprequest.get_data()
        try:
            enquiries = self._read(body)
        except InvalidEnquiry as error:
            return _refuse(400, str(error))
        try:
            results = source._deliver(enquiries, body)
        except Exception as error:
            if not is_passing(error):
                raise
            _logger.warning("A delivery of %s has to come again: %s", code, error)
            return ask_to_come_again(request)
        return self._answer(results)

    def _find_source(self, code):
        """Return the source that a request shows the token of.

        :param str code: of the source, as the address has it.
        :return: with all rights; None where there is no such source, or the token is
            none of its.
        :rtype: crm.lead.source | None
        """
        scheme, _blank, token = request.httprequest.headers.get(
            "Authorization", ""
        ).partition(" ")
        sources = request.env["crm.lead.source"].sudo()
        # PostgreSQL knows no text with a NUL.
        source = "\0" not in code and sources.search([("code", "=", code)], limit=1)
        is_bearer = source and scheme.lower() == "bearer"
        return source if is_bearer and source._accepts_token(token.strip()) else None

    def _read(self, body):
        """Return the enquiries of a body, each with a name of its own."""
        sent = request.httprequest
        enquiries = read_body(body, sent.headers.get("Content-Type", ""))
        return tell_apart(enquiries, sent.headers.get("Idempotency-Key", ""))

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
