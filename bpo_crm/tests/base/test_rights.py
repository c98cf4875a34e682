import ast
import base64
import contextlib
import itertools
import os
import pathlib
from datetime import timedelta
from unittest.mock import patch

from odoo import Command, fields
from odoo.exceptions import UserError
from odoo.tests import new_test_user, tagged
from odoo.tools import SQL, groupby, mute_logger

from ... import remote_odoo
from ...models.feed.crm_lead_feed_pull import Pull
from ...models.report.crm_agent_report import KINDS
from ...series import IS_19, STAGE_TEAM
from .. import rights
from ..common import CALL
from ..companies import CompaniesCase

#: The columns of the table. "Elsewhere" is a manager of the other company.
ROLES = (
    "public",
    "portal",
    "employee",
    "salesperson",
    "agent",
    "supervisor",
    "manager",
    "elsewhere",
)

SERIES = "19.0" if IS_19 else "18.0"

#: Kinds of records, seen from the first company.
OF_LEADS = ("own lead", "pool", "lead of another", "lead of another company")
OF_COMPANIES = ("of the company", "shared", "of another company")
OF_USERS = ("own", "of another")
#: What happened in the pool is no agent's.
OF_AGENTS = tuple(kind for kind in OF_LEADS if kind != "pool")
OF_REVIEWS = (
    "own draft",
    "draft on an own call",
    "finished on an own call",
    "finished on a call of another",
    "finished in another company",
)
ALL = ("",)

OWNERS = dict(zip(OF_COMPANIES, ("home", "shared", "abroad"), strict=True))

#: Models whose records no rule tells apart, and why.
WITHOUT_RULES = {
    "crm.call.answer": "what follows a call is the same in all companies",
    "crm.call.outcome": "what follows a call is the same in all companies",
    "crm.call.outcome.step": "what follows a call is the same in all companies",
    "crm.lead.customer": "nobody reads it",
    "crm.placeholder": "what is nobody's number is so in all companies",
    "crm.lead.second.request": "nobody reads it",
    "crm.saved.key": "nobody reads it",
    "crm.stage.takeover": "nobody reads it",
    "crm.stage.takeover.lead": "nobody reads it",
    "phone.blacklist": "who does not want to be called is called by no company",
}

#: Methods of core that take a mail as an object, which no client can send, and what
#: comes of it.
TAKE_OBJECTS = {
    ("mail.thread", "message_parse"): AttributeError,
    ("mail.thread", "message_route"): TypeError,
}

#: What is there in one series only.
ONLY = {
    "mail.activity.schedule.action_schedule_activities_done_and_schedule": "18.0",
}

_numbers = itertools.count(1)

# What records of each model are like: their kinds, a method of the test with the values
# of one, and what is changed of it.
SAMPLES = {
    "crm.agent.report": (OF_AGENTS, "_lead_values", {"claims": 1}),
    "crm.brand": (OF_COMPANIES, "_data_values", {"name": "X"}),
    "crm.call.answer": (ALL, "_answer_values", {"name": "X"}),
    "crm.call.log": (OF_LEADS, "_call_values", {"summary": "X"}),
    "crm.call.outcome": (ALL, "_outcome_values", {"max_attempts": 3}),
    "crm.call.outcome.step": (ALL, "_outcome_step_values", {"summary": "X"}),
    "crm.call.report": (OF_LEADS, "_call_values", {"result": "busy"}),
    "crm.call.review": (OF_REVIEWS, "_review_values", {"comment": "X"}),
    "crm.call.review.line": (OF_REVIEWS, "_review_line_values", {"comment": "X"}),
    "crm.call.scorecard": (OF_COMPANIES, "_script_values", {"name": "X"}),
    "crm.call.scorecard.criterion": (
        OF_COMPANIES,
        "_criterion_values",
        {"name": "X"},
    ),
    "crm.call.script": (OF_COMPANIES, "_script_values", {"name": "X"}),
    "crm.dealer.order.report": (OF_LEADS, "_ordered_values", {"order_name": "X"}),
    "crm.dealer.push": (OF_LEADS, "_lead_id_values", {"message": "X"}),
    "crm.dealer.report": (OF_LEADS, "_lead_id_values", {"state": "done"}),
    "crm.dealership": (OF_COMPANIES, "_data_values", {"name": "X"}),
    "crm.ladder.report": (OF_LEADS, "_lead_values", {"visit_state": "done"}),
    "crm.forecast.report": (OF_LEADS, "_lead_values", {"win_rate": 1}),
    "crm.funnel.period.report": (OF_LEADS, "_stay_values", {"outcome": "on"}),
    "crm.funnel.report": (OF_LEADS, "_stay_values", {"state": "won"}),
    "crm.lead": (OF_LEADS, "_lead_values", {"referred": "X"}),
    "crm.lead.customer": (OF_LEADS, "_customer_values", {"key": "X"}),
    "crm.lead.enquiry": (
        (*OF_LEADS, *OF_COMPANIES),
        "_enquiry_values",
        {"error": "X"},
    ),
    "crm.lead.enquiry.correct": (OF_USERS, "_correct_values", {"phone": "X"}),
    "crm.lead.feed": (OF_COMPANIES, "_feed_values", {"name": "X"}),
    "crm.lead.feed.field": (OF_COMPANIES, "_feed_field_values", {"default": "X"}),
    "crm.lead.feed.write.back": (OF_COMPANIES, "_write_back_values", {"value": "X"}),
    "crm.lead.file": (OF_USERS, "_file_values", {"file_name": "X"}),
    "crm.lead.leave.message": (OF_USERS, "_message_values", {"message": "X"}),
    "crm.lead.leave.owner": (OF_USERS, "_leave_owner_values", {"kind": "round"}),
    "crm.lead.log.call": (OF_USERS, "_log_call_values", {"summary": "X"}),
    "crm.lead.lost": (OF_USERS, "_lost_values", {"lost_feedback": "X"}),
    "crm.lead.plan.step": (OF_USERS, "_window_values", {"next_summary": "X"}),
    "crm.lead.second.request": (
        OF_LEADS,
        "_second_request_values",
        {"has_message": True},
    ),
    "crm.lead.source": (OF_COMPANIES, "_data_values", {"name": "X"}),
    "crm.lead.source.field": (
        OF_COMPANIES,
        "_source_field_values",
        {"default": "X"},
    ),
    "crm.lead.source.map": (OF_USERS, "_map_values", {"sample": "X"}),
    "crm.lead.source.map.line": (OF_USERS, "_map_line_values", {"value": "X"}),
    "crm.lead.source.rate": (OF_COMPANIES, "_rate_values", {"count": 2}),
    "crm.lead.stage.history": (OF_LEADS, "_stay_values", {"kind": "override"}),
    "crm.lead.win.report": (OF_USERS, "_no_values", {"won_count": 2}),
    "crm.lead.win.report.line": (OF_USERS, "_no_values", {"error": "X"}),
    "crm.lead2opportunity.partner": (OF_USERS, "_window_values", {"action": "create"}),
    "crm.lead2opportunity.partner.mass": (
        OF_USERS,
        "_window_values",
        {"action": "create"},
    ),
    "crm.merge.opportunity": (OF_USERS, "_no_values", {"user_id": False}),
    "crm.pipeline.settings": (OF_USERS, "_no_values", {"pool_return_days": 3}),
    "crm.pipeline.settings.meaning": (
        OF_USERS,
        "_settings_stage_values",
        {"meaning": "won"},
    ),
    "crm.pipeline.settings.team": (OF_USERS, "_no_values", {"is_bpo": True}),
    "crm.pipeline.settings.stage": (
        OF_USERS,
        "_settings_stage_values",
        {"stale_after_days": 3},
    ),
    "crm.missed.report": (OF_LEADS, "_lead_values", {"note": "X"}),
    "crm.placeholder": (ALL, "_placeholder_values", {"name": "*@x.example"}),
    "crm.saved.key": (ALL, "_saved_key_values", {"subject": "X"}),
    "crm.speed.report": (OF_LEADS, "_lead_values", {"in_time": 1}),
    "crm.stage": (OF_COMPANIES, "_stage_values", {"stale_after_days": 3}),
    "crm.stage.takeover": (ALL, "_takeover_values", {"is_folded": True}),
    "crm.stage.takeover.lead": (ALL, "_takeover_lead_values", {"probability": 3}),
    "crm.team.member": (OF_COMPANIES, "_member_values", {"open_leads_max": 3}),
    "crm.stay.report": (OF_LEADS, "_stay_values", {"outcome": "on"}),
    "crm.vehicle.model": (OF_COMPANIES, "_vehicle_values", {"name": "X"}),
    "crm.word": (OF_COMPANIES, "_word_values", {"source_id": False}),
    "mail.activity.schedule": (OF_USERS, "_schedule_values", {"summary": "X"}),
    "phone.blacklist": (ALL, "_number_values", {"active": False}),
    "phone.blacklist.remove": (OF_USERS, "_remove_number_values", {"reason": "X"}),
    "resource.calendar": (OF_COMPANIES, "_calendar_values", {"name": "X"}),
    "resource.calendar.attendance": (
        OF_COMPANIES,
        "_attendance_values",
        {"name": "X"},
    ),
}

#: Of which records the rows of a report are. Mostly, they have the same ids.
REPORTED = {
    "crm.agent.report": "crm.lead",
    "crm.call.report": "crm.call.log",
    "crm.dealer.order.report": "crm.lead",
    "crm.dealer.report": "crm.dealer.push",
    "crm.forecast.report": "crm.lead",
    "crm.funnel.period.report": "crm.lead.stage.history",
    "crm.funnel.report": "crm.lead.stage.history",
    "crm.ladder.report": "crm.lead",
    "crm.missed.report": "crm.lead",
    "crm.speed.report": "crm.lead",
    "crm.stay.report": "crm.lead.stage.history",
}

#: But where rows are of several kinds: how many ids of rows one record has.
IDS_OF_ROWS = {"crm.agent.report": len(KINDS), "crm.ladder.report": 2}

#: On which record the fields of a model are tried, by a method of the test.
FIELDS_OF = {
    "calendar.event": "_own_visit",
    "crm.brand": "_home_brand",
    "crm.call.log": "_own_call",
    "crm.call.review": "_others_review",
    "crm.dealer.push": "_own_push",
    "crm.dealership": "_home_dealership",
    "crm.lead": "_own_lead",
    "crm.lead.lost": "_own_lost_window",
    "crm.lead.source": "_home_source",
    "crm.stage": "_shared_stage",
    "crm.team": "_home_team",
    "crm.team.member": "_home_member",
    "crm.vehicle.model": "_home_vehicle",
    "digest.digest": "_digest",
    "mail.activity": "_own_activity",
    "res.company": "_own_company",
    "res.config.settings": "_server_settings",
    "res.users": "_own_user",
}

#: What is called on no record.
ON_MODEL = None

#: What is called: on which record, by a method of the test, and with what. Windows are
#: the caller's own, and on the lead of somebody else.
CALLS = {
    "base_import.import": {"get_fields_tree": (ON_MODEL, "crm.lead")},
    "calendar.event": {
        "copy_data": ("_others_visit",),
        "get_display_time_tz": ("_others_visit",),
        "action_visit_done": ("_others_visit",),
        "action_visit_no_show": ("_others_visit",),
    },
    "crm.agent.report": {"action_open_lead": ("_others_reported_claim",)},
    "crm.brand": {
        "action_other_records": ("_home_brand",),
        "action_same_records": ("_home_brand",),
        "action_sync_dealers": ("_home_brand",),
        "action_sync_now": ("_home_brand",),
        "action_sync_vehicle_models": ("_home_brand",),
        "action_test_connection": ("_home_brand",),
        "action_view_quarantine": ("_home_brand",),
    },
    "crm.call.log": {"action_review": ("_others_call",)},
    "crm.call.review": {
        "action_acknowledge": ("_others_review",),
        "action_finish": ("_others_draft",),
        "action_reopen": ("_others_review",),
    },
    "crm.dealer.push": {"action_retry": ("_others_push",)},
    "crm.dealer.order.report": {"action_open_lead": ("_others_reported_order",)},
    "crm.dealer.report": {"action_open_lead": ("_others_reported_push",)},
    "crm.call.report": {"action_open_lead": ("_others_reported_call",)},
    "crm.ladder.report": {"action_open_lead": ("_others_reported_enquiry",)},
    "crm.speed.report": {"action_open_lead": ("_others_reported_attempt",)},
    "crm.dealership": {
        "action_explain_weekly_report": ("_home_dealership",),
        "action_preview_weekly_report": ("_home_dealership",),
        "action_test_connection": ("_home_dealership",),
        "action_view_failed_pushes": ("_home_dealership",),
        "action_view_leads": ("_home_dealership",),
        "action_view_orders": ("_home_dealership",),
        "action_view_won_leads": ("_home_dealership",),
    },
    "crm.forecast.report": {"action_open_lead": ("_others_forecast",)},
    "crm.funnel.period.report": {"action_open_lead": ("_others_counted_by_period",)},
    "crm.funnel.report": {"action_open_lead": ("_others_counted",)},
    "crm.lead.feed": {"action_take_all": ("_home_feed",)},
    "crm.lead": {
        "action_archive": ("_others_lead",),
        "action_claim": ("_pool_lead",),
        "action_claim_next": (ON_MODEL,),
        "action_go_on": ("_others_lead",),
        "action_log_call": ("_others_lead",),
        "action_mark_lost": ("_others_lead",),
        "action_plan_next_step": ("_others_lead",),
        "action_refresh_dealer_order": ("_others_ordered_lead",),
        "action_schedule_meeting": ("_others_lead",),
        "action_schedule_visit": ("_others_lead",),
        "action_set_lost": ("_others_lead",),
        "action_set_won": ("_others_lead",),
        "action_view_calls": ("_others_lead",),
        "action_view_stays": ("_others_lead",),
        "action_win_each": ("_others_lead",),
        "action_write_mail": ("_others_lead_with_address",),
        "copy_data": ("_others_lead",),
        "find_known_customer": (ON_MODEL, "_others_customer"),
        "get_my_day": (ON_MODEL,),
        "get_next_lead": (ON_MODEL, [], 0),
        "get_view": (ON_MODEL,),
        "get_without_next_step": (ON_MODEL, []),
        "load": (ON_MODEL, ["name", "phone"], [["Car", "+63 919 5550101"]]),
        "message_change_thread": ("_others_lead", "_own_lead"),
        "message_get_followers": ("_others_lead",),
        "message_subscribe": ("_others_lead", [1]),
        "message_new": (ON_MODEL, {"from": "maria@customer.example"}),
        "action_view_unknown_words": ("_others_lead",),
        "toggle_active": ("_others_lead",),
    },
    "crm.lead.enquiry": {
        "action_correct": ("_waiting_enquiry",),
        "action_map_fields": ("_waiting_enquiry",),
        "action_retry": ("_others_enquiry",),
        "action_view_unknown_words": ("_others_enquiry",),
    },
    "crm.lead.enquiry.correct": {
        "action_take_in": ("_correct_window",),
        "default_get": (ON_MODEL, ["phone"]),
    },
    "crm.lead.file": {
        "action_take_in": ("_file_window",),
        "action_view_enquiries": ("_file_window",),
    },
    "crm.lead.leave.message": {"action_leave": ("_others_message_window",)},
    "crm.lead.leave.owner": {"action_archive_users": ("_leave_owner_window",)},
    "crm.lead.log.call": {
        "action_save": ("_others_call_window",),
        "action_save_and_lose": ("_others_call_window",),
        "action_save_and_next": ("_others_call_window",),
        "action_save_and_visit": ("_others_call_window",),
    },
    "crm.lead.lost": {"action_lost_reason_apply": ("_others_lost_window",)},
    "crm.lead.plan.step": {
        "action_decline": ("_others_plan_window",),
        "action_plan": ("_others_plan_window",),
    },
    "crm.lead.source": {
        "action_make_token": ("_home_source",),
        "action_map_fields": ("_home_source",),
        "action_revoke_token": ("_home_source",),
        "action_send_test_enquiry": ("_home_door",),
        "action_try_out": ("_home_door",),
    },
    "crm.lead.source.map": {
        "action_save": ("_map_window",),
        "action_save_and_retry": ("_map_window",),
        "default_get": (ON_MODEL, ["sample"]),
    },
    "crm.stage": {"action_undo_takeover": ("_taken_over_stage",)},
    "crm.stay.report": {"action_open_lead": ("_others_stay",)},
    "crm.team.member": {"action_view_coaching": ("_home_member",)},
    "crm.word": {
        "action_look_again": ("_home_word",),
        "action_view_leads": ("_home_word",),
    },
    "crm.pipeline.settings": {
        "action_apply": ("_home_settings",),
        "default_get": (ON_MODEL, ["pool_return_days"]),
    },
    "ir.model.fields": {"get_field_string": (ON_MODEL, "crm.lead")},
    "crm.missed.report": {"action_open_lead": ("_others_reported_loss",)},
    "mail.activity": {
        "action_feedback_schedule_next": ("_others_activity",),
        "get_activity_data": (ON_MODEL, "crm.lead", []),
    },
    "mail.activity.schedule": {
        "action_schedule_activities_done_and_schedule": ("_others_schedule_window",),
        "action_schedule_plan": ("_others_schedule_window",),
    },
    "mail.compose.message": {"action_send_mail": ("_others_composer",)},
    "mail.thread": {
        "message_process": (ON_MODEL, "crm.lead", "From: a@b.example\n\nHello"),
    },
    "onboarding.onboarding": {
        "close_bpo_checklist": (ON_MODEL,),
        "get_bpo_checklist": (ON_MODEL,),
        "reopen_bpo_checklist": (ON_MODEL,),
        "take_bpo_offer": (ON_MODEL,),
    },
    "res.users": {"action_archive": ("_another_user",)},
}


class _NotFoundError(UserError):
    """A search does not find a record."""

    def __init__(self):
        super().__init__("")


class _Undo(Exception):
    """Takes back what was tried."""


@tagged("post_install", "-at_install")
class TestRights(CompaniesCase):
    """Everybody may do what the table says, and there is nothing else to be done."""

    maxDiff = None

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.users = {
            "public": cls.env.ref("base.public_user"),
            "portal": cls._new_user("portal", "base.group_portal"),
            "employee": cls._new_user("employee", "base.group_user"),
            "salesperson": cls._new_user("seller", "sales_team.group_sale_salesman"),
            "agent": cls.agent,
            "supervisor": cls.supervisor,
            "manager": cls.manager,
            "elsewhere": cls.manager_abroad,
        }
        cls.outcome = cls.env["crm.call.outcome"]._find("busy")
        criterion = Command.create({"name": "Greets"})
        cls.scorecard = cls.env["crm.call.scorecard"].create(
            {"name": "Shared", "company_id": False, "criterion_ids": [criterion]}
        )
        # Of each result, there can be one.
        cls.env["crm.call.outcome"]._find("voicemail").unlink()
        cls.team_home = cls.team.copy({"company_id": cls.home.id})
        cls.team_home.member_ids = cls.other_agent
        cls.spare = {
            "home": cls.env["crm.team.member"].search([], limit=1).user_id,
        }
        for owner, company in cls.companies.items():
            works_for = company or cls.home
            cls.spare[owner] = new_test_user(
                cls.env,
                f"spare-{owner}@bpo.test",
                "sales_team.group_sale_salesman",
                company_id=works_for.id,
                company_ids=works_for.ids,
            )

    # ------------------------------------------------------------
    # THE TABLE
    # ------------------------------------------------------------

    def test_everybody_may_do_what_the_table_says(self):
        with mute_logger("odoo.addons.bpo_crm", "odoo.sql_db"), self._no_servers():
            found = {
                **self._try_records(),
                **self._try_fields(),
                **self._try_methods(),
            }
        if os.environ.get("BPO_WRITE_RIGHTS"):
            rights.write(found, SERIES)
        expected = rights.read(SERIES)
        self.assertEqual(
            sorted(found),
            sorted(expected),
            "Something is new, or gone. Look at it, and run: ./bpo rights",
        )
        for key, cells in found.items():
            with self.subTest(of=key):
                self.assertEqual(cells, expected[key])

    def test_every_model_has_rights_and_rules(self):
        for name in rights.find_models(self.env):
            of_model = [("model_id.model", "=", name)]
            with self.subTest(model=name):
                self.assertTrue(self.env["ir.model.access"].search(of_model))
                has_rules = bool(self.env["ir.rule"].search(of_model))
                self.assertNotEqual(has_rules, name in WITHOUT_RULES)

    def test_what_takes_an_object_takes_nothing_that_a_client_sends(self):
        for (model, name), error in TAKE_OBJECTS.items():
            method = getattr(self.env[model].with_user(self.agent), name)
            for sent in ("From: a@b.example", {"from": "a@b.example"}, [1]):
                with self.subTest(name), self.assertRaises(error):
                    method(sent, {"message_id": "1"})

    def test_the_addons_beside_it_answer_no_client(self):
        # They are not installed in every database.
        folder = pathlib.Path(__file__).parents[3]
        names = []
        for path in folder.glob("bpo_crm_*/models/*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                    names.append(node.name)
                    decorators = [ast.unparse(name) for name in node.decorator_list]
                    self.assertIn("api.private", decorators, node.name)
        self.assertTrue(names)

    # ------------------------------------------------------------
    # TRYING
    # ------------------------------------------------------------

    @contextlib.contextmanager
    def _no_servers(self):
        """Let no dealer answer, but one that has an order."""

        def open_session(connection):
            raise remote_odoo.Unreachable("nobody is there")

        def fetch_orders(dealership, order_ids):
            (order_id,) = order_ids
            lead = self.env["crm.lead"].search([("dealer_so_id", "=", order_id)])
            order = remote_odoo.ReportedOrder(
                id=order_id, name="S1", state="sale", reference=lead.reference
            )
            return {order_id: order}

        dealerships = self.registry["crm.dealership"]
        brands = self.registry["crm.brand"]
        feeds = self.registry["crm.lead.feed"]
        with (
            # A run commits in a connection of its own.
            patch.object(feeds, "_pull", lambda *args, **kwargs: Pull(error="no")),
            self._dealer(),
            patch.object(dealerships, "_open_session", open_session),
            patch.object(dealerships, "_fetch_orders", fetch_orders),
            patch.object(brands, "_open_session", open_session),
        ):
            yield

    @contextlib.contextmanager
    def _taken_back(self):
        """Take back what is done in here."""
        with contextlib.suppress(_Undo), self.env.cr.savepoint():
            yield
            self.env.flush_all()
            raise _Undo
        self._forget()

    def _forget(self):
        self.env.invalidate_all()
        for hooks in ("precommit", "postcommit", "postrollback"):
            getattr(self.env.cr, hooks).clear()

    def _is_allowed(self, do, *args, **kwargs):
        """Whether something can be done; it is taken back again."""
        self._forget()
        is_allowed = False
        with contextlib.suppress(UserError), self._taken_back():
            do(*args, **kwargs)
            self.env.flush_all()
            is_allowed = True
        self._forget()
        return is_allowed

    # ------------------------------------------------------------
    # RECORDS
    # ------------------------------------------------------------

    def _try_records(self):
        names = rights.find_models(self.env)
        self.assertEqual(names, sorted(SAMPLES), "Say what records of it are like.")
        return {
            ("records", name, kind): {
                role: self._try_record(name, kind, user)
                for role, user in self.users.items()
            }
            for name in names
            for kind in SAMPLES[name][0]
        }

    def _try_record(self, name, kind, user):
        change = SAMPLES[name][-1]
        records = self.env[name].with_env(self._env_of(user))
        allowed = set()
        with self._taken_back():
            record = records.browse(self._make(name, kind, user).id)
            for letter, do in (
                ("r", lambda: record.read(["display_name"])),
                ("s", lambda: self._find(record)),
                ("w", lambda: record.write(change)),
                ("d", lambda: record.unlink()),
            ):
                if self._is_allowed(do):
                    allowed.add(letter)
        with self._taken_back():
            values = self._prepare(name, kind, user)
            if self._is_allowed(lambda: records.create(values)):
                allowed.add("c")
        self.assertEqual("r" in allowed, "s" in allowed, (name, kind, user.name))
        return "".join(letter for letter in "rcwd" if letter in allowed)

    def _prepare(self, name, kind, user):
        _kinds, method, _change = SAMPLES[name]
        return getattr(self, method)(name, kind, user)

    def _make(self, name, kind, user):
        model = REPORTED.get(name, name)
        is_returned = (model, kind) == ("crm.call.log", "pool")
        values = self._prepare(name, "lead of another" if is_returned else kind, user)
        made = self.env[model].create(values)
        if is_returned:
            # Nobody calls out of the pool, but leads go back to it.
            made.lead_id.user_id = False
        if kind in OF_REVIEWS:
            self._settle_review(made, kind, user)
        if name == "crm.speed.report":
            # Nobody calls out of the pool here, either.
            made._write_by_core({"first_attempt_date": fields.Datetime.now()})
        if name in REPORTED:
            return self._get_row(name, made)
        maker = {"own": user, "of another": self.other_agent}.get(kind)
        return self._give(made, maker) if maker else made

    def _get_row(self, name, record):
        """Return the row of a report that is about a record."""
        if name == "crm.missed.report":
            self._lose(record)
        return self.env[name].browse(record.id * IDS_OF_ROWS.get(name, 1))

    def _give(self, window, user):
        """Let a window be somebody's, who may not be allowed to open it."""
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                "UPDATE %s SET create_uid = %s WHERE id = %s",
                SQL.identifier(window._table),
                user.id,
                window.id,
            )
        )
        self.env.invalidate_all()
        return window

    def _find(self, record):
        if not record.with_context(active_test=False).search([("id", "=", record.id)]):
            raise _NotFoundError

    # What records of leads are like

    def _lead_values(self, _name, kind, user):
        values = {
            "name": "Car",
            "type": "opportunity",
            "phone": f"+63 918 {next(_numbers):07}",
            "company_id": self.home.id,
            "team_id": self.team_home.id,
            "user_id": self.other_agent.id,
        }
        if kind == "own lead" and user.share:
            # It is the customer's.
            values["partner_id"] = user.partner_id.id
        elif kind == "own lead":
            values["user_id"] = user.id
        elif kind == "pool":
            values["user_id"] = False
        if kind == "lead of another company":
            values["user_id"] = self.agent_abroad.id
        if self.env["res.users"].browse(values["user_id"]).company_id == self.abroad:
            values["company_id"] = self.abroad.id
            values["team_id"] = self.team_abroad.id
        return values

    def _new_lead_of(self, kind, user):
        return self.env["crm.lead"].create(self._lead_values("", kind, user))

    def _lead_id_values(self, _name, kind, user):
        return {"lead_id": self._new_lead_of(kind, user).id}

    def _ordered_values(self, name, kind, user):
        order = {"dealer_so_id": next(_numbers), "dealer_so_name": "S1"}
        return {**self._lead_values(name, kind, user), **order}

    def _call_values(self, name, kind, user):
        values = self._lead_id_values(name, kind, user)
        return {**values, "result": "busy", "user_id": user.id}

    def _stay_values(self, _name, kind, user):
        lead = self._new_lead_of(kind, user)
        now = fields.Datetime.now()
        return {
            "lead_id": lead.id,
            "stage_id": self.new.id,
            "owner_id": lead.user_id.id,
            "company_id": lead.company_id.id,
            "is_bpo": True,
            "is_first": True,
            "kind": "forward",
            "entered_at": now,
            "left_at": now,
        }

    def _review_values(self, _name, kind, user):
        is_abroad = kind == "finished in another company"
        caller = self.agent_abroad if is_abroad else self.other_agent
        if "own call" in kind:
            caller = user
        lead_kind = "lead of another company" if is_abroad else "lead of another"
        lead = self._new_lead_of(lead_kind, user)
        call = self.env["crm.call.log"].create(
            {"lead_id": lead.id, "user_id": caller.id, "result": "busy"}
        )
        return {"call_id": call.id, "scorecard_id": self.scorecard.id}

    def _review_line_values(self, _name, kind, user):
        values = self._review_values("", kind, user)
        review = self.env["crm.call.review"].create(values)
        other = self._criterion_values("", "shared", user)
        criterion = self.env["crm.call.scorecard.criterion"].create(other)
        values = {"name": "New", "max_points": 10}
        return {"review_id": review.id, "criterion_id": criterion.id, **values}

    def _settle_review(self, made, kind, user):
        """Let a review, or what a line is of, be as its kind says."""
        review = made if made._name == "crm.call.review" else made.review_id
        if kind == "own draft":
            review.reviewer_id = user
        if kind.startswith("finished"):
            now = fields.Datetime.now()
            review.write({"state": "done", "finished_at": now})

    def _customer_values(self, name, kind, user):
        values = self._lead_id_values(name, kind, user)
        return {**values, "key": f"+63 920 {next(_numbers):07}"}

    def _saved_key_values(self, _name, _kind, user):
        return {
            "user_id": user.id,
            "key": f"key {next(_numbers)}",
            "subject": "crm.lead.log.call/1",
            "day": fields.Date.today(),
        }

    def _second_request_values(self, name, kind, user):
        values = self._lead_id_values(name, kind, user)
        return {**values, "user_id": user.id, "day": fields.Date.today()}

    def _enquiry_values(self, name, kind, user):
        values = {"external_id": str(next(_numbers))}
        if kind in OWNERS:
            return {**values, "source_id": self.sources[OWNERS[kind]].id}
        values |= self._lead_id_values(name, kind, user)
        return {**values, "source_id": self.sources["shared"].id}

    def _correct_values(self, _name, _kind, user):
        return {"enquiry_id": self._new_waiting("shared").id}

    def _new_waiting(self, owner):
        values = {
            "source_id": self.sources[owner].id,
            "external_id": str(next(_numbers)),
            "state": "quarantined",
            "content": '{"message": "Hi"}',
        }
        return self.env["crm.lead.enquiry"].create(values)

    # What records of companies are like

    def _data_values(self, _name, kind, _user):
        number = next(_numbers)
        company = self.companies[OWNERS[kind]]
        return {"name": "New", "code": f"N{number}", "company_id": company.id}

    def _word_values(self, _name, kind, _user):
        dealership = self.dealerships[OWNERS[kind]]
        return {"name": f"Word {next(_numbers)}", "dealership_id": dealership.id}

    def _placeholder_values(self, _name, _kind, _user):
        return {"kind": "email", "name": f"none{next(_numbers)}@none.example"}

    def _vehicle_values(self, _name, kind, _user):
        return {"name": "New", "brand_id": self.brands[OWNERS[kind]].id}

    def _feed_values(self, _name, kind, _user):
        owner = OWNERS[kind]
        return self._prepare_feed(owner) | {"name": "New"}

    def _feed_field_values(self, _name, kind, _user):
        feed = self.feeds[OWNERS[kind]]
        values = {"target_field": "email_from", "remote_field": "email_from"}
        return {"feed_id": feed.id, **values}

    def _write_back_values(self, _name, kind, _user):
        feed = self.feeds[OWNERS[kind]]
        return {"feed_id": feed.id, "remote_field": "ref", "value": "1"}

    def _source_field_values(self, _name, kind, _user):
        source = self.sources[OWNERS[kind]]
        return {"source_id": source.id, "sent_field": "ort", "meaning": "city"}

    def _map_values(self, _name, _kind, _user):
        return {"source_id": self.sources["shared"].id}

    def _map_line_values(self, _name, _kind, _user):
        return {"sent_field": "ort", "meaning": "city"}

    def _rate_values(self, _name, kind, _user):
        source = self.sources[OWNERS[kind]]
        return {"source_id": source.id, "minute": fields.Datetime.now(), "count": 1}

    def _stage_values(self, _name, kind, _user):
        teams = {
            "of the company": self.team_home,
            "of another company": self.team_abroad,
        }
        team = teams.get(kind, self.team.browse())
        value = team.id if STAGE_TEAM == "team_id" else [Command.set(team.ids)]
        return {"name": "New", STAGE_TEAM: value}

    def _member_values(self, _name, kind, _user):
        owner = OWNERS[kind]
        teams = {"home": self.team_home, "abroad": self.team_abroad}
        team = teams.get(owner, self.team)
        return {"crm_team_id": team.id, "user_id": self.spare[owner].id}

    def _calendar_values(self, _name, kind, _user):
        return {"name": "New", "company_id": self.companies[OWNERS[kind]].id}

    def _attendance_values(self, name, kind, user):
        calendar = self.env["resource.calendar"].create(
            self._calendar_values(name, kind, user)
        )
        return {
            "calendar_id": calendar.id,
            "name": "Night",
            "dayofweek": "6",
            "hour_from": 1,
            "hour_to": 2,
        }

    def _answer_values(self, _name, _kind, _user):
        return {"name": "New"}

    def _script_values(self, _name, kind, _user):
        return {"name": "New", "company_id": self.companies[OWNERS[kind]].id}

    def _criterion_values(self, _name, kind, user):
        values = self._script_values("", kind, user)
        scorecard = self.env["crm.call.scorecard"].create(values)
        return {"scorecard_id": scorecard.id, "name": "New"}

    def _number_values(self, _name, _kind, _user):
        return {"number": f"+63 918 {5550000 + next(_numbers)}"}

    def _remove_number_values(self, _name, _kind, _user):
        return {"phone": "+639185550000"}

    def _outcome_values(self, _name, _kind, _user):
        return {"result": "voicemail"}

    def _outcome_step_values(self, _name, _kind, _user):
        kind = self.env.ref(CALL)
        return {"outcome_id": self.outcome.id, "activity_type_id": kind.id}

    # What windows are like

    def _no_values(self, _name, _kind, _user):
        return {}

    def _window_values(self, _name, kind, user):
        lead_kind = "lead of another" if kind == "of another" else "own lead"
        return {"lead_id": self._new_lead_of(lead_kind, user).id}

    def _log_call_values(self, name, kind, user):
        return {**self._window_values(name, kind, user), "result": "busy"}

    def _lost_values(self, name, kind, user):
        lead_id = self._window_values(name, kind, user)["lead_id"]
        return {
            "lead_ids": [Command.set([lead_id])],
            "lost_reason_id": self.reason.id,
        }

    def _file_values(self, _name, _kind, _user):
        return {"source_id": self.sources["shared"].id}

    def _message_values(self, _name, _kind, _user):
        return {"reference": "LEAD/1999/00001", "message": "Hi"}

    def _leave_owner_values(self, _name, _kind, _user):
        return {"user_ids": [Command.set(self.other_agent.ids)]}

    def _takeover_values(self, _name, _kind, _user):
        return {"stage_id": self.env["crm.stage"].create({"name": "Lost"}).id}

    def _takeover_lead_values(self, *sample):
        takeover = self.env["crm.stage.takeover"].create(self._takeover_values(*sample))
        return {"takeover_id": takeover.id, "lead_id": self._new_lead().id}

    def _settings_stage_values(self, _name, _kind, _user):
        return {"stage_id": self.new.id}

    def _schedule_values(self, name, kind, user):
        lead_id = self._window_values(name, kind, user)["lead_id"]
        return {
            "res_model": "crm.lead",
            "res_ids": str([lead_id]),
            "activity_type_id": self.env.ref(CALL).id,
        }

    # ------------------------------------------------------------
    # FIELDS
    # ------------------------------------------------------------

    def _try_fields(self):
        found = rights.find_fields(self.env)
        self.assertEqual(
            sorted({model for model, _name in found}),
            sorted(FIELDS_OF),
            "Say on which record the fields of this model are tried.",
        )
        rows = {("fields", f"{model}.{name}", ""): {} for model, name in found}
        for model, names in groupby(found, key=lambda pair: pair[0]):
            names = [name for _model, name in names]
            for role, user in self.users.items():
                with self._taken_back():
                    record = getattr(self, FIELDS_OF[model])(user)
                    self.env.flush_all()
                    record = record.with_env(self._env_of(user))
                    for name in names:
                        key = ("fields", f"{model}.{name}", "")
                        rows[key][role] = self._try_field(record, name)
        return rows

    def _try_field(self, record, name):
        field = record._fields[name]
        cells = "r" * self._is_allowed(record.read, [name])
        if not (field.store or field.inverse):
            # Nothing becomes of what is written.
            return cells
        value = field.convert_to_write(record.sudo()[name], record)
        if field.type == "boolean":
            # Of the same value, no rule says anything.
            value = not value
        if field.type in ("one2many", "many2many"):
            # Empty commands say nothing.
            value = [Command.set(record.sudo()[name].ids)]
        return cells + "w" * self._is_allowed(record.write, {name: value})

    # ------------------------------------------------------------
    # METHODS
    # ------------------------------------------------------------

    def _try_methods(self):
        found = [
            pair for pair in rights.find_methods(self.env) if pair not in TAKE_OBJECTS
        ]
        listed = {(model, name) for model in CALLS for name in CALLS[model]}
        here = {pair for pair in listed if ONLY.get(".".join(pair), SERIES) == SERIES}
        self.assertEqual(
            found, sorted(here), "Say in CALLS on what this is called, and with what."
        )
        return {
            ("methods", f"{model}.{name}", ""): {
                role: self._try_method(user, model, name, *CALLS[model][name])
                for role, user in self.users.items()
            }
            for model, name in found
        }

    def _try_method(self, user, model, name, target, *arguments):
        answers = []
        with self._taken_back():
            records = getattr(self, target)(user) if target else self.env[model]
            arguments = [
                getattr(self, value)(user)
                if isinstance(value, str) and hasattr(self, value)
                else value
                for value in arguments
            ]
            self.env.flush_all()
            method = getattr(records.with_env(self._env_of(user)), name)
            with self._deliveries_shared():
                is_allowed = self._is_allowed(
                    lambda: answers.append(method(*arguments))
                )
        if not is_allowed:
            return "no"
        # Some are not for everybody, and tell others nothing. An import says what is
        # wrong instead of raising it.
        (answer,) = answers
        if isinstance(answer, dict) and answer.get("ids") is False:
            return "no"
        return "yes" if answer not in (None, False) else "nothing"

    # On what is called

    def _own_lead(self, user):
        return self._new_lead_of("own lead", user)

    def _others_lead(self, user):
        lead = self._new_lead_of("lead of another", user)
        lead.write({"lost_reason_id": self.reason.id})
        lead.dealership_id = self.dealerships["home"]
        return lead

    def _others_ordered_lead(self, user):
        lead = self._others_lead(user)
        order = {"dealer_so_id": next(_numbers), "dealer_so_name": "S1"}
        # Of the dealer's server, nobody asks here.
        self.dealerships["home"].odoo_url = "https://odoo.dealer.example"
        lead.sudo().write(order)
        return lead

    def _others_reported_order(self, user):
        return self.env["crm.dealer.order.report"].browse(
            self._others_ordered_lead(user).id
        )

    def _others_reported_call(self, user):
        return self._get_row("crm.call.report", self._others_call(user))

    def _others_reported_enquiry(self, user):
        return self._get_row("crm.ladder.report", self._others_lead(user))

    def _others_reported_attempt(self, user):
        call = self._others_call(user)
        self.env.flush_all()
        return self._get_row("crm.speed.report", call.lead_id)

    def _others_reported_push(self, user):
        return self.env["crm.dealer.report"].browse(self._others_push(user).id)

    def _others_forecast(self, user):
        return self.env["crm.forecast.report"].browse(self._others_lead(user).id)

    def _others_counted(self, user):
        stays = self._others_lead(user).stage_history_ids
        return self.env["crm.funnel.report"].browse(stays.ids)

    def _others_counted_by_period(self, user):
        stays = self._others_lead(user).stage_history_ids
        return self.env["crm.funnel.period.report"].browse(stays.ids)

    def _others_stay(self, user):
        stays = self._others_lead(user).stage_history_ids
        return self.env["crm.stay.report"].browse(stays.ids)

    def _others_reported_claim(self, user):
        return self._get_row("crm.agent.report", self._others_lead(user))

    def _others_reported_loss(self, user):
        return self._get_row("crm.missed.report", self._others_lead(user))

    def _others_customer(self, user):
        return {"phone": self._others_lead(user).phone}

    def _others_lead_with_address(self, user):
        lead = self._others_lead(user)
        lead.email_from = "juan@customer.example"
        return lead

    def _pool_lead(self, user):
        return self._new_lead_of("pool", user)

    def _home_brand(self, _user):
        return self.brands["home"]

    def _home_feed(self, _user):
        return self.feeds["home"]

    def _home_vehicle(self, _user):
        return self.vehicles["home"]

    def _home_word(self, user):
        values = self._word_values("", "of the company", user)
        return self.env["crm.word"].create(values)

    def _home_dealership(self, _user):
        return self.dealerships["home"]

    def _home_source(self, _user):
        return self.sources["home"]

    def _home_door(self, _user):
        self.sources["home"]._make_token()
        return self.sources["home"]

    def _home_team(self, _user):
        return self.team_home

    def _home_member(self, _user):
        return self.team_home.crm_team_member_ids

    def _shared_stage(self, _user):
        return self.new

    def _own_company(self, user):
        return user.company_id

    def _own_user(self, user):
        return user

    def _server_settings(self, user):
        return self._window_of("res.config.settings", user)

    def _visit_of(self, lead, user):
        start = fields.Datetime.now()
        return self.env["calendar.event"].create(
            {
                "name": "Visit",
                "opportunity_id": lead.id,
                "visit_state": "planned",
                "user_id": user.id,
                "start": start,
                "stop": start + timedelta(hours=1),
            }
        )

    def _own_visit(self, user):
        return self._visit_of(self._own_lead(user), user)

    def _others_visit(self, user):
        return self._visit_of(self._others_lead(user), self.other_agent)

    def _push_of(self, lead):
        values = {"lead_id": lead.id, "state": "failed"}
        return self.env["crm.dealer.push"].create(values)

    def _own_call(self, user):
        values = {"lead_id": self._own_lead(user).id, "user_id": user.id}
        return self.env["crm.call.log"].create({**values, "result": "busy"})

    def _others_call(self, user):
        lead = self._others_lead(user)
        values = {"lead_id": lead.id, "user_id": self.other_agent.id, "result": "busy"}
        return self.env["crm.call.log"].create(values)

    def _others_draft(self, user):
        values = self._review_values("", "draft", user)
        return self.env["crm.call.review"].create(values)

    def _others_review(self, user):
        review = self._others_draft(user)
        self._settle_review(review, "finished", user)
        return review

    def _digest(self, _user):
        return self.env["digest.digest"].create({"name": "The Floor"})

    def _own_push(self, user):
        return self._push_of(self._own_lead(user))

    def _others_push(self, user):
        return self._push_of(self._others_lead(user))

    def _own_activity(self, user):
        return self._own_lead(user).activity_schedule(CALL, user_id=user.id)

    def _others_activity(self, user):
        lead = self._others_lead(user)
        return lead.activity_schedule(CALL, user_id=self.other_agent.id)

    def _others_enquiry(self, user):
        values = self._enquiry_values("", "lead of another", user)
        return self.env["crm.lead.enquiry"].create(values)

    def _waiting_enquiry(self, _user):
        return self._new_waiting("home")

    def _correct_window(self, user):
        row = self._new_waiting("home")
        phone = f"+63 918 {next(_numbers):07}"
        model = "crm.lead.enquiry.correct"
        return self._window_of(model, user, enquiry_id=row.id, phone=phone)

    def _map_window(self, user):
        row = self._new_waiting("home")
        values = {"source_id": row.source_id.id, "enquiry_id": row.id}
        return self._window_of("crm.lead.source.map", user, **values)

    def _file_window(self, user):
        content = base64.b64encode(b"name,phone\nAda,0918 555 0199\n")
        source = self.sources["home"]
        values = {"source_id": source.id, "file": content}
        return self._window_of("crm.lead.file", user, **values)

    def _window_of(self, model, user, **values):
        return self._give(self.env[model].create(values), user)

    def _others_call_window(self, user):
        return self._window_of(
            "crm.lead.log.call",
            user,
            lead_id=self._others_lead(user).id,
            result="busy",
            next_activity_type_id=self.env.ref(CALL).id,
            next_date=fields.Date.today() + timedelta(days=3),
        )

    def _others_message_window(self, user):
        lead = self._others_lead(user)
        return self._window_of(
            "crm.lead.leave.message", user, reference=lead.reference, message="Hi"
        )

    def _another_user(self, user):
        return self.other_agent.with_user(user)

    def _leave_owner_window(self, user):
        users = [Command.set(self.other_agent.ids)]
        return self._window_of("crm.lead.leave.owner", user, user_ids=users)

    def _others_plan_window(self, user):
        return self._window_of(
            "crm.lead.plan.step",
            user,
            lead_id=self._others_lead(user).id,
            no_next_step_reason="Waits",
            next_date=fields.Date.today() + timedelta(days=3),
        )

    def _own_lost_window(self, user):
        lead = self._own_lead(user)
        return self._lost_window_of(lead, user)

    def _others_lost_window(self, user):
        return self._lost_window_of(self._others_lead(user), user)

    def _lost_window_of(self, lead, user):
        return self._window_of(
            "crm.lead.lost",
            user,
            lead_ids=[Command.set(lead.ids)],
            lost_reason_id=self.reason.id,
        )

    def _others_composer(self, user):
        composer = self.env["mail.compose.message"].create(
            {
                "model": "crm.lead",
                "res_ids": str(self._others_lead(user).ids),
                "composition_mode": "comment",
                "body": "<p>Hi</p>",
            }
        )
        return self._give(composer, user)

    def _others_schedule_window(self, user):
        lead = self._others_lead(user)
        chosen = {"active_model": lead._name, "active_ids": lead.ids}
        window = self.env["mail.activity.schedule"].with_context(**chosen)
        kind = self.env.ref(CALL)
        window = window.create({"activity_type_id": kind.id})
        self.assertEqual(window._get_applied_on_records(), lead)
        return self._give(window, user)

    def _taken_over_stage(self, user):
        stage = self.env["crm.stage"].create({"name": "Lost", "fold": True})
        lead = self._new_lead(company_id=self.home.id)
        lead._write_by_core({"stage_id": stage.id})
        stage._take_over()
        return self._give(stage, user)

    def _home_settings(self, user):
        return self._window_of(
            "crm.pipeline.settings", user, company_id=self.home.id, line_ids=[]
        )
