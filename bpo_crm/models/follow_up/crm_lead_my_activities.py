from odoo import api, fields, models

from ...domains import OPEN_LEAD

#: What each number of the systray counts, as a comparison with today.
SYSTRAY_NUMBERS = {
    "overdue_count": "<",
    "today_count": "=",
    "planned_count": ">",
    "total_count": "<=",
}


class Lead(models.Model):
    """The activities of a user, in lists and in numbers.

    The pipeline's screens show archived leads, and what is done is archived: without
    this, they would find it where somebody asks for what is to do.
    """

    _inherit = "crm.lead"

    # What is done is kept, and is found by other ways than the lead. A search asks the
    # domain, a read the context: of a plain list, the ORM would forget the activities
    # at each of their writes, and read them again.
    activity_ids = fields.One2many(
        context={"active_test": True}, domain=lambda _self: [("active", "=", True)]
    )

    @api.model
    def search_fetch(self, domain, field_names=None, offset=0, limit=None, order=None):
        # Core sorts by activities, and looks for them in the way it looks for leads.
        if "my_activity_date_deadline" in (order or ""):
            shown = self._get_shown_domain()
            pending = self.with_context(active_test=True)
            found = super(Lead, pending).search_fetch(
                [*shown, *domain], field_names, offset, limit, order
            )
            return found.with_env(self.env)
        return super().search_fetch(domain, field_names, offset, limit, order)

    @api.model
    def _get_shown_domain(self):
        """Return the domain of the leads that the context shows: archived ones too."""
        if self.env.context.get("active_test", True):
            return []
        return [("active", "in", [True, False])]

    @api.model
    def _count_my_activities(self):
        """Return for how many open leads the user has planned something.

        :return: the numbers of the systray, each of the list that it opens.
        :rtype: dict[str, int]
        """
        today = fields.Date.context_today(self)
        return {
            name: self.search_count(
                [("my_activity_date_deadline", operator, today), *OPEN_LEAD]
            )
            for name, operator in SYSTRAY_NUMBERS.items()
        }
