from odoo import models
from odoo.exceptions import UserError

from ...inner_context import with_inner_context


class Lead(models.Model):
    """Two open leads that turn out to be of one customer.

    A change past the leads may make it so: of their contacts, by Odoo or by its tools.
    Nobody is there who could be refused, so the leads are merged, or people are told.
    """

    _inherit = "crm.lead"

    # ------------------------------------------------------------
    # BUSINESS
    # ------------------------------------------------------------

    def _find_new_namesakes(self, before, contacts):
        """Return the pairs of open leads that have become one customer's by now.

        Of leads from before the addon, several may be of one contact.

        :param dict before: by what the customer of each of these leads was known.
        :param dict contacts: of whom each of these leads was.
        :return: of each pair the lead that holds the customer, and one of these.
        :rtype: list[crm.lead]
        """
        new = {
            key: lead
            for lead in self
            for key in lead._get_customer_keys()
            if key not in before.get(lead, ())
        }
        held = self.env["crm.lead.customer"].sudo().search([("key", "in", list(new))])
        pairs = {row.lead_id | new[row.key] for row in held if row.lead_id}
        return [
            pair
            for pair in pairs
            if len({contacts.get(lead, lead) for lead in pair}) > 1
        ]

    def _settle_customer(self):
        """Let these open leads of one customer be one, or tell who works them.

        They are merged where nobody loses anything by it: in one company and one team,
        and of one owner, or of one and the pool.
        """
        leads = with_inner_context(self.sudo()).exists()
        leads = leads.filtered(
            lambda lead: lead.is_bpo and lead.active and lead._is_open()
        )
        head, others = leads.sorted("id")[:1], leads.sorted("id")[1:]
        for other in others:
            merged = head._is_mergeable_with(other) and head._try_merge(other)
            if merged:
                head = merged
            else:
                head._tell_of_namesake(other)

    def _is_mergeable_with(self, other):
        """Whether a merge of this lead with another one takes nothing from anybody.

        :param crm.lead other: of the same customer.
        :rtype: bool
        """
        both = self | other
        return (
            self.type == other.type
            and len(both.company_id) < 2
            and len(both.team_id) < 2
            and len(both.user_id) < 2
        )

    def _try_merge(self, other):
        """Merge another lead of the same customer with this one, by the rules of it.

        :param crm.lead other: of the same owner, or one of the two is of nobody.
        :return: what is left of the two; None where a rule refuses it.
        :rtype: crm.lead | None
        """
        both = self | other
        try:
            with self.env.cr.savepoint():
                return both._merge_opportunity(
                    user_id=both.user_id.id, team_id=both.team_id.id
                )
        except UserError:
            return None

    def _tell_of_namesake(self, other):
        """Plan that somebody looks at two leads of one customer, for today.

        :param crm.lead other: which stays beside this one.
        """
        for lead, namesake in ((self, other), (other, self)):
            doer = lead._find_who_settles(namesake)
            env = lead.with_context(lang=doer.lang).env
            lead.with_context(mail_activity_quick_update=True).activity_schedule(
                "mail.mail_activity_data_todo",
                lead.stage_id._get_local_deadline(doer, 0),
                summary=env._("One customer with two open leads"),
                note=lead._prepare_namesake_note(namesake, env),
                user_id=doer.id,
            )

    def _find_who_settles(self, namesake):
        """Return who looks at this lead: its owner, or a supervisor of two owners.

        :param crm.lead namesake: of the same customer.
        :rtype: res.users
        """
        if self.user_id and not (namesake.user_id - self.user_id):
            return self.user_id
        company = self.company_id or self.team_id.company_id
        supervisors = self._find_supervisors(self.team_id, company).sorted("id")
        return supervisors[:1] or self.user_id or self.env.ref("base.user_root")

    def _prepare_namesake_note(self, namesake, env):
        """Return what is said of the other lead, which may be another company's.

        :param crm.lead namesake: of the same customer.
        :param odoo.api.Environment env: in the language of who reads it.
        :rtype: str
        """
        if len((self | namesake).company_id) > 1:
            return env._("The customer has an open lead at another company as well.")
        return env._(
            "The contact was changed, and %s is an open lead of the same customer now. "
            "Merge them, or correct the contact.",
            namesake._get_label(),
        )
