from odoo.tests import tagged

from ...intake import Enquiry
from ..companies import CompaniesCase

PHONE = "+639175550181"


@tagged("post_install", "-at_install")
class TestOtherCompany(CompaniesCase):
    """A customer of one company asks another one, by any door."""

    def setUp(self):
        super().setUp()
        self.lead = self._new_lead(
            self.agent, phone=PHONE, company_id=self.home.id, team_id=False
        )
        self.lead.team_id = self.team.copy({"company_id": self.home.id})
        self.assertEqual(self.lead.company_id, self.home)

    def _deliver(self, source, **values):
        enquiry = Enquiry(phone=PHONE, name="Maria", message="Is it red?", **values)
        rows, _new = self.env["crm.lead"]._take_in(source, [enquiry])
        return rows.lead_id

    def _find_notes(self, user):
        return self.env["mail.message"].search(
            [
                ("notified_partner_ids", "in", user.partner_id.ids),
                ("subject", "=", "A customer of yours asked, who has a lead elsewhere"),
            ]
        )

    def test_the_company_that_was_asked_is_told_by_whichever_door(self):
        leads = self.env["crm.lead"]
        values = {"name": "Car", "phone": PHONE, "description": "Is it red?"}
        abroad = {**values, "company_id": self.abroad.id}
        feed = self.feeds["abroad"].id
        for door, take_in in (
            ("its source", lambda: self._deliver(self.sources["abroad"])),
            (
                "its dealership",
                lambda: self._deliver(
                    self.sources["shared"],
                    dealership=self.dealerships["abroad"].code,
                ),
            ),
            (
                "its brand",
                lambda: self._deliver(
                    self.sources["shared"], brand=self.brands["abroad"].name
                ),
            ),
            ("its feed", lambda: self._deliver(self.sources["shared"], feed_id=feed)),
            ("a website", lambda: leads._merge_into_open_lead(abroad)),
            ("core's ways", lambda: leads._take_in_values([abroad])),
        ):
            with self.subTest(door=door):
                before = self._find_notes(self.supervisor_abroad)
                self.assertEqual(take_in(), self.lead)
                note = self._find_notes(self.supervisor_abroad) - before
                self.assertEqual(len(note), 1)
                for text in ("Abroad", self.home.name, "Is it red?", PHONE):
                    self.assertIn(text, note.body)
                # Whose lead it is, and nothing else of it.
                self.assertNotIn(self.lead.reference, note.body)
                self.assertNotIn(self.agent.name, note.body)
        self.assertFalse(self._find_notes(self.supervisor))
        self.assertFalse(self._find_notes(self.agent_abroad))

    def test_nobody_is_told_of_the_own_company_or_of_none(self):
        self._deliver(self.sources["home"])
        self._deliver(self.sources["shared"])
        self.lead.write({"team_id": self.team.id, "company_id": False})
        self._deliver(self.sources["abroad"])
        for user in (self.supervisor_abroad, self.supervisor, self.manager_abroad):
            self.assertFalse(self._find_notes(user))

    def test_what_comes_at_once_is_told_at_once(self):
        enquiries = [
            Enquiry(phone=PHONE, message=f"Question {n}", external_id=str(n))
            for n in range(5)
        ]
        self.env["crm.lead"]._take_in(self.sources["abroad"], enquiries)
        (note,) = self._find_notes(self.supervisor_abroad)
        for number in range(5):
            self.assertIn(f"Question {number}", note.body)
