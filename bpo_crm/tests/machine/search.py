"""Looking for short lists of calls that break a rule, by Hypothesis."""

import dataclasses
import time

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import (
    RuleBasedStateMachine,
    rule,
    run_state_machine_as_test,
)

from . import dice
from .shorten import shorten

#: How many times calls follow each other before all begins anew.
STEPS = 8

#: How many ways to break one rule by one method are worth showing.
MOST_ALIKE = 3


@dataclasses.dataclass
class Finding:
    """A way to break a rule.

    :param str rule: its name.
    :param str problem: what was wrong in the end.
    :param list calls: the last one breaks it.
    :param int attempts: how many there were until it was found.
    :param float seconds: how long that took.
    """

    rule: str
    problem: str
    calls: list
    attempts: int
    seconds: float

    def is_alike(self, name, call):
        """Whether a call broke the same rule by the same method.

        :param str name: of the rule.
        :param calls.Call call: that broke it.
        """
        last = self.calls[-1]
        methods = {(call.model, call.method), (last.model, last.method)}
        return name == self.rule and len(methods) == 1

    def covers(self, call):
        """Whether a call sends all of what broke the rule here."""
        return call.names >= self.calls[-1].names

    def __str__(self):
        lines = [f"{self.rule} ({self.problem}):", "    self._replay("]
        lines += [f"        {call!r}," for call in self.calls]
        return "\n".join([*lines, "    )"])


class Search:
    """Tries calls, and keeps each way to break a rule, once.

    :param trial.Trial trial: where they are made.
    """

    def __init__(self, trial):
        self.findings = []
        self.defects = {}
        self._trial = trial
        self._begin = time.monotonic()
        self._attempts = 0
        self._calls = []
        self._found = None

    def run(self, families, attempts, first_seed=0):
        """Try.

        :param dict families: strategies of lists of calls, by name.
        :param int attempts: how often to begin anew.
        :param int first_seed: another one tries other calls.
        """
        machine = seed(first_seed)(_build_machine(self, families))
        run_state_machine_as_test(machine, settings=_prepare_settings(attempts))

    def describe(self):
        """Return what was found, for people; an empty text for nothing."""
        return "".join(f"\n\n{finding}" for finding in self.findings)

    def describe_defects(self):
        """Return where the addon broke instead of refusing, and at which call."""
        return "".join(
            f"\n{place}: {error}\n    {call!r}"
            for place, (call, error) in sorted(self.defects.items())
        )

    # One attempt

    def begin(self):
        """Begin anew."""
        self._attempts += 1
        self._calls, self._found = [], None
        self._trial.begin()

    def try_calls(self, drawn):
        """Make calls that follow each other, unless something was found already."""
        for call in drawn:
            if not self._found:
                self._try_call(call)

    def end(self):
        """Let nothing have happened, and make what was found shorter."""
        self._trial.end()
        if self._found:
            self._keep(self._found)

    def _try_call(self, call):
        outcome = self._trial.make(call)
        if outcome.defect:
            self.defects.setdefault(outcome.defect, (call, outcome.error))
        for name, problem in outcome.broken:
            if not self._is_known(name, call):
                calls = [*self._calls, call]
                seconds = time.monotonic() - self._begin
                self._found = Finding(name, problem, calls, self._attempts, seconds)
                return
        if not (outcome.error or outcome.broken):
            self._calls.append(call)

    def _is_known(self, name, call):
        alike = [one for one in self.findings if one.is_alike(name, call)]
        return len(alike) >= MOST_ALIKE or any(one.covers(call) for one in alike)

    # What was found

    def _keep(self, finding):
        finding.calls = shorten(
            finding.calls, lambda calls: finding.rule in self._find_broken(calls)
        )
        problem = self._find_broken(finding.calls).get(finding.rule)
        finding.problem = problem or f"not again: {finding.problem}"
        self.findings.append(finding)

    def _find_broken(self, calls):
        """Return which rules the last of some calls breaks, and how."""
        self._trial.begin()
        try:
            outcomes = [self._trial.make(call) for call in calls]
            return dict(outcomes[-1].broken)
        finally:
            self._trial.end()


def _build_machine(search, families):
    """Return a state machine with a rule for each family of calls."""

    class Machine(RuleBasedStateMachine):
        def __init__(self):
            super().__init__()
            search.begin()

        def teardown(self):
            search.end()

    for name, strategy in families.items():
        setattr(Machine, name, _build_rule(search, name, strategy))
    return Machine


def _build_rule(search, name, strategy):
    def make_calls(_machine, drawn):
        search.try_calls(drawn)

    make_calls.__name__ = name
    return rule(drawn=strategy)(make_calls)


def _prepare_settings(attempts):
    return settings(
        max_examples=attempts,
        stateful_step_count=STEPS,
        backend=dice.NAME,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        # What breaks a rule is made shorter here: so the others are found, too.
        phases=[Phase.generate],
    )
