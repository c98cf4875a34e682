from unittest.mock import patch

import psycopg2

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ...intake import Enquiry
from ...models.feed.crm_lead_feed_catalogue import Codes
from ...series import STAGE_TEAM
from ..companies import OWNERS, CompaniesCase

#: Records by owner, and what supervisors may change of them.
DATA = {
    "dealerships": "city",
    "brands": "name",
    "vehicles": "name",
    "sources": None,
    "feeds": None,
}

#: Of a lead that is about nothing yet.
NOTHING = {"dealership_id": False, "vehicle_model_id": False}

#: What only managers of a company do with what is its.
MANAGERS_ACTIONS = (
    ("dealerships", "action_test_connection"),
    ("brands", "action_test_connection"),
    ("brands", "action_sync_now"),
    ("brands", "action_sync_dealers"),
    ("brands", "action_sync_vehicle_models"),
    ("brands", "action_same_records"),
    ("brands", "action_other_records"),
    ("sources", "action_make_token"),
    ("sources", "action_revoke_token"),
)


@tagged("post_install", "-at_install")
class TestCompanies(CompaniesCase):
    """What belongs to a company, and what companies share."""

    def _as(self, user, records):
        return records.with_env(self._env_of(user))

    # Who sees and changes what

    def test_what_is_new_belongs_to_the_company_of_who_makes_it(self):
        values = {"name": "New", "code": "NEW"}
        for user, company in (
            (self.manager, self.home),
            (self.manager_abroad, self.abroad),
        ):
            for records in (self.dealerships, self.brands, self.sources):
                new = self._as(user, records["home"].browse()).create(values)
                self.assertEqual(new.company_id, company)
                new.unlink()
        with patch.object(type(self.home), "_are_several", lambda companies: False):
            new = self.env["crm.dealership"].create(values)
        self.assertFalse(new.company_id)

    def test_models_and_feeds_belong_to_whom_their_brand_belongs(self):
        for records in (self.vehicles, self.feeds):
            for owner, company in self.companies.items():
                self.assertEqual(records[owner].company_id, company)
        vehicle = self.vehicles["shared"]
        vehicle.company_id = self.home
        self.assertEqual(vehicle.company_id, self.home)
        self.brands["shared"].company_id = self.home
        self.assertEqual(self.feeds["shared"].company_id, self.home)

    def test_what_belongs_to_another_company_is_out_of_reach(self):
        for name in DATA:
            records = getattr(self, name)
            for user in (
                self.agent_abroad,
                self.supervisor_abroad,
                self.manager_abroad,
            ):
                theirs = self._as(user, records["home"])
                if theirs.browse().has_access("read"):
                    seen = theirs.search([("name", "=", theirs.sudo().name)])
                    self.assertFalse(seen)
                for do in (
                    lambda record: record.read(["name"]),
                    lambda record: record.write({"name": "Mine"}),
                    lambda record: record.unlink(),
                ):
                    with (
                        self.subTest(what=name, user=user.name),
                        self.assertRaises(AccessError),
                    ):
                        do(theirs)

    def test_what_is_shared_is_read_by_all_and_changed_by_managers(self):
        for name, basic in DATA.items():
            shared = getattr(self, name)["shared"]
            field = basic or "name"
            if basic:
                self.assertTrue(self._as(self.agent_abroad, shared).name)
            with self.subTest(what=name), self.assertRaises(AccessError):
                self._as(self.supervisor_abroad, shared).write({field: "New"})
            self._as(self.manager_abroad, shared).write({field: "New"})
            self.assertEqual(shared[field], "New")

    def test_supervisors_change_the_basic_data_of_their_company(self):
        for name, basic in DATA.items():
            if not basic:
                continue
            records = getattr(self, name)
            self._as(self.supervisor_abroad, records["abroad"]).write({basic: "New"})
            for user in (self.agent_abroad, self.supervisor):
                with self.subTest(what=name), self.assertRaises(AccessError):
                    self._as(user, records["abroad"]).write({basic: "Newer"})

    def test_with_one_company_nothing_is_shared_with_others(self):
        shared = self._as(self.supervisor, self.dealerships["shared"])
        self.env.registry.clear_cache()
        with patch.object(type(self.home), "_are_several", lambda companies: False):
            shared.city = "Manila"
        self.env.registry.clear_cache()
        with self.assertRaises(AccessError):
            shared.city = "Cebu"

    def test_nobody_gives_away_or_takes_what_is_a_companys(self):
        for name in DATA:
            records = getattr(self, name)
            for owner, company in (
                ("abroad", self.home),
                ("shared", self.home),
                ("home", self.abroad),
            ):
                record = self._as(self.manager_abroad, records[owner])
                # Of users of the record that is shared, it says more than that.
                with self.subTest(what=name), self.assertRaises(UserError):
                    record.company_id = company
                    self.env.flush_all()
                self.env.invalidate_all()
        with self.assertRaises(AccessError):
            self._as(self.supervisor_abroad, self.brands["abroad"]).company_id = False
        self._as(self.manager_abroad, self.dealerships["abroad"]).company_id = False

    def test_nobody_makes_data_of_another_company(self):
        values = {"name": "New", "code": "NEW", "company_id": self.home.id}
        for records in (self.dealerships, self.brands, self.sources):
            with self.assertRaises(AccessError):
                self._as(self.manager_abroad, records["home"].browse()).create(values)

    # Credentials and tokens

    def test_keys_of_another_company_are_found_in_no_way(self):
        self.env.ref("base.group_allow_export")._add_members(self.manager_abroad.ids)
        env = self._env_of(self.manager_abroad)
        secret = [("odoo_api_key", "=like", "a-secret%")]
        for records in (self.dealerships, self.brands):
            theirs = self._as(self.manager_abroad, records["home"])
            model = theirs.browse()
            found = model.search(secret)
            self.assertIn(records["abroad"], found)
            self.assertIn(records["shared"], found)
            self.assertNotIn(theirs, found)
            for method, *arguments in (
                ("read", ["odoo_api_key"]),
                ("web_read", {"odoo_api_key": {}}),
                ("export_data", ["odoo_url"]),
                ("onchange", {}, ["name"], {"odoo_api_key": {}}),
                ("copy", {"code": "X", "company_id": self.abroad.id}),
                ("write", {"odoo_url": "https://evil.example"}),
            ):
                with self.subTest(method=method), self.assertRaises(AccessError):
                    self._forget()
                    getattr(theirs, method)(*arguments)
            groups = model._read_group([], ["odoo_url"], ["id:recordset"])
            self.assertNotIn(theirs, model.union(*(group[1] for group in groups)))
        shared = self.brands["shared"]
        shared.company_id = False
        self.dealerships["home"].brand_ids = shared
        self.assertTrue(
            self.env["crm.brand"].search(
                [("dealership_ids.odoo_api_key", "!=", False), ("id", "=", shared.id)]
            )
        )
        self.assertFalse(
            env["crm.brand"].search(
                [("dealership_ids.odoo_api_key", "!=", False), ("id", "=", shared.id)]
            )
        )
        self._forget()
        self.assertFalse(shared.with_env(env).dealership_ids)

    def test_connections_and_tokens_are_for_managers_of_the_company(self):
        for name, method in MANAGERS_ACTIONS:
            records = getattr(self, name)
            theirs = self._as(self.manager_abroad, records["home"])
            with self.subTest(method=method), self.assertRaises(AccessError):
                getattr(theirs, method)()
            for user in (self.agent, self.supervisor):
                own = self._as(user, records["home"])
                with self.subTest(method=method), self.assertRaises(AccessError):
                    getattr(own, method)()
        source = self._as(self.manager_abroad, self.sources["abroad"])
        source.action_make_token()
        self.assertTrue(source.token_date)

    def test_a_brand_with_feeds_of_another_company_stays(self):
        self.feeds["home"].brand_id = self.brands["shared"]
        self.feeds["shared"].unlink()
        self.vehicles["shared"].unlink()
        self._forget()
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(psycopg2.IntegrityError),
            self.env.cr.savepoint(),
        ):
            self._as(self.manager_abroad, self.brands["shared"]).unlink()

    def _forget(self):
        self.env.flush_all()
        self.env.invalidate_all()

    # What refers to what

    def test_what_belongs_to_a_company_refers_to_its_own_only(self):
        own = {name: getattr(self, name)["home"] for name in DATA}
        foreign = {name: getattr(self, name)["abroad"] for name in DATA}
        for record, field, wrong in (
            (own["dealerships"], "brand_ids", foreign["brands"]),
            (own["brands"], "dealership_ids", foreign["dealerships"]),
            (own["sources"], "brand_id", foreign["brands"]),
            (own["sources"], "dealership_id", foreign["dealerships"]),
            (own["sources"], "team_id", self.team_abroad),
            (own["feeds"], "source_id", foreign["sources"]),
            (self.sources["shared"], "dealership_id", foreign["dealerships"]),
        ):
            with self.subTest(field=field, of=record._name):
                with self.assertRaises(UserError), self.env.cr.savepoint():
                    record[field] = wrong
                    self.env.flush_all()
                self.env.invalidate_all()
        own["dealerships"].brand_ids = own["brands"] | self.brands["shared"]

    def test_nobody_names_what_is_out_of_sight(self):
        source = self._as(self.manager_abroad, self.sources["abroad"])
        with self.assertRaises(AccessError):
            source.dealership_id = self.dealerships["home"].id
        lead = self._new_lead(
            self.agent_abroad, team_id=self.team_abroad.id, **self._about("abroad")
        )
        for field, records in (
            ("dealership_id", self.dealerships),
            ("brand_id", self.brands),
            ("vehicle_model_id", self.vehicles),
        ):
            with self.subTest(field=field), self.assertRaises(AccessError):
                self._as(self.agent_abroad, lead)[field] = records["home"].id

    def test_what_others_use_becomes_nobodys_own(self):
        shared = self.dealerships["shared"]
        for user in (
            self._new_lead(self.agent_abroad, **self._about("shared")),
            self.sources["shared"],
        ):
            user.dealership_id = shared
            self.env.flush_all()
            refused = self.assertRaisesRegex(ValidationError, "cannot be of")
            with refused, self.env.cr.savepoint():
                shared.company_id = self.home
            self.env.invalidate_all()
            user.dealership_id = False

    # Leads

    def _about(self, owner):
        """Return the values of a lead about what is a company's."""
        return {
            "dealership_id": self.dealerships[owner].id,
            "vehicle_model_id": self.vehicles[owner].id,
        }

    def test_a_lead_is_of_the_company_that_it_is_about(self):
        for owner, company in self.companies.items():
            lead = self._new_lead(**self._about(owner))
            self.assertEqual(lead.company_id, company)
        lead = self._new_lead(**self._about("shared"))
        lead.dealership_id = self.dealerships["abroad"]
        self.assertEqual(lead.company_id, self.abroad)
        lead = self._new_lead(company_id=False, **self._about("home"))
        self.assertEqual(lead.company_id, self.home)

    def test_a_lead_takes_nothing_of_another_company(self):
        both = self._new_user_of("supervisor", self.home, self.abroad)
        env = self._env_of(both, self.home | self.abroad)
        lead = self._new_lead(self.agent, **self._about("home")).with_env(env)
        for field, records in (
            ("dealership_id", self.dealerships),
            ("brand_id", self.brands),
            ("vehicle_model_id", self.vehicles),
            ("vehicle_interest_ids", self.vehicles),
        ):
            with self.subTest(field=field), self.assertRaises(ValidationError):
                lead[field] = records["abroad"]
                self.env.flush_all()
            self.env.invalidate_all()
        with self.assertRaises(UserError):
            lead.team_id = self.team_abroad
            self.env.flush_all()

    def test_a_lead_back_in_the_pool_stays_with_its_company(self):
        lead = self._new_lead(self.agent, **self._about("home"))
        lead.user_id = False
        self.assertEqual(lead.company_id, self.home)

    def test_leads_without_a_company_follow_what_they_are_about(self):
        lead = self._new_lead(**self._about("shared"))
        self.assertFalse(lead.company_id)
        self.dealerships["shared"].company_id = self.home
        self.assertEqual(lead.company_id, self.home)

    # What comes in

    def _take_in(self, owner, **words):
        source = self.sources[owner]
        enquiry = Enquiry(external_id=f"{owner}-{words}", name="Maria", **words)
        rows, _new = self.env["crm.lead"]._take_in(source, [enquiry])
        return rows

    def test_a_source_makes_leads_of_its_company(self):
        row = self._take_in("abroad", phone="+639175550191")
        self.assertEqual(row.lead_id.company_id, self.abroad)
        self.assertFalse(row.lead_id.team_id.company_id - self.abroad)
        row = self._take_in("shared", phone="+639175550192")
        self.assertFalse(row.lead_id.company_id - row.lead_id.team_id.company_id)

    def test_a_source_means_what_its_company_has(self):
        words = {"dealership": "Dealership home", "vehicle": "Car home"}
        lead = self._take_in("abroad", phone="+639175550193", **words).lead_id
        self.assertFalse(lead.dealership_id)
        self.assertFalse(lead.vehicle_model_id)
        self.assertIn("Dealership home", lead.description)
        for owner in OWNERS:
            words = {
                "dealership": f"Dealership {owner}",
                "vehicle": f"Car {owner}",
                "phone": f"+63917555020{OWNERS.index(owner)}",
            }
            lead = self._take_in("shared", **words).lead_id
            self.assertEqual(lead.dealership_id, self.dealerships[owner])
            self.assertEqual(lead.vehicle_model_id, self.vehicles[owner])
            self.assertIn(self.companies[owner], (lead.company_id, self.home.browse()))

    def test_the_same_name_is_told_apart_by_the_company(self):
        for owner in ("home", "abroad"):
            self.dealerships[owner].name = "City"
        for owner, phone in (("home", "+639175550194"), ("abroad", "+639175550195")):
            lead = self._take_in(owner, phone=phone, dealership="City").lead_id
            self.assertEqual(lead.dealership_id, self.dealerships[owner])

    def test_an_open_lead_learns_nothing_of_another_company(self):
        lead = self._new_lead(
            self.agent, phone="+639175550196", company_id=self.home.id, **NOTHING
        )
        row = self._take_in(
            "abroad",
            phone="+639175550196",
            dealership="Dealership abroad",
            vehicle="Car abroad",
        )
        self.assertEqual((row.lead_id, row.state), (lead, "merged"))
        self.assertFalse(lead.dealership_id)
        self.assertFalse(lead.vehicle_model_id | lead.vehicle_interest_ids)
        self._assert_in_chatter("Dealership abroad", lead)

    def test_enquiries_are_seen_by_supervisors_of_the_company(self):
        rows = {
            owner: self.env["crm.lead.enquiry"].create(
                {"source_id": self.sources[owner].id, "external_id": "waits"}
            )
            for owner in OWNERS
        }
        everything = self.env["crm.lead.enquiry"].union(*rows.values())
        seen = self._as(self.supervisor_abroad, everything)._filtered_access("read")
        self.assertEqual(seen, rows["abroad"] | rows["shared"])
        rows["shared"].feed_id = self.feeds["home"]
        seen = self._as(self.supervisor_abroad, everything)._filtered_access("read")
        self.assertEqual(seen, rows["abroad"])

    # Feeds

    def test_what_a_feed_makes_belongs_to_its_company(self):
        for owner, company in self.companies.items():
            feed = self._new_catalogue(owner)
            feed._upsert_one({"name": owner, "code": f"M{owner}"}, Codes())
            made = self.env["crm.dealership"].search([("code", "=", f"M{owner}")])
            self.assertEqual(made.company_id, company)

    def test_a_feed_changes_nothing_of_another_company(self):
        for owner, others in (
            ("home", ("abroad",)),
            ("abroad", ("home",)),
            ("shared", ("home", "abroad")),
        ):
            feed = self._new_catalogue(owner)
            for other in OWNERS:
                found = self.dealerships[other]
                if other not in others:
                    feed._check_may_change(found)
                    continue
                with self.assertRaisesRegex(ValueError, "belongs to"):
                    feed._check_may_change(found)

    def _new_catalogue(self, owner):
        lines = [
            (0, 0, {"target_field": name, "remote_field": name})
            for name in ("code", "name")
        ]
        return self.env["crm.lead.feed"].create(
            {
                "name": f"Dealers {owner}",
                "kind": "dealership",
                "active": False,
                "brand_id": self.brands[owner].id,
                "remote_model": "res.partner",
                "field_ids": lines,
            }
        )

    # Stages

    def test_stages_of_a_team_are_changed_by_managers_of_its_company(self):
        stages = self.env["crm.stage"]
        team = self.team.copy({"company_id": self.home.id})
        own, theirs = (
            stages.create({"name": "Trial", STAGE_TEAM: self._to_field(of)})
            for of in (self.team_abroad, team)
        )
        self.assertEqual((own.company_id, theirs.company_id), (self.abroad, self.home))
        manager = self.manager_abroad
        self._as(manager, own).stale_after_days = 3
        self._as(manager, self.new).stale_after_days = 3
        for do in (
            lambda: self._as(manager, theirs).write({"stale_after_days": 3}),
            lambda: self._as(manager, theirs).unlink(),
            lambda: self._as(manager, own).write({STAGE_TEAM: self._to_field(team)}),
            lambda: self._as(manager, stages).create(
                {"name": "Mine", STAGE_TEAM: self._to_field(team)}
            ),
            lambda: self._as(self.supervisor_abroad, own).write({"name": "Mine"}),
        ):
            with self.assertRaises(AccessError), self.env.cr.savepoint():
                do()
            self.env.invalidate_all()

    # Settings

    def _open_settings(self, user, **values):
        settings = self._env_of(user)["crm.pipeline.settings"]
        return settings.create({"pool_return_days": 7, **values})

    def test_the_settings_of_a_company_are_its_managers(self):
        settings = self._open_settings(self.manager_abroad)
        self.assertEqual(settings.company_id, self.abroad)
        settings.action_apply()
        self.assertEqual(self.abroad.pool_return_days, 7)
        self.assertNotEqual(self.home.pool_return_days, 7)

    def test_a_manager_does_not_set_another_company(self):
        with self.assertRaises(AccessError):
            self._open_settings(self.manager_abroad, company_id=self.home.id)
        settings = self._open_settings(self.manager_abroad)
        with self.assertRaises(AccessError):
            settings.company_id = self.home
        settings.flush_recordset()
        settings.sudo().company_id = self.home
        self._forget()
        for manager in (self.manager_abroad, self.manager):
            # It is the window of somebody else, or about another company.
            with self.assertRaises(AccessError):
                self._as(manager, settings).action_apply()
        self.assertNotEqual(self.home.pool_return_days, 7)

    def test_a_window_of_somebody_else_is_not_pressed(self):
        settings = self._open_settings(self.manager)
        for user in (self.supervisor, self.manager_abroad):
            with self.assertRaises(AccessError):
                self._as(user, settings).action_apply()

    def test_the_settings_offer_the_stages_that_the_user_may_set(self):
        team = self.team.copy({"company_id": self.home.id})
        stages = self.env["crm.stage"]
        theirs = stages.create({"name": "Trial", STAGE_TEAM: self._to_field(team)})
        settings = self._open_settings(self.manager_abroad)
        self.assertIn(self.new, settings.line_ids.stage_id)
        self.assertNotIn(theirs, settings.line_ids.stage_id)
        settings.line_ids[0].stage_id = theirs
        with self.assertRaises(AccessError):
            settings.action_apply()

    def test_hours_of_another_company_are_not_taken(self):
        hours = self._new_calendar("Home")
        self.assertEqual(hours.company_id, self.home)
        with self.assertRaises(ValidationError):
            self.abroad.sales_calendar_id = hours
        with self.assertRaises(ValidationError):
            self._open_settings(
                self.manager_abroad, sales_calendar_id=hours.id
            ).action_apply()
        self.dealerships["home"].resource_calendar_id = hours
        self.dealerships["shared"].resource_calendar_id = hours
        with self.assertRaises(ValidationError):
            self.dealerships["abroad"].resource_calendar_id = hours

    def test_hours_are_changed_by_managers_of_their_company(self):
        hours = self._new_calendar("Home")
        own = self._new_calendar("Abroad")
        own.company_id = self.abroad
        theirs = self._as(self.manager_abroad, hours)
        mine = self._as(self.manager_abroad, own)
        row = {"name": "Night", "dayofweek": "0", "hour_from": 1, "hour_to": 2}
        for do in (
            lambda: theirs.write({"name": "Mine"}),
            lambda: theirs.attendance_ids.write({"hour_from": 3}),
            lambda: theirs.attendance_ids.unlink(),
            lambda: theirs.attendance_ids.create({**row, "calendar_id": hours.id}),
            lambda: mine.attendance_ids[0].write({"calendar_id": hours.id}),
            lambda: mine.write({"company_id": self.home.id}),
            lambda: mine.write(
                {"attendance_ids": [(1, hours.attendance_ids[0].id, {"name": "X"})]}
            ),
            lambda: mine.create({"name": "Theirs", "company_id": self.home.id}),
        ):
            with self.assertRaises(AccessError), self.env.cr.savepoint():
                do()
            self.env.invalidate_all()
        mine.attendance_ids.write({"hour_from": 3})
        system = self._new_user("root", "base.group_system,bpo_crm.group_bpo_manager")
        hours.with_env(self._env_of(system)).name = "Hours"
        own.with_env(self._env_of(system)).name = "Hours"

    def test_members_are_changed_by_managers_of_the_teams_company(self):
        team = self.team.copy({"company_id": self.home.id})
        member = self.env["crm.team.member"].create(
            {"crm_team_id": team.id, "user_id": self.supervisor.id}
        )
        theirs = self._as(self.manager_abroad, member)
        own = self._as(self.manager_abroad, self.team_abroad.crm_team_member_ids)
        for do in (
            lambda: theirs.write({"open_leads_max": 1}),
            lambda: theirs.unlink(),
            lambda: own.write({"crm_team_id": team.id}),
            lambda: self._as(self.manager_abroad, team).write({"open_leads_max": 1}),
            lambda: self._as(self.manager_abroad, self.team_abroad).write(
                {"company_id": self.home.id}
            ),
        ):
            with self.assertRaises(UserError), self.env.cr.savepoint():
                do()
            self.env.invalidate_all()
        own.open_leads_max = 1

    # Who works what

    def test_nobody_learns_who_works_the_leads_of_another_company(self):
        phone = "+639175550197"
        lead = self._new_lead(
            self.agent, phone=phone, company_id=self.home.id, **NOTHING
        )
        with self.assertRaises(AccessError) as caught:
            self._as(self.agent_abroad, lead).action_claim()
        self.assertNotIn("Ana", str(caught.exception))
        leads = self._env_of(self.agent_abroad)["crm.lead"]
        with self.assertRaisesRegex(UserError, "at another company") as caught:
            leads.create({"name": "Car", "type": "opportunity", "phone": phone})
        self.assertNotIn("Ana", str(caught.exception))

    def _to_field(self, team):
        return team.id if STAGE_TEAM == "team_id" else team.ids

    # ------------------------------------------------------------
    # Leads and teams that change their company
    # ------------------------------------------------------------

    def test_a_lead_is_given_to_no_company_that_one_does_not_work_for(self):
        seller = self._new_user("seller", "sales_team.group_sale_salesman")
        lead = self._new_lead(company_id=self.home.id)
        for user in (seller, self.agent, self.supervisor, self.manager):
            with self.subTest(user=user.name), self._refused():
                lead.with_user(user).write({"company_id": self.abroad.id})
        with self._refused():
            lead.with_user(self.supervisor).write({"team_id": self.team_abroad.id})
        self.assertEqual(lead.company_id, self.home)

    def test_an_agent_shares_no_lead_with_other_companies(self):
        lead = self._new_lead(self.agent, company_id=self.home.id)
        with self._refused("Only a supervisor", AccessError):
            lead.with_user(self.agent).write({"company_id": False})

    def test_a_team_is_not_taken_from_a_company_whose_leads_it_works(self):
        team = self.env["crm.team"].create({"name": "Shared", "company_id": False})
        self._new_lead(team_id=team.id, company_id=self.home.id)
        with self._refused("has leads of another company"):
            team.with_user(self.manager_abroad).company_id = self.abroad
