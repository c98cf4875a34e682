from odoo import fields, models

from ... import remote_odoo


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    bpo_connect_timeout = fields.Float(
        "Connection Timeout",
        config_parameter="bpo_crm.connect_timeout",
        default=remote_odoo.CONNECT_TIMEOUT,
        help="How many seconds the connection to a dealer's server may take.",
    )
    bpo_read_timeout = fields.Float(
        "Answer Timeout",
        config_parameter="bpo_crm.read_timeout",
        default=remote_odoo.READ_TIMEOUT,
        help="How many seconds a dealer's server may take to answer.",
    )
    bpo_allow_http = fields.Boolean(
        "Allow Unencrypted Connections",
        config_parameter="bpo_crm.allow_http",
        help="Accept http:// addresses. The passwords of the dealers' accounts can "
        "then be read on the way.",
    )
    enriches_leads = fields.Boolean(related="company_id.enriches_leads", readonly=False)
