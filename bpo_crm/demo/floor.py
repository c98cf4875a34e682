"""Plays the demo's stories by the methods that the screens call, and dates them.

Everything happens now: leads are claimed, called and moved for many customers at a
time. After each turn, what has the time of now gets the time of the story.
"""

import itertools
from datetime import timedelta

from odoo.tools import SQL

from .. import remote_odoo
from ..inner_context import CHANGES_MEETINGS
from ..intake import Enquiry
from . import hours, reviews, stories, words

#: Nobody is written to, and what changes is told once for many leads.
QUIET = {
    # Of a client, the addon takes no such word.
    **CHANGES_MEETINGS.say(),
    "mail_activity_quick_update": True,
    "mail_auto_subscribe_no_notify": True,
    "mail_notify_force_send": False,
    "mail_notrack": True,
    "no_mail_to_attendees": True,
}

#: What a turn leaves: the table, which of its rows are of leads, the columns that have
#: the time of now, and those that have the superuser, or who that is.
DATED = (
    (
        "crm_lead",
        "dated.id",
        ("create_date", "date_open", "date_last_stage_update", "date_closed"),
        {},
    ),
    (
        "mail_message",
        "dated.model = 'crm.lead' AND dated.res_id",
        ("date", "create_date"),
        {"author_id": "partner_id", "create_uid": "user_id", "email_from": "address"},
    ),
    (
        "mail_activity",
        "dated.res_model = 'crm.lead' AND dated.res_id",
        ("create_date", "done_at"),
        {"create_uid": "user_id", "done_by_id": "user_id"},
    ),
    ("crm_call_log", "dated.lead_id", ("create_date",), {"create_uid": "user_id"}),
    (
        "crm_lead_stage_history",
        "dated.lead_id",
        ("entered_at", "left_at"),
        {"user_id": "user_id"},
    ),
    ("crm_dealer_push", "dated.lead_id", ("create_date",), {}),
    ("crm_lead_enquiry", "dated.lead_id", ("create_date",), {}),
    (
        "calendar_event",
        "dated.opportunity_id",
        ("create_date",),
        {"create_uid": "user_id"},
    ),
)

#: What is done to all who are so far before anything of the next ones.
VERBS = (
    *("claim", "call", "ask_again", "errand", "invite", "visit"),
    *("qualify", "negotiate", "fail", "release", "lose", "win"),
)

#: Fields that follow from these columns.
FOLLOWING = ("day_open", "day_close")

#: Of the enquiries that no lead could be made of.
NAMELESS = (
    ("auto-portal", "Ask for the price", "", "Is the price still the same?"),
    ("social-media", "J. R.", "12", "pm me"),
)

FAILURES = {
    "unreachable": remote_odoo.Unreachable(),
    "rejected": remote_odoo.Rejected("The customer has no tax number."),
}


class Turn:
    """What is done at a time: one event of each of many stories, all of one kind.

    :param Floor floor: whose people do it.
    :param list acts: pairs of a story and its event.
    """

    def __init__(self, floor, acts):
        self._floor = floor
        self.acts = acts

    def __iter__(self):
        """Yield each lead with its event."""
        events = [event for _story, event in self.acts]
        return zip(self.leads, events, strict=True)

    @property
    def leads(self):
        """The leads of all stories, in their order."""
        return self._floor.find_leads(story for story, _event in self.acts)

    def group(self, name):
        """Return the leads by what the events say.

        :param str name: of a value of the events.
        :rtype: dict
        """
        values = {lead: event.values[name] for lead, event in self}
        return self.leads.grouped(values.get)


class Floor:
    """People of the demo who do what the stories tell.

    :param odoo.api.Environment env: of the superuser.
    """

    def __init__(self, env):
        self.env = env(context={**env.context, **QUIET})
        # Whole seconds, as the ORM writes what it dates.
        self._now = env.cr.now().replace(microsecond=0)
        self._lead_ids = {}
        # By which senders know their enquiries.
        self._numbers = itertools.count(4107, 3)
        self._orders = itertools.count(231, 4)

    def play(self):
        """Let it all happen."""
        waves = stories.Teller(hours.to_manila(self._now)).tell()
        for wave in waves:
            self._begin(wave)
            self._go_on(wave)
        told = [story for wave in waves for story in wave]
        self._keep_nameless()
        self._plan_steps([story for story in told if not story.is_closed])
        self._settle(told)
        reviews.write(
            self.env["res.users"].union(*map(self.find_user, stories.AGENTS)),
            self.find_user("supervisor"),
            self._now,
        )

    def find_leads(self, told):
        """Return the leads of stories.

        :param told: of :class:`~.stories.Story`.
        :rtype: crm.lead
        """
        return self.env["crm.lead"].browse(map(self._lead_ids.get, told))

    def find_user(self, login):
        """Return somebody of the demo.

        :param str login: of the user.
        :rtype: res.users
        """
        return self.env.ref(f"bpo_crm.user_{login}")

    # How time goes by

    def _go_on(self, wave):
        """Let what happened to some customers happen, the same to many at a time.

        :param list wave: stories that have begun.
        """
        ahead = {story: list(reversed(story.events)) for story in wave}
        while waiting := [story for story in wave if ahead[story]]:
            by_verb = {}
            for story in waiting:
                by_verb.setdefault(ahead[story][-1].verb, []).append(story)
            verb = min(by_verb, key=VERBS.index)
            turn = Turn(self, [(story, ahead[story].pop()) for story in by_verb[verb]])
            getattr(self, f"_{verb}")(turn)
            self._date(
                {story: event.at for story, event in turn.acts},
                [self._find_doer(story, event) for story, event in turn.acts],
            )

    def _find_doer(self, story, event):
        """Return who has done something."""
        if event.verb == "ask_again":
            return self.env.user
        is_agents = event.verb != "release"
        return self.find_user(story.agent if is_agents else "supervisor")

    def _date(self, moments, users):
        """Let what was done now have been done when it is told to have happened.

        :param dict moments: of each story, by Manila's clock.
        :param list users: who did it.
        """
        self.env.flush_all()
        self.env.cr.precommit.run()
        self.env.flush_all()
        told = SQL(
            "unnest(%s, %s::timestamp[], %s, %s, %s)"
            " AS told(id, moment, user_id, partner_id, address)",
            self.find_leads(moments).ids,
            [hours.to_utc(moment) for moment in moments.values()],
            [user.id for user in users],
            [user.partner_id.id for user in users],
            [user.email_formatted for user in users],
        )
        for dated in DATED:
            self.env.cr.execute(self._get_dating_sql(told, *dated))
        self.env.invalidate_all()

    def _get_dating_sql(self, told, table, lead, moments, doers):
        """Return the statement that dates what a turn has left in a table.

        :param SQL told: rows with what is told of each lead.
        :param str table: its name.
        :param str lead: what is the lead of a row.
        :param tuple moments: columns that may have the time of now.
        :param dict doers: columns that may have the superuser, and what they get.
        :rtype: SQL
        """
        recent = [SQL("%s >= %s", SQL("dated." + name), self._now) for name in moments]
        values = [
            SQL(
                "%s = CASE WHEN %s THEN told.moment ELSE %s END",
                *(SQL(name), is_recent, SQL("dated." + name)),
            )
            for name, is_recent in zip(moments, recent, strict=True)
        ]
        root = self.env.user
        own = {"user_id": root.id, "partner_id": root.partner_id.id}
        values += [
            SQL(
                "%(name)s ="
                " CASE WHEN %(key)s = %(root)s THEN %(doer)s ELSE %(old)s END",
                name=SQL(name),
                key=SQL("dated." + ("author_id" if doer == "address" else name)),
                root=own.get(doer, root.partner_id.id),
                doer=SQL("told." + doer),
                old=SQL("dated." + name),
            )
            for name, doer in doers.items()
        ]
        return SQL(
            "UPDATE %s AS dated SET %s FROM %s WHERE %s = told.id AND (%s)",
            SQL(table),
            SQL(", ").join(values),
            told,
            SQL(lead),
            SQL(" OR ").join(recent),
        )

    def _tell_change(self, leads, name, old):
        """Write into the chatter what has changed, alike for many leads.

        :param crm.lead leads: that have changed.
        :param str name: of the field.
        :param old: its value before.
        """
        if not leads:
            return
        described = leads.fields_get([name])[name]
        tracking = self.env["mail.tracking.value"]
        for new, alike in leads.grouped(name).items():
            values = tracking._create_tracking_values(
                old, new, name, described, alike[:1]
            )
            messages = alike._message_log_batch(dict.fromkeys(alike.ids, ""))
            tracking.create([{**values, "mail_message_id": row.id} for row in messages])

    # How a lead begins

    def _begin(self, told):
        """Take in what customers asked, by the door of their source.

        :param list told: stories, in the order in which customers asked.
        """
        fresh = {}
        # Written down as they came, and taken in together.
        for code, run in _split_into_runs(told):
            enquiries = {story: self._prepare_enquiry(story) for story in run}
            rows, _new = self.env["crm.lead.enquiry"]._write_down(
                self._find_source(code), list(enquiries.values())
            )
            for (story, enquiry), row in zip(enquiries.items(), rows, strict=True):
                fresh.setdefault(code, {})[story] = (row, enquiry)
        for code, entries in fresh.items():
            self.env["crm.lead"]._take_in_rows(
                dict(entries.values()), self._find_source(code)
            )
            for story, (row, _enquiry) in entries.items():
                self._lead_ids[story] = row.lead_id.id
        self._number(told)
        for priority in "123":
            urgent = [story for story in told if story.priority == priority]
            self.find_leads(urgent).write({"priority": priority})
        moments = {story: story.asked for story in told}
        self._date(moments, [self.env.user] * len(told))

    def _find_source(self, code):
        return self.env["crm.lead.source"].search([("code", "=", code)])

    def _prepare_enquiry(self, story):
        """Return what a customer asks, as a source delivers it.

        :param Story story: of the customer.
        :rtype: Enquiry
        """
        customer = story.customer
        return Enquiry(
            **self._prepare_identity(story),
            enquired_at=hours.to_utc(story.asked),
            name=customer.name,
            phone=customer.phone,
            email=customer.email,
            city=words.DEALERSHIPS[story.dealership][0],
            country="PH",
            vehicle=story.vehicle,
            dealership=story.dealership,
            message=story.message,
        )

    def _prepare_identity(self, story):
        """Return by what an enquiry is known, which a feed says in its own way.

        :param Story story: of the customer.
        :return: values of an enquiry.
        :rtype: dict
        """
        number = next(self._numbers)
        feed = self.env.ref("bpo_crm.lead_feed_toyota")
        if feed.source_id.code != story.source:
            return {"external_id": f"W-{number}"}
        return {
            "external_id": feed._get_external_id(number),
            "feed_id": feed.id,
            "record": {"id": number},
        }

    def _number(self, told):
        """Give the leads their references in the order in which customers asked.

        :param list told: stories, in the order in which customers asked.
        """
        leads = self.find_leads(told)
        references = sorted(leads.mapped("reference"))
        self.env.flush_all()
        self.env.cr.execute(
            """
            UPDATE crm_lead SET reference = NULL WHERE id = ANY(%(leads)s);
            UPDATE crm_lead SET reference = numbered.reference
              FROM unnest(%(leads)s, %(references)s) AS numbered(id, reference)
             WHERE crm_lead.id = numbered.id
            """,
            {"leads": leads.ids, "references": references},
        )
        self.env.invalidate_all()

    def _keep_nameless(self):
        """Keep what nobody could be called back for."""
        for code, name, phone, message in NAMELESS:
            self._take_in_one(code, name=name, phone=phone, message=message)

    def _take_in_one(self, code, **values):
        enquiry = Enquiry(f"W-{next(self._numbers)}", **values)
        self.env["crm.lead"]._take_in(self._find_source(code), [enquiry])

    # What is done, each for many leads

    def _claim(self, turn):
        agents = {
            lead: self.find_user(s.agent)
            for (s, _e), lead in zip(turn.acts, turn.leads, strict=True)
        }
        for agent, leads in turn.leads.grouped(agents.get).items():
            leads._check_unclaimed()
            leads._claim(agent)
        self._tell_change(turn.leads, "user_id", self.env["res.users"])

    def _call(self, turn):
        """Log what was said to customers, or why nothing was.

        :param Turn turn: of calls.
        """
        calls = [
            {
                "lead_id": lead.id,
                "user_id": lead.user_id.id,
                "call_date": hours.to_utc(event.at),
                "duration": event.values["duration"],
                "result": event.values["result"],
                "summary": event.values["summary"],
                "answer_id": self._find_answer(event.values.get("answer")),
            }
            for lead, event in turn
        ]
        for call in self.env["crm.call.log"].create(calls):
            if call.result == "wrong_number":
                call.lead_id.wrong_phone = call.lead_id.phone_sanitized

    def _find_answer(self, name):
        """Return the id of what a customer answered.

        :param name: of an answer of the addon's data; None for none.
        :return: False for none, or where it was deleted.
        :rtype: int | bool
        """
        name = name and f"bpo_crm.call_answer_{name}"
        answer = name and self.env.ref(name, raise_if_not_found=False)
        return answer.id if answer else False

    def _qualify(self, turn):
        self._move(turn.leads)

    def _negotiate(self, turn):
        self._move(turn.leads)

    def _move(self, leads):
        """Move leads to the next stage of their team.

        :param crm.lead leads: of any open stages.
        """
        for (team, stage), alike in leads.grouped(
            lambda lead: (lead.team_id, lead.stage_id)
        ).items():
            following = stage._next_among(self.env["crm.stage"]._find_open(team))
            if following:
                alike.write({"stage_id": following.id})
                self._tell_change(alike, "stage_id", stage)

    def _errand(self, turn):
        """Do what a customer asked for, such as to send an offer.

        :param Turn turn: of errands.
        """
        planned = [
            (lead, event.values["kind"], {"summary": event.values["summary"]})
            for lead, event in turn
        ]
        self._schedule(planned)._complete_by_move()

    def _schedule(self, planned):
        """Plan activities for the owners of leads.

        :param list planned: tuples of a lead, the kind of the activity, and further
            values.
        :rtype: mail.activity
        """
        return self.env["mail.activity"].create(
            [
                {
                    "res_model_id": self.env["ir.model"]._get_id("crm.lead"),
                    "res_id": lead.id,
                    "user_id": lead.user_id.id,
                    "activity_type_id": self._find_kind(kind).id,
                    **values,
                }
                for lead, kind, values in planned
            ]
        )

    def _find_kind(self, kind):
        return self.env.ref(f"mail.mail_activity_data_{kind}")

    def _invite(self, turn):
        """Plan visits of customers at their dealerships.

        :param Turn turn: of invitations.
        """
        visits = []
        for lead, event in turn:
            start = hours.to_utc(event.values["start"])
            visits.append(
                {
                    "name": self.env._("Visit: %s", lead.customer_name),
                    "visit_state": "planned",
                    "opportunity_id": lead.id,
                    "user_id": lead.user_id.id,
                    "location": lead.dealership_id._format_address(),
                    "start": start,
                    "stop": start + timedelta(hours=1),
                }
            )
        self.env["calendar.event"].create(visits)

    def _visit(self, turn):
        for has_come, leads in turn.group("has_come").items():
            planned = [
                ("opportunity_id", "in", leads.ids),
                ("visit_state", "=", "planned"),
            ]
            visits = self.env["calendar.event"].search(planned)
            visits.write({"visit_state": "done" if has_come else "no_show"})
            visits.activity_ids._complete_by_move()

    def _lose(self, turn):
        """Mark leads as lost.

        :param Turn turn: of losses.
        """
        notes = {lead.id: event.values["note"] for lead, event in turn}
        notes = {lead_id: note for lead_id, note in notes.items() if note}
        turn.leads.browse(notes)._message_log_batch(notes)
        for name, leads in turn.group("reason").items():
            stages = leads.grouped("stage_id")
            reason = self.env.ref(f"bpo_crm.lost_reason_{name}")
            leads.action_set_lost(lost_reason_id=reason.id)
            for stage, alike in stages.items():
                self._tell_change(alike, "stage_id", stage)

    def _win(self, turn):
        """Mark leads as won, without a dealer to ask for the orders.

        :param Turn turn: of wins.
        """
        stages = turn.leads.grouped("stage_id")
        stage = turn.leads[:1]._get_won_stage()
        # As a win does it, but for what goes to the dealer.
        for change in turn.leads._begin_write({"stage_id": stage.id}):
            change.leads._check_change(change)
            change.leads._follow_up_change(change)
        for old, alike in stages.items():
            self._tell_change(alike, "stage_id", old)
        for lead, event in turn:
            self._order(lead, event)

    def _order(self, lead, event):
        """Write down the order that a dealer has made.

        :param crm.lead lead: that was won.
        :param Event event: the win.
        """
        number = next(self._orders)
        name, amount = f"S{number:05}", event.values["amount"]
        lead.write(
            {
                "dealer_so_id": number,
                "dealer_so_name": name,
                "dealer_so_state": event.values["state"],
                "dealer_so_amount": amount,
                "expected_revenue": amount,
            }
        )
        self._record_push(lead, state="done", order_name=name)
        lead._log_dealer_order()

    def _record_push(self, lead, **values):
        """Write down an attempt to make an order.

        :param crm.lead lead: for which it was.
        :param values: what became of it.
        """
        self.env["crm.dealer.push"].create(
            {
                "lead_id": lead.id,
                "dealership_id": lead.dealership_id.id,
                "user_id": lead.user_id.id,
                "duration": 0.6 + (lead.id * 37 % 100) / 80,
                **values,
            }
        )

    def _fail(self, turn):
        """A dealer's server takes no order.

        :param Turn turn: of wins that failed.
        """
        manager = self.find_user("manager")
        for lead, event in turn:
            error = FAILURES[event.values["kind"]]
            message = lead.dealership_id._describe_failure(error)
            self._record_push(
                lead, state="failed", error_kind=error.kind, message=message
            )
            lead._message_log(body=lead._prepare_push_error(error))
            lead.dealership_id._plan_mending(manager.id, error, lead.company_id.id)

    def _ask_again(self, turn):
        """Take in what customers ask once more, by another door.

        :param Turn turn: of their enquiries.
        """
        for story, event in turn.acts:
            self._take_in_one(
                event.values["source"],
                enquired_at=hours.to_utc(event.at),
                name=story.customer.name,
                phone=story.customer.phone,
                country="PH",
                vehicle=story.vehicle,
                message=event.values["message"],
            )

    def _release(self, turn):
        """Take leads away from their agents.

        :param Turn turn: of leads that go back to the pool.
        """
        for owner, leads in turn.leads.grouped("user_id").items():
            # As the job does it that gives leads back.
            leads._cancel_activities()
            leads.write({"user_id": False})
            self._tell_change(leads, "user_id", owner)

    # How it stands now

    def _plan_steps(self, told):
        """Let every lead that somebody has wait for what the story tells.

        :param list told: stories that have not ended.
        """
        new = []
        owned = [(s, lead) for s, lead in zip(told, self.find_leads(told), strict=True)]
        owned = [(story, lead) for story, lead in owned if lead.user_id]
        pending = self.find_leads(s for s, _lead in owned)._find_pending_activities()
        by_lead = pending.grouped("res_id")
        for story, lead in owned:
            kind, values = self._prepare_step(story)
            planned = by_lead.get(lead.id, pending.browse()).filtered("crm_stage_id")[
                :1
            ]
            if planned and kind == "call":
                planned.write(values)
            else:
                new.append((lead, kind, values))
                later = hours.add_open_days(hours.find_open(story.events[-1].at), 4)
                planned.date_deadline = max(later.date(), values["date_deadline"])
        self._schedule(new)

    def _prepare_step(self, story):
        """Return what is planned for a lead: its kind, and values of the activity.

        :param Story story: of the lead.
        :rtype: tuple[str, dict]
        """
        step = story.step
        if step is None:
            visit = max(e.values["start"] for e in story.events if e.verb == "invite")
            day = hours.add_open_days(hours.find_open(visit), 1).date()
            return "call", {"summary": "Ask how the visit was", "date_deadline": day}
        values = {"summary": step.summary, "date_deadline": step.at.date()}
        if step.is_timed:
            values["due_at"] = hours.to_utc(step.at)
        return step.kind, values

    def _settle(self, told):
        """Work out what follows, and let the leads go with the addon.

        :param list told: all stories.
        """
        leads = self.find_leads(told)
        for name in FOLLOWING:
            self.env.add_to_compute(leads._fields[name], leads)
        waiting = leads.filtered(lambda lead: lead.response_state == "missed")
        waiting.is_response_warned = True
        self._date_done(leads)
        self._date_changes(leads)
        self._measure_stays(leads)
        self._let_scoring_learn(leads)
        leads.filtered(lambda lead: not lead.stage_id.is_won)._compute_probabilities()
        self.env["ir.model.data"]._update_xmlids(
            [
                {"xml_id": f"bpo_crm.lead_{n}", "record": lead, "noupdate": True}
                for n, lead in enumerate(leads, start=1)
            ]
        )
        self.env.flush_all()

    def _measure_stays(self, leads):
        """Work out by the times of the stories how long leads were in their stages.

        :param crm.lead leads: of all stories.
        """
        history = self.env["crm.lead.stage.history"]
        self.env.cr.execute(
            """
            UPDATE crm_lead_stage_history
               SET local_day = timezone(%s, timezone('UTC', entered_at))::date,
                   working_minutes = NULL
             WHERE lead_id = ANY(%s)
            """,
            [self.env.company._get_database_zone(), leads.ids],
        )
        history._measure()

    def _let_scoring_learn(self, leads):
        """Let core's scoring look at all that was closed, as after some months."""
        since = self._now - timedelta(days=stories.SPAN + 1)
        self.env["ir.config_parameter"].set_param("crm.pls_start_date", since.date())
        leads._rebuild_pls_frequency_table()

    def _date_done(self, leads):
        """Let what is done have been due when it was done.

        :param crm.lead leads: on which it was done.
        """
        self.env.flush_all()
        self.env.cr.execute(
            """
            UPDATE mail_activity
               SET date_done = (done_at + %(ahead)s)::date,
                   date_deadline = (done_at + %(ahead)s)::date
             WHERE res_model = 'crm.lead' AND res_id = ANY(%(leads)s)
               AND done_at IS NOT NULL
            """,
            {"ahead": hours.AHEAD, "leads": leads.ids},
        )
        self.env.invalidate_all()

    def _date_changes(self, leads):
        """Let what changed have changed when the chatter says so.

        The bar of stages counts from it how long a lead was in each.

        :param crm.lead leads: that have changed.
        """
        self.env.cr.execute(
            """
            UPDATE mail_tracking_value AS change
               SET create_date = told.date
              FROM mail_message AS told
             WHERE told.id = change.mail_message_id
               AND told.model = 'crm.lead' AND told.res_id = ANY(%(leads)s)
            """,
            {"leads": leads.ids},
        )
        self.env.invalidate_all()


def _split_into_runs(told):
    """Yield what came from one source, until something came from another one.

    :param list told: stories in their order.
    :return: the code of the source, and its stories.
    """
    run = []
    for story in told:
        if run and run[0].source != story.source:
            yield run[0].source, run
            run = []
        run.append(story)
    if run:
        yield run[0].source, run
