import time
from unittest.mock import patch

from odoo.tests import tagged

from ...models.feed.crm_lead_feed_pull import Pull
from ...remote_odoo import UNREADABLE
from ..common import BpoCase

#: Of a dealership, what no feed of a stranger may change.
IDENTITY = ("name", "code", "city", "odoo_url", "odoo_login", "brand_ids")


class Catalogue:
    """A distributor that has what a test gives it.

    :param list rows: values by remote field, of records with the ids 1, 2, 3, …
    :param int page_size: how many ids it lists at once.
    """

    def __init__(self, rows, page_size=2):
        self._rows = {n: {"id": n, **row} for n, row in enumerate(rows, 1)}
        self._page_size = page_size

    def iter_pages(self, domain, after=0):
        ids = [number for number in self._rows if number > after]
        for first in range(0, len(ids), self._page_size):
            yield ids[first : first + self._page_size]

    def fetch(self, ids, paths, domain=()):
        return [self._rows[number] for number in ids]

    def count(self, domain):
        return len(self._rows)


@tagged("post_install", "-at_install")
class TestCatalogue(BpoCase):
    """Whose a dealership or a vehicle model is that a distributor calls by a code."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other_brand = cls.env["crm.brand"].create({"name": "Seat", "code": "SE-T"})

    def setUp(self):
        super().setUp()
        # A run commits in a connection of its own, which a test has not.
        feeds = self.env.registry["crm.lead.feed"]
        self.startPatcher(patch.object(feeds, "_commit", lambda feed: None))

    def _new_feed(self, kind="dealership", brand=None, names=None):
        names = names or {
            "dealership": ["code", "name", "city"],
            "vehicle_model": ["external_ref", "name", "list_price"],
        }.get(kind)
        values = {
            "name": f"Feed of {kind}",
            "kind": kind,
            "active": False,
            "brand_id": (brand or self.brand).id,
            "remote_model": "res.partner",
            "field_ids": [
                (0, 0, {"target_field": name, "remote_field": name}) for name in names
            ],
        }
        feed = self.env["crm.lead.feed"].create(values)
        # Past the check, which would ask a distributor.
        feed.flush_recordset()
        self.env.cr.execute(
            "UPDATE crm_lead_feed SET active = TRUE WHERE id = %s", [feed.id]
        )
        feed.invalidate_recordset()
        return feed

    def _read(self, feed, *rows):
        """Let a feed read a catalogue; return what became of it."""
        pull = Pull()
        feed._take_catalogue(Catalogue(rows), pull, time.monotonic() + 60)
        self.env.flush_all()
        return pull

    def _find(self, code):
        return self.env["crm.dealership"].search([("code", "=", code)])

    # A code of somebody else

    def test_a_dealership_of_other_brands_is_not_taken_over(self):
        feed = self._new_feed(brand=self.other_brand)
        self.dealership.city = "Pasig"
        before = self.dealership.read(IDENTITY)
        for code in ("PSG-T", "psg-t", " PSG-T ", "P S G - T", "PSG\N{EN SPACE}-t"):
            with self.subTest(code=code):
                pull = self._read(
                    feed,
                    {"code": code, "name": "Seat Pasig", "city": "Elsewhere"},
                    {"code": f"NEW {code}", "name": "New", "city": "Makati"},
                )
                self.assertEqual(pull.counts["changed"], 0)
                self.assertEqual(self.dealership.read(IDENTITY), before)
                (problem,) = pull.refused
                for word in ("res.partner/1", "PSG-T", "Pasig", "Seat", "BPO manager"):
                    self.assertIn(word, problem)
        self.assertEqual(len(self._find("NEW PSG-T")), 1)

    def test_whatever_a_dealership_of_nobody_has_it_is_asked_about(self):
        feed = self._new_feed()
        dealerships = self.env["crm.dealership"]
        for number, values in enumerate(
            (
                {},
                {"brand_ids": self.other_brand.ids},
                {"active": False},
                {"odoo_url": "https://odoo.dealer.example"},
                {"odoo_login": "sales@dealer.example"},
            )
        ):
            with self.subTest(values=values):
                found = dealerships.create(
                    {"name": "Mine", "code": f"N{number}", **values}
                )
                row = {"code": f"N{number}", "name": "Theirs", "city": "Cebu"}
                pull = self._read(feed, row)
                self.assertEqual(len(pull.refused), 1)
                self.assertEqual((found.name, found.city), ("Mine", False))
                self.assertFalse(found.brand_ids & self.brand)
                # The manager's answer.
                found.brand_ids |= self.brand
                self.assertEqual(self._read(feed, row).counts["changed"], 1)
                self.assertEqual((found.name, found.city), ("Theirs", "Cebu"))
                self.assertEqual(found.code, f"N{number}")

    def test_two_feeds_of_one_dealership_do_not_undo_each_other(self):
        feed = self._new_feed()
        other = self._new_feed(brand=self.other_brand)
        self._read(feed, {"code": "TWO", "name": "First", "city": False})
        found = self._find("TWO")
        found.brand_ids |= self.other_brand
        theirs = {"code": "two", "name": "Second", "city": "Cebu"}
        for changed in (1, 0, 0):
            pull = self._read(other, theirs)
            self.assertEqual(pull.counts["changed"], changed)
            self.assertEqual(pull.refused, [])
            pull = self._read(feed, {"code": "TWO", "name": "First", "city": False})
            self.assertEqual(pull.counts["changed"], 0)
        # What is empty is filled in.
        self.assertEqual((found.name, found.city), ("First", "Cebu"))
        feed.active = False
        self.assertEqual(self._read(other, theirs).counts["changed"], 1)
        self.assertEqual(found.name, "Second")

    # A code that is there twice

    def test_a_code_that_is_there_twice_is_told_and_the_others_come_in(self):
        feed = self._new_feed()
        self._read(feed, {"code": "DUP", "name": "Known", "city": "Cebu"})
        for first, second in (
            ("DUP", "DUP"),
            ("DUP", "dup"),
            ("dup ", " D UP"),
            ("Dup", "\N{FULLWIDTH LATIN CAPITAL LETTER D}UP"),
            ("FRESH", "fresh"),
            ("FRESH", "FRESH\N{NO-BREAK SPACE}"),
        ):
            with self.subTest(first=first, second=second):
                rows = [
                    {"code": first, "name": "One", "city": "A"},
                    {"code": "ALONE", "name": "Alone", "city": "B"},
                    {"code": False, "name": "Nameless", "city": "C"},
                    {"code": second, "name": "Other", "city": "D"},
                ]
                for _run in range(2):
                    pull = self._read(feed, *rows)
                    self.assertEqual(pull.counts["changed"], 0)
                told = "\n".join(pull.refused)
                self.assertEqual(len(pull.refused), 3)
                self.assertEqual(told.count("res.partner/1, res.partner/4"), 2)
                self.assertIn("BPO manager", told)
                self.assertEqual(self._find("DUP").name, "Known")
                self.assertFalse(self._find("FRESH"))
        self.assertEqual(self._find("ALONE").name, "Alone")

    def test_a_run_that_goes_on_knows_what_is_there_twice(self):
        feed = self._new_feed()
        rows = [
            {"code": code, "name": code, "city": "X"} for code in ("A", "B", "a", "C")
        ]
        # As if the run before had ended behind the first of the two.
        feed.cursor = 2
        pull = self._read(feed, *rows)
        self.assertEqual((pull.counts["created"], len(pull.refused)), (1, 1))
        self.assertFalse(self._find("a"))

    def test_a_vehicle_that_is_there_twice_is_told_as_well(self):
        feed = self._new_feed("vehicle_model")
        rows = [
            {"external_ref": "PIC 1.0", "name": "One", "list_price": 1},
            {"external_ref": "pic  1.0", "name": "Two", "list_price": 2},
            {"external_ref": "RIO", "name": "Rio", "list_price": 3},
        ]
        pull = self._read(feed, *rows)
        self.assertEqual((pull.counts["created"], len(pull.refused)), (1, 2))
        # Of another brand, it is another vehicle.
        pull = self._read(self._new_feed("vehicle_model", self.other_brand), rows[0])
        self.assertEqual(pull.counts["created"], 1)

    def test_two_of_ours_that_differ_in_case_are_not_mixed_up(self):
        feed = self._new_feed()
        for code in ("SAME", "same"):
            self.env["crm.dealership"].create(
                {"name": code, "code": code, "brand_ids": self.brand.ids}
            )
        pull = self._read(feed, {"code": "same", "name": "Mine", "city": "Cebu"})
        self.assertEqual(pull.counts["changed"], 1)
        self.assertEqual(self._find("SAME").name, "SAME")
        self.assertEqual(self._find("same").name, "Mine")
        pull = self._read(feed, {"code": "Same", "name": "Whose", "city": "Cebu"})
        self.assertIn("SAME, same", pull.refused[0])

    # Repeated

    def test_a_second_run_changes_nothing(self):
        dealers = self._new_feed()
        models = self._new_feed("vehicle_model")
        for feed, rows in (
            (
                dealers,
                [
                    {"code": " R1 ", "name": " Twice  blank ", "city": "Cebu\n"},
                    {"code": "r2", "name": 42, "city": False},
                    {"code": 3, "name": "Number", "city": [5, "Manila"]},
                ],
            ),
            (
                models,
                [
                    {"external_ref": "M1", "name": "One", "list_price": 1200.005},
                    {"external_ref": "M2", "name": "Two", "list_price": 0.1 + 0.2},
                    {"external_ref": "M3", "name": "Three", "list_price": 0},
                    {"external_ref": "M4", "name": "Four", "list_price": 1e9 / 3},
                ],
            ),
        ):
            with self.subTest(kind=feed.kind):
                self.assertEqual(self._read(feed, *rows).counts["created"], len(rows))
                self.env.invalidate_all()
                pull = self._read(feed, *rows)
                self.assertEqual(dict(pull.counts), {"unchanged": len(rows)})

    def test_an_odd_record_of_a_catalogue_does_not_stop_the_others(self):
        feed = self._new_feed()
        for name in ([], [1], [1, 2, 3], True, [[]], ["x"]):
            with self.subTest(name=name):
                pull = self._read(
                    feed,
                    {"code": f"ODD{name}", "name": name, "city": "A"},
                    {"code": "GOOD", "name": "Good", "city": "A"},
                    {"code": "GONE", "name": "x", "city": "y", UNREADABLE: "No\0"},
                )
                self.assertEqual(len(pull.refused), 2)
        self.assertTrue(self._find("GOOD"))
        self.assertFalse(self._find("GONE"))

    def test_an_address_that_is_none_refuses_its_dealer_and_no_other(self):
        feed = self._new_feed(names=["code", "name", "manager_email"])
        for number, address in enumerate(
            (
                "not an address",
                "a@dealer.example, b@dealer.example",
                "a@dealer.example\nBcc: b@evil.example",
                "Boss <a@dealer.example>",
            )
        ):
            with self.subTest(address=address):
                pull = self._read(
                    feed,
                    {"code": f"BAD{number}", "name": "Bad", "manager_email": address},
                    {
                        "code": f"GOOD{number}",
                        "name": "Good",
                        "manager_email": "a@dealer.example",
                    },
                )
                self.assertEqual(pull.counts["created"], 1)
                self.assertIn("res.partner/1", pull.refused[0])
                self.assertIn("one email address", pull.refused[0])
                self.assertFalse(self._find(f"BAD{number}"))
