"""What the demo's supervisor said of calls."""

import random
from datetime import timedelta

from . import hours, words

#: How many calls of each agent were reviewed, of those that are so old.
COUNT = 3
AGE = timedelta(days=4)

#: What calls are worth by a criterion, of its points.
SHARES = (0.4, 0.6, 0.8, 1, 1)


def write(agents, reviewer, now):
    """Let calls of each agent have been reviewed on the next working day.

    Agents have read what was said of all but their latest call, and one call failed.

    :param res.users agents: whose calls they are, of the superuser.
    :param res.users reviewer: who has heard them.
    :param datetime now: in UTC.
    """
    dice = random.Random(len(agents))  # noqa: S311 - no secret
    failed = dice.randrange(len(agents) * COUNT)
    calls = [call for agent in agents for call in _find_calls(agent, now)]
    for number, call in enumerate(calls):
        reviews = call.env["crm.call.review"].with_user(reviewer)
        review = reviews.create(_describe(call, dice))
        _rate(review, dice, is_failed=number == failed)
        finished_at = hours.add_open_days(hours.to_manila(call.call_date), 1)
        _finish(review.sudo(), hours.to_utc(finished_at), is_read=number % COUNT)


def _find_calls(agent, now):
    """Return the calls of an agent that were reviewed, the latest one first.

    :param res.users agent: who made them.
    :param datetime now: in UTC.
    :rtype: crm.call.log
    """
    domain = [
        ("user_id", "=", agent.id),
        ("result", "=", "answered"),
        ("call_date", "<", now - AGE),
    ]
    return agent.env["crm.call.log"].search(domain, order="call_date DESC", limit=COUNT)


def _describe(call, dice):
    return {
        "call_id": call.id,
        "scorecard_id": call.env.ref("bpo_crm.call_scorecard").id,
        "comment": dice.choice(words.REVIEWS),
    }


def _rate(review, dice, is_failed):
    failing = review.line_ids.filtered("fails_call")
    for line in review.line_ids - failing:
        line.points = round(line.max_points * dice.choice(SHARES))
    failing[:1].has_happened = is_failed


def _finish(review, finished_at, is_read):
    """Let a review have been finished, and nobody be written to.

    :param crm.call.review review: with all rights.
    :param datetime finished_at: in UTC.
    :param is_read: whether the agent has read it.
    """
    review.write(
        {
            "state": "done",
            "finished_at": finished_at,
            "acknowledged_at": is_read and finished_at + timedelta(hours=1),
        }
    )
