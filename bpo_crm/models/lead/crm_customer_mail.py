from odoo import api, fields, models
from odoo.exceptions import ValidationError


class CustomerMail(models.AbstractModel):
    """What says which mail is proposed to be written to the customer of a lead."""

    _name = "crm.customer.mail"
    _description = "Mail Proposed to a Customer"

    mail_template_id = fields.Many2one(
        "mail.template",
        "Proposed Mail",
        ondelete="set null",
        domain="[('model', '=', 'crm.lead')]",
        help="What Write Email on a lead begins with.",
    )

    @api.constrains("mail_template_id")
    def _check_mail_template(self):
        for record in self:
            template = record.sudo().mail_template_id
            if template and template.model != "crm.lead":
                raise ValidationError(
                    self.env._(
                        '"%s" is no mail about a lead. Choose a template of leads.',
                        template.name,
                    )
                )

    def _get_mail_template(self):
        """Return the template that is proposed; an archived one is not.

        :rtype: mail.template
        """
        return self.mail_template_id.filtered("active")
