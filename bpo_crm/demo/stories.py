"""What became of the demo's customers in the last months, made up and always the same.

Each is worked as the floor works: one stage at a time, in its hours, until somebody
buys, nothing comes of it, or today has come. What would have come next is the next
step.
"""

import dataclasses
import random
from datetime import datetime, time, timedelta

from . import hours, words

#: How far back it goes, in days.
SPAN = 92

#: Customers ask so often on a day of the week, from Monday, and in an hour of the day.
BY_WEEKDAY = (1.2, 1.1, 1.0, 1.0, 1.1, 0.9, 0.6)
BY_HOUR = (1, 0, 0, 0, 0, 1, 2, 4, 7, 10, 11, 10, 8, 8, 9, 9, 8, 7, 6, 7, 8, 7, 5, 2)

#: How many ask on a day, on the average.
A_DAY = 2.75

#: The floor began with what had waited; for so many days, twice as many come.
BACKLOG = 10

#: Customers who asked before come back after so many days at the earliest.
RECENT = timedelta(days=30)

#: Where the floor has to open first, it goes on so many minutes later: from, below.
AFTER_OPENING = (3, 45)

#: A win is tried so many minutes after the last that was said of a lead.
UNTIL_FAILURE = 9


@dataclasses.dataclass(frozen=True)
class Source:
    """Where customers come from.

    :param str team: whose leads they are.
    :param int weight: how many come from here.
    :param float pace: how long they wait, compared with others.
    :param float charm: how readily they buy, compared with others.
    """

    team: str
    weight: int
    pace: float
    charm: float


SOURCES = {
    "showroom-site": Source("web", 10, 1.0, 1.0),
    "social-media": Source("web", 7, 0.6, 0.7),
    "toyota-distributor": Source("partner", 6, 2.0, 1.3),
    "auto-portal": Source("partner", 5, 3.0, 0.9),
}


@dataclasses.dataclass(frozen=True)
class Agent:
    """Somebody who works leads.

    :param str team: whose.
    :param int weight: how many of the team's.
    :param float pace: how long customers wait, compared with others.
    :param float charm: how readily they buy, compared with others.
    """

    team: str
    weight: int
    pace: float
    charm: float


AGENTS = {
    "agent": Agent("web", 10, 0.7, 1.25),
    "agent2": Agent("web", 8, 1.0, 0.95),
    "agent3": Agent("web", 6, 1.5, 0.8),
    "agent4": Agent("partner", 7, 0.9, 1.1),
    "agent5": Agent("partner", 6, 1.1, 1.0),
    "agent6": Agent("partner", 4, 1.8, 0.75),
}


@dataclasses.dataclass
class Event:
    """Something that somebody did.

    :param datetime.datetime at: by Manila's clock.
    :param str verb: what, such as ``call``.
    :param dict values: about it.
    """

    at: datetime
    verb: str
    values: dict = dataclasses.field(default_factory=dict)


@dataclasses.dataclass
class Step:
    """What is planned next.

    :param datetime.datetime at: by Manila's clock.
    :param str kind: ``call``, ``email`` or ``todo``.
    :param str summary: of the activity.
    :param bool is_timed: whether the customer was promised the time.
    """

    at: datetime
    kind: str
    summary: str
    is_timed: bool = False


@dataclasses.dataclass(frozen=True)
class Customer:
    """Somebody who asks."""

    name: str
    phone: str
    email: str


@dataclasses.dataclass(eq=False)
class Story:
    """A customer's enquiry, and all that became of it.

    :param datetime.datetime asked: by Manila's clock.
    :param Customer customer: who.
    :param str source: one of :data:`SOURCES`.
    :param str agent: one of :data:`AGENTS`.
    :param str vehicle: its name.
    :param str dealership: its code.
    :param str message: in the customer's words.
    :param str priority: the stars of the lead.
    """

    asked: datetime
    customer: Customer
    source: str
    agent: str
    vehicle: str
    dealership: str
    message: str
    priority: str
    events: list = dataclasses.field(default_factory=list)
    step: Step | None = None

    def has(self, verb):
        """Whether something of a kind was done."""
        return any(event.verb == verb for event in self.events)

    @property
    def is_closed(self):
        """Whether it was won or lost."""
        return self.has("win") or self.has("lose")

    def add(self, event):
        """Add something that was done in between."""
        self.events = sorted([*self.events, event], key=lambda each: each.at)


#: What customers answer who go on talking, and how often; agents do not always note it.
ANSWERS = (("interested", "visit", "not_now", None), (50, 12, 13, 25))


class Teller:
    """Makes up the stories of a floor.

    :param datetime.datetime now: by Manila's clock.
    """

    def __init__(self, now):
        self._now = now
        # Always the same floor, on whichever day it is looked at.
        self._random = random.Random(2026)  # noqa: S311 - nobody is to be surprised
        self._answers = random.Random(2027)  # noqa: S311
        self._number = 200
        self._names = self._list_names()

    def tell(self):
        """Return what happened, in the order in which the customers asked.

        :return: first what began long ago, and then the rest, of which customers may
            have come back.
        :rtype: list[list[Story]]
        """
        stories = [self._begin(asked) for asked in self._list_moments()]
        for story in stories:
            self._work_until_today(story)
        self._let_some_ask_again(stories)
        self._let_some_fail(stories)
        self._let_some_visit(stories)
        since = self._now - RECENT
        old = [story for story in stories if story.asked < since]
        new = [story for story in stories if story.asked >= since]
        self._let_some_come_back(old, new)
        new += [*self._tell_pool(), self._tell_aged()]
        return [old, sorted(new, key=lambda story: story.asked)]

    # Who asks

    def _list_names(self):
        everybody = [(f, name) for f in words.FIRST_NAMES for name in words.LAST_NAMES]
        self._random.shuffle(everybody)
        return iter(everybody)

    def _list_moments(self):
        """Return when customers asked, more often lately than at the beginning."""
        moments = []
        for days in range(SPAN, -1, -1):
            day = self._now.date() - timedelta(days=days)
            trend = 1.2 - 0.4 * days / SPAN
            if days > SPAN - BACKLOG:
                trend *= 2
            mean = A_DAY * BY_WEEKDAY[day.weekday()] * trend
            count = int(mean * self._random.uniform(0.5, 1.5) + self._random.random())
            moments += [self._draw_moment(day) for _unused in range(count)]
        earliest = self._now - timedelta(minutes=5)
        return sorted(moment for moment in moments if moment < earliest)

    def _draw_moment(self, day):
        (hour,) = self._random.choices(range(24), BY_HOUR)
        minute, second = self._random.randrange(60), self._random.randrange(60)
        return datetime.combine(day, time(hour, minute, second))

    def _begin(self, asked):
        source = self._draw(SOURCES)
        team = SOURCES[source].team
        vehicle = self._draw_vehicle("TOY" if "toyota" in source else None)
        (priority,) = self._random.choices("0123", (50, 30, 15, 5))
        return Story(
            asked,
            self._draw_customer(),
            source,
            self._draw({k: a for k, a in AGENTS.items() if a.team == team}),
            vehicle,
            self._draw_dealership(words.VEHICLES[vehicle][0]),
            self._say(words.QUESTIONS),
            priority,
        )

    def _draw(self, choices):
        """Return a key, of which some come more often than others."""
        weights = [choice.weight for choice in choices.values()]
        return self._random.choices(list(choices), weights)[0]

    def _draw_vehicle(self, brand):
        found = {c: v for c, v in words.VEHICLES.items() if brand in (None, v[0])}
        weights = [weight for _brand, _price, weight in found.values()]
        return self._random.choices(list(found), weights)[0]

    def _draw_dealership(self, brand):
        found = {c: d for c, d in words.DEALERSHIPS.items() if brand in d[1]}
        weights = [weight for _city, _brands, weight in found.values()]
        return self._random.choices(list(found), weights)[0]

    def _draw_customer(self):
        first, last = next(self._names)
        self._number += 1
        prefix = self._random.choice((917, 918, 919, 920, 921, 927, 928, 929, 939))
        phone = self._random.choice(
            (
                "0{0} 555 {1:04}",
                "+63 {0} 555 {1:04}",
                "0{0}-555-{1:04}",
                "63{0}555{1:04}",
            )
        ).format(prefix, self._number)
        address = f"{first}.{last}@customer.example".lower().replace(" ", "")
        has_address = self._random.random() < 0.8
        return Customer(f"{first} {last}", phone, address if has_address else "")

    def _say(self, texts):
        """Return one of some texts, about something of its own.

        :param texts: with names in braces of what each may be about.
        :rtype: str
        """
        return self._random.choice(texts).format(
            budget=self._random.choice((150, 200, 250, 300, 350, 400)),
            colour=self._random.choice(words.COLOURS),
            discount=self._random.choice((10, 15, 20, 25, 30, 40)),
            family=self._random.choice(words.FAMILY),
            year=self._random.randrange(2011, 2020),
        )

    # How it is worked

    def _work_until_today(self, story):
        """Let a story go on until it ends, or until nobody has done more yet.

        :param Story story: that has nothing but its beginning.
        """
        horizon = self._draw_horizon()
        for event in self._work(story):
            is_claim = event.verb == "claim"
            if event.at > (self._now if is_claim else horizon):
                story.step = self._plan(event)
                break
            story.events.append(event)

    def _draw_horizon(self):
        """Return until when somebody has worked a lead: some of it is overdue."""
        draw = self._random.random()
        if draw < 0.58:
            return self._now
        today = datetime.combine(self._now.date(), hours.OPENS)
        if draw < 0.82:
            # What is due today is not done yet.
            return min(today, self._now)
        days = self._random.choice((1, 1, 1, 2, 2, 3, 5, 11))
        return hours.add_open_days(today, -days)

    def _plan(self, event):
        """Return the next step that an event is which has not come yet.

        :param Event event: the next one.
        :return: None where it plans itself.
        :rtype: Step | None
        """
        if event.verb in ("claim", "visit"):
            return None
        if event.verb == "errand":
            return Step(event.at, event.values["kind"], event.values["summary"])
        if event.values.get("is_first"):
            return Step(event.at, "call", "First call")
        if self._random.random() < 0.45:
            # Somebody is promised a quarter of an hour.
            at = event.at.replace(minute=event.at.minute // 15 * 15, second=0)
            return Step(at, "call", self._say(words.PROMISES), is_timed=True)
        return Step(event.at, "call", self._random.choice(("Follow up", "Try again")))

    def _work(self, story):
        """Yield what the agent does, one thing after the other.

        :param Story story: of the lead that is worked.
        """
        agent, source = AGENTS[story.agent], SOURCES[story.source]
        at = hours.find_open(story.asked, self._random.randrange(2, 25))
        at = self._after(at, self._draw_delay() * agent.pace * source.pace)
        yield Event(at, "claim")
        at = yield from self._reach(self._after(at, self._random.uniform(1, 6)))
        if at is None:
            return
        if self._random.random() < 0.13:
            yield self._lose(story, at)
            return
        yield Event(self._after(at, 1), "qualify")
        at = yield from self._advise(at)
        if self._random.random() < 0.3:
            yield self._lose(story, self._after(at, 2))
            return
        yield Event(self._after(at, 2), "negotiate")
        at = yield from self._negotiate(at)
        is_won = self._random.random() < 0.5 * agent.charm * source.charm
        yield (self._win if is_won else self._lose)(story, self._after(at, 4))

    def _reach(self, at):
        """Call until somebody answers; return when, or None for never.

        :param datetime.datetime at: of the first call.
        """
        is_first = {"is_first": True}
        for attempt in range(1, 7):
            if self._random.random() < 0.46:
                yield self._talk(at, words.FIRST_TALKS, **is_first)
                return at
            result = self._draw_vain()
            summary = {
                "voicemail": words.VOICEMAILS,
                "wrong_number": words.STRANGERS,
            }.get(result, ("",))
            yield self._call(at, result, self._random.choice(summary), **is_first)
            is_first = {}
            if result == "wrong_number" or attempt > self._random.randrange(3, 6):
                break
            at = self._try_again(at)
        values = {"reason": "other", "note": ""}
        yield Event(self._after(at, 2), "lose", values)
        return None

    def _draw_vain(self):
        results = ("no_answer", "busy", "voicemail", "wrong_number")
        return self._random.choices(results, (55, 20, 20, 5))[0]

    def _advise(self, at):
        """Find out what the customer wants; return when that was done.

        :param datetime.datetime at: when the customer was first spoken to.
        """
        for _unused in range(self._random.randrange(1, 3)):
            if self._random.random() < 0.4:
                kind, summary = self._random.choice(words.ERRANDS)
                at = self._after(at, self._random.uniform(5, 90))
                yield Event(at, "errand", {"kind": kind, "summary": summary})
            at = yield from self._reach_again(self._later(at))
            yield self._talk(at, words.TALKS)
        if self._random.random() < 0.45:
            at = yield from self._visit(at)
        return at

    def _visit(self, at):
        """Invite the customer, who mostly comes; return when that is written down.

        :param datetime.datetime at: of the last call.
        """
        start = self._draw_visit(at)
        yield Event(self._after(at, 3), "invite", {"start": start})
        at = hours.find_open(start + timedelta(minutes=75), 10)
        has_come = self._random.random() < 0.8
        yield Event(at, "visit", {"has_come": has_come})
        if not has_come:
            at = yield from self._reach_again(self._later(at))
            yield self._talk(at, words.TALKS)
        return at

    def _draw_visit(self, at):
        """Return when a customer visits, in the hours of the dealerships.

        :param datetime.datetime at: when the customer is invited.
        :rtype: datetime.datetime
        """
        day = at.date() + timedelta(days=self._random.randrange(1, 5))
        if day.weekday() == hours.SUNDAY:
            day += timedelta(days=1)
        hour = self._random.choice((10, 10, 11, 13, 14, 15, 16))
        return datetime.combine(day, time(hour, self._random.choice((0, 30))))

    def _negotiate(self, at):
        """Talk about an offer; return when that came to an end."""
        for _unused in range(self._random.randrange(1, 4)):
            at = yield from self._reach_again(self._later(at))
            yield self._talk(at, words.OFFERS)
        return at

    def _reach_again(self, at):
        """Call somebody who was spoken to before; return when that succeeds.

        :param datetime.datetime at: of the first call.
        """
        for _unused in range(3):
            if self._random.random() < 0.6:
                break
            result = self._random.choice(
                ("no_answer", "no_answer", "busy", "voicemail")
            )
            yield self._call(at, result, "")
            at = self._try_again(at)
        return at

    def _talk(self, at, texts, **values):
        minutes = round(self._random.triangular(1.2, 14, 4), 2)
        values["answer"] = self._answers.choices(*ANSWERS)[0]
        return self._call(at, "answered", self._say(texts), minutes, **values)

    def _call(self, at, result, summary, minutes=0, **values):
        minutes = minutes or round(self._random.uniform(0.3, 1.1), 2)
        of_call = {"result": result, "summary": summary, "duration": minutes}
        return Event(at, "call", {**of_call, **values})

    def _lose(self, story, at):
        reasons = words.LOST_REASONS[words.VEHICLES[story.vehicle][0]]
        (reason,) = self._random.choices(list(reasons), reasons.values())
        note = self._say([words.FAREWELLS[reason]])
        return Event(at, "lose", {"reason": reason, "note": note})

    def _win(self, story, at):
        """Return the win of a lead, with what became of its order.

        :param Story story: of the lead.
        :param datetime.datetime at: of the win.
        :rtype: Event
        """
        price = words.VEHICLES[story.vehicle][1]
        extras = self._random.choice((0, 0, -25_000, -15_000, 12_500, 28_000, 45_000))
        (state,) = self._random.choices(
            ("sale", "sent", "draft", "cancel"), (80, 9, 8, 3)
        )
        return Event(at, "win", {"amount": price + extras, "state": state})

    # When

    def _draw_delay(self):
        """Return the minutes until somebody looks at a new lead."""
        low, high = self._random.choices(
            ((1, 9), (9, 35), (35, 160), (160, 600)), (66, 20, 10, 4)
        )[0]
        return self._random.uniform(low, high)

    def _after(self, at, minutes):
        """Return a moment soon after another one in which the floor works."""
        later = at + timedelta(seconds=int(minutes * 60))
        return hours.find_open(later, self._random.randrange(*AFTER_OPENING))

    def _is_over(self, at, minutes):
        """Whether a moment soon after another one has passed, whichever it will be."""
        later = at + timedelta(minutes=minutes)
        return hours.find_open(later, AFTER_OPENING[1]) < self._now

    def _try_again(self, at):
        """Return when somebody calls again who reached nobody."""
        minutes = self._random.choice((35, 95, 150, 240))
        if self._random.random() < 0.45:
            return self._after(at, minutes)
        return self._later(at)

    def _later(self, at):
        """Return a moment on one of the next days.

        :param datetime.datetime at: from when.
        :rtype: datetime.datetime
        """
        days = self._random.choice((1, 1, 2, 3, 3, 4, 5, 6, 8))
        day = hours.add_open_days(at, days).date()
        minutes = int(self._random.triangular(0, 8.7 * 60, 3 * 60))
        seconds = self._random.randrange(60)
        opening = datetime.combine(day, hours.OPENS)
        return opening + timedelta(minutes=minutes, seconds=seconds)

    # What does not happen to everybody

    def _let_some_ask_again(self, stories):
        """Let customers ask a second time while their lead is worked.

        :param list stories: of all customers so far; some are changed.
        """
        worked = [s for s in stories if len(s.events) > 3 and s.source != "auto-portal"]
        for story in self._random.sample(worked, min(9, len(worked))):
            first, last = story.events[1].at, story.events[-1].at
            at = first + (last - first) * self._random.uniform(0.2, 0.9)
            values = {"source": "auto-portal", "message": self._say(words.QUESTIONS)}
            story.add(Event(at, "ask_again", values))

    def _let_some_fail(self, stories):
        """Let two leads wait for a dealer who does not take their orders.

        :param list stories: of all customers so far; some are changed.
        """
        since = hours.add_open_days(self._now, -6)
        bargained = [
            story
            for story in stories
            if story.has("negotiate")
            and not story.is_closed
            and story.events[-1].at > since
            and self._is_over(story.events[-1].at, UNTIL_FAILURE)
        ]
        bargained.sort(key=lambda story: story.events[-1].at)
        errors = ("unreachable", "rejected")
        for story, kind in zip(bargained[-2:], errors, strict=False):
            at = self._after(story.events[-1].at, UNTIL_FAILURE)
            story.add(Event(at, "fail", {"kind": kind}))

    def _let_some_visit(self, stories):
        """Let customers be expected today and on the next days.

        :param list stories: of all customers so far; some are changed.
        """
        soon = hours.find_open(self._now - timedelta(hours=2))
        waiting = [
            story
            for story in stories
            if story.step
            and story.has("qualify")
            and not story.has("fail")
            and story.events[-1].at < soon - timedelta(days=1)
            and story.step.at > self._now - timedelta(days=3)
        ]
        starts = ((0, 11, 0), (0, 15, 30), (1, 10, 30), (1, 14, 0), (2, 13, 0))
        for story, (days, hour, minute) in zip(waiting[::4], starts, strict=False):
            day = hours.add_open_days(hours.find_open(self._now), days).date()
            start = datetime.combine(day, time(hour, minute))
            at = self._after(story.events[-1].at, 6)
            story.add(Event(at, "invite", {"start": start}))
            story.step = None

    def _let_some_come_back(self, old, new):
        """Let customers ask again whose first lead came to nothing.

        :param list old: stories, of which some have ended.
        :param list new: later ones; some get the customer of an old one.
        """
        lost = [story for story in old if story.has("lose")]
        for later in new[2::9]:
            for earlier in lost:
                if earlier.events[-1].at < later.asked - timedelta(days=5):
                    lost.remove(earlier)
                    later.customer = earlier.customer
                    break

    def _tell_pool(self):
        """Return who waits now, some of them for long."""
        stories = []
        waits = (8, 19, 43, 75, 140, 205, 390, 26 * 60, 31 * 60, 52 * 60)
        for minutes, priority in zip(waits, "3120130102", strict=True):
            asked = self._now - timedelta(minutes=minutes, seconds=minutes % 60)
            story = self._begin(asked)
            story.priority = priority
            stories.append(story)
        return stories

    def _tell_aged(self):
        """Return a lead that an agent had, and that the supervisor took back."""
        day = hours.add_open_days(hours.find_open(self._now), -7)
        claimed = datetime.combine(day.date(), time(10, 12, 31))
        story = self._begin(claimed - timedelta(hours=15, minutes=7))
        again = hours.add_open_days(claimed, 1)
        story.events = [
            Event(claimed, "claim"),
            self._call(claimed + timedelta(minutes=4), "no_answer", ""),
            self._call(again + timedelta(minutes=191), "busy", ""),
            Event(hours.add_open_days(claimed, 4), "release"),
        ]
        return story
