import dataclasses
import logging

import psycopg2

from odoo import SUPERUSER_ID, api, fields, models

from ...own_transaction import read_committed
from ...roles import AGENT
from ...series import GROUP_MEMBERS, Constraint, any_of, commit_progress

_logger = logging.getLogger(__name__)

DISTRIBUTIONS = [
    ("pool", "Agents claim from the pool"),
    ("round_robin", "Round robin"),
    ("least_loaded", "To whoever has the fewest open leads"),
]

#: How many waiting leads of a team one run gives out; the next one follows at once.
BATCH = 500


@dataclasses.dataclass(eq=False)
class Seat:
    """Somebody at work who can be given leads.

    :param crm.team.member member: who it is.
    :param int turn: the number of the last lead that came here.
    :param int load: the open leads that are here.
    :param int most: how many there may be; 0 for any number.
    """

    member: models.BaseModel
    turn: int
    load: int
    most: int
    #: The leads that may come here.
    allowed: models.BaseModel | None = None
    #: What is given out now.
    lead_ids: list = dataclasses.field(default_factory=list)
    #: What could not be given.
    refused_ids: list = dataclasses.field(default_factory=list)

    def has_room(self):
        """Whether another lead can come here."""
        return not self.most or self.load < self.most

    def accepts(self, lead):
        """Whether this lead can come here."""
        return self.has_room() and lead in self.allowed

    def take(self, lead, turn):
        """Take a lead, which has this number in the round."""
        self.lead_ids.append(lead.id)
        self.load += 1
        self.turn = turn

    def give_back(self, lead):
        """Note that a lead could not be given."""
        self.lead_ids.remove(lead.id)
        self.refused_ids.append(lead.id)
        self.load -= 1


class Team(models.Model):
    """Giving out the leads of the pool among a team's agents who are at work."""

    _name = "crm.team"
    _inherit = ["crm.team", "crm.checked.afterwards"]

    lead_distribution = fields.Selection(
        DISTRIBUTIONS,
        default="pool",
        required=True,
        tracking=True,
        help="New leads are given to agents who are signed in and within their working "
        "hours. What nobody can take waits in the pool.",
    )
    open_leads_max = fields.Integer(
        "Open Leads at Most",
        tracking=True,
        help="An agent who has this many open leads is given no more. 0 means "
        "no limit.",
    )

    _open_leads_max_positive = Constraint(
        "CHECK(open_leads_max >= 0)", "The number of open leads cannot be negative."
    )

    @api.model
    def _cron_distribute_leads(self):
        """Give out what waits: agents came to work, or have room again."""
        given = remaining = 0
        for team in self.search([("lead_distribution", "!=", "pool")]):
            count = team._try_distribute_waiting()
            given += count
            if count == BATCH:
                remaining += 1
        commit_progress(self.env, given, remaining)

    # ------------------------------------------------------------
    # BUSINESS
    # ------------------------------------------------------------

    def _assign_and_convert_leads(self, *args, **kwargs):
        # Core's own assignment has nothing to do where leads are given out at once.
        teams = self.filtered(lambda team: team.lead_distribution == "pool")
        return super(Team, teams)._assign_and_convert_leads(*args, **kwargs)

    def _try_give_out(self, leads):
        """Give out new leads of this team; where that fails, they stay in the pool.

        :param crm.lead leads: in the order in which they came.
        :return: the leads that were given out.
        :raises psycopg2.OperationalError: when another transaction got in the way;
            the delivery is to be run again.
        """
        try:
            with self.env.cr.savepoint():
                return self._give_out(leads, self._find_seats())
        except psycopg2.OperationalError:
            raise
        except Exception:
            # Nothing is wrong with the leads, and they must come in.
            _logger.exception("New leads of team %s stay in the pool", self.id)
            return leads.browse()

    def _try_distribute_waiting(self):
        """Give out what waits, in a transaction of its own; return how many."""
        try:
            with self.env.registry.cursor() as cr:
                # Who counts in a frozen view does not see what others give out.
                read_committed(cr)
                env = api.Environment(cr, SUPERUSER_ID, {})
                return len(self.with_env(env)._distribute_waiting())
        except Exception:
            # The other teams must have their turn.
            _logger.exception("Leads of team %s cannot be given out", self.id)
            return 0

    def _distribute_waiting(self):
        """Give out what waits in the pool of this team, the most urgent first.

        :return: the leads that were given out.
        """
        given = refused = self.env["crm.lead"]
        seats = self._find_seats()
        while seats and len(given) < BATCH:
            # Only what somebody can take, who still can take something: the others
            # must not stand in front of it.
            leads = given._lock_waiting(
                self,
                [
                    ("id", "not in", refused.ids),
                    *any_of([seat.member._get_leads_domain() for seat in seats]),
                ],
                BATCH - len(given),
            )
            taken = self._give_out(leads, seats)
            problems = leads.browse(id_ for seat in seats for id_ in seat.refused_ids)
            if not (taken or problems):
                break
            given |= taken
            refused |= problems
            seats = [seat for seat in seats if seat.has_room()]
        return given

    def _find_seats(self):
        """Return where a lead of this team can go now.

        :rtype: list[Seat]
        """
        return self._prepare_seats(self._find_members_at_work())

    def _find_all_seats(self):
        """Return where a lead of this team can go, whether anybody is at work or not.

        :rtype: list[Seat]
        """
        members = self._find_members_to_give()
        return self._prepare_seats(
            members.filtered(lambda member: not member.user_id._is_leaving())
        )

    def _prepare_seats(self, members):
        """Return the places of members who can be given leads, and lock them.

        :param crm.team.member members: of this team.
        :return: of those who have room.
        :rtype: list[Seat]
        """
        members._lock_places()
        seats = [
            Seat(
                member,
                turn=member.lead_turn,
                load=member.open_lead_count,
                most=member._get_open_leads_max(),
            )
            for member in members
        ]
        return [seat for seat in seats if seat.has_room()]

    def _find_members_at_work(self):
        """Return the members who can be given leads: agents who are at work."""
        members = self._find_members_to_give()
        members.invalidate_recordset(["is_at_work"])
        return members.filtered("is_at_work")

    def _find_members_to_give(self):
        """Return the members who are given leads while they are at work: agents."""
        agents = self.env.ref(AGENT).sudo()[GROUP_MEMBERS].filtered("active")
        return self.sudo().crm_team_member_ids.filtered(
            lambda member: member.user_id in agents and not member.assignment_optout
        )

    def _give_out(self, leads, seats):
        """Give leads to whose turn it is.

        :param crm.lead leads: of this team's pool, the most urgent first.
        :param list seats: where they can go, which are locked.
        :return: the leads that were given out.
        """
        turn = max(self.sudo().crm_team_member_ids.mapped("lead_turn"), default=0)
        for seat in seats:
            seat.lead_ids, seat.refused_ids = [], []
            seat.allowed = leads.filtered_domain(seat.member._get_leads_domain())
        for lead in leads:
            free = [seat for seat in seats if seat.accepts(lead)]
            if free:
                turn += 1
                min(free, key=self._get_urgency).take(lead, turn)
        taken = [seat for seat in seats if seat.lead_ids]
        for seat in taken:
            self._give_to_seat(leads.browse(seat.lead_ids), seat)
            seat.member.lead_turn = seat.turn
        return leads.browse(id_ for seat in taken for id_ in seat.lead_ids)

    def _give_to_seat(self, leads, seat):
        """Give leads to who has a seat, one by one where it fails for all at once.

        :param crm.lead leads: that the seat has taken; it takes back what cannot be
            given.
        :param Seat seat: whose they become.
        :raises psycopg2.OperationalError: when another transaction got in the way.
        """
        agent = seat.member.user_id
        try:
            with self.env.cr.savepoint():
                leads._give_to(agent, self._prepare_given_message(agent))
        except psycopg2.OperationalError:
            raise
        except Exception:
            if len(leads) > 1:
                for lead in leads:
                    self._give_to_seat(lead, seat)
                return
            # A rule of somebody's may refuse it, and the others can be given.
            _logger.exception("Lead %s stays in the pool", leads.id)
            seat.give_back(leads)

    def _get_urgency(self, seat):
        """Return what is lowest for the seat that comes next.

        :param Seat seat: one of this team's.
        :return: the load first where that counts, the turn, and the member's id.
        :rtype: tuple[int]
        """
        place = (seat.turn, seat.member.id)
        if self.lead_distribution == "least_loaded":
            # Those who have as many take turns.
            return (seat.load, *place)
        return place

    def _prepare_given_message(self, agent):
        """Return what the chatter of a lead says that an agent was given."""
        if self.lead_distribution == "least_loaded":
            return self.env._("Given to %s, who had the fewest open leads.", agent.name)
        return self.env._("Given to %s, whose turn it was.", agent.name)
