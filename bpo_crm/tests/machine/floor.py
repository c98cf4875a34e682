"""Whom and what there is to begin with: something of each kind."""

import contextlib
from datetime import timedelta
from unittest.mock import patch

from odoo import Command, fields

from ... import remote_odoo
from ...series import STAGE_TEAM
from ..common import CALL, CONNECTION, BpoCase

#: Begins what only some may see; what follows says whose it is.
SECRET = "secret"
OTHERS = "others"

#: The number of another agent's customer, as PostgreSQL holds it.
OTHERS_PHONE = "+639175559001"

#: As people type them.
OWN_PHONE = "+63 917 555 7001"
POOL_PHONE = "0917 555 7002"

#: Who calls, the most important ones first. Those of ``ROLES`` work for the company.
ROLES = (
    "agent",
    "other_agent",
    "supervisor",
    "manager",
    "salesperson",
    "employee",
    "portal",
    "public",
)
FOREIGN_MANAGER = "foreign_manager"

LOGINS = {
    "salesperson": "sales_team.group_sale_salesman",
    "employee": "base.group_user",
    "portal": "base.group_portal",
    FOREIGN_MANAGER: "bpo_crm.group_bpo_manager",
}


class FloorCase(BpoCase):
    """Everything has a name by which calls speak of it; see :meth:`_name`."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ids = {}
        cls.models = {}
        cls._set_up_people()
        cls._set_up_stages()
        cls._set_up_settings()
        cls._set_up_leads()
        cls._set_up_work()
        cls._set_up_wizards()
        cls._set_up_abroad()
        cls._name_basics()
        cls.env.flush_all()
        cls.cr.precommit.run()
        cls.env.invalidate_all()

    @classmethod
    def _name(cls, **records):
        """Remember records by a name.

        :param records: one record each.
        """
        for name, record in records.items():
            record.ensure_one()
            cls.ids[name] = record.id
            cls.models.setdefault(record._name, []).append(name)

    @classmethod
    def ids_of_contacts(cls):
        """Return the ids of the contacts that have a name."""
        return [cls.ids[name] for name in cls.models["res.partner"]]

    # ------------------------------------------------------------
    # PEOPLE AND SETTINGS
    # ------------------------------------------------------------

    @classmethod
    def _set_up_people(cls):
        cls.abroad = cls.env["res.company"].create({"name": "Abroad"})
        cls.users = {
            "agent": cls.agent,
            "other_agent": cls.other_agent,
            "supervisor": cls.supervisor,
            "manager": cls.manager,
            "public": cls.env.ref("base.public_user"),
        }
        for role, group in LOGINS.items():
            cls.users[role] = cls._new_user(role, group)
        cls.users[FOREIGN_MANAGER].write(
            {
                "company_ids": [Command.set(cls.abroad.ids)],
                "company_id": cls.abroad.id,
            }
        )
        cls._name(**{f"user_{role}": user for role, user in cls.users.items()})
        cls._name(company=cls.env.company, company_abroad=cls.abroad)

    @classmethod
    def _set_up_stages(cls):
        call = cls.env.ref(CALL)
        (cls.new | cls.qualified).write({"activity_type_id": call.id})
        cls.new.advance_when_done = True
        # What is of no company is open to all of them.
        cls.team.company_id = cls.env.company
        cls.fleet = cls.team.copy({"name": "Fleet", "member_ids": cls.agent.ids})
        fleet_stage = cls.env["crm.stage"].create(
            {"name": "Fleet Only", "sequence": 15, STAGE_TEAM: cls.fleet.ids[0]}
            if STAGE_TEAM == "team_id"
            else {
                "name": "Fleet Only",
                "sequence": 15,
                STAGE_TEAM: [Command.set(cls.fleet.ids)],
            }
        )
        cls._name(
            stage_new=cls.new,
            stage_qualified=cls.qualified,
            stage_negotiation=cls.negotiation,
            stage_won=cls.won,
            stage_lost=cls.lost,
            stage_fleet=fleet_stage,
            team=cls.team,
            team_fleet=cls.fleet,
            reason=cls.reason,
        )

    @classmethod
    def _set_up_settings(cls):
        cls.dealership.odoo_api_key = f"{SECRET}-dealer"
        cls.brand.write(
            {
                "odoo_url": "https://odoo.importer.example",
                "odoo_db": "importer",
                "odoo_login": "importer",
                "odoo_api_key": f"{SECRET}-distributor",
            }
        )
        cls.source = cls.env["crm.lead.source"].create({"name": "Web", "code": "web-m"})
        cls.source.sudo().token_hash = f"{SECRET}-token"
        cls.env["ir.config_parameter"].set_param("bpo_crm.machine", f"{SECRET}-param")
        cls.other_dealership = cls.env["crm.dealership"].create(
            {"name": "Cavite", "code": "CVT-M", "brand_ids": cls.brand.ids}
        )
        cls._name(
            brand=cls.brand,
            vehicle=cls.vehicle,
            dealership=cls.dealership,
            dealership_2=cls.other_dealership,
            source=cls.source,
        )
        # What is kept of a password is nobody's, either.
        cls.env.cr.execute(
            "UPDATE res_users SET password = %s WHERE id = ANY(%s)",
            [f"{SECRET}-password", [user.id for user in cls.users.values()]],
        )

    # ------------------------------------------------------------
    # LEADS
    # ------------------------------------------------------------

    @classmethod
    def _set_up_leads(cls):
        customers = cls.env["res.partner"].create(
            [
                {"name": name, "phone": phone, "company_id": cls.env.company.id}
                for name, phone in (
                    ("Own Customer", "+63 917 555 8001"),
                    ("Other Customer", "+63 917 555 8002"),
                )
            ]
        )
        own_customer, other_customer = customers
        cls._name(
            partner_own=own_customer,
            partner_other=other_customer,
            partner_agent=cls.agent.partner_id,
            partner_portal=cls.users["portal"].partner_id,
        )
        leads = {
            "own": cls._new_lead(
                cls.agent, phone=OWN_PHONE, email_from="own@customer.example"
            ),
            "own_of_contact": cls._new_lead(
                cls.agent, phone=False, partner_id=own_customer.id
            ),
            "own_qualified": cls._new_lead(cls.agent),
            "own_fleet": cls._new_lead(cls.agent, team_id=cls.fleet.id),
            "own_lost": cls._new_lead(cls.agent),
            "own_won": cls._new_lead(cls.agent),
            "other": cls._new_lead(
                cls.other_agent,
                name=f"{OTHERS}-name",
                contact_name=f"{OTHERS}-contact",
                phone="+63 917 555 9001",
                email_from=f"{OTHERS}-email@customer.example",
                description=f"<p>{OTHERS}-description</p>",
            ),
            "other_of_contact": cls._new_lead(
                cls.other_agent, phone=False, partner_id=other_customer.id
            ),
            "other_won": cls._new_lead(cls.other_agent),
            "pool": cls._new_lead(phone=POOL_PHONE, email_from="pool@customer.example"),
            "pool_2": cls._new_lead(priority="2"),
            "pool_lost": cls._new_lead(),
            "unqualified": cls._new_unqualified(),
            "sales": cls._new_lead(cls.users["salesperson"]),
        }
        cls._name(**leads)
        leads["own_qualified"].stage_id = cls.qualified
        cls._lose(leads["own_lost"] | leads["pool_lost"])
        cls._win(leads["own_won"] | leads["other_won"])
        for name, user, text in (
            ("own", cls.agent, "Mine"),
            ("other", cls.other_agent, f"{OTHERS}-message"),
        ):
            leads[name].with_user(user).message_post(body=text)
        cls.leads = leads

    @classmethod
    def _win(cls, leads):
        """Let leads be won as if a dealer had taken their orders."""
        for lead in leads:
            cls.env["crm.dealer.push"].sudo().create(
                {
                    "lead_id": lead.id,
                    "dealership_id": lead.dealership_id.id,
                    "state": "done",
                    "order_name": f"S{lead.id}",
                    "order_key": f"{SECRET}-order-{lead.id}",
                    "order_may_exist": True,
                }
            )
            lead.sudo().write(
                {
                    "dealer_so_id": lead.id,
                    "dealer_so_name": f"S{lead.id}",
                    "dealer_so_state": "draft",
                }
            )
        leads._find_pending_activities().unlink()
        leads._write_by_core({"stage_id": cls.won.id})
        leads._hold_customers()

    @classmethod
    def _set_up_work(cls):
        """Plan and do something for leads of both agents."""
        cls.env["crm.lead.enquiry"].create(
            [
                {
                    "source_id": cls.source.id,
                    "external_id": name,
                    "lead_id": cls.ids[name],
                    "state": "created",
                    "content": f'{{"message": "{OTHERS}-enquiry"}}'
                    if name == "other"
                    else "{}",
                }
                for name in ("own", "other", "pool")
            ]
        )
        for name, user in (("own", cls.agent), ("other", cls.other_agent)):
            lead = cls.leads[name].with_user(user)
            text = f"{OTHERS}-" if name == "other" else ""
            call = cls.env["crm.call.log"].with_user(user)
            call = call.create(
                {"lead_id": lead.id, "result": "busy", "summary": f"{text}call"}
            )
            done = lead.activity_schedule(CALL, summary=f"{text}done")
            cls._name(**{f"activity_{name}_done": done, f"call_{name}": call})
            done.with_context(asks_for_next_step=True).action_feedback()
            planned = lead.activity_schedule(CALL, summary=f"{text}planned")
            visit = lead.env["calendar.event"].create(cls._prepare_visit(lead))
            cls._name(
                **{
                    f"activity_{name}": planned,
                    f"visit_{name}": visit,
                    f"message_{name}": lead.message_ids[:1],
                }
            )
        meeting = cls.env["calendar.event"].with_user(cls.agent)
        start = fields.Datetime.now() + timedelta(days=3)
        times = {"start": start, "stop": start + timedelta(hours=1)}
        cls._name(meeting=meeting.create({"name": "Mine", **times}))
        cls._name(
            stage_activity_own=cls.leads["own_qualified"]._find_stage_activities()[:1],
            push_own=cls.leads["own_won"].push_ids,
            push_other=cls.leads["other_won"].push_ids,
            enquiry_own=cls.leads["own"].enquiry_ids,
            enquiry_other=cls.leads["other"].enquiry_ids,
        )

    @classmethod
    def _prepare_visit(cls, lead):
        start = fields.Datetime.now() + timedelta(days=2)
        return {
            # Core's calendar is open to all employees.
            "name": "Visit",
            "opportunity_id": lead.id,
            "start": start,
            "stop": start + timedelta(hours=1),
            "partner_ids": [Command.set(lead.env.user.partner_id.ids)],
        }

    @classmethod
    def _set_up_wizards(cls):
        """Leave windows open, as people do."""
        for name, user in (("own", cls.agent), ("other", cls.other_agent)):
            lead = {"lead_id": cls.ids[name]}
            env = cls.env["base"].with_user(user).env
            window = env["crm.lead.log.call"].create(
                {**lead, "result": "answered", "summary": f"{OTHERS}-window"}
                if name == "other"
                else {**lead, "result": "answered"}
            )
            cls._name(
                **{
                    f"window_call_{name}": window,
                    f"window_step_{name}": env["crm.lead.plan.step"].create(lead),
                    f"window_lost_{name}": env["crm.lead.lost"].create(
                        {
                            "lead_ids": [Command.set([cls.ids[name]])],
                            "lost_reason_id": cls.reason.id,
                        }
                    ),
                }
            )

    # ------------------------------------------------------------
    # ANOTHER COMPANY
    # ------------------------------------------------------------

    @classmethod
    def _set_up_abroad(cls):
        team = cls.env["crm.team"].create(
            {"name": "Abroad", "company_id": cls.abroad.id}
        )
        account = {**CONNECTION, "odoo_api_key": f"{SECRET}-abroad"}
        values = {"name": "Paris", "code": "PAR-M", **account}
        if "company_id" in cls.env["crm.dealership"]._fields:
            values["company_id"] = cls.abroad.id
        dealership = cls.env["crm.dealership"].create(values)
        lead = cls._new_lead(
            cls.users[FOREIGN_MANAGER],
            team_id=team.id,
            company_id=cls.abroad.id,
            dealership_id=dealership.id,
        )
        cls._name(lead_abroad=lead, team_abroad=team, dealership_abroad=dealership)

    @classmethod
    def _name_basics(cls):
        env = cls.env
        cls._name(
            type_call=env.ref(CALL),
            type_meeting=env.ref("mail.mail_activity_data_meeting"),
            model_lead=env["ir.model"]._get("crm.lead"),
            model_partner=env["ir.model"]._get("res.partner"),
            country=env.ref("base.ph"),
            menu_action=env.ref("bpo_crm.crm_call_log_action"),
            outcome=env["crm.call.outcome"].search([], limit=1),
            note=env.ref("mail.mt_note"),
            comment=env.ref("mail.mt_comment"),
        )

    # ------------------------------------------------------------
    # THE WORLD OUTSIDE
    # ------------------------------------------------------------

    @contextlib.contextmanager
    def _alone(self):
        """Keep other servers out, and the transactions of the code in this one.

        :return: the lists of orders that dealers were sent, of which the machine
            empties one before each call.
        """
        sent = []
        placed = {}

        def place_order(_dealership, order, _look_first):
            sent.append(order.reference)
            number = placed.setdefault(order.key, 1000 + len(placed))
            return remote_odoo.PlacedOrder(number, f"S{number}", "draft")

        def open_session(_connection):
            raise remote_odoo.Unreachable("nobody is there")

        with (
            self._own_transactions_shared(),
            patch.object(self.registry["crm.dealership"], "_place_order", place_order),
            patch.object(
                self.registry["crm.odoo.connection"], "_open_session", open_session
            ),
        ):
            yield sent
