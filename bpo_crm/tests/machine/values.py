"""What somebody may send: what is meant, and what nobody should believe.

A value is what JSON can say, but for the names of records: their ids are known only
once there is a database.
"""

import dataclasses

from hypothesis import strategies as st


@dataclasses.dataclass(frozen=True)
class Id:
    """The id of a record on the floor, by its name."""

    name: str

    def find(self, ids):
        return ids[self.name]

    def __repr__(self):
        return f"Id({self.name!r})"


@dataclasses.dataclass(frozen=True)
class Made:
    """The id of the record of a model that was made last."""

    model: str

    def find(self, ids):
        return ids.find_last(self.model)

    def __repr__(self):
        return f"Made({self.model!r})"


@dataclasses.dataclass(frozen=True)
class As:
    """An id in another form than that of a whole number."""

    form: type
    id: Id

    def find(self, ids):
        return self.form(self.id.find(ids))

    def __repr__(self):
        return f"As({self.form.__name__}, {self.id!r})"


NAMES = (Id, Made, As)


def fill_in(value, ids):
    """Return a value with ids in the places of names.

    :param value: what is to be sent.
    :param ids: knows the ids of names, and of what was made last.
    """
    if isinstance(value, NAMES):
        return value.find(ids)
    if isinstance(value, list):
        return [fill_in(item, ids) for item in value]
    if isinstance(value, dict):
        return {key: fill_in(item, ids) for key, item in value.items()}
    return value


# What is meant

TEXTS = ["Changed", "", "x@y.example", "<script>alert(1)</script>"]

#: Of customers who are there, and of others.
PHONES = [
    "+639175557001",
    "0917 555 7002",
    "+63 917 555 8001",
    "+63 917 555 9001",
    "+63 917 555 1234",
    "",
]
EMAILS = ["own@customer.example", "POOL@customer.example", "new@customer.example", ""]

MOMENTS = [
    "2001-01-01 00:00:00",
    "9999-12-31 23:59:59",
    "1900-01-01",
    "2020-02-29",
    "2020-01-01 10:00:00",
]

NUMBERS = [0, 1, 5, 100, -1, 9_999_999, 10**9, 10**20, 0.5]


def ids_of(names):
    """Return a strategy of the ids of records.

    :param list names: on the floor.
    """
    return st.sampled_from([Id(name) for name in names])


def commands(names, values):
    """Return a strategy of commands for the records of a field.

    :param list names: of records on the floor.
    :param values: strategy of the values of a record.
    """
    some = ids_of(names) if names else st.just(0)
    return st.lists(
        st.one_of(
            values.map(lambda vals: [0, 0, vals]),
            st.tuples(some, values).map(lambda pair: [1, *pair]),
            st.tuples(st.sampled_from([2, 3, 4]), some).map(lambda pair: [*pair, 0]),
            st.just([5, 0, 0]),
            st.lists(some, max_size=2).map(lambda found: [6, 0, found]),
        ),
        min_size=1,
        max_size=2,
    )


# What nobody should believe

NONSENSE = [
    True,
    False,
    None,
    "x",
    "",
    [],
    {},
    1,
    0,
    -1,
    "2",
    "0",
    1.5,
    10**20,
    -(10**9),
    [True],
    ["x"],
    [None],
    [[]],
    {"id": 1},
    [[5]],
    [[5, 0, 0]],
    [[6, 0, []]],
    "False",
    "now",
    "a\x00b",
    "\ud800",
    float("nan"),
    float("inf"),
]

nonsense = st.sampled_from(NONSENSE)


def bend(one):
    """Return an id in forms that a check may take for another one, or for none.

    :param one: an ``Id`` or a ``Made``.
    """
    # What looks most like an id comes most often.
    return [
        [one],
        [one],
        [one],
        As(str, one),
        As(str, one),
        As(float, one),
        [As(str, one)],
        [[one]],
        {"id": one},
        [6, 0, [one]],
        [[6, 0, [one]]],
        [one, "x"],
    ]


def bent_ids_of(names):
    """Return a strategy of the ids of records in forms that are none of an id.

    :param list names: on the floor.
    """
    return ids_of(names).flatmap(lambda one: st.sampled_from(bend(one)))
