import dataclasses

from odoo import http
from odoo.http import request

from ..intake import MAX_SIZE, InvalidEnquiry, read_adf, read_json

#: HTTP status of what became of one enquiry.
STATUS = {"created": 201, "merged": 200, "quarantined": 422}


class IntakeController(http.Controller):
    """Where web sites and portals deliver their enquiries."""

    @http.route(
        "/bpo_crm/intake/<string:code>",
        type="http",
        auth="public",
        methods=["POST"],
        csrf=False,
        save_session=False,
    )
    def take_in(self, code):
        """Take in an enquiry in JSON, or those of an ADF document.

        The bearer token of the source comes in ``Authorization``. An enquiry is
        told from others by ``external_id``, or by the header ``Idempotency-Key``.

        :param str code: of the source.
        :return: 201 for a new lead, 200 for one that was merged or had come in
            before, 400, 401, 413, 422 or 429 with the reason. What is in quarantine
            can be sent again, corrected, under the same name.
        """
        source = self._find_source(code)
        if not source:
            return _refuse(401, "Unknown source, or a wrong token.")
        if not source._allows_another_request():
            wait = {"Retry-After": "60"}
            return _refuse(429, "Too many requests. Try again in a minute.", wait)
        body = request.httprequest.get_data()
        if len(body) > MAX_SIZE:
            return _refuse(413, f"The body is longer than {MAX_SIZE} bytes.")
        try:
            enquiries = self._read(body)
        except InvalidEnquiry as error:
            return _refuse(400, str(error))
        return self._answer(source._deliver(enquiries))

    def _find_source(self, code):
        """Return the source that a request shows the token of."""
        scheme, _blank, token = request.httprequest.headers.get(
            "Authorization", ""
        ).partition(" ")
        sources = request.env["crm.lead.source"].sudo()
        source = sources.search([("code", "=", code)], limit=1)
        if scheme.lower() != "bearer" or not source._accepts_token(token.strip()):
            return None
        return source

    def _read(self, body):
        """Return the enquiries of a body, by what it looks like."""
        if body.lstrip(b"\xef\xbb\xbf\r\n\t ")[:1] == b"<":
            return read_adf(body)
        enquiry = read_json(body)
        key = request.httprequest.headers.get("Idempotency-Key", "")
        if key and not enquiry.external_id:
            enquiry = dataclasses.replace(enquiry, external_id=key)
        return [enquiry]

    def _answer(self, results):
        status = max(_get_status(result) for result in results)
        if len(results) == 1:
            return request.make_json_response(results[0], status=status)
        return request.make_json_response({"results": results}, status=status)


def _get_status(result):
    is_old = result["is_known"] and result["state"] == "created"
    return 200 if is_old else STATUS[result["state"]]


def _refuse(status, reason, headers=None):
    return request.make_json_response({"error": reason}, headers, status=status)
