from odoo import models


class Lead(models.Model):
    """What PostgreSQL cannot guess: leads without an agent are nearly all open ones.

    Without it, an agent's rights and the pool's domain look as if hardly a lead met
    both, and the whole pool is read and sorted for its first forty.
    """

    _inherit = "crm.lead"

    def init(self):
        result = super().init()
        self.env.cr.execute(
            """
            CREATE STATISTICS IF NOT EXISTS crm_lead_pool_stat (mcv)
                ON user_id, stage_id, active, type, company_id FROM crm_lead
            """
        )
        return result
