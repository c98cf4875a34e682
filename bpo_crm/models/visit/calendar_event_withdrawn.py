from collections import defaultdict

from odoo import api, models

from ...inner_context import FOLLOWS_CUSTOMER, SETTLES_ACTIVITIES
from ...meeting_change import Promise

#: By which a meeting may be no visit of its customer any more.
WITHDRAWING = {
    "active",
    "opportunity_id",
    "recurrence_update",
    "recurrency",
    "visit_state",
}


class CalendarEvent(models.Model):
    """A dealership that was told of a visit learns when it does not take place.

    Whichever way it goes: archived, deleted, or of another lead. A recurrence that is
    moved is archived by core and made anew: as many visits as before are ahead then.
    """

    _inherit = "calendar.event"

    # ------------------------------------------------------------
    # PHASES
    # ------------------------------------------------------------

    def _begin_change(self, vals):
        change = super()._begin_change(vals)
        if not WITHDRAWING.isdisjoint(vals):
            self._read_promised(change)
        return change

    def _send_change(self, change):
        self._tell_withdrawn(change)
        return super()._send_change(change)

    def _begin_deletion(self):
        change = super()._begin_deletion()
        self._read_promised(change)
        return change

    def _follow_up_deletion(self, change):
        self._tell_withdrawn(change)
        return super()._follow_up_deletion(change)

    # ------------------------------------------------------------
    # BUSINESS
    # ------------------------------------------------------------

    def _read_promised(self, change):
        """Look at the visits of which dealerships were told, before they change.

        :param MeetingChange change: of these meetings. What else core changes by it is
            told of with it.
        """
        if SETTLES_ACTIVITIES.get(self.env) or FOLLOWS_CUSTOMER.get(self.env):
            return
        told = self.sudo()
        told |= told.recurrence_id.calendar_event_ids
        leads = told._filter_told().opportunity_id
        change.promised = [
            Promise(
                event, event.opportunity_id, event._get_whole(), event._format_start()
            )
            for event in self._find_told(leads)
        ]

    @api.model
    def _find_told(self, leads):
        """Return the visits ahead of which the dealerships of leads are told.

        :param crm.lead leads: any.
        :return: the first ones first.
        :rtype: calendar.event
        """
        visits = self.sudo().with_context(active_test=True)
        if not leads:
            return visits.browse()
        domain = [("opportunity_id", "in", leads.ids), ("visit_state", "=", "planned")]
        return visits.search(domain, order="start, id")._filter_told()

    @api.model
    def _tell_withdrawn(self, change):
        """Tell dealerships of visits that do not take place, of a recurrence once.

        :param MeetingChange change: of some meetings.
        """
        withdrawn = {}
        for promise in self._list_withdrawn(change):
            withdrawn.setdefault((promise.lead, promise.whole), promise.start)
        for (lead, _whole), start in withdrawn.items():
            lead._tell_of_visit("cancelled", start)

    @api.model
    def _list_withdrawn(self, change):
        """Return the visits in whose place there is no other one.

        :param MeetingChange change: of some meetings.
        :rtype: list[Promise]
        """
        gone = defaultdict(list)
        for promise in change.promised:
            if promise.visit._is_withdrawn_from(promise.lead):
                gone[promise.lead].append(promise)
        made = self._find_told(self.env["crm.lead"].concat(*gone))
        made -= self.browse().concat(*(promise.visit for promise in change.promised))
        withdrawn = []
        for lead, promises in gone.items():
            others = made.filtered(lambda row, lead=lead: row.opportunity_id == lead)
            withdrawn += promises[len(others) :]
        return withdrawn

    def _is_withdrawn_from(self, lead):
        """Whether this is no visit of a lead any more, if it is there at all.

        :param crm.lead lead: of which it was one.
        """
        visit = self.exists()
        return not (visit.active and visit.visit_state and visit.opportunity_id == lead)
