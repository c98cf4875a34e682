"""Where Hypothesis takes its chances from."""

from hypothesis.internal.conjecture.providers import (
    AVAILABLE_PROVIDERS,
    HypothesisProvider,
)

NAME = "bpo_crm"


class Dice(HypothesisProvider):
    """Draws every attempt anew, by the seed alone.

    By itself, Hypothesis tries each attempt five times more with a part of it changed,
    and likes numbers that it finds in the source of whatever is loaded. Here, where an
    attempt is slow, and another line of code must not change what is tried, it shall do
    neither.
    """

    def _maybe_draw_constant(self, *args, **kwargs):
        return None


AVAILABLE_PROVIDERS[NAME] = f"{__name__}.Dice"
