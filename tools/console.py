"""What the launcher says, and how it says that something takes a while."""

import contextlib
import sys
import threading
import time

#: Seconds after which a step that is still going on says so again.
REMINDER_INTERVAL = 30

#: The steps that are going on, each within the one before it.
_going_on = []


class LauncherError(Exception):
    """Something went wrong; the message says what happened and what to do."""


def say(text=""):
    """Print a line at once, also into a pipe.

    :param str text: the line.
    """
    print(text, flush=True)


@contextlib.contextmanager
def step(title):
    """Show that a long step is going on, and how long it took.

    :param str title: what is being done, such as ``Installing Sales``.
    """
    started = time.monotonic()
    say(f"• {title} …")
    _going_on.append(title)
    done = threading.Event()
    reminder = threading.Thread(
        target=_remind, args=(title, started, done), daemon=True
    )
    reminder.start()
    try:
        yield
    finally:
        done.set()
        reminder.join()
        _going_on.pop()
    say(f"  {title}: {time.monotonic() - started:.0f} s")


def _remind(title, started, done):
    while not done.wait(REMINDER_INTERVAL):
        if _going_on[-1] != title:
            continue
        say(f"  … {title}: {time.monotonic() - started:.0f} s so far")


def fail(error):
    """Print an error.

    :param Exception error: what went wrong.
    """
    print(f"bpo: {error}", file=sys.stderr, flush=True)
