from odoo import api, models

from ...domains import OUR_OPEN_LEAD
from ...limits import LIST_LIMIT


class Lead(models.Model):
    """What the mail in the morning tells of: leads that need attention."""

    _inherit = "crm.lead"

    @api.model
    def _get_digest_domains(self):
        """Return the domains of the worked leads of the digest, by what is wrong.

        :rtype: dict[str, list]
        """
        worked = [
            ("type", "=", "opportunity"),
            ("user_id", "!=", False),
            *OUR_OPEN_LEAD,
        ]
        return {
            "overdue": [*worked, ("next_step_state", "=", "overdue")],
            "missing_step": [
                *worked,
                ("next_step_state", "=", "none"),
                ("no_next_step_reason", "=", False),
            ],
            "stale": [*worked, ("is_stale", "=", True)],
        }

    @api.model
    def _list_for_digest(self, domain):
        """Return the first leads of a domain, and how many more there are.

        :param list domain: one of :meth:`_get_digest_domains`, or a part of it.
        :return: ``leads`` and the number of those that are ``more``; None for none.
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
    def _count_digest_by_owner(self):
        """Return how many leads of each owner need attention, most of them first.

        :return: rows with ``owner`` and a number for each key of the domains.
        :rtype: list[dict]
        """
        rows = {}
        domains = self._get_digest_domains()
        for name, domain in domains.items():
            for owner, count in self._count_by_owner(domain).items():
                row = rows.setdefault(
                    owner, {"owner": owner, **dict.fromkeys(domains, 0)}
                )
                row[name] = count
        return sorted(
            rows.values(),
            key=lambda row: sum(row[name] for name in domains),
            reverse=True,
        )

    @api.model
    def _count_by_owner(self, domain):
        """Return how many leads of a domain each owner has.

        :param list domain: of leads.
        :rtype: dict[res.users, int]
        """
        return dict(self._read_group(domain, ["user_id"], ["__count"]))
