from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from odoo.exceptions import RedirectWarning
from odoo.tests import tagged

from ...domains import OPEN_LEAD
from ...intake import Enquiry, is_other_name
from ..common import ReadingCase, SourceCase

NUMBER, ADDRESS, NAME = "0917 700 0301", "ada@customer.example", "Ada Cruz"
OTHER = {"phone": "0918 700 0302", "email": "ben@customer.example", "name": "Ben Lim"}


@tagged("post_install", "-at_install")
class TestNames(ReadingCase):
    def test_a_name_is_one_however_it_is_written(self):
        for one, other in (
            ("Ana Cruz", "CRUZ, Ana"),
            ("Ana", "Ana Cruz"),
            ("A. Cruz", "Ana Cruz"),
            ("José Rizál", "Jose Rizal"),
            ("Mr. Ana Cruz Jr.", "Ana Cruz"),
            ("Maria Santos", "Maria Snatos"),
            ("O'Neil", "Oneil"),
            ("김 철수", "김철수"),
            ("Ana Maria Cruz", "Ana Cruz"),
            ("An\u200ba Cruz", "Ana Cruz"),
            ("M. Maria Santos", "Maria Mercado Santos"),
            ("अमित कुमार", "कुमार अमित"),
            ("", "Ana Cruz"),
        ):
            self.assertFalse(is_other_name(one, other), (one, other))
            self.assertFalse(is_other_name(other, one), (one, other))

    def test_names_of_two_people(self):
        for one, other in (
            ("Ada Cruz", "Ben Lim"),
            ("Ada Lim", "Ben Lim"),
            ("Maria Lim", "Mario Lim"),
            ("Customer 1", "Customer 2"),
            ("김철수", "이영희"),
            ("Di Uy", "Cy Go"),
            ("अमीता", "अमर"),
            ("सिमा", "सेतु"),
            ("มานี", "มาลี ใจดี"),
        ):
            self.assertTrue(is_other_name(one, other), (one, other))
            self.assertTrue(is_other_name(other, one), (one, other))


@tagged("post_install", "-at_install")
class TestOneCustomer(SourceCase):
    """Two enquiries are one customer's where a person would say so: docs/intake.md."""

    def _take_in(self, *enquiries):
        rows, _new = self.env["crm.lead"]._take_in(self.source, list(enquiries))
        return rows

    def _ask(self, phone="", email="", name=""):
        return self._take_in(Enquiry(phone=phone, email=email, name=name))

    def test_the_table_of_cases(self):
        ada = {"phone": NUMBER, "email": ADDRESS, "name": NAME}
        same, none, other = ada, dict.fromkeys(ada, ""), OTHER
        for number, address, name, state in (
            (same, same, same, "merged"),
            (same, same, other, "merged"),
            (same, none, same, "merged"),
            (same, none, none, "merged"),
            (same, none, other, "merged"),
            (same, other, same, "merged"),
            (same, other, none, "merged"),
            (same, other, other, "created"),
            (none, same, same, "merged"),
            (none, same, other, "merged"),
            (other, same, same, "merged"),
            (other, same, none, "merged"),
            (other, same, other, "created"),
            (other, other, same, "created"),
            (other, none, same, "created"),
        ):
            asked = {
                "phone": number["phone"],
                "email": address["email"],
                "name": name["name"],
            }
            with self.subTest(asked), self._undone():
                first = self._ask(**ada)
                second = self._ask(**asked)
                self.assertEqual(second.state, state)
                is_one = second.lead_id == first.lead_id
                self.assertEqual(is_one, state == "merged")

    def test_in_one_delivery_it_is_the_same(self):
        rows = self._take_in(
            Enquiry(phone=NUMBER, email=ADDRESS, name=NAME),
            Enquiry(**{**OTHER, "email": ADDRESS}),
            Enquiry(phone=OTHER["phone"], name="Ben"),
            Enquiry(email=ADDRESS, name="Ada"),
            Enquiry(email=ADDRESS, name="Lim, Ben"),
        )
        ada, ben = rows[0].lead_id, rows[1].lead_id
        self.assertNotEqual(ada, ben)
        self.assertEqual([row.lead_id for row in rows], [ada, ben, ben, ada, ben])

    def test_a_stranger_has_what_a_customer_told_in_the_same_delivery(self):
        rows = self._take_in(
            Enquiry(email=ADDRESS, name=NAME),
            Enquiry(phone=NUMBER, email=ADDRESS),
            Enquiry(**{**OTHER, "phone": NUMBER}),
            Enquiry(phone=NUMBER, email=ADDRESS, name=NAME),
        )
        ada, ben = rows[0].lead_id, rows[2].lead_id
        self.assertEqual([row.lead_id for row in rows], [ada, ada, ben, ada])
        self.assertNotEqual(ada, ben)
        self.assertEqual(ada.phone_sanitized, ben.phone_sanitized)
        held = self.env["crm.lead.customer"].search([("key", "=", "+639177000301")])
        self.assertEqual(held.lead_id, ada)

    def test_who_has_an_address_since_a_merge_is_told_from_who_shares_it(self):
        ben = self._ask(OTHER["phone"], ADDRESS, OTHER["name"]).lead_id
        first = self._ask("0919 700 0304", "ada@work.example", NAME).lead_id
        second = self._ask(NUMBER, ADDRESS, NAME).lead_id
        self.assertEqual(len(ben | first | second), 3)
        ada = (first | second).merge_opportunity()
        self.assertEqual(self._ask("", ADDRESS, NAME).lead_id, ada)
        self.assertEqual(self._ask("", ADDRESS, OTHER["name"]).lead_id, ben)

    def test_two_leads_that_share_an_address_point_at_each_other(self):
        ada = self._ask(NUMBER, ADDRESS, NAME).lead_id
        ada.user_id = self.agent
        ben = self._ask(OTHER["phone"], ADDRESS, OTHER["name"]).lead_id
        self._assert_in_chatter(ben.reference, ada)
        self._assert_in_chatter(ada.reference, ben)
        self._assert_in_chatter(self.agent.name, ben)
        self.assertEqual(ada.history_lead_ids, ben)
        self.assertEqual(ben.history_lead_ids, ada)
        self.assertEqual(ben.email_normalized, ADDRESS)
        self.assertEqual(ada.phone_sanitized, "+639177000301")

    def test_who_shares_an_address_is_found_when_the_other_lead_is_closed(self):
        ada = self._ask(NUMBER, ADDRESS, NAME).lead_id
        ben = self._ask(OTHER["phone"], ADDRESS, OTHER["name"]).lead_id
        self._lose(ada)
        self.assertIn(ADDRESS, ben._get_held_keys())
        self.assertEqual(self._ask(email=ADDRESS, name="Ben").lead_id, ben)

    def test_who_shares_an_address_can_be_worked_like_all_others(self):
        self._ask(NUMBER, ADDRESS, NAME)
        ben = self._ask(OTHER["phone"], ADDRESS, OTHER["name"]).lead_id
        ben.with_user(self.agent).action_claim()
        ben.with_user(self.agent).write({"phone": "0918 700 0399", "city": "Cebu"})
        ben.with_user(self.agent).write({"email_from": ADDRESS.upper()})
        self.assertEqual(ben.phone_sanitized, "+639187000399")

    def test_by_hand_any_number_or_address_of_an_open_lead_counts(self):
        self._ask(NUMBER, ADDRESS, NAME)
        values = {**OTHER, "name": "Picanto", "contact_name": "Ben Lim"}
        del values["email"]
        with self.assertRaises(RedirectWarning):
            self.env["crm.lead"].with_user(self.manager).create(
                {**values, "email_from": ADDRESS, "type": "opportunity"}
            )

    def test_a_file_tells_strangers_apart_too(self):
        self.env["crm.lead"].with_user(self.manager).load(
            ["name", "contact_name", "phone", "email_from"],
            [
                ["one", NAME, NUMBER, ADDRESS],
                ["two", OTHER["name"], OTHER["phone"], ADDRESS],
                ["three", "Ada", "0919 700 0303", ADDRESS],
            ],
        )
        found = self.env["crm.lead"].search([("email_normalized", "=", ADDRESS)])
        self.assertEqual(set(found.mapped("name")), {"one", "two"})

    # ------------------------------------------------------------
    # Whatever comes, in whatever order
    # ------------------------------------------------------------

    def test_each_enquiry_is_in_one_place_and_with_its_own_customer(self):
        words = {
            "phone": ("", "0917 700 0401", "+63 917 700 0401", "0918 700 0402", "12"),
            "email": (
                "",
                "a@c.example",
                "A@c.example ",
                "b@c.example",
                "none@none.com",
            ),
            "name": ("", "Ada Cruz", "Cruz Ada", "Ben Lim", "Cy"),
            "external_id": ("", "1", "2"),
        }
        one = st.builds(
            Enquiry, **{name: st.sampled_from(values) for name, values in words.items()}
        )

        # An example that is made shorter takes minutes, and is hardly any clearer.
        @settings(
            max_examples=60,
            deadline=None,
            derandomize=True,
            database=None,
            phases=[Phase.generate],
        )
        @given(st.lists(one, min_size=1, max_size=7), st.integers(1, 7))
        def check(sent, size):
            with self._undone():
                alone = self._take_in_alone(sent)
            with self._undone():
                self.assertEqual(self._take_in_together(sent, size), alone)

        check()

    def _take_in_alone(self, sent):
        """Take in enquiries one by one, and compare with what a person would say.

        :param list[Enquiry] sent: what customers ask.
        :return: which of them, by number, are of one customer.
        :rtype: list[list[int]]
        """
        customers = {}
        rows = [self._ask_and_check(enquiry, customers) for enquiry in sent]
        groups = self._find_groups(rows)
        # It comes again, and what had been corrected may wait in quarantine again.
        self._take_in(*(enquiry for enquiry in sent if enquiry.external_id))
        self.assertEqual(self._find_groups(rows), groups)
        return groups

    def _take_in_together(self, sent, size):
        rows, delivery = [], []
        for enquiry in sent:
            # What comes together was told apart by the door.
            names = {other.external_id for other in delivery} - {""}
            if len(delivery) == size or enquiry.external_id in names:
                rows += self._take_in(*delivery)
                delivery = []
            delivery.append(enquiry)
        return self._find_groups([*rows, *self._take_in(*delivery)])

    def _find_groups(self, rows):
        groups = {}
        for number, row in enumerate(rows):
            is_in_one_place = (row.state == "quarantined") != bool(row.lead_id)
            self.assertTrue(is_in_one_place, row.read())
            groups.setdefault(row.lead_id.id or f"row {row.id}", []).append(number)
        made = self.env["crm.lead"].search(
            [("intake_source_id", "=", self.source.id), *OPEN_LEAD]
        )
        self.assertEqual(set(made.ids), {key for key in groups if isinstance(key, int)})
        return sorted(groups.values())

    def _ask_and_check(self, sent, customers):
        """Take in an enquiry, and compare with what a person would say.

        :param Enquiry sent: what is asked.
        :param dict customers: the enquiries in each lead, by its id.
        :return: the row.
        """
        rows, new = self.env["crm.lead"]._take_in(self.source, [sent])
        if not new:
            # Known: of the same person.
            known = Enquiry(**rows._read_content().__dict__)
            self.assertFalse(_differ(sent, [known]))
            return rows
        if rows.state == "merged":
            known = customers[rows.lead_id.id]
            self.assertTrue(_share(sent, known), (sent, known))
            self.assertLess(len(_differ(sent, known)), 2, (sent, known))
        elif rows.state == "created":
            for known in customers.values():
                is_sure = _share(sent, known) and not _differ(sent, known)
                self.assertFalse(is_sure, (sent, known))
        else:
            self.assertFalse(_get_numbers(sent) or _get_addresses(sent))
        if rows.lead_id:
            customers.setdefault(rows.lead_id.id, []).append(sent)
        return rows


def _get_numbers(enquiry):
    digits = "".join(filter(str.isdigit, enquiry.phone))
    return {digits[-10:]} if len(digits) >= 10 else set()


def _get_addresses(enquiry):
    address = enquiry.email.strip().lower()
    return {address} if address and address != "none@none.com" else set()


def _get_names(enquiry):
    return {" ".join(sorted(enquiry.name.lower().split()))} - {""}


MARKS = (_get_numbers, _get_addresses, _get_names)


def _share(sent, known):
    """Whether an enquiry has a number or an address in common with others."""
    return any(
        not get(sent).isdisjoint(set().union(*map(get, known))) for get in MARKS[:2]
    )


def _differ(sent, known):
    """Return in which of number, address and name an enquiry contradicts all others."""
    differing = []
    for get in MARKS:
        theirs = set().union(*map(get, known))
        if get(sent) and theirs and get(sent).isdisjoint(theirs):
            differing.append(get.__name__)
    return differing
