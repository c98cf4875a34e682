"""A plugin of pytest's: Python can sleep under faketime.

Its own way, until a moment of the clock that goes right, is taken by faketime for
one of the other clock, and fails.
"""

import select
import time


def sleep(seconds):
    """Wait as :func:`time.sleep` does.

    :param float seconds: how long.
    """
    select.select([], [], [], seconds)


time.sleep = sleep
