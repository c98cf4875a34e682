from odoo.tests import tagged

from .test_intake_mail import ADF, IntakeMailCase

FORM = "Name: {0}\nEmail: {0}@customer.example\nPhone: 0917 700 03{1:02}\nNote: Call me"
PORTAL = "Autoportal <relay@portal.example>"

NEWS = "Precedence: bulk\nList-Id: <n.shop.example>\nList-Unsubscribe: <mailto:u>"
AWAY = "Auto-Submitted: auto-generated\nIn-Reply-To: <a@bpo.example>"


@tagged("post_install", "-at_install")
class TestLetters(IntakeMailCase):
    """Whom mails are of, to the address of a source and to a team's."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.team.write({"alias_name": "floor-t", "alias_domain_id": cls.domain.id})
        cls.doors = (cls.source.alias_email, cls.team.alias_id.alias_full_name)
        cls.count = 0

    def _send(self, door, text, sender=PORTAL, **values):
        """Let the gateway receive a mail of a name of its own."""
        type(self).count += 1
        name = f"<letter-{self.count}@portal.example>"
        self._receive(text, to=door, sender=sender, **{"name": name, **values})

    def _find_rows(self, state):
        return self.env["crm.lead.enquiry"].search([("state", "=", state)], order="id")

    def _count_leads(self):
        return self.env["crm.lead"].search_count([])

    def test_customers_of_one_portal_are_two_leads(self):
        for number, (door, sender) in enumerate(
            (door, sender)
            for door in self.doors
            for sender in (
                PORTAL,
                "Forms <forms-receipts-noreply@forms.example>",
                "sales@portal.example",
                '"Ana via Portal" <ana@portal.example>',
                "WordPress <wordpress@dealer.example>",
            )
        ):
            for person in (f"maria{number}", f"jose{number}"):
                first = person[0] == "m"
                self._send(door, FORM.format(person, 2 * number + first), sender)
            with self.subTest(sender, door=door):
                maria = self._find_open(f"maria{number}@customer.example")
                jose = self._find_open(f"jose{number}@customer.example")
                self.assertEqual((len(maria), len(jose)), (1, 1))
                self.assertNotEqual(maria, jose)
                self.assertEqual(maria.contact_name, f"maria{number}")
                self.assertTrue(maria.phone_sanitized.startswith("+6391770003"))
                self.assertNotEqual(maria.phone_sanitized, jose.phone_sanitized)
                self.assertIn("Note: Call me", maria.description)
                self.assertFalse(
                    self.env["crm.lead"].search(
                        [("email_from", "ilike", sender.split("<")[-1].strip(">"))]
                    )
                )
        self.assertFalse(self._find_rows("quarantined"))

    def test_what_names_nobody_waits_and_says_what_to_do(self):
        before = self._count_leads()
        two = "Name: Ana\nPhone: 0917 555 9401\n\nName: Ben\nPhone: 0917 555 9402"
        forwarded = (
            "---------- Forwarded message ---------\nFrom: Ana <ana@customer.example>\n"
            "Date: Monday\nTo: info@dealer.example\n\nIs it there?"
        )
        for reason, values in (
            ("names the customer", {"text": "Ana wants a Vios"}),
            ("several people", {"text": two}),
            (
                "which of the two is the customer",
                {
                    "text": forwarded,
                    "sender": "Sol <sol@dealer.example>",
                    "subject": "Fwd: Vios",
                },
            ),
            (
                "that of an automatic answer",
                {
                    "text": "Away",
                    "sender": "ana@customer.example",
                    "subject": "Fuera de la oficina",
                },
            ),
            (
                "mailing list",
                {
                    "text": "Is it there?",
                    "sender": "ana@customer.example",
                    "headers": "Precedence: list\nList-Id: <sales.dealer.example>",
                },
            ),
            (
                "A program sent the mail",
                {
                    "text": "Is it there?",
                    "sender": "ana@customer.example",
                    "headers": "Auto-Submitted: auto-generated",
                },
            ),
        ):
            for door in self.doors:
                self._send(door, **values)
                with self.subTest(reason, door=door):
                    row = self._find_rows("quarantined")[-1]
                    self.assertIn(reason, row.error)
                    self.assertIn(values["text"].split("\n")[0], row.content)
                    self.assertTrue(row.mail)
                    is_teams = door == self.doors[1]
                    self.assertEqual(
                        row.team_id, self.team if is_teams else row.team_id
                    )
        self.assertEqual(len(self._find_rows("quarantined")), 12)
        self.assertEqual(self._count_leads(), before)

    def test_what_no_person_wrote_becomes_nothing(self):
        before = self._count_leads(), self._waiting()
        for door in self.doors:
            for headers in (
                AWAY,
                NEWS,
                "X-Autoreply: yes",
                "X-Autoresponder: 1",
                "Auto-Submitted: auto-replied (vacation)",
            ):
                self._send(door, "Away", "ana@customer.example", headers=headers)
            self._send(
                door,
                "Away",
                "ana@customer.example",
                subject="자동 회신: Vios",
                headers="References: <a@bpo.example>",
            )
        self.assertEqual((self._count_leads(), self._waiting()), before)
        self.assertFalse(self._find_rows("quarantined"))

    def test_what_a_machine_sends_of_a_customer_comes_in(self):
        for number, door in enumerate(self.doors):
            for place, headers in enumerate((NEWS, "Auto-Submitted: auto-generated")):
                person = f"lia{number}{place}"
                text = FORM.format(person, 10 * number + place)
                self._send(door, text, "news@portal.example", headers=headers)
                lead = self._find_open(f"{person}@customer.example")
                self.assertEqual(lead.contact_name, person)

    def test_another_name_under_one_address_waits(self):
        for number, door in enumerate(self.doors):
            address = f"family{number}@customer.example"
            self._send(door, "Is it there?", f"Ana Cruz <{address}>")
            lead = self._find_open(address)
            self.assertEqual(len(lead), 1)
            self._send(door, "And the Vios?", f"Ben Reyes <{address}>")
            row = self._find_rows("quarantined")[-1]
            self.assertIn("Ana Cruz", row.error)
            self.assertIn("Ben Reyes", row.error)
            self.assertIn("And the Vios?", row.content)
            self.assertNotIn("And the Vios?", "".join(self._chatter(lead)))
            # Who may be the same is.
            for name in ("Cruz, Ana", "Ana", "", address, f"family{number}"):
                self._send(door, f"From {name}.", f'"{name}" <{address}>')
                self._assert_in_chatter(f"From {name}.", lead)
            self.assertEqual(len(self._find_rows("quarantined")), number + 1)

    def test_a_signature_tells_the_number(self):
        for number, door in enumerate(self.doors):
            sender = f"Ana Cruz <ana{number}@customer.example>"
            text = f"Is it there?\n\nRegards\nAna\nTel: 0917 555 950{number}"
            self._send(door, text, sender)
            lead = self._find_open(f"ana{number}@customer.example")
            self.assertEqual(lead.contact_name, "Ana Cruz")
            self.assertEqual(lead.phone_sanitized, f"+63917555950{number}")

    def test_an_employee_forwards_a_customers_mail(self):
        for number, door in enumerate(self.doors):
            address = f"lea{number}@customer.example"
            text = (
                "FYI\n---------- Forwarded message ---------\n"
                f"From: Lea Reyes <{address}>\nDate: Monday\nSubject: Vios\n"
                "To: info@dealer.example\n\nIs it there?"
            )
            sender = f"Ana <{self.agent.email}>"
            self._send(door, text, sender, subject="Fwd: Vios")
            lead = self._find_open(address)
            self.assertEqual(lead.contact_name, "Lea Reyes")
            self.assertIn("Is it there?", lead.description)
            # An answer of ours tells of nobody.
            mine = text.replace(address, self.other_agent.email)
            self._send(door, mine, sender, subject="Fwd: Vios")
        leads = self.env["crm.lead"].search([("name", "=", "Fwd: Vios")])
        self.assertEqual(len(leads), 1)
        self.assertFalse(leads.email_from)
        self.assertEqual(len(self._find_rows("quarantined")), 1)

    def test_an_employee_names_a_customer_by_labels(self):
        for number, door in enumerate(self.doors):
            text = f"Please call.\nName: Lea Reyes\nPhone: 0917 555 960{number}"
            self._send(door, text, f"Ana <{self.agent.email}>")
            phone = f"+63917555960{number}"
            lead = self.env["crm.lead"].search([("phone_sanitized", "=", phone)])
            self.assertEqual((lead.contact_name, lead.email_from), ("Lea Reyes", False))

    def test_a_document_is_read_at_both_doors(self):
        for number, door in enumerate(self.doors):
            document = ADF.replace("maria@", f"mia{number}@") % f"0917 555 970{number}"
            self._send(door, document, "sales@dealer.example")
            lead = self._find_open(f"mia{number}@customer.example")
            self.assertEqual(lead.phone_sanitized, f"+63917555970{number}")
        self.assertEqual(lead.team_id, self.team)

    def test_customers_whose_mails_have_one_name_are_told_apart(self):
        door, name = self.doors[1], "<constant@mailer.example>"
        for person in ("mia", "noa", "pia", "zoe"):
            sender = f"{person} <{person}@customer.example>"
            for _twice in range(2):
                self._send(door, f"From {person}.", sender, name=name)
            lead = self._find_open(f"{person}@customer.example")
            self.assertEqual(len(lead), 1)
            self.assertEqual("".join(self._chatter(lead)).count(f"From {person}."), 1)
        for subject in ("Another one", "And another"):
            self._send(door, f"{subject}!", sender, name=name, subject=subject)
            self._assert_in_chatter(f"{subject}!", lead)
        # What comes back is our own.
        before = self._count_leads()
        self._send(
            door, "!", "x@customer.example", name=name, headers="X-Odoo-Objects: a-1"
        )
        self.assertEqual(self._count_leads(), before)

    def test_what_waits_says_why_each_time_it_is_tried(self):
        for door in self.doors:
            self._send(door, "Ana wants a Vios")
            row = self._find_rows("quarantined")[-1]
            row.with_user(self.supervisor).action_retry()
            row = self._find_rows("quarantined")[-1]
            self.assertIn("names the customer", row.error)
        self.assertEqual(len(self._find_rows("quarantined")), 2)
