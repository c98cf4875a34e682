"""Reading records from a distributor's plain Odoo, and marking them as taken."""

from .errors import Contended, NotAllowed, Rejected, ReplyTooLong

#: Ids in a page of a search.
PAGE_SIZE = 5000


class Distributor:
    """A distributor's Odoo, seen as a place that has records of one model.

    :param OdooSession session: the account to work with.
    :param str model: such as ``crm.lead``.
    """

    def __init__(self, session, model):
        self._session = session
        self._model = model
        self._descriptions = {}

    def __enter__(self):
        return self

    def __exit__(self, *exc_info):
        self._session.__exit__(*exc_info)

    def describe(self, path):
        """Return what the server says of a field.

        :param str path: a field's name, or names of which each but the last leads
            to one other record, such as ``partner_id.phone``.
        :return: with ``type``, and with ``relation`` or ``selection`` where it is
            of such a type; None where there is no such field.
        :rtype: dict | None
        :raises RemoteError: a subclass of it.
        """
        model, description = self._model, None
        for name in path.split("."):
            description = self._describe_model(model).get(name) if model else None
            if not description:
                return None
            is_one = description["type"] == "many2one"
            model = description.get("relation") if is_one else None
        return description

    def count(self, domain):
        """Return how many records match a domain.

        :rtype: int
        :raises RemoteError: a subclass of it.
        """
        return self._session.call(self._model, "search_count", domain)

    def iter_pages(self, domain, after=0):
        """Yield the ids of the records that match a domain, in their order.

        Each page begins behind the one before, so that records which come and go
        in between put nothing out of place.

        :param list domain: of Odoo's.
        :param int after: the id behind which to begin.
        :rtype: collections.abc.Iterator[list[int]]
        :raises RemoteError: a subclass of it.
        """
        page = None
        while page is None or len(page) == PAGE_SIZE:
            rest = [("id", ">", after)]
            rows = self._session.search_read(
                self._model, [*rest, *domain], ["id"], order="id", limit=PAGE_SIZE
            )
            page = [row["id"] for row in rows]
            if page:
                yield page
                after = page[-1]

    def fetch(self, ids, paths, domain=()):
        """Read those of some records that are still there.

        :param list ids: of the records.
        :param list paths: what to read, as :meth:`describe` takes it.
        :param list domain: what they must still match.
        :return: a dict a record, with ``id`` and the value of each path. A record
            that no reply has room for has None instead of values.
        :rtype: list[dict]
        :raises RemoteError: a subclass of it.
        """
        try:
            return self._fetch(self._model, [("id", "in", ids), *domain], paths)
        except ReplyTooLong:
            if len(ids) == 1:
                return [{"id": ids[0], **dict.fromkeys(paths)}]
            middle = len(ids) // 2
            return [
                row
                for part in (ids[:middle], ids[middle:])
                for row in self.fetch(part, paths, domain)
            ]

    def mark(self, ids, values):
        """Write the same values to records that were taken.

        :param list ids: of the records.
        :param dict values: by field.
        :return: the reason of each record that the server refused to write.
        :rtype: dict[int, str]
        :raises RemoteError: a subclass of it, for every other failure.
        """
        try:
            self._session.call(self._model, "write", ids, values)
        except Contended:
            # Worth another try, later.
            raise
        except (Rejected, NotAllowed) as error:
            if len(ids) == 1:
                return {ids[0]: error.detail}
            # One of them is gone, or has a rule of its own.
            middle = len(ids) // 2
            return self.mark(ids[:middle], values) | self.mark(ids[middle:], values)
        return {}

    def _fetch(self, model, domain, paths, **options):
        """Read values, those behind a relation with one more call for it."""
        behind = {}
        for path in paths:
            name, _dot, rest = path.partition(".")
            behind.setdefault(name, []).append(rest)
        rows = self._session.search_read(
            model, domain, sorted(behind), order="id", **options
        )
        for name, rests in behind.items():
            rests = [rest for rest in rests if rest]
            if rests:
                self._fetch_behind(model, rows, name, rests)
        return rows

    def _fetch_behind(self, model, rows, name, paths):
        relation = self._describe_model(model)[name]["relation"]
        ids = {row[name][0] for row in rows if row[name]}
        found = {}
        if ids:
            domain = [("id", "in", sorted(ids))]
            # What a record leads to counts, archived or not.
            rows_behind = self._fetch(
                relation, domain, paths, context={"active_test": False}
            )
            found = {row["id"]: row for row in rows_behind}
        for row in rows:
            related = found.get(row[name][0], {}) if row[name] else {}
            row.update({f"{name}.{path}": related.get(path, False) for path in paths})

    def _describe_model(self, model):
        if model not in self._descriptions:
            attributes = ["type", "relation", "selection"]
            self._descriptions[model] = self._session.call(
                model, "fields_get", attributes=attributes
            )
        return self._descriptions[model]
