from odoo import http
from odoo.http import request

from odoo.addons.mail.controllers.thread import ThreadController


class Chatter(ThreadController):
    """The chatter of the web client, whose messages core writes with all rights."""

    @http.route()
    def mail_message_post(
        self, thread_model, thread_id, post_data, context=None, **kwargs
    ):
        if thread_model == "crm.lead":
            lead = request.env["crm.lead"].browse(int(thread_id))
            # For whoever may not write it, core finds none.
            lead._filter_reachable("write")._check_post(post_data.get("message_type"))
        return super().mail_message_post(
            thread_model, thread_id, post_data, context=context, **kwargs
        )
