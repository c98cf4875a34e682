from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ...inner_context import with_inner_context

#: By what is asked, as the form has it; the phone numbers come on top.
ASKED = ("email_from", "contact_name", "country_id", "team_id", "company_id")


class Lead(models.Model):
    """Whoever types in a customer learns before saving that there is an open lead.

    It says no more than the refusal to save it would, and leaves the same trace with
    whoever works that lead: nobody looks up the customers of others in silence.
    """

    _inherit = "crm.lead"

    # ------------------------------------------------------------
    # ACTIONS
    # ------------------------------------------------------------

    @api.model
    def find_known_customer(self, values):
        """Tell whether somebody who is typed in has an open lead already.

        :param dict values: of a lead that is not saved: how to reach the customer, and
            what says whose the lead will be. All others are left out.
        :return: ``message``; ``lead_id`` for whoever may read that lead; and the
            ``action`` that leaves its owner a message, with its ``button``, for others.
            None for a customer without one, and for whoever may not learn it.
        :rtype: dict | None
        :raises AccessError: for whoever may not make leads.
        :raises UserError: for values that a lead cannot have.
        """
        self.browse().check_access("create")
        names = {*self._phone_get_number_fields(), *ASKED}
        known = {name: value for name, value in values.items() if name in names}
        lead = self.new(self._normalize(known))
        first = lead._find_customers_open_lead()
        if not first or not lead._may_learn_while_typing(first):
            return None
        return lead._prepare_known_customer(first)

    # ------------------------------------------------------------
    # BUSINESS
    # ------------------------------------------------------------

    def _find_customers_open_lead(self):
        """Return the open lead of the customer of this lead, which is not saved.

        :return: in the user's name; empty for none.
        :rtype: crm.lead
        """
        keys = self._list_keys()
        if not keys or not self.is_bpo:
            return self.browse()
        customers = self.env["crm.lead.customer"].sudo()
        held = customers.search([("key", "in", keys), ("lead_id", "!=", False)])
        return self.browse(held.lead_id.ids[:1])

    def _may_learn_while_typing(self, first):
        """Whether the user may learn of a lead before being refused another one.

        :param crm.lead first: the open one.
        :rtype: bool
        """
        if first._is_shown_to_user():
            return True
        try:
            self._check_may_learn_owner(first)
        except UserError:
            return False
        requests = with_inner_context(self.env["crm.lead.second.request"]).sudo()
        return bool(first.sudo().user_id) and requests._may_ask(first, self.env.user)

    def _prepare_known_customer(self, first):
        """Return what is said of the open lead of somebody who is typed in.

        :param crm.lead first: the open one, of which the user may learn.
        :return: as of :meth:`find_known_customer`.
        :rtype: dict
        """
        if first._is_shown_to_user():
            message = self._prepare_known_message(first)
            return {"message": message, "lead_id": first.id}
        first._tell_of_second_request()
        notice = {
            "message": self.env._(
                "A colleague works an open lead of %s.", self._get_known_name()
            ),
        }
        way_out = self._find_way_out(first)
        if way_out:
            notice["action"], notice["button"] = way_out
        return notice

    def _prepare_known_message(self, first):
        """Return what is said of an open lead to whoever may read it.

        :param crm.lead first: the open one.
        :rtype: str
        """
        if not (first.user_id and first.date_open):
            return self._prepare_second_lead_message(first)
        return self.env._(
            "%(customer)s has an open lead already: %(lead)s, which %(owner)s has "
            "worked since %(day)s.",
            customer=self._get_known_name(),
            lead=first._get_label(),
            owner=first.user_id.name,
            day=format_date(self.env, first.date_open),
        )
