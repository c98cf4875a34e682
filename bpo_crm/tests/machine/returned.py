"""What must not be in an answer, nor in the message of a refusal."""

import json
import re

from .floor import FOREIGN_MANAGER, OTHERS, OTHERS_PHONE, SECRET

#: What the caller may be told of these, by role.
MANAGERS_SECRETS = (f"{SECRET}-dealer", f"{SECRET}-distributor", f"{SECRET}-abroad")

#: Who may not know what another agent's customer said.
OUTSIDE = {"agent", "salesperson", "employee", "portal", "public"}

MARK = re.compile(rf"{SECRET}-[a-z]+|{OTHERS}-[a-z]+", re.IGNORECASE)


def find_leaks(step, answer, sent):
    """Return what was told to somebody whom it is not for.

    :param rules.Step step: the call.
    :param rpc.Answer answer: what the caller was told.
    :param str sent: what the caller sent, which it knew before.
    :return: pairs of the kind of leak and what was told.
    :rtype: list[tuple[str, str]]
    """
    found = set(MARK.findall(answer.text))
    digits = OTHERS_PHONE[1:]
    if digits in re.sub(r"[^0-9a-zA-Z]", "", answer.text):
        found.add(f"{OTHERS}-phone")
    leaks = []
    for mark in sorted(found):
        if mark.lower() in sent.lower():
            continue
        if mark.startswith(SECRET):
            if not _may_know(step, mark):
                leaks.append(("A secret was returned", mark))
        elif step.role in OUTSIDE and not _works_others(step):
            leaks.append(("Another agent's lead was returned", mark.upper()))
    return leaks


def _may_know(step, mark):
    if mark not in MANAGERS_SECRETS:
        return False
    return step.role in ("manager", FOREIGN_MANAGER)


def _works_others(step):
    """Whether what was another's is the caller's, or anybody's, by now."""
    for lead in step.after.leads.values():
        words = json.dumps([lead["name"], lead["email_from"], lead["description"]])
        is_carrier = OTHERS.lower() in words.lower() or OTHERS_PHONE in str(
            lead["phone_sanitized"]
        )
        if is_carrier and lead["user_id"] in (None, step.uid):
            return True
        if is_carrier and lead["partner_id"]:
            # Contacts are there for everybody to read.
            return True
    return False
