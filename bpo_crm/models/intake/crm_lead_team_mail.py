from odoo import api, fields, models

from ...inner_context import KEPT_MAIL
from ...limits import MAX_MAIL


class LeadEnquiry(models.Model):
    """The mails to teams that the gateway has not read yet, or could not read."""

    _inherit = "crm.lead.enquiry"

    is_to_team = fields.Boolean(readonly=True)
    said_values = fields.Json(
        "Values Given with the Mail",
        readonly=True,
        help="What was said about the lead when the mail was handed over.",
    )

    def _take_in_again(self, source):
        of_teams = self.filtered("is_to_team")
        others = self - of_teams
        for row in of_teams:
            row._hand_to_gateway(source)
        return super(LeadEnquiry, others)._take_in_again(source)

    def _hand_to_gateway(self, source):
        """Let Odoo's gateway make a lead of a mail, or post it on the customer's.

        :param crm.lead.source source: of what comes in by the gateway.
        """
        original, team = self._read_kept_file(self._find_files("mail")), self.team_id
        said = self.said_values or {}
        if team:
            said = {"team_id": team.id, **said}
        # The lead has the mail in its chatter.
        self.unlink()
        if not source._is_plain_mail(original):
            # The gateway knows a customer by the sender, who sends for all others, too.
            source._take_in_mail(original, team)
            return
        gateway = self.env["mail.thread"].with_context(**KEPT_MAIL.say())
        if not gateway.message_process("crm.lead", original, custom_values=said):
            # The gateway knows it already: it was sent to another address, too.
            source._take_in_mail(original, team)


class MailThread(models.AbstractModel):
    """Mails to a team's address are kept first, as those to a source's are.

    In its own transaction, the gateway would lose them to another delivery of the same
    customer, and bounce them.
    """

    _inherit = "mail.thread"

    @api.model
    def _message_route_process(self, message, message_dict, routes):
        making = [route for route in routes or () if _makes_lead(route)]
        if KEPT_MAIL.get(self.env):
            return self._process_kept_mail(message, message_dict, making)
        to_teams = [route for route in making if self._is_for_dealerships(route)]
        others = [route for route in routes or () if route not in to_teams]
        original = self._get_original(message)
        if to_teams and len(original) < MAX_MAIL:
            source = self.env["crm.lead.source"].sudo()._get_of_core("mail")
            values = {
                "is_to_team": True,
                "team_id": self._find_team(to_teams).id,
                "said_values": self._find_said(to_teams),
            }
            source._receive_mail(original, **values)
            routes = others
        return super()._message_route_process(message, message_dict, routes)

    @api.model
    def _is_for_dealerships(self, route):
        """Whether the lead that a route makes is one that the rules are for.

        :param tuple route: of the gateway, to a lead.
        """
        _model, _thread_id, values, *_others = route
        said = {name: value for name, value in (values or {}).items() if value}
        if "team_id" in said:
            said["team_id"] = self._find_team([route]).id
        return self.env["crm.lead"]._is_for_dealership(said)

    @api.model
    def _find_team(self, routes):
        """Return the first team that routes say.

        :param list routes: of the gateway, to leads.
        :return: it may be empty.
        """
        said = [(values or {}).get("team_id") for _model, _id, values, *_more in routes]
        # Nobody keeps the defaults of an alias up to date.
        return self.env["crm.team"].sudo().browse(filter(None, said)).exists()[:1]

    @api.model
    def _find_said(self, routes):
        """Return what was said of the lead, but by an alias, which says it anew.

        :param list routes: of the gateway, to leads.
        :rtype: dict
        """
        said = [values for *_route, values, _user, alias in routes if not alias]
        return self.env["crm.lead"]._prepare_sent_lead_values(said[0] if said else {})

    @api.model
    def _process_kept_mail(self, message, message_dict, routes):
        """Let the gateway process a mail that was kept, and bounce it to nobody.

        :param email.message.EmailMessage message: the mail.
        :param dict message_dict: what core has read of it.
        :param list routes: of the gateway, to leads: model, id, values, user and alias
            of each.
        :return: the id of the lead; False for none.
        :rtype: int | bool
        """
        # Without its alias nobody is bounced: what fails stays in quarantine.
        unbounced = [(*route[:-1], None) for route in routes]
        thread_id = super()._message_route_process(message, message_dict, unbounced)
        for *_route, alias in routes:
            if alias and alias.alias_status != "valid":
                alias.alias_status = "valid"
        return thread_id


def _makes_lead(route):
    model, thread_id, values, *_others = route
    is_of_source = "intake_source_id" in (values or {})
    return model == "crm.lead" and not thread_id and not is_of_source
