"""A call, and who makes up some that belong together."""

import dataclasses

from hypothesis import strategies as st

from . import values
from .floor import FOREIGN_MANAGER, ROLES
from .values import Id, Made

#: Who has most to gain comes most often.
WEIGHED_ROLES = ["agent"] * 12 + [*ROLES[1:], FOREIGN_MANAGER]

#: What the names of somebody's records have in them; all others may work any.
OWN_WORDS = {"agent": "own", "other_agent": "other", "salesperson": "sales"}

#: Most calls are about few leads, so that several of them meet.
FIRST_LEADS = ["own", "pool", "other", "own_qualified"]


@dataclasses.dataclass(frozen=True)
class Call:
    """A call that somebody makes.

    :param str role: who calls.
    :param str model: of the method.
    :param str method: its name.
    :param list args: the ids come first, where the method takes some.
    :param dict kwargs: with the context.
    """

    role: str
    model: str
    method: str
    args: list = dataclasses.field(default_factory=list)
    kwargs: dict = dataclasses.field(default_factory=dict)

    @property
    def names(self):
        """The names in what is sent: fields, keys of the context, columns."""
        columns = self.args[0] if self.method == "load" else ()
        return frozenset([*_find_keys([self.args, self.kwargs]), *columns])

    def __repr__(self):
        parts = [self.role, self.model, self.method, self.args, self.kwargs]
        while not parts[-1]:
            parts.pop()
        return f"Call({', '.join(map(repr, parts))})"


def _find_keys(value):
    if isinstance(value, dict):
        for key, item in value.items():
            yield key
            yield from _find_keys(item)
    elif isinstance(value, list):
        for item in value:
            yield from _find_keys(item)


class Sender:
    """Somebody who makes up calls that belong together.

    :param draw: Hypothesis' function that draws from a strategy.
    :param Catalogue catalogue: what there is to be sent.
    """

    def __init__(self, draw, catalogue):
        self.draw = draw
        self.catalogue = catalogue
        self.role = self.pick(*WEIGHED_ROLES)
        self._contexts = {}

    def pick(self, *options):
        """Return one of some options."""
        return self.draw(st.sampled_from(options))

    def is_lucky(self):
        """Toss a coin."""
        return self.draw(st.booleans())

    def lead(self):
        """Return the id of a lead, seldom in a form that is none of an id."""
        every = self.catalogue.find_names("crm.lead")
        own = self._find_own("crm.lead") or every
        first = [name for name in FIRST_LEADS if name in own] or own
        name = self.pick(
            *self.pick(first, first, first, FIRST_LEADS, FIRST_LEADS, every)
        )
        return self.pick(*[Id(name)] * 30, *values.bend(Id(name)))

    def leads(self):
        """Return ids of leads, as a client sends them."""
        first = self.lead()
        return self.pick(
            *[[first]] * 5, [first, self.lead()], [Made("crm.lead")], first
        )

    def id_of(self, model):
        """Return the id of a record: mostly an own one, or the one made last."""
        own = [Id(name) for name in self._find_own(model)]
        if own and self.is_lucky():
            return self.pick(*own)
        return self.pick(self.draw(self.catalogue.id_of(model)), Made(model))

    def _find_own(self, model):
        """Return the names of the records of a model that are this one's."""
        word = OWN_WORDS.get(self.role)
        names = self.catalogue.find_names(model)
        return [name for name in names if word in name.split("_")]

    def values(self, model, **meant):
        """Return values of a record.

        :param str model: its model.
        :param meant: what is needed, unless something else is sent for it.
        """
        return {**meant, **self.draw(self.catalogue.values(model))}

    def value(self, model, name):
        """Return a value of a field; one of two is hostile."""
        catalogue = self.catalogue
        meant, hostile = catalogue.value(model, name), catalogue.hostile_value
        return self.draw(st.one_of(meant, hostile(model, name)))

    def method_of(self, model):
        """Return the name of any public method of a model."""
        return self.pick(*self.catalogue.find_methods(model) or ["read"])

    def call(self, model, method, /, *args, **kwargs):
        """Return a call by this one, with a context that a client chose.

        :param str model: of the method.
        :param str method: its name.
        """
        if model not in self._contexts:
            self._contexts[model] = self.draw(self.catalogue.context(model))
        context = self._contexts[model]
        if context:
            kwargs["context"] = {**kwargs.get("context", {}), **context}
        return Call(self.role, model, method, list(args), kwargs)


class Family:
    """Calls of one kind.

    :param make_up: takes a sender, and returns a call or a list of calls.
    :param int weight: how often they come, compared with those of other families.
    """

    def __init__(self, make_up, weight):
        self.weight = weight
        self._make_up = make_up

    def build(self, catalogue):
        """Return a strategy of lists of calls that belong together."""

        @st.composite
        def strategy(draw):
            made_up = self._make_up(Sender(draw, catalogue))
            return made_up if isinstance(made_up, list) else [made_up]

        return strategy()


def family(weight=1):
    """Make a family of calls out of a function that makes them up.

    :param int weight: how often they come, compared with those of other families.
    """
    return lambda make_up: Family(make_up, weight)
