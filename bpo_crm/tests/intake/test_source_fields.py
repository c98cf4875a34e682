import base64
import functools
import json
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from ..common import BpoCase


@tagged("post_install", "-at_install")
class TestSourceFields(BpoCase):
    """What a sender's fields mean is said on its source."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.source = cls.env["crm.lead.source"].create({"name": "Web", "code": "web-f"})

    def _map(self, **meanings):
        """Give the source a line for each name, with what it means."""
        self._set_lines(*({"sent_field": n, "meaning": m} for n, m in meanings.items()))

    def _set_lines(self, *lines):
        source = self.source.with_user(self.manager)
        source.field_ids = [(5,), *((0, 0, line) for line in lines)]

    def _deliver(self, body, kind="application/json"):
        """Deliver a body over HTTP, in effect; return its newest row."""
        if not isinstance(body, bytes):
            body = json.dumps(body).encode()
        with self._deliveries_shared():
            read = self.source._read_body(body, kind)
            self.source._deliver(read, body, kind)
        return self._find_row()

    def _find_row(self):
        return self.env["crm.lead.enquiry"].search(
            [("source_id", "=", self.source.id)], limit=1
        )

    def _find_rows(self):
        return self.env["crm.lead.enquiry"].search([("source_id", "=", self.source.id)])

    def test_what_a_sender_calls_a_field_is_what_its_line_says(self):
        self._map(**{"q1": "name", "contact.tel": "phone", "Car?": "vehicle"})
        row = self._deliver(
            {"q1": "Ana", "contact": {"tel": "+63 917 555 0142"}, "car": "Picanto"}
        )
        lead = row.lead_id
        self.assertEqual(lead.contact_name, "Ana")
        self.assertEqual(lead.phone_sanitized, "+639175550142")
        self.assertEqual(lead.vehicle_model_id, self.vehicle)

    def test_own_names_are_known_in_whatever_they_are_sent(self):
        self._map(**{"Wie heißt du?": "name", "nr.": "phone", "Stadt": "city"})
        boundary = "x7"
        part = f'--{boundary}\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s'
        parts = [("wie_heisst_du", "Ana"), ("Nr", "%s"), ("STADT", "Cebu")]
        multipart = "\r\n".join([*(part % p for p in parts), f"--{boundary}--", ""])
        nested = {"name": "Wie heißt du?", "values": ["Ana"]}
        bodies = {
            "application/json": '{"wie heisst du": "Ana", "NR": "%s", "stadt": "Cebu"}',
            "application/json; lists": json.dumps(
                {
                    "field_data": [
                        nested,
                        {"name": "nr", "values": ["%s"]},
                        {"name": "stadt", "values": ["Cebu"]},
                    ]
                }
            ),
            "application/x-www-form-urlencoded": "wie+heisst+du=Ana&nr.=%s&stadt=Cebu",
            f"multipart/form-data; boundary={boundary}": multipart,
        }
        for number, (kind, body) in enumerate(bodies.items()):
            phone = f"+63917555016{number}"
            sent = body.replace("%s", phone.replace("+", "%2B"))
            if "urlencoded" not in kind:
                sent = body.replace("%s", phone)
            with self.subTest(kind=kind):
                lead = self._deliver(sent.encode(), kind).lead_id
                self.assertEqual(
                    (lead.contact_name, lead.phone_sanitized, lead.city),
                    ("Ana", phone, "Cebu"),
                )

    def test_own_labels_are_known_in_mails(self):
        self._map(**{"Wie heißt du": "name", "Nr": "phone"})
        for number, text in enumerate(
            (
                "Wie heißt du: Ana\nNr: %s\n",
                "Neue Anfrage\n\n* Wie heisst du = Ana\n* NR. : %s",
                "Wie heißt du?: Ana\tNr: %s",
                "Wie heißt du:\nAna\nNr:\n%s",
            )
        ):
            phone = f"+63917555017{number}"
            mail = (
                "From: Form <noreply@form.example>\n"
                "Content-Type: text/plain; charset=utf-8\n\n"
            )
            with self.subTest(text=text), self._deliveries_shared():
                original = (mail + text.replace("%s", phone)).encode()
                self.source._take_in_mail(original, self.env["crm.team"])
                lead = self._find_row().lead_id
                self.assertEqual(
                    (lead.contact_name, lead.phone_sanitized), ("Ana", phone)
                )

    def test_a_line_counts_more_than_the_usual_meaning(self):
        self._map(phone="message_line", name="left_out", mobile_2="phone")
        lead = self._deliver(
            {"phone": "n/a", "name": "Form 7", "mobile_2": "+63 917 555 0143"}
        ).lead_id
        self.assertEqual(lead.phone_sanitized, "+639175550143")
        self.assertIn("phone: n/a", lead.description)
        self.assertNotIn("Form 7", f"{lead.description} {lead.contact_name}")

    def test_a_default_stands_in_for_what_is_not_said(self):
        self._set_lines(
            {"sent_field": "town", "meaning": "city", "default": "Pasig"},
            {"meaning": "brand", "default": "Kia"},
        )
        lead = self._deliver({"email": "a@f.example"}).lead_id
        self.assertEqual((lead.city, lead.brand_id), ("Pasig", self.brand))
        lead = self._deliver({"email": "b@f.example", "town": "Cebu"}).lead_id
        self.assertEqual(lead.city, "Cebu")

    def test_further_fields_of_a_lead_are_filled(self):
        self._set_lines(
            *(
                {"sent_field": name, "meaning": "lead_field", "target_field": target}
                for name, target in (
                    ("budget", "expected_revenue"),
                    ("stars", "priority"),
                    ("until", "date_deadline"),
                    ("job", "function"),
                    ("shade", "color"),
                )
            ),
            {"meaning": "lead_field", "target_field": "referred", "default": "Portal"},
        )
        lead = self._deliver(
            {
                "email": "a@f.example",
                "budget": "900000",
                "stars": "very high",
                "until": "2027-01-31T10:00",
                "job": "Nurse",
                "shade": 2**40,
            }
        ).lead_id
        self.assertEqual(
            (lead.expected_revenue, lead.priority, str(lead.date_deadline)),
            (900000, "3", "2027-01-31"),
        )
        self.assertEqual((lead.function, lead.referred), ("Nurse", "Portal"))
        # Nothing is lost, though it does not fit.
        self.assertIn(str(2**40), lead.description)
        self.assertEqual(lead.color, 0)

    def test_a_line_that_does_not_fit_is_refused(self):
        for line, words in (
            ({"sent_field": "a", "meaning": "lead_field"}, "No sender can fill"),
            ({"meaning": "city"}, "needs a field of the sender"),
            ({"sent_field": "?!", "meaning": "city"}, "neither a letter"),
            (
                {"sent_field": "a", "meaning": "external_id", "default": "1"},
                "cannot have a default",
            ),
            *(
                (
                    {"sent_field": "a", "meaning": "lead_field", "target_field": name},
                    "No sender can fill",
                )
                for name in (
                    "user_id",
                    "stage_id",
                    "phone_sanitized",
                    "probability",
                    "dealer_so_name",
                    "first_attempt_date",
                    "reference",
                    "nothing",
                    "email_from",
                )
            ),
            (
                {
                    "sent_field": "a",
                    "meaning": "lead_field",
                    "target_field": "color",
                    "default": "red",
                },
                "not a valid value",
            ),
        ):
            with self.subTest(line=line), self._refused(words, ValidationError):
                self._set_lines(line)

    def test_a_field_has_one_meaning(self):
        with self._refused("two lines", ValidationError):
            self._set_lines(
                {"sent_field": "Your phone", "meaning": "phone"},
                {"sent_field": "your_phone", "meaning": "message_line"},
            )

    # ------------------------------------------------------------
    # What waits is read again by the mapping of now
    # ------------------------------------------------------------

    def test_what_waits_is_read_again_by_the_mapping_of_now(self):
        row = self._deliver({"wie": "Ana", "nummer": "+63 917 555 0144", "id": "L-7"})
        self.assertEqual(row.state, "quarantined")
        self._map(nummer="phone", wie="name", id="external_id")
        with self._deliveries_shared():
            row.with_user(self.supervisor).action_retry()
        self.assertEqual((row.state, row.external_id), ("created", "L-7"))
        self.assertEqual(row.lead_id.contact_name, "Ana")
        again = self._deliver({"wie": "Ana", "nummer": "+63 917 555 0144", "id": "L-7"})
        self.assertEqual(again, row)

    def test_a_body_that_nobody_can_read_waits_and_is_read_again(self):
        row = self._deliver(b"\x00\x01 nothing")
        self.assertEqual(row.state, "quarantined")
        self.assertTrue(row.body)
        row.action_retry()
        self.assertEqual(row.state, "quarantined")

    def test_of_several_in_one_body_those_that_wait_are_read_again(self):
        body = [
            {"wie": "Ana", "nummer": "+63 917 555 0180"},
            {"wie": "Ben", "phone": "+63 917 555 0181"},
            {"wie": "Cem", "nummer": "+63 917 555 0182"},
            {"wie": "Dag", "nummer": "soon"},
        ]
        self._deliver(body)
        rows = self.env["crm.lead.enquiry"].search([("source_id", "=", self.source.id)])
        self.assertEqual(
            sorted(rows.mapped("state")), ["created", *["quarantined"] * 3]
        )
        self._map(nummer="phone", wie="name")
        with self._deliveries_shared():
            rows.with_user(self.supervisor).action_retry()
        again = self.env["crm.lead.enquiry"].search(
            [("source_id", "=", self.source.id)]
        )
        self.assertEqual(again, rows)
        self.assertEqual(
            sorted(rows.mapped("state")), [*["created"] * 3, "quarantined"]
        )
        names = set(rows.lead_id.mapped("contact_name"))
        self.assertLessEqual({"Ana", "Cem"}, names)

    def test_many_in_one_body_are_read_again_at_once(self):
        counts = []
        for size in (2, 12):
            self._deliver([{"wie": f"{number} of {size}"} for number in range(size)])
            rows = self.env["crm.lead.enquiry"].search(
                [("source_id", "=", self.source.id)], limit=size
            )
            self.assertEqual(set(rows.mapped("state")), {"quarantined"})
            self._map(wie="name")
            again = functools.partial(rows._take_in_again, self.source)
            counts.append(self._count_queries(again))
            self.assertTrue(all('"name"' in row.content for row in rows))
        self.assertLessEqual(counts[1], counts[0])

    def _deliver_all(self, names, bodies):
        """Deliver bodies under names; return all rows."""
        kind = "application/json"
        for name, body in zip(names, bodies, strict=True):
            sent = json.dumps(body).encode()
            with self._deliveries_shared():
                read = self.source._read_body(sent, kind, name)
                self.source._deliver(read, sent, kind)
        return self._find_rows()

    def test_a_name_that_ends_in_a_number_stays_that_of_its_delivery(self):
        names = ("order", "batch 5", "batch 6", "2026 11 26", "n 2")
        body = [{"wie": "Ana", "nr": "+63 917 555 0187"}, {"wie": "Ben"}]
        rows = self._deliver_all(names, [body] * len(names))
        self.assertEqual(len(rows), 2 * len(names))
        self._map(wie="name", nr="phone")
        with self._deliveries_shared():
            rows.action_retry()
        self.assertEqual(self._find_rows(), rows)
        states = {"Ana": {"created", "merged"}, "Ben": {"quarantined"}}
        for row in rows:
            self.assertIn(row.state, states[json.loads(row.content)["name"]])

    def test_many_with_names_of_their_own_are_read_again_once(self):
        body = [{"id": f"L{number}", "wie": "Ana"} for number in range(5)]
        rows = self._deliver_all(["first"], [[*body, {"wie": "Ben"}]])
        self._map(wie="name")
        sources = type(self.source)
        read_body = sources._read_body
        with patch.object(
            sources, "_read_body", autospec=True, side_effect=read_body
        ) as reading:
            rows._take_in_again(self.source)
        self.assertLessEqual(reading.call_count, 2)
        self.assertEqual(self._find_rows(), rows)
        self.assertTrue(all('"name"' in row.content for row in rows))

    def test_the_same_body_sent_twice_waits_twice_and_comes_in_twice(self):
        body = {"wie": "Ana", "nummer": "+63 917 555 0183"}
        rows = self._deliver(body) | self._deliver(body)
        self._map(nummer="phone")
        rows.action_retry()
        self.assertEqual(sorted(rows.mapped("state")), ["created", "merged"])

    def test_what_was_understood_before_counts_where_a_body_is_worse(self):
        row = self._deliver({"phone": "soon"})
        row._keep_file("body", b"", "application/x-enquiry")
        row.action_retry()
        self.assertIn("soon", row.error)

    # ------------------------------------------------------------
    # The window
    # ------------------------------------------------------------

    def _open(self, record, user=None):
        action = record.with_user(user or self.manager).action_map_fields()
        windows = self.env[action["res_model"]].with_user(user or self.manager)
        return Form(windows.with_context(**action["context"]))

    def test_a_sample_shows_its_fields_and_what_becomes_of_them(self):
        form = self._open(self.source)
        form.sample = json.dumps(
            {"wie": "Ana", "mobile": "+63 917 555 0145", "wagen": "Picanto", "ort": "X"}
        )
        found = [form.line_ids.edit(n) for n in range(len(form.line_ids))]
        self.assertEqual(
            [(line.sent_field, line.value, line.meaning) for line in found],
            [
                ("wie", "Ana", "message_line"),
                ("mobile", "+63 917 555 0145", "phone"),
                ("wagen", "Picanto", "message_line"),
                ("ort", "X", "message_line"),
            ],
        )
        self.assertIn("wagen: Picanto", form.result)
        for number, meaning in ((0, "name"), (2, "vehicle"), (3, "dealership")):
            with form.line_ids.edit(number) as line:
                line.meaning = meaning
        self.assertIn("Ana", form.result)
        self.assertIn("Kia", form.result)
        self.assertIn("Dealership: X", form.result)
        window = form.save()
        window.action_save()
        self.assertFalse(window.exists())
        self.assertEqual(
            self.source.field_ids.mapped("sent_field"), ["wie", "wagen", "ort"]
        )

    def test_what_a_source_knows_already_stays_beside_a_sample(self):
        self._map(q1="name", q2="phone")
        form = self._open(self.source)
        form.sample = '{"q1": "Ana", "q3": "Pasig"}'
        window = form.save()
        self.assertEqual(window.line_ids.mapped("sent_field"), ["q1", "q2", "q3"])
        self.assertEqual(window.line_ids[0].value, "Ana")

    def test_an_enquiry_in_quarantine_is_mapped_and_comes_in(self):
        row = self._deliver({"wie": "Ana", "nummer": "+63 917 555 0146"})
        form = self._open(row)
        self.assertIn("nummer", form.sample)
        self.assertIn("It would wait in quarantine", form.result)
        with form.line_ids.edit(1) as line:
            line.meaning = "phone"
        self.assertNotIn("quarantine", form.result)
        window = form.save()
        with self._deliveries_shared():
            window.action_save_and_retry()
        self.assertEqual(row.state, "created")

    def test_the_text_of_a_mail_is_a_sample_too(self):
        form = self._open(self.source)
        form.sample = "Neue Anfrage\nWie: Ana\nNummer: +63 917 555 0184\n"
        lines = [form.line_ids.edit(n) for n in range(len(form.line_ids))]
        self.assertEqual([line.sent_field for line in lines], ["Wie", "Nummer"])
        for number, meaning in enumerate(("name", "phone")):
            with form.line_ids.edit(number) as line:
                line.meaning = meaning
        self.assertIn("555 0184", form.result)
        self.assertNotIn("quarantine", form.result)

    def test_a_mail_in_quarantine_is_mapped_and_comes_in(self):
        mail = (
            "From: Form <noreply@form.example>\nMessage-Id: <1@form.example>\n\n"
            "Wie: Ana\nNummer: +63 917 555 0185\n"
        )
        with self._deliveries_shared():
            self.source._take_in_mail(mail.encode(), self.env["crm.team"])
        row = self._find_row()
        self.assertEqual(row.state, "quarantined")
        form = self._open(row)
        for number, meaning in enumerate(("name", "phone")):
            with form.line_ids.edit(number) as line:
                line.meaning = meaning
        window = form.save()
        with self._deliveries_shared():
            window.action_save_and_retry()
        self.assertEqual(self._find_row().state, "created")
        self.assertEqual(self._find_row().lead_id.contact_name, "Ana")

    def test_html_in_a_sample_is_text(self):
        form = self._open(self.source)
        form.sample = json.dumps({"email": "a@f.example", "x": "<script>1</script>"})
        self.assertNotIn("<script>", form.result)

    def test_a_sample_names_nothing_that_the_manager_may_not_see(self):
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        self.source.company_id = False
        for name, code, company in (
            ("Seen Motors", "seen-1", self.manager.company_id),
            ("Hidden Motors", "hidden-1", elsewhere),
        ):
            dealership = {"name": name, "code": code, "company_id": company.id}
            self.env["crm.dealership"].create(dealership)
            brand = {"name": name.replace("Motors", "Brand"), "code": f"b-{code}"}
            self.env["crm.brand"].create({**brand, "company_id": company.id})
        for word, is_seen in (("seen", True), ("hidden", False)):
            asked = {"dealership": f"{word}-1", "brand": f"b-{word}-1"}
            form = self._open(self.source)
            form.sample = json.dumps({**asked, "phone": "+63 917 555 0186"})
            self.assertIn("555 0186", form.result)
            for name in ("Motors", "Brand"):
                shown = f"{word.title()} {name}" in form.result
                self.assertEqual(shown, is_seen, f"{word} {name}")

    def test_only_managers_of_the_company_say_what_fields_mean(self):
        row = self._deliver({"wie": "Ana"})
        for user in (self.agent, self.supervisor):
            for record in (self.source, row):
                with self.assertRaises(AccessError):
                    record.with_user(user).action_map_fields()
            with self.assertRaises(AccessError):
                self.source.with_user(user).field_ids = [
                    (0, 0, {"sent_field": "a", "meaning": "city"})
                ]
        self.assertFalse(self.source.with_user(self.supervisor).field_ids)
        with self.assertRaises(AccessError):
            self.source.with_user(self.agent).read(["field_ids"])

    # ------------------------------------------------------------
    # By hand
    # ------------------------------------------------------------

    def _correct(self, row, user=None, **values):
        windows = self.env["crm.lead.enquiry.correct"].with_user(
            user or self.supervisor
        )
        form = Form(windows.with_context(default_enquiry_id=row.id))
        for name, value in values.items():
            form[name] = value
        return form.save()

    def test_somebody_named_only_in_the_text_becomes_a_lead(self):
        row = self._deliver(
            {"name": "Portal", "message": "Call Ana on 555-0147 (Cebu)"}
        )
        window = self._correct(row, name="Ana", phone="+63 917 555 0147")
        self.assertIn("Ana", window.message)
        action = window.action_take_in()
        self.assertEqual(row.state, "created")
        lead = row.lead_id
        self.assertEqual(action["res_id"], lead.id)
        self.assertEqual(
            (lead.contact_name, lead.phone_sanitized), ("Ana", "+639175550147")
        )
        self.assertFalse(lead.user_id)
        self._assert_in_chatter("Sol took the enquiry in", lead)
        with self._refused("does not wait"):
            row.with_user(self.supervisor).action_correct()

    def test_a_corrected_enquiry_of_a_known_customer_is_merged(self):
        lead = self._new_lead(self.agent, phone="+63 917 555 0148")
        row = self._deliver({"message": "Call me"})
        self._correct(row, phone="+63 917 555 0148").action_take_in()
        self.assertEqual((row.state, row.lead_id), ("merged", lead))

    def test_a_correction_by_which_nobody_is_reached_is_refused(self):
        row = self._deliver({"message": "Call me"})
        with self._refused("Nobody can be reached"):
            self._correct(row, phone="soon").action_take_in()
        self.assertEqual(row.state, "quarantined")

    def test_an_agent_corrects_nothing(self):
        row = self._deliver({"message": "Call me"})
        for user in (self.agent, self.env.ref("base.public_user")):
            with self.assertRaises(AccessError):
                row.with_user(user).action_correct()
            with self.assertRaises(AccessError), mute_logger("odoo.models"):
                self._correct(row, user, phone="+63 917 555 0149")
            with self.assertRaises(AccessError):
                row.with_user(user)._take_in_corrected({"phone": "+63 917 555 0149"})

    def test_what_is_in_a_mail_comes_along(self):
        source = self.source
        mail = b"From: Portal <noreply@portal.example>\nSubject: Hi\n\nCall Ana"
        with self._deliveries_shared():
            source._take_in_mail(mail, self.env["crm.team"])
        row = self.env["crm.lead.enquiry"].search(
            [("source_id", "=", source.id)], limit=1
        )
        self.assertEqual(row.state, "quarantined")
        self._correct(row, name="Ana", email="ana@f.example").action_take_in()
        self.assertEqual(row.lead_id.email_from, "ana@f.example")
        self.assertEqual(base64.b64decode(row.mail), mail)
        self.assertTrue(row.lead_id.message_attachment_count)

    def test_two_supervisors_take_it_in_once(self):
        row = self._deliver({"message": "Call me"})
        first, second = (
            self._correct(row, phone=f"+63 917 555 015{n}") for n in (0, 1)
        )
        first.action_take_in()
        with self._refused("does not wait", UserError):
            second.action_take_in()
