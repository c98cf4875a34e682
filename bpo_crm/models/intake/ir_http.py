from werkzeug.exceptions import RequestEntityTooLarge, abort

from odoo import models
from odoo.http import request


class IrHttp(models.AbstractModel):
    """Bodies that are no form, whatever type the sender says that they have."""

    _inherit = "ir.http"

    @classmethod
    def _pre_dispatch(cls, rule, args):
        super()._pre_dispatch(rule, args)
        if not rule.endpoint.routing.get("keeps_body"):
            return
        try:
            # The type of a form is what many programs send, unless told otherwise.
            # Odoo then reads a form, and leaves nothing of the body.
            body = request.httprequest.get_data()
            # Before version 2.3, Werkzeug has no limit for what is no form.
            if len(body) > request.httprequest.max_content_length:
                raise RequestEntityTooLarge
        except RequestEntityTooLarge:
            limit = request.httprequest.max_content_length
            reason = {"error": f"The body is longer than {limit} bytes."}
            abort(request.make_json_response(reason, status=413))
