from odoo import api, models

from ...roles import AGENT, MANAGER
from ...series import ALL_USER_GROUPS

ONBOARDING = "bpo_crm.onboarding_bpo"

#: Of each step, before its name.
STEP = "bpo_crm.onboarding_step_"

#: Who is there before anybody was given a role.
INSTALLERS = ("user_root", "user_admin")


class Onboarding(models.Model):
    """Setting up: what a manager does before the floor can work.

    The steps and their texts are Odoo's records. What is done is worked out from what
    there is: each area looks for its own.
    """

    _inherit = "onboarding.onboarding"

    @api.model
    def get_bpo_checklist(self):
        """Return what is to be set up, and what of it is done.

        :return: ``is_closed``, whether it was put away; and ``steps`` in their order,
            each with its texts, ``is_done`` and the ``action`` that its button opens,
            or False where the user may not do it. None for whoever is no manager.
        :rtype: dict | None
        """
        onboarding = self._find_bpo_onboarding()
        if not onboarding:
            return None
        return onboarding._prepare_checklist()

    @api.model
    def close_bpo_checklist(self):
        """Take the checklist off My Day; it stays in the menu."""
        self._find_bpo_onboarding()._close(True)

    @api.model
    def reopen_bpo_checklist(self):
        """Show the checklist on My Day again, until all of it is done."""
        self._find_bpo_onboarding()._close(False)

    @api.model
    def take_bpo_offer(self):
        """Tell whether to open the questionnaire by itself, which happens once.

        :rtype: bool
        """
        onboarding = self._find_bpo_onboarding()
        if not onboarding or onboarding.current_progress_id:
            return False
        onboarding._search_or_create_progress()
        return not self._is_questionnaire_answered()

    # ------------------------------------------------------------
    # BUSINESS
    # ------------------------------------------------------------

    @api.model
    def _find_bpo_onboarding(self):
        """Return the onboarding, for managers."""
        if not self.env.user.has_group(MANAGER):
            return self.sudo().browse()
        found = self.env.ref(ONBOARDING, raise_if_not_found=False)
        # With all rights, nobody asks whether the company is one of the user's.
        return (found or self.browse()).with_company(self.env.company).sudo()

    @api.model
    def _get_open_checklist(self):
        """Return the checklist while something of it is to do and nobody put it away.

        :return: as of :meth:`get_bpo_checklist`; None for nothing to show.
        :rtype: dict | None
        """
        onboarding = self._find_bpo_onboarding()
        if not onboarding or onboarding.is_onboarding_closed:
            return None
        checklist = onboarding._prepare_checklist()
        if all(step["is_done"] for step in checklist["steps"]):
            # Nobody looks again at each glance at My Day.
            onboarding._close(True)
            return None
        return checklist

    def _close(self, is_closed):
        for onboarding in self:
            progress = onboarding._search_or_create_progress()
            progress.is_onboarding_closed = is_closed

    def _prepare_checklist(self):
        """Return the checklist as of :meth:`get_bpo_checklist`.

        :rtype: dict
        """
        return {
            "is_closed": self.is_onboarding_closed,
            "steps": self._prepare_checklist_steps(),
        }

    # Steps

    def _prepare_checklist_steps(self):
        """Return the steps as the screen takes them.

        :rtype: list[dict]
        """
        done = self._get_ids(STEP, self.sudo(False)._list_done_steps())
        may_give_roles = self.env["res.users"].sudo(False).has_access("create")
        for_others = self._get_ids(STEP, [] if may_give_roles else ["roles"])
        return [
            {
                "id": step.id,
                "title": step.title,
                "description": step.description,
                "button": step.button_text,
                "action": step.id not in for_others
                and step.panel_step_open_action_name,
                "is_done": step.id in done,
            }
            for step in self.step_ids
        ]

    @api.model
    def _get_ids(self, prefix, names):
        """Return ids of records that came with a module, without reading them.

        :param str prefix: of their XML ids.
        :param names: the rest of each.
        :return: the id of each name; False for one that is not there.
        :rtype: list[int | bool]
        """
        data = self.env["ir.model.data"]
        return [data._xmlid_to_res_id(prefix + name) for name in names]

    @api.model
    def _find_questionnaire(self):
        found = self.env.ref(f"{STEP}questionnaire", raise_if_not_found=False)
        return (found or self.env["onboarding.onboarding.step"]).sudo()

    @api.model
    def _list_done_steps(self):
        """Hook: the names of the steps that are done in the current company.

        Each area looks whether there is one record of its own.

        :rtype: list[str]
        """
        found = {
            "questionnaire": self._is_questionnaire_answered(),
            "roles": self._are_roles_given(),
        }
        return [name for name, is_done in found.items() if is_done]

    @api.model
    def _is_questionnaire_answered(self):
        step = self._find_questionnaire()
        return not step or step.current_step_state != "not_done"

    @api.model
    def _are_roles_given(self):
        """Whether somebody works in this company besides who installed the addon."""
        domain = [
            (ALL_USER_GROUPS, "in", self._get_ids("", [AGENT])),
            ("company_ids", "in", self.env.company.ids),
            ("id", "not in", self._get_ids("base.", INSTALLERS)),
        ]
        return bool(self.env["res.users"].sudo().search_count(domain, limit=1))

    @api.model
    def _is_there(self, model, domain, company="company_id"):
        """Whether the current company has a record, or shares one.

        :param str model: of the record, which the user may read.
        :param list domain: of it.
        :param str company: the path to its company.
        """
        shared = (company, "in", [False, self.env.company.id])
        return bool(self.env[model].search_count([*domain, shared], limit=1))

    @api.model
    def _finish_bpo_questionnaire(self):
        self._find_questionnaire().action_set_just_done()
