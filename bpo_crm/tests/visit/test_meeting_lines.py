from odoo import Command
from odoo.tests import tagged

from .visit_case import VisitCase

#: What is neither ids nor commands.
MALFORMED = (
    True,
    "x",
    7.5,
    {"id": 1},
    [True],
    [None],
    ["x"],
    [[]],
    [[4]],
    [[4, "x"]],
    [[4, True]],
    [[6, 0, "x"]],
    [[6, 0, ["x"]]],
    [[1, "x", {}]],
    [[0, 0, 5]],
    [[9, 9, 9]],
)


@tagged("post_install", "-at_install")
class TestMeetingLines(VisitCase):
    """What a visit is linked with: what is meant, or an error to understand."""

    def _lines(self):
        events = self.env["calendar.event"]
        return [
            name
            for name, field in events._fields.items()
            if field.type in ("one2many", "many2many")
        ]

    def test_what_is_malformed_is_refused_for_every_field(self):
        visit = self._create()
        names = self._lines()
        self.assertIn("alarm_ids", names)
        for name in names:
            for value in MALFORMED:
                with self.subTest(name=name, value=value):
                    with self._refused("among the contacts|of a meeting takes ids"):
                        self._create(**{name: value})
                    with self._refused("among the contacts|of a meeting takes ids"):
                        visit.write({name: value})

    def test_what_there_is_not_is_refused(self):
        visit = self._create()
        for name in ("partner_ids", "alarm_ids", "categ_ids", "attendee_ids"):
            model = self.env[self.env["calendar.event"]._fields[name].comodel_name]
            missing = model.with_context(active_test=False).search([], order="id desc")
            missing = missing[:1].id + 1000
            for value in ([missing], [[4, missing]], [[6, 0, [missing]]]):
                with self.subTest(name=name, value=value):
                    with self._refused("among the contacts|of a meeting takes ids"):
                        self._create(**{name: value})
                    with self._refused("among the contacts|of a meeting takes ids"):
                        visit.write({name: value})

    def test_plain_ids_are_what_they_say(self):
        guest = self.env["res.partner"].create({"name": "Gus"})
        alarm = self.env["calendar.alarm"].search([], limit=1)
        visit = self._create(partner_ids=guest.ids, alarm_ids=alarm.ids)
        self.assertIn(guest, visit.attendee_ids.partner_id)
        self.assertEqual(visit.alarm_ids, alarm)
        visit.write({"partner_ids": self.lead.partner_id.ids, "alarm_ids": False})
        self.assertEqual(visit.attendee_ids.partner_id, self.lead.partner_id)
        self.assertFalse(visit.alarm_ids)

    def test_attendees_are_cleared_together(self):
        visit = self._create()
        for value in (False, [], [Command.set([])], [Command.clear()]):
            visit.write({"partner_ids": self.lead.partner_id.ids})
            visit.write({"partner_ids": value})
            self.assertEqual(visit.attendee_ids.partner_id, visit.partner_ids)
