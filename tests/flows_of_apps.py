# Run in Odoo's shell: a house that has used Odoo's apps for years, what people do in
# each of them once, and what the work on leads costs. Twice: without the addon, and
# with it. Nothing but the house itself stays.
# ruff: noqa: F821
import json

from odoo import Command, fields
from odoo.exceptions import RedirectWarning, UserError

HAS_ADDON = "is_bpo" in env["crm.team"]._fields
IS_19 = "group_ids" in env["res.users"]._fields
USER_GROUPS = "group_ids" if IS_19 else "groups_id"
STAGE_TEAM = "team_ids" if IS_19 else "team_id"

#: Teams, each with who works its leads, and how its customers' numbers begin.
TEAMS = {"Own Sales": ("seller", "0917 100"), "Floor": ("caller", "0917 200")}

PEOPLE = {
    "seller": ["sales_team.group_sale_salesman"],
    "caller": ["sales_team.group_sale_salesman"],
    "chief": ["sales_team.group_sale_manager"],
    "desk": ["event.group_event_registration_desk"],
    "organizer": ["event.group_event_manager"],
    "operator": [
        "sales_team.group_sale_salesman",
        "im_livechat.im_livechat_group_user",
    ],
}


def find(model, **values):
    domain = [(name, "=", value) for name, value in values.items()]
    return env[model].with_context(active_test=False).search(domain, limit=1)


def find_team(name):
    return find("crm.team", name=name)


def find_user(login):
    return find("res.users", login=login)


def as_user(records, login):
    return records.with_user(find_user(login))


# The house


def set_up():
    env.company.country_id = env.ref("base.ph")
    for login, groups in PEOPLE.items():
        new_user(login, "base.group_user", *groups)
    for name in TEAMS:
        new_team(name)
    new_automations(find_team("Own Sales"))
    leads = Command.link(env.ref("crm.group_use_lead").id)
    env.ref("base.group_user").implied_ids = [leads]
    env["crm.team"].search([]).use_leads = True


def new_user(login, *groups):
    ids = [env.ref(group).id for group in groups]
    return env["res.users"].create(
        {
            "name": login.title(),
            "login": login,
            "password": login,
            "email": f"{login}@house.example",
            USER_GROUPS: [Command.set(ids)],
        }
    )


def new_team(name):
    """Make a team with an event, whose attendees become leads of it."""
    owner, _numbers = TEAMS[name]
    team = env["crm.team"].create({"name": name, "use_leads": True})
    member = {"crm_team_id": team.id, "user_id": find_user(owner).id}
    env["crm.team.member"].create(member)
    now = fields.Datetime.now()
    event = env["event.event"].create(
        {
            "name": f"Open Day of {name}",
            "date_begin": now,
            "date_end": fields.Datetime.add(now, days=1),
            "event_mail_ids": [Command.clear()],
        }
    )
    for trigger in ("create", "done"):
        env["event.lead.rule"].create(
            {
                "name": f"{name}: {trigger}",
                "event_id": event.id,
                "lead_creation_trigger": trigger,
                "lead_type": "lead",
                "lead_sales_team_id": team.id,
            }
        )
    # Core's scoring has learned something.
    for close in ("action_set_won", "action_set_lost"):
        values = {"name": "Closed", "type": "opportunity", "team_id": team.id}
        getattr(env["crm.lead"].create(values), close)()


def new_automations(team):
    """Make stages of a team, and what moves and archives leads by itself."""
    of_team = {STAGE_TEAM: team.ids if IS_19 else team.id}
    fitting = env["crm.stage"].create({"name": "Fitting", "sequence": 5, **of_team})
    env["crm.stage"].create({"name": "Parked", "sequence": 80, "fold": True, **of_team})
    model = {"model_id": env.ref("crm.model_crm_lead").id, "state": "code"}
    move = {
        "name": "To Fitting",
        "code": f"records.write({{'stage_id': {fitting.id}}})",
        **model,
    }
    env["base.automation"].create(
        {
            "name": "Urgent ones are fitted",
            "model_id": model["model_id"],
            "trigger": "on_create_or_write",
            "filter_domain": "[('priority', '=', '3')]",
            "action_server_ids": [Command.create(move)],
        }
    )
    env["ir.cron"].create(
        {
            "name": "Archive what is old",
            "code": "model.search([('name', '=', 'Old')]).write({'active': False})",
            "interval_type": "days",
            **model,
        }
    )


def answer():
    """Let one team work for dealerships, whose leads a supervisor looks after."""
    floor = find_team("Floor")
    floor.is_bpo = True
    (env["crm.team"].search([]) - floor).is_bpo = False
    supervisor = Command.link(env.ref("bpo_crm.group_bpo_supervisor").id)
    find_user("chief").write({USER_GROUPS: [supervisor]})


# What people do: each returns leads


def customer(team):
    _owner, numbers = TEAMS[team]
    return {
        "phone": f"{numbers} 1234",
        "email": f"someone@{team.replace(' ', '').lower()}.example",
    }


def new_lead(team, **values):
    """Make an open lead of a team, as it is before somebody comes by an app."""
    owner, _numbers = TEAMS[team]
    who = customer(team)
    return env["crm.lead"].create(
        {
            "name": "Before",
            "type": "opportunity",
            "phone": who["phone"],
            "email_from": who["email"],
            "team_id": find_team(team).id,
            "user_id": find_user(owner).id,
            **values,
        }
    )


def new_raw_lead(team, email):
    """Make what core called a lead, before its team worked for dealerships."""
    lead = new_lead(team, name="Raw", email_from=False, phone=False, user_id=False)
    lead.flush_recordset()
    env.cr.execute(
        "UPDATE crm_lead SET type = 'lead', email_from = %(email)s,"
        " email_normalized = %(email)s WHERE id = %(id)s",
        {"email": email, "id": lead.id},
    )
    lead.invalidate_recordset()
    return lead


def find_leads(team):
    email = customer(team)["email"]
    leads = env["crm.lead"].with_context(active_test=False)
    return leads.search([("email_normalized", "=", email)], order="id")


def find_event(team):
    return find("event.event", name=f"Open Day of {team}")


def register(team):
    values = {"event_id": find_event(team).id, "name": "Guest", **customer(team)}
    return as_user(env["event.registration"], "desk").create(values)


def a_new_guest_is_registered(team):
    register(team)
    return find_leads(team)


def a_known_guest_is_registered(team):
    new_lead(team)
    register(team)
    return find_leads(team)


def a_guest_attends(team):
    register(team).action_set_done()
    return find_leads(team)


def a_guest_takes_the_address_of_another(team):
    other = new_lead(team, email_from="other@customer.example", phone="0917 300 1234")
    guest = register(team)
    made = find_leads(team)
    guest.write({"email": other.email_from, "phone": other.phone})
    return other | made


def leads_of_a_whole_event_are_made(team):
    new_lead(team)
    values = {"event_id": find_event(team).id, "name": "Guest", "state": "open"}
    guests = env["event.registration"].with_context(event_lead_rule_skip=True)
    guests.create({**values, **customer(team)})
    as_user(find_event(team), "organizer").action_generate_leads()
    return find_leads(team)


def chat(team):
    guest = env["res.partner"].create({"name": "Chatter", **customer(team)})
    operator = find_user("operator").partner_id
    members = [Command.create({"partner_id": p.id}) for p in (guest, operator)]
    channel = env["discuss.channel"].create(
        {
            "name": "Chat",
            "channel_type": "livechat",
            "livechat_operator_id": operator.id,
            "channel_member_ids": members,
        }
    )
    as_user(channel, "operator").execute_command_lead(body="/lead From a chat")
    return find_leads(team)


def a_new_chat_becomes_a_lead(team):
    return chat(team)


def a_known_customer_chats(team):
    new_lead(team)
    return chat(team)


def a_known_customer_talks_to_a_bot(team):
    new_lead(team)
    script = env["chatbot.script"].create({"title": "Bot"})
    step = env["chatbot.script.step"].create(
        {
            "chatbot_script_id": script.id,
            "step_type": "create_lead",
            "message": "Thanks",
            "crm_team_id": find_team(team).id,
        }
    )
    guest = new_user("guest", "base.group_portal")
    guest.partner_id.write(customer(team))
    channel = env["discuss.channel"].create(
        {
            "name": "Bot",
            "channel_type": "livechat",
            "livechat_operator_id": script.operator_partner_id.id,
        }
    )
    step.with_user(guest).sudo()._process_step(channel.with_user(guest).sudo())
    return find_leads(team)


def open_window(model, leads, **values):
    window = as_user(env[model], "chief").with_context(
        active_model="crm.lead", active_id=leads[0].id, active_ids=leads.ids
    )
    return window.create({"name": "convert", **values})


def a_lead_is_converted(team):
    lead = new_raw_lead(team, "new@customer.example")
    window = open_window("crm.lead2opportunity.partner", lead, action="create")
    window.action_apply()
    return lead


def many_leads_are_converted(team):
    known = new_lead(team)
    emails = ("one@customer.example", "two@customer.example", known.email_from)
    leads = env["crm.lead"].concat(*(new_raw_lead(team, email) for email in emails))
    owner, _numbers = TEAMS[team]
    owners = {"user_ids": [Command.set(find_user(owner).ids)]}
    window = open_window("crm.lead2opportunity.partner.mass", leads, **owners)
    window.action_mass_convert()
    return leads | known


def leads_of_two_teams_are_merged(team):
    other = next(name for name in TEAMS if name != team)
    leads = new_lead(team) | new_lead(other, name="Of the other team")
    return as_user(leads, "chief").merge_opportunity()


def leads_of_one_team_are_merged(team):
    leads = new_lead(team) | new_lead(team, phone=False, email_from="a@b.example")
    return as_user(leads, "chief").merge_opportunity()


def an_automation_moves_a_lead(team):
    owner, _numbers = TEAMS[team]
    lead = as_user(new_lead(team), owner)
    lead.priority = "3"
    return lead


def a_nightly_job_archives(team):
    lead = new_lead(team, name="Old")
    find("ir.cron", name="Archive what is old").ir_actions_server_id.run()
    return lead


def a_seller_works(team):
    leads = as_user(env["crm.lead"], "seller")
    lead = leads.create({"name": "By hand", "type": "opportunity"})
    views = [(False, kind) for kind in ("kanban", "list", "form", "search")]
    assert len(leads.get_views(views)["views"]) == len(views)
    (shown,) = lead.web_read({"stage_id": {"fields": {"display_name": {}}}})
    assert shown["stage_id"]["display_name"]
    leads.web_search_read([], {"name": {}, "activity_ids": {"fields": {}}}, limit=9)
    counts = ["__count"] if IS_19 else ["stage_id"]
    leads.web_read_group([], ["stage_id"], counts)
    for name in ("Parked", "Fitting"):
        lead.stage_id = find("crm.stage", name=name)
    lead.action_set_lost()
    lead.toggle_active()
    lead.action_set_won_rainbowman()
    return lead


def a_seller_is_quick(team):
    leads = as_user(env["crm.lead"], "seller")
    lead_id, _name = leads.name_create("Quick")
    return leads.browse(lead_id)


def a_reseller_enters_a_lead(team):
    reseller = new_user("reseller", "base.group_portal")
    reseller.partner_id.grade_id = env["res.partner.grade"].search([], limit=1)
    said = {"contact_name": "Buyer", "description": "Two", "title": "Two of them"}
    leads = env["crm.lead"].with_user(reseller)
    return env["crm.lead"].browse(leads.create_opp_portal(said)["id"])


FLOWS = (
    a_new_guest_is_registered,
    a_known_guest_is_registered,
    a_guest_attends,
    a_guest_takes_the_address_of_another,
    leads_of_a_whole_event_are_made,
    a_new_chat_becomes_a_lead,
    a_known_customer_chats,
    a_known_customer_talks_to_a_bot,
    a_lead_is_converted,
    many_leads_are_converted,
    leads_of_one_team_are_merged,
    leads_of_two_teams_are_merged,
    an_automation_moves_a_lead,
    a_nightly_job_archives,
    a_seller_works,
    a_seller_is_quick,
    a_reseller_enters_a_lead,
)


def tell(lead):
    """Return what there is to say of a lead, and is the same in each database."""
    channel = lead["origin_channel_id"].name if IS_19 else None
    return {
        "name": lead.name,
        "type": lead.type,
        "stage": lead.stage_id.name,
        "team": lead.team_id.name,
        "owner": lead.user_id.login,
        "active": lead.active,
        "registrations": len(lead.registration_ids),
        "event": lead.event_id.name,
        "channel": channel,
        "said": "\n".join(lead.message_ids.mapped("body")) if HAS_ADDON else "",
    }


def run(flow, team):
    """Return what becomes of leads, or why it was refused; it is undone."""
    if HAS_ADDON:
        # Chats and resellers say no team.
        env.company.is_bpo = team == "Floor"
    env.flush_all()
    savepoint = env.cr.savepoint()
    try:
        leads = flow(team)
        env.flush_all()
        return [tell(lead) for lead in leads.sudo().exists()]
    except (RedirectWarning, UserError) as refusal:
        return refusal.args[0]
    finally:
        savepoint.close(rollback=True)


# What it costs


class Counter:
    """Counts the queries of what is done with a lead of a team, once it is warm."""

    def __init__(self, team):
        self.team = team
        self.leads = as_user(env["crm.lead"], "seller")
        self.values = {
            "name": "Counted",
            "type": "opportunity",
            "team_id": find_team(team).id,
            "email_from": "counted@customer.example",
            "phone": "0917 300 3000",
        }
        seller = find_user("seller")
        self.lead = self.leads.create({**self.values, "user_id": seller.id})
        self.turn = 0

    def work(self):
        """Return what is done, by name."""
        return {
            "create": lambda: self.leads.create(self.values),
            "create with all rights": lambda: self.leads.sudo().create(self.values),
            "create as the superuser": lambda: env["crm.lead"].create(self.values),
            "create ten": lambda: self.leads.create([self.values] * 10),
            "name_create": lambda: self.leads.name_create("Counted"),
            "web_save": lambda: self.leads.web_save(self.values, {"name": {}}),
            "copy": lambda: self.lead.sudo().copy(),
            "write name": lambda: self.lead.write({"name": f"Counted {self.turn}"}),
            "write address": lambda: self.lead.write(
                {"email_from": f"c{self.turn}@customer.example"}
            ),
            "move": lambda: self.lead.write({"stage_id": self.find_other_stage()}),
            "move with all rights": lambda: self.lead.sudo().write(
                {"stage_id": self.find_other_stage()}
            ),
            "lose": lambda: self.lead.action_set_lost(),
            "archive": lambda: self.lead.toggle_active(),
            "win": lambda: self.lead.action_set_won(),
        }

    def find_other_stage(self):
        stages = ("Fitting", "Parked")
        return find("crm.stage", name=stages[self.turn % 2]).id

    def count(self, work):
        # The first time, much is read that stays known.
        for self.turn in range(3):
            env.flush_all()
            env.invalidate_all()
            before = env.cr.sql_log_count
            work()
            env.flush_all()
        return env.cr.sql_log_count - before


def count_all():
    # Where an automation watches leads, its app asks for it before each field that is
    # worked out.
    env["base.automation"].search([]).active = False
    counter = Counter("Own Sales")
    return {name: counter.count(work) for name, work in counter.work().items()}


if not find_user("seller"):
    set_up()
    env.cr.commit()
elif HAS_ADDON:
    answer()
told = {team: {flow.__name__: run(flow, team) for flow in FLOWS} for team in TEAMS}
if HAS_ADDON:
    env.company.is_bpo = False
print("TOLD", json.dumps({"flows": told, "costs": count_all()}))
