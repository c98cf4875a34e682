from odoo import api, fields, models

from ...domains import OPEN_LEAD

#: How many activities are shown; the others are counted.
ELSEWHERE_LIMIT = 20


class Lead(models.Model):
    """What is assigned to somebody beside the own leads: a contact, a failed win."""

    _inherit = "crm.lead"

    @api.model
    def _prepare_elsewhere(self, activities):
        """Return a section of My Day with a row for each activity, the oldest first.

        :param mail.activity activities: of the user, on any records.
        :return: as of :meth:`_prepare_section`.
        :rtype: dict
        """
        waiting = self._leave_out_closed(activities).sorted(
            lambda activity: (activity.date_deadline, activity.id)
        )
        shown = waiting[:ELSEWHERE_LIMIT]
        readable = self._find_readable(shown)
        rows = [
            self._prepare_elsewhere_row(activity, activity in readable)
            for activity in shown
        ]
        return self._prepare_section("elsewhere", len(waiting), rows)

    @api.model
    def _leave_out_closed(self, activities):
        """Return activities without those of closed leads, on which nothing is to do.

        :param mail.activity activities: on any records.
        """
        on_leads = activities.filtered(lambda row: row.res_model == self._name)
        if not on_leads:
            return activities
        asked = [("id", "in", on_leads.mapped("res_id")), *OPEN_LEAD]
        open_ids = set(self.sudo().search(asked).ids)
        return activities - on_leads.filtered(lambda row: row.res_id not in open_ids)

    @api.model
    def _find_readable(self, activities):
        """Return the activities of whose records the user may read.

        Their own user reads activities whatever they are of.

        :param mail.activity activities: on any records.
        """
        readable = activities.browse()
        for model, of_model in activities.grouped("res_model").items():
            if model in self.env:
                # PostgreSQL and other servers delete records without their activities.
                records = self.env[model].browse(of_model.mapped("res_id")).exists()
                ids = set(records._filtered_access("read").ids)
                readable |= of_model.filtered(lambda row, ids=ids: row.res_id in ids)
        return readable

    @api.model
    def _prepare_elsewhere_row(self, activity, is_readable):
        """Return a row of the screen.

        :param mail.activity activity: of the user.
        :param bool is_readable: whether the user may know which record it is on.
        """
        today = fields.Date.context_today(self)
        return {
            "activity_id": activity.id,
            "activity": activity.summary or activity.activity_type_id.name or "",
            "icon": activity.icon or "fa-tasks",
            "days_overdue": (today - activity.date_deadline).days,
            "kind": activity.sudo().res_model_id.name or "",
            "model": is_readable and activity.res_model,
            "id": is_readable and activity.res_id,
            "name": is_readable and activity.res_name or "",
        }
