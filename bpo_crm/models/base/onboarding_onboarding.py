from odoo import api, models

from ...roles import MANAGER

ONBOARDING = "bpo_crm.onboarding_bpo"
QUESTIONNAIRE = "bpo_crm.onboarding_step_questionnaire"


class Onboarding(models.Model):
    """The questionnaire of the first login, and the banner that offers it again."""

    _inherit = "onboarding.onboarding"

    @api.model
    def get_bpo_banner(self):
        """Return what the banner shows to a manager; None for nothing.

        :return: texts, and the action that the button opens.
        :rtype: dict | None
        """
        onboarding = self._find_bpo_onboarding()
        step = onboarding.step_ids[:1]
        if step.current_step_state != "not_done" or onboarding.is_onboarding_closed:
            return None
        return {
            "title": step.title,
            "description": step.description,
            "button": step.button_text,
            "action": step.panel_step_open_action_name,
        }

    @api.model
    def close_bpo_banner(self):
        """Take the banner away; the settings stay in the menu."""
        onboarding = self._find_bpo_onboarding()
        onboarding._search_or_create_progress()
        onboarding.action_close()

    @api.model
    def take_bpo_offer(self):
        """Tell whether to open the questionnaire by itself, which happens once.

        :rtype: bool
        """
        onboarding = self._find_bpo_onboarding()
        if not onboarding or onboarding.current_progress_id:
            return False
        onboarding._search_or_create_progress()
        return onboarding.step_ids[:1].current_step_state == "not_done"

    # ------------------------------------------------------------
    # BUSINESS
    # ------------------------------------------------------------

    @api.model
    def _find_bpo_onboarding(self):
        """Return the onboarding, for managers."""
        if not self.env.user.has_group(MANAGER):
            return self.sudo().browse()
        found = self.env.ref(ONBOARDING, raise_if_not_found=False)
        return (found or self.browse()).sudo()

    @api.model
    def _finish_bpo_questionnaire(self):
        step = self.env.ref(QUESTIONNAIRE, raise_if_not_found=False)
        if step:
            step.sudo().action_set_just_done()
