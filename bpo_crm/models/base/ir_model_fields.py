from odoo import api, models
from odoo.tools import ormcache
from odoo.tools.translate import LazyTranslate

_lt = LazyTranslate(__name__)

_AGENT = _lt("Agent")

#: By model, fields of core that hold an agent, with what they are called here.
AGENTS = {
    "crm.activity.report": {"user_id": _AGENT},
    "crm.lead": {"user_id": _AGENT},
    "crm.lead2opportunity.partner": {"user_id": _AGENT},
    "crm.lead2opportunity.partner.mass": {
        "user_id": _AGENT,
        "user_ids": _lt("Agents"),
    },
    "crm.merge.opportunity": {"user_id": _AGENT},
    "crm.team": {"member_ids": _lt("Agents")},
    "crm.team.member": {"user_id": _AGENT},
}


class IrModelFields(models.Model):
    """Core's salespersons are agents, on every screen and in every language.

    Named anew where they are defined, the fields would get core's translations of
    the old name or ours of the new one, as chance has it: both are of one record.
    """

    _inherit = "ir.model.fields"

    @api.model
    @ormcache("model_name", "self.env.lang")
    def get_field_string(self, model_name):
        """Return the labels of a model's fields in the context's language.

        :param str model_name: such as ``crm.lead``.
        :rtype: dict[str, str]
        """
        labels = super().get_field_string(model_name)
        lang = self.env.lang or "en_US"
        agents = AGENTS.get(model_name, {})
        ours = {name: label._translate(lang) for name, label in agents.items()}
        return {**labels, **ours}
