"""The machine tries; ``./bpo test --tries 2000`` lets it try longer."""

import os
import warnings
from unittest.mock import patch

from odoo.tests import tagged

from .catalogue import Catalogue
from .families import build
from .floor import FloorCase
from .search import Search
from .trial import Trial

#: How often it begins anew, if nobody says otherwise: about a minute.
TRIES = 300


@tagged("post_install", "-at_install")
class TestMachine(FloorCase):
    def _search(self, tries, *families):
        """Let the machine try.

        :param int tries: how often it begins anew.
        :param str families: of calls; all of them by default.
        :return: what it found.
        :rtype: Search
        """
        with self._alone() as sent:
            search = Search(Trial(self, sent))
            search.run(build(Catalogue(self), families), tries)
        return search

    def _replay(self, *made):
        """Make calls of a list that the machine found, and say what comes of them.

        :param calls.Call made: one after the other.
        """
        with self._alone() as sent:
            trial = Trial(self, sent)
            trial.begin()
            outcomes = [trial.make(call) for call in made]
            trial.end()
        self.assertFalse(outcomes[-1].broken, outcomes)

    def test_nobody_gets_past_the_rules(self):
        asked = os.environ.get("BPO_TRIES")
        search = self._search(int(asked or TRIES))
        if asked and search.defects:
            # No rule is broken by them, but nobody is told what to do.
            warnings.warn(search.describe_defects(), stacklevel=1)
        if search.findings:
            self.fail(search.describe())

    def test_the_machine_finds_a_rule_that_nobody_keeps(self):
        lead = self.registry["crm.lead"]
        with patch.object(lead, "_is_guard_lifted", lambda *_args: True):
            found = self._search(20, "move_lead").describe()
        self.assertIn("A stage was left backwards or skipped", found)
