"""Making a call as the web client does: ``/web/dataset/call_kw`` without the HTTP."""

import dataclasses
import json
import traceback
from pathlib import Path

import psycopg2

from odoo import api, exceptions
from odoo.service import model as service
from odoo.tools.json import json_default

from ...series import IS_19

#: What the web client shows as a sentence; all else is a traceback.
SHOWN = (
    exceptions.UserError,
    exceptions.AccessDenied,
    exceptions.RedirectWarning,
    psycopg2.IntegrityError,
    *service.PG_CONCURRENCY_EXCEPTIONS_TO_RETRY,
)

TESTS = Path(__file__).parents[1]
ADDON = TESTS.parent


@dataclasses.dataclass(frozen=True)
class Answer:
    """What came of a call.

    :param str text: all that the caller is told, in JSON.
    :param Exception error: why it was refused, or None.
    """

    text: str
    error: Exception | None = None

    @property
    def defect(self):
        """Where the addon broke instead of refusing; an empty text if it did not.

        What it only hands on to core, in an override, is core's to refuse.
        """
        if not self.error or isinstance(self.error, SHOWN):
            return ""
        frames = traceback.extract_tb(self.error.__traceback__)
        ours = [index for index, one in enumerate(frames) if _is_ours(one)]
        if not ours:
            return ""
        last, *further = frames[ours[-1] :]
        if further and further[0].name == last.name:
            return ""
        return f"{type(self.error).__name__} in {Path(last.filename).name}, {last.name}"


def _is_ours(frame):
    path = Path(frame.filename)
    return path.is_relative_to(ADDON) and not path.is_relative_to(TESTS)


def call(cr, uid, model, method, args, kwargs):
    """Call a method as somebody who is logged in.

    What fails is not rolled back here.

    :param cr: the cursor.
    :param int uid: of the caller.
    :param str model: its name.
    :param str method: its name.
    :param list args: what JSON can say; the ids come first.
    :param dict kwargs: what JSON can say, with the ``context``.
    :rtype: Answer
    """
    # As it would have come over the wire.
    args, kwargs = json.loads(json.dumps([args, kwargs]))
    env = api.Environment(cr, uid, {})
    if IS_19:
        env.transaction.default_env = env
    try:
        text = _to_text(_dispatch(env, model, method, args, kwargs))
        cr.flush()
    except Exception as error:  # noqa: BLE001 - whatever it is, it is an answer
        return Answer(_to_text(str(error)), error)
    finally:
        # What waits for a commit (mail, the bus) has no part in this.
        cr.postcommit.clear()
        cr.postrollback.clear()
    return Answer(text)


def _dispatch(env, model, method, args, kwargs):
    if IS_19:
        return service.call_kw(env[model], method, args, kwargs)
    service.get_public_method(env[model], method)
    return api.call_kw(env[model], method, args, kwargs)


def _to_text(result):
    return json.dumps(result, default=json_default)
