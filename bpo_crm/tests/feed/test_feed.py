from datetime import date, datetime

import psycopg2

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from ...models.feed.crm_lead_feed_catalogue import Codes
from ...models.feed.crm_lead_feed_pull import Pull
from ...remote_odoo import UNREADABLE
from ..common import BpoCase


@tagged("post_install", "-at_install")
class TestFeed(BpoCase):
    """What needs no distributor; with one, it is in ``/tests``."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.source = cls.env["crm.lead.source"].create({"name": "Kia", "code": "kia"})

    def _new_feed(self, *lines, **values):
        """Make a feed that is not in use, which needs no server."""
        lines = lines or ({"target_field": "phone", "remote_field": "phone"},)
        return (
            self.env["crm.lead.feed"]
            .with_user(self.manager)
            .create(
                {
                    "name": "Web",
                    "active": False,
                    "brand_id": self.brand.id,
                    "source_id": self.source.id,
                    "remote_model": "crm.lead",
                    "field_ids": [(0, 0, line) for line in lines],
                    **values,
                }
            )
        )

    def _read(self, record, *lines):
        """Return the enquiry that a record is, with a phone field and others."""
        phone = {"target_field": "phone", "remote_field": "phone"}
        feed = self._new_feed(phone, *lines)
        return feed._read_record({"id": 7, "phone": "0917", **record})

    def _convert(self, target_field, value):
        line = {"target_field": target_field, "remote_field": "theirs"}
        feed = self._new_feed({"target_field": "phone", "remote_field": "phone"}, line)
        return feed.field_ids[1]._convert(value)

    def test_values_become_those_of_our_fields(self):
        for target, value, expected in (
            ("contact_name", "  Maria ", "Maria"),
            ("contact_name", 42, "42"),
            ("contact_name", "Ma\0ria\r\nBcc: x@y.example", "Maria Bcc: x@y.example"),
            ("street2", "Unit 5\n\ud800Gate 2", "Unit 5 Gate 2"),
            ("description", "One\nTw\0o", "One\nTwo"),
            ("contact_name", [3, "Maria"], "Maria"),
            ("contact_name", False, False),
            ("expected_revenue", 1200, 1200.0),
            ("expected_revenue", "12.5", 12.5),
            ("color", "3", 3),
            ("priority", "2", "2"),
            ("priority", "very high", "3"),
            ("date_deadline", "2026-11-22 10:00:00", date(2026, 11, 22)),
            ("enquiry_date", "2026-11-22 10:00:00", datetime(2026, 11, 22, 10)),
        ):
            with self.subTest(target=target, value=value):
                self.assertEqual(self._convert(target, value), expected)

    def test_values_that_do_not_fit_say_which(self):
        for target, value in (
            ("expected_revenue", "cheap"),
            ("color", "red"),
            ("priority", "urgent"),
            ("date_deadline", "tomorrow"),
            ("enquiry_date", "soon"),
            ("expected_revenue", "nan"),
            ("contact_name", True),
            ("expected_revenue", True),
            ("color", 2**31),
            ("color", -(2**63)),
        ):
            with self.assertRaisesRegex(ValueError, str(value)):
                self._convert(target, value)

    def test_values_of_another_form_than_their_fields_are_no_values(self):
        for target in ("contact_name", "expected_revenue", "color", "enquiry_date"):
            for value in ([], [1], [1, 2, 3], {"a": 1}, 10**400):
                if target == "contact_name" and not isinstance(value, list):
                    # Whatever it is, it has a text.
                    continue
                with self.assertRaisesRegex(ValueError, "is not a valid value of"):
                    self._convert(target, value)

    def test_a_value_that_does_not_fit_is_not_told_at_length(self):
        with self.assertRaises(ValueError) as caught:
            self._convert("color", "x" * 100_000)
        self.assertLess(len(str(caught.exception)), 300)

    def test_html_without_an_element_is_an_empty_text(self):
        line = {"target_field": "description", "remote_field": "note"}
        feed = self._new_feed({"target_field": "phone", "remote_field": "phone"}, line)
        feed.field_ids[1].remote_type = "html"
        for note in ("<!-- none -->", "<?x?>", "</p>", "<!DOCTYPE html>"):
            enquiry = feed._read_record({"id": 7, "phone": "0917", "note": note})
            self.assertEqual((enquiry.message, enquiry.problem), ("", ""))
        for note, text in (("<p>Red</p>", "Red"), (5, "5"), ("<", "<")):
            enquiry = feed._read_record({"id": 7, "phone": "0917", "note": note})
            self.assertEqual(enquiry.message, text)

    def test_of_several_fields_the_first_with_a_value_counts(self):
        mobile = {"target_field": "phone", "remote_field": "mobile", "sequence": 20}
        self.assertEqual(self._read({"mobile": "0918"}, mobile).phone, "0917")
        enquiry = self._read({"phone": False, "mobile": "0918"}, mobile)
        self.assertEqual(enquiry.phone, "0918")

    def test_a_second_number_is_not_lost(self):
        mobile = {"target_field": "mobile", "remote_field": "mobile"}
        if "mobile" not in self.env["crm.lead"]._fields:
            with self.assertRaisesRegex(ValidationError, "mobile"):
                self._read({"mobile": "0918"}, mobile)
            return
        enquiry = self._read({"mobile": "0918"}, mobile)
        self.assertEqual(enquiry.phone, "0917")
        self.assertEqual(enquiry.message, "Mobile: 0918")

    def test_a_record_that_cannot_be_read_says_why(self):
        feed = self._new_feed()
        enquiry = feed._read_record({"id": 7, UNREADABLE: "Division by zero"})
        self.assertIn("Division by zero", enquiry.problem)
        self.assertFalse(enquiry.phone)

    def test_what_a_catalogue_refuses_is_told_in_storable_words(self):
        feed = self._new_feed(
            {"target_field": "name", "remote_field": "name"},
            {"target_field": "external_ref", "remote_field": "code"},
            kind="vehicle_model",
            source_id=False,
        )
        pull = Pull()
        records = [
            {"id": 1, "name": "A", "code": "A1", UNREADABLE: "No\x00thing\ud800"},
            {"id": 2, "name": "B", "code": "B1"},
            {"id": 3, "name": "C", "code": "C1", UNREADABLE: "x" * 100_000},
        ]
        feed._upsert(records, feed._index_references(), Codes(), pull)
        self.assertEqual(pull.counts["created"], 1)
        self.assertIn("crm.lead/1: Nothing", pull.refused[0])
        self.assertLess(len(pull.refused[1]), 2000)
        feed.sudo().last_error = "\n".join(pull.get_problems())
        self.env.flush_all()
        self.assertIn("Nothing", feed.last_error)

    def test_a_message_has_all_of_its_fields(self):
        enquiry = self._read(
            {"note": "Red", "wish": "Soon"},
            {"target_field": "description", "remote_field": "note"},
            {"target_field": "description", "remote_field": "wish"},
        )
        self.assertEqual(enquiry.message, "Red\nSoon")

    def test_a_default_stands_in_for_what_is_empty(self):
        city = {"target_field": "city", "remote_field": "town", "default": "Pasig"}
        self.assertEqual(self._read({"town": False}, city).city, "Pasig")
        self.assertEqual(self._read({"town": "Cebu"}, city).city, "Cebu")
        always = {"target_field": "city", "default": "Pasig"}
        self.assertEqual(self._read({}, always).city, "Pasig")

    def test_what_intake_does_not_know_is_a_value_of_the_lead(self):
        enquiry = self._read(
            {"budget": 900_000},
            {"target_field": "expected_revenue", "remote_field": "budget"},
        )
        self.assertEqual(enquiry.values, {"expected_revenue": 900_000})

    def test_a_day_is_what_it_is_where_the_work_is_done(self):
        self.env.company._get_sales_calendar().tz = "Asia/Manila"
        line = {"target_field": "date_deadline", "remote_field": "theirs"}
        feed = self._new_feed({"target_field": "phone", "remote_field": "phone"}, line)
        mapped = feed.field_ids[1]
        mapped.remote_type = "datetime"
        self.assertEqual(mapped._convert("2026-11-22 20:00:00"), date(2026, 11, 23))

    def test_a_label_is_known_in_english_too(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        feed = self._new_feed(
            {"target_field": "phone", "remote_field": "phone"},
            {"target_field": "priority", "remote_field": "theirs"},
        ).with_context(lang="fr_FR")
        self.assertEqual(feed.field_ids[1]._convert("Very High"), "3")

    def test_what_does_not_fit_is_the_problem_of_one_record(self):
        enquiry = self._read(
            {"stars": "many"}, {"target_field": "priority", "remote_field": "stars"}
        )
        self.assertIn("many", enquiry.problem)
        self.assertEqual(enquiry.phone, "0917")
        self.assertEqual(enquiry.record["stars"], "many")

    def test_a_lead_takes_the_values_and_the_brand(self):
        feed = self._new_feed(
            {"target_field": "phone", "remote_field": "phone"},
            {"target_field": "expected_revenue", "remote_field": "budget"},
        )
        record = {"id": 9, "phone": "+63 917 5559911", "budget": 900_000}
        rows, _new = self.env["crm.lead"]._take_in(
            self.source, [feed._read_record(record)]
        )
        self.assertEqual(rows.lead_id.expected_revenue, 900_000)
        self.assertEqual(rows.lead_id.brand_id, self.brand)
        self.assertEqual((rows.feed_id, rows.remote_id), (feed, 9))

    def test_a_retry_reads_the_record_with_the_mapping_of_now(self):
        feed = self._new_feed({"target_field": "email_from", "remote_field": "phone"})
        record = {"id": 9, "phone": "+63 917 5559912"}
        rows, _new = self.env["crm.lead"]._take_in(
            self.source, [feed._read_record(record)]
        )
        self.assertEqual(rows.state, "quarantined")
        feed.field_ids.target_field = "phone"
        rows.with_user(self.manager).action_retry()
        self.assertEqual(rows.state, "created")
        self.assertEqual(rows.lead_id.phone_sanitized, "+639175559912")

    def test_no_feed_fills_what_has_rules_of_its_own(self):
        for name in ("stage_id", "user_id", "reference", "dealer_so_name", "tag_ids"):
            with self.assertRaisesRegex(ValidationError, name):
                self._new_feed({"target_field": name, "default": "1"})
        with self.assertRaisesRegex(ValidationError, "odoo_api_key"):
            self._new_feed(
                {"target_field": "odoo_api_key", "remote_field": "key"},
                kind="dealership",
            )

    def test_a_mapping_that_makes_no_record_is_refused(self):
        with self.assertRaisesRegex(ValidationError, "Phone / Email"):
            self._new_feed({"target_field": "city", "remote_field": "city"})
        with self.assertRaisesRegex(ValidationError, "Code"):
            self._new_feed(
                {"target_field": "name", "remote_field": "name"}, kind="dealership"
            )

    def test_a_default_that_does_not_fit_is_refused(self):
        phone = {"target_field": "phone", "remote_field": "phone"}
        with self.assertRaisesRegex(ValidationError, "many"):
            self._new_feed(phone, {"target_field": "priority", "default": "many"})
        with self.assertRaisesRegex(ValidationError, "default"):
            self._new_feed(phone, {"target_field": "city"})

    def test_leads_need_a_source(self):
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(psycopg2.errors.CheckViolation),
        ):
            self._new_feed(source_id=False)

    def test_a_kind_proposes_what_a_plain_odoo_has(self):
        form = Form(self.env["crm.lead.feed"].with_user(self.manager))
        form.name = "Models"
        form.brand_id = self.brand
        form.active = False
        form.kind = "vehicle_model"
        self.assertEqual(form.remote_model, "product.product")
        feed = form.save()
        self.assertIn("external_ref", feed.field_ids.mapped("target_field"))

    def test_a_feed_in_use_needs_a_connection(self):
        with self.assertRaisesRegex(ValidationError, "Server Address"):
            self._new_feed(active=True)

    def test_what_was_mended_is_tried_at_once(self):
        feed = self._new_feed()
        feed.sudo().write({"retry_at": "2030-01-01", "cursor": 5})
        feed.domain = "[('type', '=', 'lead')]"
        self.assertFalse(feed.retry_at)
        self.assertEqual(feed.cursor, 0)

    def test_a_catalogue_is_due_until_it_was_read_to_its_end(self):
        name, code = (
            {"target_field": name, "remote_field": name}
            for name in ("name", "external_ref")
        )
        feed = self._new_feed(name, code, kind="vehicle_model", source_id=False)
        self._activate(feed)
        feed.last_success = fields.Datetime.now()
        feeds = self.env["crm.lead.feed"]
        self.assertNotIn(feed, feeds.search(feeds._get_due_domain()))
        feed.cursor = 5
        self.assertIn(feed, feeds.search(feeds._get_due_domain()))
        feed.cursor = 0
        feed.active = False
        feed.domain = "[('sale_ok', '=', True)]"
        self._activate(feed)
        self.assertIn(feed, feeds.search(feeds._get_due_domain()))

    def test_a_feed_in_use_is_not_deleted(self):
        feed = self._new_feed()
        record = {"id": 9, "phone": "+63 917 5559913"}
        self.env["crm.lead"]._take_in(self.source, [feed._read_record(record)])
        with self.assertRaisesRegex(UserError, "Archive it"):
            feed.unlink()

    def _activate(self, feeds):
        """Use feeds past the check, which would ask the distributor."""
        feeds.flush_recordset()
        self.env.cr.execute(
            "UPDATE crm_lead_feed SET active = TRUE WHERE id = ANY(%s)", [feeds.ids]
        )
        feeds.invalidate_recordset()

    def test_the_brand_sums_up_its_feeds(self):
        feeds = self._new_feed() | self._new_feed()
        self._activate(feeds)
        feeds[0].write({"backlog": 5, "last_success": "2026-11-20 10:00:00"})
        feeds[1].write(
            {
                "backlog": 7,
                "last_success": "2026-11-21 10:00:00",
                "last_error": "No.",
            }
        )
        self.assertEqual(self.brand.feed_backlog, 12)
        self.assertEqual(self.brand.feed_last_success, datetime(2026, 11, 20, 10))
        self.assertEqual(self.brand.feed_failure_count, 1)
        record = {"id": 9, "phone": "+63 917 5559914"}
        rows, _new = self.env["crm.lead"]._take_in(
            self.source, [feeds[0]._read_record(record)]
        )
        rows.write_back_state = "failed"
        self.assertEqual(self.brand.feed_failure_count, 2)
        feeds[0].last_success = False
        self.assertFalse(self.brand.feed_last_success)

    def test_only_managers_see_feeds(self):
        feed = self._new_feed()
        for user in (self.agent, self.supervisor):
            for operation in ("read", "create", "write", "unlink"):
                with self.assertRaises(AccessError):
                    feed.with_user(user).check_access(operation)
            with self.assertRaises(AccessError):
                self.brand.with_user(user).action_sync_now()
            with self.assertRaises(AccessError):
                self.brand.with_user(user).action_other_records()
            with self.assertRaises(AccessError):
                self.brand.with_user(user).read(["feed_backlog"])
