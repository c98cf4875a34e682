import re

from markupsafe import Markup, escape

from odoo import api, fields, models
from odoo.exceptions import ValidationError

#: What is filled in, and by which field of the lead.
PLACEHOLDERS = {
    "customer": "customer_name",
    "vehicle": "vehicle_model_id.name",
    "dealership": "dealership_id.name",
    "agent": "user_id.name",
}

PLACEHOLDER = re.compile(r"\{\{\s*(\w+)\s*\}\}")

#: Nothing is filled in within a tag: an address would be the customer's to choose.
TAG = re.compile(r"(<[^>]*>)")

#: For which leads a script is, and by which field of the lead.
CONDITIONS = {
    "stage_ids": "stage_id",
    "brand_ids": "brand_id",
    "source_ids": "intake_source_id",
}


class CallScript(models.Model):
    """What may be said in a call, shown beside the call window."""

    _name = "crm.call.script"
    _description = "Call Script"
    _inherit = ["crm.company.data"]
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(
        default=10, help="Of scripts that fit a lead equally well, the first is shown."
    )
    body = fields.Html(
        "Text",
        translate=True,
        help="{{ customer }}, {{ vehicle }}, {{ dealership }} and {{ agent }} are "
        "filled in.",
    )
    # For which leads. What was archived is not forgotten: for no brand means for all.
    stage_ids = fields.Many2many(
        "crm.stage",
        string="Stages",
        domain="[('is_won', '=', False), ('is_lost', '=', False)]",
        help="Without one, for the leads in all stages.",
    )
    brand_ids = fields.Many2many(
        "crm.brand",
        string="Brands",
        check_company=True,
        context={"active_test": False},
        help="Without one, for the leads of all brands.",
    )
    source_ids = fields.Many2many(
        "crm.lead.source",
        string="Lead Sources",
        check_company=True,
        context={"active_test": False},
        help="Without one, for the leads from all sources.",
    )
    specificity = fields.Integer(
        compute="_compute_specificity",
        store=True,
        help="How much the script says of its leads. The most specific one is shown.",
    )

    @api.depends("company_id", *CONDITIONS)
    def _compute_specificity(self):
        for script in self:
            said = sum(1 for name in CONDITIONS if script[name])
            # Of two that say as much, the company's own one comes first.
            script.specificity = 2 * said + bool(script.company_id)

    @api.constrains("body")
    def _check_placeholders(self):
        for script in self:
            for name in PLACEHOLDER.findall(script.body or ""):
                if name not in PLACEHOLDERS:
                    script._refuse_placeholder(name)

    # ------------------------------------------------------------
    # BUSINESS
    # ------------------------------------------------------------

    def _refuse_placeholder(self, name):
        """Refuse a word in braces that is none of :data:`PLACEHOLDERS`.

        :param str name: the word.
        :raises ValidationError: always.
        """
        raise ValidationError(
            self.env._(
                '"%(script)s" asks for %(name)s, which nobody fills in. Use one of '
                "these: %(known)s.",
                script=self.name,
                name=f"{{{{ {name} }}}}",
                known=", ".join(f"{{{{ {known} }}}}" for known in PLACEHOLDERS),
            )
        )

    @api.model
    def _find(self, lead):
        """Return the script that says most about a lead, if there is one.

        :param crm.lead lead: that the user may read.
        :rtype: crm.call.script
        """
        domain = self._get_domain_of(lead.company_id)
        for name, of_lead in CONDITIONS.items():
            domain += ["|", (name, "=", False), (name, "in", lead[of_lead].ids)]
        order = "specificity desc, sequence, id"
        return self.search_fetch(domain, ["body"], order=order, limit=1)

    def _fill_in(self, lead):
        """Return the text of this script for a lead; nothing without a script.

        :param crm.lead lead: that the user may read.
        :rtype: markupsafe.Markup
        """
        words = {
            name: escape(next(iter(lead.mapped(path)), "") or "…")
            for name, path in PLACEHOLDERS.items()
        }
        parts = TAG.split(self.body or "")
        # What is matched by the pattern itself, the tags, are the odd ones.
        parts[::2] = [
            PLACEHOLDER.sub(lambda match: words.get(match[1], match[0]), part)
            for part in parts[::2]
        ]
        return Markup("".join(parts))  # noqa: S704 - sanitized, with escaped words
