"""Odoo servers in miniature, which say at one step what a test wants."""

import itertools
import json
from http.server import BaseHTTPRequestHandler

from tests.loopback import LoopbackServer

#: In what a test wants to be said: the first id that was asked for.
ASKED = "ASKED"

_phones = itertools.count(3_000_000)


class ScriptedOdoo(LoopbackServer):
    """Does its work as Odoo does, and says so, except where it was told to.

    Its steps are methods whose names are those of the requests.
    """

    database = "scripted"

    def __init__(self):
        super().__init__(_Handler)
        self._step = self._reply = None
        #: How often it said what it was told to.
        self.odd_count = 0
        #: What JSON has no words for, by the text that stands in for it.
        self.raw_values = {}
        self._numbers = itertools.count(1)

    def say(self, step, reply):
        """Let a step be answered by something else, after its work is done.

        :param str step: its name.
        :param str reply: the result, as JSON or what is none.
        """
        self._step, self._reply = step, reply

    def behave(self):
        """Let every step be answered as Odoo does."""
        self._step = self._reply = None

    def answer(self, service, method, args):
        """Return the body of the answer to a request."""
        step, arguments, options = self._read_request(service, method, args)
        result = json.dumps(getattr(self, step)(*arguments, **options))
        if step == self._step:
            self.odd_count += 1
            asked = next(self._get_asked(step, arguments), 0)
            result = self._reply.replace(ASKED, str(asked))
        for text, value in self.raw_values.items():
            result = result.replace(json.dumps(text), value)
        return f'{{"jsonrpc": "2.0", "id": 1, "result": {result}}}'

    def _read_request(self, service, method, args):
        if service == "common":
            return method, (), {}
        model, method, arguments, options = args[3:]
        what = model.replace(".", "_")
        if method == "search_read":
            method = "list" if arguments[1] == ["id"] else "read"
        return f"{method}_{what}", arguments, options

    def _get_asked(self, step, arguments):
        if step.startswith("read_"):
            for term in arguments[0]:
                if term[0] == "id":
                    yield term[2][0] if isinstance(term[2], list) else term[2]

    # Steps

    def version(self):
        return {"server_version": "18.0", "server_serie": "18.0"}

    def authenticate(self):
        return 7


class ScriptedDealer(ScriptedOdoo):
    """Takes orders, each once."""

    def __init__(self):
        super().__init__()
        self._loaded = {}
        self._orders = []

    def orders(self, reference):
        """Return the orders for a lead."""
        return [row for row in self._orders if row["client_order_ref"] == reference]

    def _load(self, fields, rows):
        values = dict(zip(fields, rows[0], strict=True))
        is_new = values["id"] not in self._loaded
        number = self._loaded.setdefault(values["id"], next(self._numbers))
        return is_new, number, values

    # Steps

    def fields_get_sale_order(self, _names, _attributes):
        return {"name": {"type": "char"}}

    def _has_access(self, _ids, _operation):
        return True

    has_access_sale_order = has_access_sale_order_line = _has_access
    has_access_res_partner = has_access_product_product = _has_access

    def read_res_partner(self, _domain, _fields, **_options):
        return []

    def load_res_partner(self, fields, rows, context):
        return {"ids": [self._load(fields, rows)[1]], "messages": []}

    def load_sale_order(self, fields, rows, context):
        is_new, number, values = self._load(fields, rows)
        if is_new:
            self._orders.append(
                {
                    "id": number,
                    "name": f"S{number:05}",
                    "state": "draft",
                    "amount_total": 898000.0,
                    "currency_id": [1, "USD"],
                    "origin": values["origin"],
                    "client_order_ref": values["client_order_ref"],
                }
            )
        return {"ids": [number], "messages": []}

    def read_sale_order(self, domain, fields, **_options):
        ((name, operator, value),) = domain
        values = value if operator == "in" else [value]
        return [
            {"id": row["id"], **{field: row[field] for field in fields}}
            for row in self._orders
            if row[name] in values
        ]


class ScriptedDistributor(ScriptedOdoo):
    """Has enquiries, and is told which of them were taken."""

    #: What a feed of it maps: remote field by field of ours.
    mapping = {
        "contact_name": "contact_name",
        "phone": "phone",
        "country_id": "country_id.code",
    }

    def __init__(self):
        super().__init__()
        self.server = self
        self.rows = {}
        self.taken = set()

    def new_enquiry(self, **odd):
        """Let somebody ask; return the record's id.

        :param odd: values in JSON, or what is none, by field.
        """
        number = next(self._numbers)
        texts = {name: f"<{name} of {number}>" for name in odd}
        self.raw_values |= {texts[name]: value for name, value in odd.items()}
        self.rows[number] = {
            "contact_name": f"Visitor {number}",
            "phone": f"+63 918 {next(_phones)}",
            "country_id": [3, "Philippines"],
            "x_taken": False,
            **texts,
        }
        return number

    def _matching(self, domain):
        """Return the ids that are behind one, or among some."""
        found = sorted(self.rows)
        for name, operator, value in domain:
            if (name, operator) == ("id", ">"):
                found = [number for number in found if number > value]
            elif (name, operator) == ("id", "in"):
                found = [number for number in found if number in value]
            elif (name, operator) == ("id", "not in"):
                found = [number for number in found if number not in value]
        return found

    # Steps

    def fields_get_crm_lead(self, attributes):
        return {
            "contact_name": {"type": "char"},
            "phone": {"type": "char"},
            "country_id": {"type": "many2one", "relation": "res.country"},
            "x_taken": {"type": "boolean"},
        }

    def fields_get_res_country(self, attributes):
        return {"code": {"type": "char"}}

    def has_access_crm_lead(self, _ids, _operation):
        return True

    def search_count_crm_lead(self, domain):
        return len(self._matching(domain))

    def list_crm_lead(self, domain, _fields, order, limit):
        found = self._matching(domain)
        found = found[::-1] if order.endswith("desc") else found
        return [{"id": number} for number in found[:limit]]

    def read_crm_lead(self, domain, fields, **_options):
        return [
            {"id": number, **{name: self.rows[number][name] for name in fields}}
            for number in self._matching(domain)
        ]

    def read_res_country(self, _domain, _fields, **_options):
        return [{"id": 3, "code": "PH"}]

    def write_crm_lead(self, ids, _values):
        self.taken.update(ids)
        return True


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        body = self.server.answer(**request["params"]).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        """Say nothing."""
