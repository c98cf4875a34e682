import json
import re
from urllib.parse import urlencode

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests import tagged

from ...intake import InvalidEnquiry, read_adf, read_body, tell_apart
from ...intake.timestamp import read_asked_on
from ..common import ReadingCase

QUICK = settings(max_examples=200, deadline=None, derandomize=True, database=None)

#: Texts that are neither split nor shortened on their way, and found again.
WORDS = st.integers(10**6, 10**9).map("word{}".format)

#: Without those that a form says of its fields, and nobody asked, such as their ids.
NAMES = st.sampled_from(
    [
        "name",
        "full_name",
        "first_name",
        "last_name",
        "phone",
        "mobile",
        "email",
        "address",
        "city",
        "zip",
        "country",
        "brand",
        "vehicle",
        "model",
        "variant",
        "dealer",
        "branch",
        "comments",
        "message",
        "utm_source",
        "lead_id",
        "created_at",
        "contact",
        "customer",
        "data",
        "color",
        "budget",
        "items",
        "answers",
        "이름",
        "Teléfono",
    ]
)

VALUES = st.recursive(
    WORDS,
    lambda inner: (
        st.lists(inner, min_size=1, max_size=3)
        | st.dictionaries(NAMES, inner, min_size=1, max_size=4)
    ),
    max_leaves=12,
)

#: What may be in a body, and bites.
PIECES = st.sampled_from(
    ["{", "}", "[", "]", '"', ":", ",", "\\", "=", "&", "%7B", "<adf>", "<prospect>"]
    + ["</adf>", "<customer>", "<phone>", "&lt;adf", "<![CDATA[", "<!--", "\n", "\r\n"]
    + ["name", "phone", "0917 555 0101", "null", "NaN", "1e999", "--x", ";", "\t", "\0"]
    + ["\ud83d", "é", "Content-Disposition: form-data; name=a", "\r\n\r\n", "data"]
)

KINDS = st.sampled_from(
    ["", "application/json", "application/x-www-form-urlencoded", "text/csv", "a;b=c"]
    + ["multipart/form-data; boundary=x", "text/xml; charset=utf-16", ";;=", "é"]
)


def list_words(value):
    """Return the texts in a value of JSON."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        return [word for one in value for word in list_words(one)]
    return [value]


@tagged("post_install", "-at_install")
class TestReadingProperties(ReadingCase):
    """Whatever is sent, reading it neither fails nor loses a word."""

    def _assert_has_all(self, found, words):
        text = "\n".join(enquiry.to_content() for enquiry in found)
        for word in words:
            self.assertIn(word, text)

    def test_no_word_of_an_object_is_lost(self):
        @QUICK
        @given(st.dictionaries(NAMES, VALUES, min_size=1, max_size=6))
        def check(values):
            found = read_body(json.dumps(values).encode())
            self._assert_has_all(found, list_words(values))

        check()

    def test_no_word_of_a_form_is_lost(self):
        @QUICK
        @given(st.lists(st.tuples(NAMES, WORDS), min_size=1, max_size=9))
        def check(pairs):
            found = read_body(urlencode(pairs).encode())
            self._assert_has_all(found, [word for _name, word in pairs])

        check()

    def test_no_word_of_a_document_is_lost(self):
        tags = st.sampled_from(
            [
                "adf",
                "prospect",
                "customer",
                "contact",
                "vendor",
                "provider",
                "vehicle",
                "id",
                "name",
                "phone",
                "email",
                "comments",
                "address",
                "street",
                "city",
                "requestdate",
                "make",
                "model",
                "trim",
                "other",
            ]
        )
        trees = st.recursive(
            WORDS,
            lambda inner: st.tuples(tags, st.lists(inner, min_size=1, max_size=4)).map(
                lambda pair: f"<{pair[0]}>{' '.join(pair[1])}</{pair[0]}>"
            ),
            max_leaves=12,
        )

        @QUICK
        @given(st.lists(trees, min_size=1, max_size=4))
        def check(parts):
            document = f"<adf>{''.join(parts)}<prospect>{parts[0]}</prospect></adf>"
            words = re.findall(r"word\d+", document)
            self._assert_has_all(read_adf(document.encode()), words)

        check()

    def test_reading_fails_at_nothing(self):
        bodies = st.lists(PIECES | st.text(max_size=5), max_size=20).map("".join)
        sent = bodies.map(lambda text: text.encode(errors="ignore")) | st.binary()

        @QUICK
        @given(sent, KINDS)
        def check(body, kind):
            try:
                found = read_body(body, kind)
            except InvalidEnquiry as error:
                self.assertIn("empty", str(error))
                return
            self.assertTrue(found)
            for enquiry in tell_apart(found):
                enquiry.to_content().encode()

        check()

    def test_a_moment_is_read_or_not(self):
        pieces = st.sampled_from(
            [
                *"0123456789:.-+/ T",
                "2026",
                "11",
                "24",
                "Z",
                "AM",
                "p.m.",
                "GMT",
                "[UTC]",
            ]
            + ["Asia/Manila", "(x)", "Date(", "오후", "년", "Uhr", "h", "e", "m=+", "٣"]
        )

        @QUICK
        @given(st.lists(pieces, max_size=15).map("".join) | st.text(max_size=30))
        def check(text):
            self.assertLessEqual(len(read_asked_on(text)), 1)

        check()
