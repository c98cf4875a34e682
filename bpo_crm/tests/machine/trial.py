"""One attempt: calls that follow each other on the floor, of which nothing stays."""

import dataclasses
import json

from odoo.sql_db import Savepoint

from . import rpc, values
from .calls import Call
from .picture import Camera
from .returned import find_leaks
from .rules import find_broken
from .step import Caller, Step


@dataclasses.dataclass(frozen=True)
class Outcome:
    """What came of a call.

    :param list broken: pairs of a rule that was broken, and what is wrong.
    :param Exception error: why the call was refused, or None.
    :param str defect: where the addon failed instead of refusing.
    """

    broken: list
    error: Exception | None = None
    defect: str = ""


class Trial:
    """Makes calls on a floor, and looks at what they come to.

    :param FloorCase floor: a test of it.
    :param list sent: the orders that dealers were sent, see ``FloorCase._alone``.
    """

    def __init__(self, floor, sent):
        self._floor = floor
        self._sent = sent
        self._cr = floor.env.cr
        self._camera = Camera(floor.env, floor.ids_of_contacts())
        self._callers = {
            role: Caller(role, user.id, user.partner_id.id, user.company_ids.ids)
            for role, user in floor.users.items()
        }
        self._first = self._camera.take()
        self._check_beginning()

    def _check_beginning(self):
        """What is broken to begin with would be found after every call."""
        for role in self._callers:
            nothing = Call(role, "crm.lead", "search", [[]])
            broken = find_broken(self._describe(nothing, self._first, self._first))
            if broken:
                raise AssertionError(f"The floor breaks rules itself: {broken}")

    def begin(self):
        """Begin anew."""
        self._savepoint = Savepoint(self._cr)
        self._before = self._first

    def end(self):
        """Let nothing have happened."""
        self._forget()
        self._savepoint.close(rollback=True)

    def make(self, call):
        """Make a call. One that is refused, or breaks a rule, leaves nothing behind.

        :param calls.Call call: what is called.
        :rtype: Outcome
        """
        savepoint = Savepoint(self._cr)
        self._sent.clear()
        filled = values.fill_in([call.args, call.kwargs], _Ids(self._floor))
        uid = self._callers[call.role].uid
        answer = rpc.call(self._cr, uid, call.model, call.method, *filled)
        if answer.error:
            self._undo(savepoint)
        after = self._look(answer)
        step = self._describe(call, self._before, after, answer.error)
        broken = [
            *(find_broken(step) if after is not self._before else ()),
            *find_leaks(step, answer, json.dumps(filled)),
        ]
        if broken:
            self._undo(savepoint)
        else:
            self._before = after
        savepoint.close(rollback=False)
        self._cr.clear()
        return Outcome(broken, answer.error, answer.defect)

    def _look(self, answer):
        """Return a picture of now; a call that was refused has changed nothing."""
        if answer.error and not self._sent:
            return self._before
        return self._camera.take(self._before)

    def _describe(self, call, before, after, error=None):
        return Step(
            call=call,
            caller=self._callers[call.role],
            before=before,
            after=after,
            sent=list(self._sent),
            camera=self._camera,
            error=error,
        )

    def _undo(self, savepoint):
        self._forget()
        savepoint.rollback()

    def _forget(self):
        """Let caches forget what is rolled back."""
        self._cr.clear()
        self._floor.registry.reset_changes()


class _Ids:
    """The ids of the records on a floor, and of those that were made since."""

    def __init__(self, floor):
        self._floor = floor

    def __getitem__(self, name):
        return self._floor.ids[name]

    def find_last(self, model):
        """Return the id of the record of a model that was made last."""
        table = self._floor.env[model]._table
        self._floor.env.cr.execute(f'SELECT max(id) FROM "{table}"')  # noqa: S608
        return self._floor.env.cr.fetchone()[0] or 0
