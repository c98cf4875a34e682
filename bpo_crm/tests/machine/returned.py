"""What must not be in an answer, nor in the message of a refusal."""

import json
import re

from .floor import OTHERS, OTHERS_PHONE, SECRET
from .step import OUTSIDERS

#: What managers may know; other secrets are the system's.
MANAGERS_SECRETS = {f"{SECRET}-{name}" for name in ("dealer", "distributor", "abroad")}

#: Who may not know what another agent's customer said.
UNTOLD = {"agent", "salesperson", *OUTSIDERS}

MARK = re.compile(rf"(?:{SECRET}|{OTHERS})-[a-z]+", re.IGNORECASE)


def find_leaks(step, answer, sent):
    """Return what was told to somebody whom it is not for.

    :param Step step: the call.
    :param rpc.Answer answer: what the caller was told.
    :param str sent: what the caller sent, which it knew before.
    :return: pairs of the kind of leak and what was told.
    :rtype: list[tuple[str, str]]
    """
    leaks = []
    for mark in sorted(_find_marks(answer.text) - _find_marks(sent)):
        if mark.startswith(SECRET) and not _may_know(step, mark):
            leaks.append(("A secret was returned", mark))
        if mark.startswith(OTHERS) and step.role in UNTOLD and not _is_shared(step):
            leaks.append(("Another agent's lead was returned", mark))
    return leaks


def _find_marks(text):
    marks = {mark.lower() for mark in MARK.findall(text)}
    # People write it with blanks.
    if OTHERS_PHONE[1:] in re.sub(r"[^0-9a-zA-Z]", "", text):
        marks.add(f"{OTHERS}-phone")
    return marks


def _may_know(step, mark):
    return mark in MANAGERS_SECRETS and step.is_manager


def _is_shared(step):
    """Whether what was another's is the caller's by now, or anybody's."""
    for lead in step.after.leads.values():
        words = [lead["name"], lead["email_from"], lead["description"], lead["phone"]]
        if not _find_marks(json.dumps(words)):
            continue
        # Contacts are there for everybody to read.
        if lead["user_id"] in (None, step.uid) or lead["partner_id"]:
            return True
    return False
