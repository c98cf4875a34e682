from odoo import api, models
from odoo.exceptions import AccessError

from ...domains import OPEN_LEAD
from ...email_address import read_address
from ...inner_context import MERGES_CONTACTS
from ...series import any_of

#: By what the customer of a contact's leads is known.
CONTACT_FIELDS = {"country_id", "email", "mobile", "phone"}

#: By what numbers are read in another country, of the contacts of a company as well.
PLACE_FIELDS = {"country_id", "parent_id"}


class Partner(models.Model):
    """The number and the address of a contact are those of its leads, too.

    Core writes them on past the ``write`` of the leads. So a contact is changed by who
    works the leads of its customer.
    """

    _inherit = "res.partner"

    # ------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        partners = super().create(vals_list)
        partners._check_parent_reach()
        return partners

    def write(self, vals):
        is_by_contact = bool(CONTACT_FIELDS.intersection(vals))
        self._check_customers(is_by_contact=is_by_contact)
        leads = self._find_leads_to_hold(vals)
        before = leads._get_customers()
        result = super().write(vals)
        if leads:
            self._hold_leads(leads, before)
        if is_by_contact:
            # By another number, it may be another customer.
            self._check_customers(is_by_contact=True)
        if "parent_id" in vals:
            self._check_parent_reach()
        return result

    def unlink(self):
        self._check_customers(is_by_contact=True)
        return super().unlink()

    # ------------------------------------------------------------
    # BUSINESS
    # ------------------------------------------------------------

    def _filter_without_login(self):
        """Return those of these contacts who do not work here, with all rights.

        Whoever has a login to the portal only is a customer.
        """
        return self.sudo().filtered(
            lambda partner: not any(user._is_internal() for user in partner.user_ids)
        )

    def _hold_leads(self, leads, before):
        """Let open leads have their customers, by the number of these contacts now.

        :param crm.lead leads: of these contacts.
        :param dict before: by what the customer of each was known.
        """
        # What the server corrects by itself is not stopped by another's lead.
        is_refused = leads._can_be_told() or self.env.user._is_portal()
        is_merged = MERGES_CONTACTS.get(self.env)
        allowed = before if is_refused and not is_merged else leads._get_customers()
        # Of leads from before the addon, several may be of one contact.
        is_shared = len(leads.partner_id) == 1
        leads._hold_customers(allowed, is_shared=is_shared or bool(is_merged))
        if not (is_refused or is_merged):
            contacts = {lead: lead.partner_id for lead in leads}
            for pair in leads._find_new_namesakes(before, contacts):
                pair._settle_customer()

    def _find_leads_to_hold(self, vals):
        """Return the open leads whose customers may be others after a write.

        :param dict vals: what is written to these contacts.
        :rtype: crm.lead
        """
        if not PLACE_FIELDS.isdisjoint(vals):
            # Core writes a company's address to its contacts past their ``write``.
            related = [("id", "child_of", self.ids)]
            contacts = self.sudo().with_context(active_test=False).search(related)
            return contacts._find_open_leads()
        if CONTACT_FIELDS.isdisjoint(vals):
            return self.env["crm.lead"].sudo()
        return self._find_open_leads()

    def _find_open_leads(self):
        """Return the open leads of these contacts, past the rules."""
        return (
            self.env["crm.lead"]
            .sudo()
            .search([("partner_id", "in", self.ids), *OPEN_LEAD], order="id")
        )

    def _check_parent_reach(self):
        """Refuse a contact in a company that is somebody else's customer.

        The first contact of a company gives it its address.
        """
        self.parent_id._check_customers(with_contacts=False)

    def _check_customers(self, with_contacts=True, is_by_contact=False):
        """Refuse a change of contacts whose customers others work.

        :param bool with_contacts: whether those of these companies count as well, who
            go where their company does.
        :param bool is_by_contact: whether the leads change with them. What else their
            contacts are for is the business of the others who may write them, but not
            of an agent.
        :raises AccessError: when one of their leads is not the user's to write.
        :raises UserError: when one of them waits in the pool.
        """
        # Everybody has preferences.
        others = self - self.env.user.partner_id
        leads = self.env["crm.lead"]
        is_checked = is_by_contact and not self.env.su
        if not (others and (is_checked or leads._is_agent_only())):
            return
        leads = others._find_customers_leads(with_contacts).with_env(self.env)
        if leads._is_below_supervisor():
            leads._check_claimed()
        if leads - leads._filter_reachable("write"):
            raise AccessError(
                self.env._(
                    "This contact is the customer of a lead that somebody else "
                    "works. The agent of that lead or a supervisor can change "
                    "it."
                )
            )

    def _find_customers_leads(self, with_contacts=True):
        """Return the leads of whose customers these contacts are, past the rules.

        Closed leads count as long as their customer has no open one: whoever works
        that may correct what the earlier leads show.

        :param bool with_contacts: as for :meth:`_check_customers`.
        """
        by_key = self._find_leads_by_key()
        ways = [[("partner_id", "in", self.ids)], [("id", "in", by_key.ids)]]
        if with_contacts:
            ways.append([("partner_id.parent_id", "in", self.ids)])
        leads = self.env["crm.lead"].sudo().with_context(active_test=False)
        found = leads.search(any_of(ways))
        is_open = found.filtered(lambda lead: lead.active and lead._is_open())
        closed = found - is_open
        return is_open | closed.filtered(
            lambda lead: lead.partner_id not in is_open.partner_id
        )

    def _find_leads_by_key(self):
        """Return the open leads that have a number or an address of these contacts."""
        names = self._phone_get_number_fields()
        numbers = [
            partner._phone_format(fname=name)
            for partner in self.sudo()
            for name in names
            if partner[name]
        ]
        addresses = map(read_address, self.sudo().mapped("email"))
        keys = [*filter(None, [*numbers, *addresses])]
        held = self.env["crm.lead.customer"].sudo()
        return held.search([("key", "in", keys)]).lead_id if keys else held.lead_id
