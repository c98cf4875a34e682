from odoo import api, models
from odoo.exceptions import AccessError, MissingError


class Lead(models.Model):
    """What belongs to a lead is changed by who may write the lead.

    Activities, meetings, messages and contacts have rules of their own in Odoo, by
    which somebody else may reach them. Each checks the leads that it belonged to
    before a change, and those that it belongs to afterwards.
    """

    _inherit = "crm.lead"

    def _check_reach(self):
        """Refuse a change of what belongs to leads that the user may not write.

        :raises AccessError: for leads that do not exist, too: whoever may not see a
            lead is not told whether there is one.
        """
        if not self.env.su and self - self._filter_reachable("write"):
            raise AccessError(
                self.env._(
                    "This belongs to a lead that somebody else works. Its agent "
                    "or a supervisor can change it."
                )
            )

    @api.model
    def _hide_names(self, asked, name):
        """Leave out the names of leads that the user may not read.

        :param asked: records of leads, which are only asked for.
        :param str name: of their field with the name of the lead.
        """
        leads = asked._get_leads().with_user(self.env.user)
        known = set(leads._filter_reachable("read").ids)
        asked.filtered(lambda row: row.res_id not in known)[name] = False

    def _filter_reachable(self, operation):
        """Return those of these leads that exist, and that the user may read or write.

        :param str operation: ``read`` or ``write``.
        """
        try:
            return self._filtered_access(operation)
        except MissingError:
            return self.exists()._filtered_access(operation)

    def _filter_hidden(self):
        """Return those of these leads whose customers the user may not know.

        The leads of other teams are Odoo's.
        """
        leads = self._filter_for_dealerships().with_user(self.env.user)
        return leads - leads._filter_reachable("read")

    @api.model
    def _query_hidden(self):
        """Return the query of the leads that :meth:`_filter_hidden` finds.

        :rtype: odoo.tools.Query
        """
        leads = self.with_context(active_test=False)
        hidden = [("is_bpo", "=", True)]
        if leads.has_access("read"):
            hidden.append(("id", "not in", leads._search([])))
        return leads.sudo()._search(hidden)
