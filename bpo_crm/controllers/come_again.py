import threading

from werkzeug.exceptions import NotFound

from odoo import http, sql_db

from ..passing_fault import RETRY_AFTER, comes_of_passing, is_passing

#: Where senders deliver, who read nothing but JSON.
DOOR = "/bpo_crm/intake/"

#: And where Odoo's website form does.
DOORS = (DOOR, "/website/form/crm.lead")


def ask_to_come_again(request):
    """Return the answer of a server that is in trouble, but not for long.

    :param odoo.http.Request request: that cannot be served now.
    :return: 503, with the seconds to wait.
    :rtype: odoo.http.Response
    """
    return request.make_json_response(
        {"error": "The server is busy. Send it again later."},
        {"Retry-After": str(RETRY_AFTER)},
        status=503,
    )


class Dispatcher(http._dispatchers["http"]):
    """Deliveries, also those that fail before, or after, they reach their door.

    Odoo takes two connections to the database before it looks at the address. Where it
    gets none, it answers with a page, or as if the door were not there.
    """

    routing_type = "http"

    def dispatch(self, endpoint, args):
        if not endpoint.routing.get("keeps_body"):
            return super().dispatch(endpoint, args)
        # Nothing of the query is an argument, whatever it is called; nor has what Odoo
        # logs of a thread that takes too long a key in it.
        self.request.params = dict(args)
        threading.current_thread().url = self.request.httprequest.base_url
        if self.request.httprequest.method == "OPTIONS":
            # Odoo lets it through to whoever takes another method.
            return http.Response(status=204, headers={"Allow": "POST, OPTIONS"})
        return self.request.registry["ir.http"]._dispatch(endpoint)

    def handle_error(self, exc):
        is_delivery = self.request.httprequest.path.startswith(DOORS)
        if is_delivery and (comes_of_passing(exc) or self._misses_database(exc)):
            return ask_to_come_again(self.request)
        return super().handle_error(exc)

    def _misses_database(self, exc):
        """Whether there is no door because no database can be asked for its name.

        :param BaseException exc: why the request failed.
        :rtype: bool
        """
        if self.request.db or not isinstance(exc, NotFound):
            return False
        try:
            with sql_db.db_connect("postgres").cursor():
                return False
        except Exception as error:  # noqa: BLE001
            return is_passing(error)
