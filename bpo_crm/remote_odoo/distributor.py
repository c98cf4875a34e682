"""Reading records from a distributor's plain Odoo, and marking them as taken."""

from .errors import Contended, NotAllowed, NotOdoo, Rejected, ReplyTooLong
from .replies import (
    Misfit,
    anything,
    count,
    field_value,
    line,
    list_of,
    mapping,
    optional,
    positive_id,
    read,
    record,
    related,
    scalar,
)

#: Ids in a page of a search.
PAGE_SIZE = 5000

#: How many other records are tried to tell whether it is one that cannot be read.
OTHERS = 3

#: In a record that could not be read: why. No field has such a name.
UNREADABLE = "!"

#: What a server says of a field.
DESCRIPTION = record(
    type=line,
    relation=optional(line),
    selection=optional(list_of(list_of(scalar, length=2)), ()),
)

#: And of one that leads to other records.
RELATION = record(relation=line)

#: What a server answers that cannot read a record.
UNREADABLES = (NotAllowed, Rejected, ReplyTooLong)


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

    def end_by(self, deadline):
        """Let no call take longer than until a moment.

        :param float deadline: of :func:`time.monotonic`.
        """
        self._session.end_by(deadline)

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
            found = self._describe_model(model).get(name) if model else None
            if not found:
                return None
            description = read(found, DESCRIPTION, f"{model}.{name}")
            is_one = description["type"] == "many2one"
            model = description.get("relation") if is_one else None
        return description

    def may_write(self):
        """Tell whether the account may write such records at all.

        :rtype: bool
        :raises RemoteError: a subclass of it.
        """
        if not self._session.version:
            self._session.fetch_version()
        return self._session.has_access(self._model, "write")

    def count(self, domain):
        """Return how many records match a domain.

        :rtype: int
        :raises RemoteError: a subclass of it.
        """
        answer = self._session.call(self._model, "search_count", domain)
        return read(answer, count, self._model)

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
            page = self._search([*rest, *domain], order="id", limit=PAGE_SIZE)
            if [after, *page] != sorted({after, *page}):
                raise NotOdoo(f"The answer about {self._model} is in no known order.")
            if page:
                yield page
                after = page[-1]

    def fetch(self, ids, paths, domain=()):
        """Read those of some records that are still there.

        :param list ids: of the records.
        :param list paths: what to read, as :meth:`describe` takes it.
        :param list domain: what they must still match.
        :return: a dict a record, with ``id`` and the value of each path. A record
            that the server cannot read, or of which a value has no known form, has
            the reason as :data:`UNREADABLE`, where others can be read.
        :rtype: list[dict]
        :raises RemoteError: a subclass of it.
        """
        problem = None
        try:
            rows = self._fetch_ids(ids, paths, domain)
        except Contended:
            raise
        except UNREADABLES as error:
            self._check_paths(paths, error)
            rows = self._fetch_apart(ids, paths, domain, error)
            problem = error
        is_none = rows and all(UNREADABLE in row for row in rows)
        if is_none and not self._can_read_others(ids, paths):
            raise problem or NotOdoo(rows[0][UNREADABLE])
        return rows

    def mark(self, ids, values):
        """Write the same values to records that were taken.

        :param list ids: of the records.
        :param dict values: by field.
        :return: why the server refused to write each record that it did not take.
        :rtype: dict[int, RemoteError]
        :raises RemoteError: a subclass of it, for every other failure.
        """
        try:
            answer = self._session.call(self._model, "write", ids, values)
        except Contended:
            # Worth another try, later.
            raise
        except (Rejected, NotAllowed) as error:
            if isinstance(error, NotAllowed) and not self.may_write():
                # It is none of the records.
                raise
            if len(ids) == 1:
                return {ids[0]: error}
            # One of them is gone, or has a rule of its own.
            middle = len(ids) // 2
            return self.mark(ids[:middle], values) | self.mark(ids[middle:], values)
        read(answer, _read_written, f"writing {self._model}")
        return {}

    def find(self, ids):
        """Return those of some records that the account can see, archived or not.

        :param list ids: of the records.
        :rtype: list[int]
        :raises RemoteError: a subclass of it.
        """
        domain = [("id", "in", ids)]
        return self._search(domain, context={"active_test": False})

    def _search(self, domain, **options):
        rows = self._session.search_read(
            self._model, domain, {"id": positive_id}, **options
        )
        return [row["id"] for row in rows]

    def _check_paths(self, paths, error):
        """Raise an error that is none of the records: there is no such field now."""
        self._descriptions.clear()
        if not all(self.describe(path) for path in paths):
            raise error

    def _fetch_apart(self, ids, paths, domain, error):
        """Read records of which one or more cannot be read, in halves."""
        if len(ids) == 1:
            return [{"id": ids[0], UNREADABLE: error.detail or type(error).__name__}]
        rows = []
        middle = len(ids) // 2
        for part in (ids[:middle], ids[middle:]):
            try:
                rows += self._fetch_ids(part, paths, domain)
            except Contended:
                raise
            except UNREADABLES as problem:
                rows += self._fetch_apart(part, paths, domain, problem)
        return rows

    def _can_read_others(self, ids, paths):
        """Tell whether it is these records that cannot be read, not any of them."""
        others = self._search([("id", "not in", ids)], order="id desc", limit=OTHERS)
        for other in others:
            try:
                rows = self._fetch_ids([other], paths)
            except Contended:
                raise
            except UNREADABLES:
                continue
            if not any(UNREADABLE in row for row in rows):
                return True
        return False

    def _fetch_ids(self, ids, paths, domain=()):
        return self._fetch(self._model, ids, paths, domain)

    def _fetch(self, model, ids, paths, domain=(), **options):
        """Read values, those behind a relation with one more call for it."""
        behind = {}
        for path in paths:
            name, _dot, rest = path.partition(".")
            behind.setdefault(name, []).append(rest)
        rows = self._session.search_read(
            model,
            [("id", "in", ids), *domain],
            dict.fromkeys(sorted(behind), anything),
            among=ids,
            order="id",
            **options,
        )
        for name, rests in behind.items():
            rests = [rest for rest in rests if rest]
            _read_values(model, rows, name, related if rests else field_value)
            if rests:
                self._fetch_behind(model, rows, name, rests)
        return rows

    def _fetch_behind(self, model, rows, name, paths):
        ids = sorted({row[name][0] for row in rows if row[name]})
        found = {}
        if ids:
            # What a record leads to counts, archived or not.
            rows_behind = self._fetch(
                self._get_relation(model, name),
                ids,
                paths,
                context={"active_test": False},
            )
            found = {row["id"]: row for row in rows_behind}
        for row in rows:
            there = found.get(row[name][0], {}) if row[name] else {}
            row.update({f"{name}.{path}": there.get(path, False) for path in paths})
            if UNREADABLE in there:
                row.setdefault(UNREADABLE, there[UNREADABLE])

    def _get_relation(self, model, name):
        """Return the model to which a field leads."""
        found = self._describe_model(model).get(name)
        description = read(found, RELATION, f"{model}.{name}")
        return description["relation"]

    def _describe_model(self, model):
        if model not in self._descriptions:
            attributes = ["type", "relation", "selection"]
            answer = self._session.call(model, "fields_get", attributes=attributes)
            self._descriptions[model] = read(answer, mapping, f"the fields of {model}")
        return self._descriptions[model]


def _read_written(value):
    """Read what ``write`` says: true, or nothing where somebody has overridden it."""
    if value is not True and value is not None:
        raise Misfit("does not say that it was done")


def _read_values(model, rows, name, reader):
    """Read a field of records; one whose value does not fit says so itself."""
    for row in rows:
        try:
            row[name] = reader(row[name])
        except Misfit as misfit:
            row[name] = False
            row.setdefault(UNREADABLE, f"{model}.{name} {misfit.problem}.")
