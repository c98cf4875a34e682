from odoo import fields, models

from ...local_time import to_local

CALL = "mail.mail_activity_data_call"


class Lead(models.Model):
    """Whoever declines an invitation is called by the owner of the lead."""

    _inherit = "crm.lead"

    def _follow_up_declined(self, attendees):
        """Note that guests do not come, and let the owner find another time.

        :param calendar.attendee attendees: of meetings of this lead.
        """
        names = ", ".join(dict.fromkeys(attendees.mapped("common_name")))
        meetings = attendees.event_id.sorted("start")
        self._log_declined(names, meetings, attendees.partner_id[:1])
        if not self.user_id:
            return
        # Another guest may decline in this moment.
        self._collide()
        if not self._find_declined_activities():
            self._schedule_declined_call(names, meetings[:1])

    def _log_declined(self, names, meetings, author):
        """Note that guests do not come.

        :param str names: of the guests.
        :param calendar.event meetings: to which they do not come.
        :param res.partner author: one of them.
        """
        self._message_log(
            body=self.env._(
                "%(names)s declined: %(meetings)s.",
                names=names,
                meetings=meetings._list_with_times(),
            ),
            author_id=author.id,
        )

    def _schedule_declined_call(self, names, meeting):
        """Let the owner call today, to find another time.

        :param str names: of the guests who do not come.
        :param calendar.event meeting: the first one to which they do not.
        """
        owner = self.user_id
        told = self.with_context(
            lang=owner.lang,
            mail_activity_automation_skip=False,
            mail_activity_quick_update=True,
        )
        told.activity_schedule(
            CALL,
            to_local(fields.Datetime.now(), owner).date(),
            told.env._("%s declined. Find another time.", names),
            user_id=owner.id,
            declined_event_id=meeting.id,
        )

    def _forget_declined(self):
        """Nobody need find another time, once all guests may come after all."""
        activities = self._find_declined_activities()
        answers = activities.declined_event_id.attendee_ids
        if "declined" not in answers.mapped("state"):
            activities.unlink()

    def _find_declined_activities(self):
        """Return what is planned since guests of these leads' meetings declined."""
        return self._find_pending_activities().filtered("declined_event_id")

    # ------------------------------------------------------------
    # HOOKS
    # ------------------------------------------------------------

    def _merge_dependences(self, opportunities):
        # The head gets what is planned, and of these it has one.
        merged = self | opportunities
        if not merged._were_for_dealerships():
            return super()._merge_dependences(opportunities)
        declined = merged._find_declined_activities()
        (declined - declined.sorted("date_deadline")[:1]).unlink()
        return super()._merge_dependences(opportunities)
