"""The machine tries; ``./bpo test --tries 2000`` lets it try longer."""

import os

from odoo.tests import tagged

from . import calls, catalogue
from .floor import FloorCase
from .search import Search
from .trial import Trial

#: How often it begins anew, if nobody says otherwise: about a minute.
TRIES = 150


@tagged("post_install", "-at_install")
class TestMachine(FloorCase):
    def test_nobody_gets_past_the_rules(self):
        with self._alone() as sent:
            search = Search(Trial(self, sent))
            families = calls.build(catalogue.Catalogue(self))
            search.run(families, int(os.environ.get("BPO_TRIES") or TRIES))
        found = "\n\n".join(map(str, search.findings))
        self.assertFalse(search.findings, f"\n{found}")

    def _replay(self, *made):
        """Make calls of a list that the machine found, and show what comes of them.

        :param calls.Call made: one after the other.
        """
        with self._alone() as sent:
            trial = Trial(self, sent)
            trial.begin()
            outcomes = [trial.make(call) for call in made]
            trial.end()
        self.assertFalse(outcomes[-1].broken, outcomes)
