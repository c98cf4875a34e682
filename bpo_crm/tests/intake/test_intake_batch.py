from odoo.tests import tagged

from ...intake import Enquiry
from ...models.intake.crm_lead_intake import QUIET
from ...models.lead.crm_lead_precomputed import PARSED_FIELDS
from ...series import STAGE_TEAM
from ..common import SourceCase

#: What people send, and what they get wrong.
ENQUIRIES = [
    Enquiry(
        name="Maria Santos",
        phone="0917 555 9201",
        email="Maria <MARIA@Customer.example>",
        street="1 Rizal Street",
        city="Pasig",
        zip="1600",
        brand="Kia",
        vehicle="KIA-P",
        dealership="PSG-T",
        message='Is it <there>?\n\nSee https://customer.example & "call" me',
    ),
    Enquiry(phone="(0917) 555-9202"),
    Enquiry(email="only@mail.example"),
    Enquiry(name="Too short", phone="123", email="short@customer.example"),
    Enquiry(name="Two", phone="09175559203", email="a@customer.example, b@c.example"),
    Enquiry(name="Hans", phone="0171 2345678", country="Germany"),
    Enquiry(name="Lupita", phone="044 55 1234 5678", country="MX"),
    Enquiry(name="Awa", phone="+225 07 01 23 45 67"),
    Enquiry(name="Ext", phone="+63 2 8123 4567 ext. 12"),
    Enquiry(name="\u6797\u4fca\u5091", phone="00639175559204", vehicle="T87"),
    Enquiry(phone="+63 917 555 9206", message="\n\nOne\n\n\nTwo\r\n<b>3</b>\u20284"),
    Enquiry(phone="+63 917 555 9207", message="https://a.example <a@b.example> & more"),
    Enquiry(phone="+63 917 555 9208", message="<span>Five</span>"),
    Enquiry(phone="09175559205", values={"expected_revenue": 900_000, "color": 3}),
]


@tagged("post_install", "-at_install")
class TestIntakeBatch(SourceCase):
    """Many enquiries at once: the same leads as one by one, in less time."""

    def _prepare_leads_values(self, enquiries):
        named = [
            Enquiry(**{**vars(enquiry), "external_id": str(number)})
            for number, enquiry in enumerate(enquiries)
        ]
        rows, _new = self.env["crm.lead.enquiry"]._write_down(self.source, named)
        fresh = dict(zip(rows, named, strict=True))
        return self.source._prepare_leads_values(self.source._prepare_entries(fresh))

    def _read_rows(self, leads):
        """Return all that the database holds of leads, but for what numbers them."""
        self.env.flush_all()
        self.env.cr.execute(
            "SELECT * FROM crm_lead WHERE id = ANY(%s) ORDER BY id", [leads.ids]
        )
        rows = self.env.cr.dictfetchall()
        for row, lead in zip(rows, leads, strict=True):
            del row["id"], row["reference"]
            row["messages"] = len(lead.message_ids)
            row["followers"] = len(lead.message_follower_ids)
            row["activities"] = len(lead.activity_ids)
        return rows

    def _learn(self):
        """Let core's scoring have something to say."""
        states = [("phone_state", state) for state in ("correct", "False")]
        for number, (variable, value) in enumerate(
            [("stage_id", self.new.id), ("stage_id", self.won.id), *states], 1
        ):
            self.env["crm.lead.scoring.frequency"].create(
                {
                    "variable": variable,
                    "value": value,
                    "won_count": 10 * number + 0.1,
                    "lost_count": 50 + 0.1,
                }
            )

    def _assert_made_as_by_core(self, vals_list):
        """Make leads in both ways; return those of core."""
        leads = self.env["crm.lead"].with_context(**QUIET)
        known = leads._create_precomputed(vals_list)
        rows = self._read_rows(known)
        # Their customers may have one open lead.
        known.unlink()
        plain = leads.create(
            [
                {name: vals[name] for name in vals if name not in PARSED_FIELDS}
                for vals in vals_list
            ]
        )
        for row, expected in zip(rows, self._read_rows(plain), strict=True):
            self.assertEqual(row, expected)
        return plain

    def test_the_leads_are_those_that_core_makes(self):
        self._learn()
        self.env["ir.default"].set("crm.lead", "priority", "2")
        leads = self._assert_made_as_by_core(self._prepare_leads_values(ENQUIRIES))
        self.assertEqual(set(leads.mapped("priority")), {"2"})
        self.assertEqual(set(leads.mapped("phone_state")), {"correct", False})
        self.assertGreater(len(set(leads.mapped("automated_probability"))), 1)
        for text in leads.mapped("description"):
            self.assertTrue(text.startswith("<p>"), text)

    def test_the_team_decides_on_stage_and_company(self):
        self.source.team_id = self.team.copy({"company_id": self.env.company.id})
        own_stage = self.new.copy({"sequence": 1})
        own_stage[STAGE_TEAM] = self.source.team_id
        leads = self._assert_made_as_by_core(self._prepare_leads_values(ENQUIRIES))
        self.assertEqual(leads.company_id, self.env.company)
        self.assertEqual(leads.stage_id, own_stage)

    def test_leads_of_a_delivery_may_differ(self):
        vals_list = self._prepare_leads_values(ENQUIRIES)
        for vals, owner in zip(vals_list, (self.agent, self.other_agent), strict=False):
            vals |= {"user_id": owner.id, "team_id": self.team.id}
        leads = self._assert_made_as_by_core(vals_list)
        self.assertEqual(leads.user_id, self.agent | self.other_agent)

    def test_only_the_superuser_says_what_is_known(self):
        values = {"name": "Rio", "phone": "0917 555 9205", "phone_sanitized": "+1"}
        leads = self.env["crm.lead"].with_user(self.agent).sudo()
        lead = leads.with_context(precomputed={"color": 7}).create(values)
        self.assertEqual(lead.phone_sanitized, "+639175559205")
        self.assertFalse(lead.color)

    def test_the_queries_do_not_grow_with_the_delivery(self):
        counts = []
        for first, size in ((0, 10), (100, 10), (200, 40)):
            numbers = range(first, first + size)
            enquiries = [Enquiry(phone=f"0917 556 {n:04}") for n in numbers]
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.env["crm.lead"]._take_in(self.source, enquiries)
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
        # The first one fills the caches.
        self.assertEqual(counts[1], counts[2])
