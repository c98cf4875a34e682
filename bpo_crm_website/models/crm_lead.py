import dataclasses

from odoo import api, models

from odoo.addons.bpo_crm.roles import AGENT


class Lead(models.Model):
    """What a visitor asks waits in the pool, like all that comes in."""

    _inherit = "crm.lead"

    @api.private
    def website_form_input_filter(self, request, values):
        """Prepare the values of a lead that a visitor asks for.

        A form can have a salesperson and a team in it, which its author chose. But it
        is the visitor who sends them.

        :param odoo.http.Request request: the visitor's.
        :param dict values: of ``crm.lead``, as the form sent them.
        :rtype: dict
        """
        source = self.env["crm.lead.source"].sudo()._get_of_core("website")
        website = request.website.sudo()
        sent = {**values, "team_id": self._find_website_team(website, values).id}
        values = super().website_form_input_filter(request, sent)
        # 19.0 would give it to the team's leader, whom nobody chose for that.
        owner = self._find_website_owner(website)
        return {**values, "intake_source_id": source.id, "user_id": owner.id}

    @api.model
    def _find_website_team(self, website, values):
        """Return the team that a form names, if it works for the website.

        :param website website: of the form.
        :param dict values: of ``crm.lead``, as the form sent them.
        :rtype: crm.team
        """
        team = self.env["crm.team"].sudo().browse(values.get("team_id")).exists()
        companies = (False, website.company_id)
        is_ours = (team.company_id or False) in companies
        return team if team.active and is_ours else team.browse()

    @api.model
    def _find_website_owner(self, website):
        """Return who gets the leads of a website; empty for the pool.

        :param website website: its own setting says who, not the visitor.
        :return: somebody who works the floor, for the website's company.
        :rtype: res.users
        """
        owner = website.crm_default_user_id
        works = owner.active and owner.has_group(AGENT)
        is_ours = website.company_id in owner.company_ids
        return owner if works and is_ours else owner.browse()

    @api.model
    def _explain_unreachable_form(self, vals):
        """Return why nobody can be reached whom a form names; empty where somebody can.

        :param dict vals: of ``crm.lead``.
        :rtype: str
        """
        ((keys, _name, _numbers),) = self._find_keys_of_values([vals])
        if keys:
            return ""
        sources = self.env["crm.lead.source"]
        return sources._explain_unreachable(self._read_form(vals))

    @api.model
    def _read_form(self, vals):
        """Return what a form says, of the values that core makes of it.

        :param dict vals: of ``crm.lead``.
        :rtype: intake.Enquiry
        """
        known = ("company_id", "contact_name", "partner_id", "user_id")
        rest = {name: value for name, value in vals.items() if name not in known}
        name = vals.get("contact_name") or vals.get("partner_name") or ""
        return dataclasses.replace(self._read_values(rest), name=name)
