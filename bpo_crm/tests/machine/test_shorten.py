import unittest

from .calls import Call
from .shorten import shorten


class TestShorten(unittest.TestCase):
    def test_calls_that_play_no_part_are_left_out(self):
        needed, last = Call("agent", "a", "create"), Call("agent", "a", "press")
        made = [Call("agent", "b", "x"), needed, Call("agent", "c", "x"), last]
        found = shorten(made, lambda calls: needed in calls and calls[-1] == last)
        self.assertEqual(found, [needed, last])

    def test_what_is_sent_is_left_out_as_far_as_it_plays_no_part(self):
        sent = {"stage_id": [7], "name": "x", "context": {"a": 1, "b": [1, 2]}}
        (found,) = shorten(
            [Call("agent", "a", "write", [[1, 2], sent])],
            lambda calls: "'stage_id': [7]" in repr(calls),
        )
        self.assertEqual(found.args, [{"stage_id": [7]}])

    def test_what_cannot_be_shorter_stays(self):
        made = [Call("agent", "a", "write", [[1], {"name": "x"}])]
        self.assertEqual(shorten(made, lambda calls: calls == made), made)
