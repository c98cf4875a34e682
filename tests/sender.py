"""A web site that delivers enquiries over HTTP."""

import http.client
import itertools
import json
from urllib.parse import urlsplit

_numbers = itertools.count(1)


class Sender:
    """A web site that delivers enquiries.

    :param Floor floor: the call centre.
    :param values: further values of the source.
    """

    def __init__(self, floor, **values):
        number = next(_numbers)
        self.code = f"site{number}"
        self._address = urlsplit(floor.server.url)
        self._manager = floor.manager
        self.source = floor.manager.call(
            "crm.lead.source",
            "create",
            {
                "name": f"Site {number}",
                "code": self.code,
                "rate_limit": 100_000,
                **values,
            },
        )
        self.token = self.make_token()

    def make_token(self):
        """Let the manager make a token; return it."""
        result = self._manager.call(
            "crm.lead.source", "action_make_token", [self.source]
        )
        return result["params"]["token"]

    def post(self, body, token=None, method="POST", server=None, **headers):
        """Deliver a body; return the status and the answer, which may be a page."""
        address = urlsplit(server.url) if server else self._address
        connection = http.client.HTTPConnection(
            address.hostname, address.port, timeout=120
        )
        if not isinstance(body, str | bytes):
            body = json.dumps(body)
        authorization = f"Bearer {self.token if token is None else token}"
        headers = {
            "Content-Type": "application/json",
            "Authorization": authorization,
            **headers,
        }
        connection.request(method, f"/bpo_crm/intake/{self.code}", body, headers)
        response = connection.getresponse()
        text = response.read()
        #: Of the last answer.
        self.headers = response.headers
        connection.close()
        is_json = response.headers.get_content_type() == "application/json" and text
        return response.status, json.loads(text) if is_json else text


def new_phone():
    """Return the phone number of somebody who has no lead."""
    return f"+63 918 {5_000_000 + next(_numbers)}"


def find(floor, reference, *names):
    """Return the lead with a reference, as the administrator sees it.

    :param names: of further fields.
    """
    names = ["phone", "user_id", *names]
    (lead,) = floor.admin.call(
        "crm.lead",
        "search_read",
        [("reference", "=", reference)],
        names,
        context={"active_test": False},
    )
    return lead
