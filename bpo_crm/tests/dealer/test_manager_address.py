from odoo.exceptions import ValidationError
from odoo.tests import tagged

from ...email_address import is_one_address
from ..common import BpoCase, ReadingCase

#: What is no address, or more than one.
WRONG = (
    "not an address",
    "manager",
    "manager@",
    "@dealer.example",
    "manager@dealer",
    "manager@dealer.",
    "manager@@dealer.example",
    "a@dealer.example, b@dealer.example",
    "a@dealer.example;b@dealer.example",
    "a@dealer.example b@dealer.example",
    "a@dealer.example\nBcc: b@evil.example",
    "a@dealer.example\r\nBcc: b@evil.example",
    "a@dealer.example\n",
    "a@dealer.example\vBcc: b@evil.example",
    "a@dealer.example\N{LINE SEPARATOR}b@evil.example",
    "Boss <a@dealer.example>",
    '"b@evil.example" <a@dealer.example>',
    "a@dealer.example\N{ZERO WIDTH SPACE}",
    "https://dealer.example",
    "+63 917 555 0001",
)

RIGHT = (
    "manager@dealer.example",
    "  manager@dealer.example ",
    "first.last+sales@mail.dealer.example",
    "MANAGER@DEALER.EXAMPLE",
    "o'neil@dealer.example",
    "m_1@xn--bcher-kva.example",
)


@tagged("post_install", "-at_install")
class TestOneAddress(ReadingCase):
    def test_one_address_is_told_from_all_else(self):
        for text in WRONG:
            with self.subTest(text=text):
                self.assertFalse(is_one_address(text))
        for text in RIGHT:
            with self.subTest(text=text):
                self.assertTrue(is_one_address(text))


@tagged("post_install", "-at_install")
class TestManagerAddress(BpoCase):
    """What a dealership's manager cannot be written to at is refused on save."""

    def test_a_wrong_address_is_refused_by_name(self):
        mine = self.dealership.with_user(self.manager)
        for address in WRONG:
            refused = self.assertRaisesRegex(ValidationError, "Pasig.*one email addr")
            with self.subTest(address=address), refused:
                mine.manager_email = address
        for address in (*RIGHT, False):
            mine.manager_email = address
            self.assertEqual(mine.manager_email, address)

    def test_it_is_refused_in_a_batch_and_for_supervisors_too(self):
        other = self.dealership.copy({"code": "OTHER", "name": "Other"})
        both = (self.dealership | other).with_user(self.supervisor)
        with self.assertRaisesRegex(ValidationError, "Pasig"):
            both.write({"manager_email": "x@y.example\nBcc: z@evil.example"})
        values = [
            {"name": name, "code": name, "manager_email": address}
            for name, address in (("A", "a@dealer.example"), ("B", "b"))
        ]
        with self.assertRaisesRegex(ValidationError, '"B" cannot'):
            self.env["crm.dealership"].with_user(self.manager).create(values)

    def test_an_import_names_the_row(self):
        dealerships = self.env["crm.dealership"].with_user(self.manager)
        result = dealerships.load(
            ["name", "code", "manager_email"],
            [["A", "IMP-A", "a@dealer.example"], ["B", "IMP-B", "a@x.example, b"]],
        )
        said = "\n".join(message["message"] for message in result["messages"])
        self.assertIn('"B" cannot be written to', said)
        self.assertFalse(result["ids"])

    def test_an_address_from_before_stays_until_somebody_changes_it(self):
        self.env.cr.execute(
            "UPDATE crm_dealership SET manager_email = 'none' WHERE id = %s",
            [self.dealership.id],
        )
        self.dealership.invalidate_recordset()
        self.dealership.city = "Pasig"
        self.assertEqual(self.dealership.manager_email, "none")

    def test_an_alias_of_a_source_is_one_name(self):
        sources = self.env["crm.lead.source"]
        if "alias_name" not in sources._fields:
            self.fail("A source has no alias any more.")
        source = sources.create({"name": "Alias", "code": "alias-t"})
        for name in ("x\nBcc: y@evil.example", "a, b@evil.example", "a b", "<a>"):
            with self.subTest(name=name):
                source.alias_name = name
                for part in ("\n", " ", ",", ":", "<"):
                    self.assertNotIn(part, source.alias_name)
