from odoo import api, models

from ...domains import OPEN_LEAD
from ...limits import LIST_LIMIT


class Lead(models.Model):
    """What has slipped: for the mail in the morning."""

    _inherit = "crm.lead"

    @api.model
    def _get_slipped_domains(self):
        """Return the domains of the worked leads that slip, by what is wrong.

        :rtype: dict[str, list]
        """
        worked = [("type", "=", "opportunity"), ("user_id", "!=", False), *OPEN_LEAD]
        return {
            "overdue": [*worked, ("next_step_state", "=", "overdue")],
            "forgotten": [
                *worked,
                ("next_step_state", "=", "none"),
                ("no_next_step_reason", "=", False),
            ],
            "stale": [*worked, ("is_stale", "=", True)],
        }

    @api.model
    def _list_slipped(self, domain):
        """Return the first leads of a domain, and how many more there are.

        :rtype: dict | None
        """
        order = "priority desc, next_step_date, id"
        leads = self.search(domain, order=order, limit=LIST_LIMIT)
        if not leads:
            return None
        count = len(leads)
        if count == LIST_LIMIT:
            count = self.search_count(domain)
        return {"leads": leads, "more": count - len(leads)}

    @api.model
    def _count_slipped_by_owner(self):
        """Return how much has slipped, by owner, the worst first.

        :return: rows with ``owner`` and a number for each kind.
        :rtype: list[dict]
        """
        rows = {}
        domains = self._get_slipped_domains()
        for name, domain in domains.items():
            for owner, count in self._read_group(domain, ["user_id"], ["__count"]):
                row = rows.setdefault(
                    owner, {"owner": owner, **dict.fromkeys(domains, 0)}
                )
                row[name] = count
        return sorted(
            rows.values(),
            key=lambda row: sum(row[name] for name in domains),
            reverse=True,
        )
