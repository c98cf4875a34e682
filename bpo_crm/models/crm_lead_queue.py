from odoo import api, models


class Lead(models.Model):
    """Which lead comes next, without losing the place in the queue."""

    _inherit = "crm.lead"

    @api.model
    def action_open_next(self):
        """Open the lead to work next: what is due, or else one from the pool.

        :return: a window action, or a notification that leads on to it.
        :rtype: dict
        """
        due = self._find_due()
        return due._open_form() if due else self.action_claim_next()

    @api.model
    def get_next_lead(self, queue_ids, current_id):
        """Return the lead to go on with.

        First the rest of the queue on the agent's screen, then what is due among
        its own leads, then the most urgent lead of the pool, which is claimed.

        :param list queue_ids: ids of leads in the order of the screen, those after
            the current one.
        :param int current_id: the lead that was worked just now.
        :return: its ``id``, or False where none is left, and a ``message`` where
            there is something to tell.
        :rtype: dict
        """
        lead = self._find_in_queue(queue_ids) or self._find_due(current_id)
        if lead:
            return {"id": lead.id, "message": ""}
        lead = self._claim_next()
        return {"id": lead.id, "message": lead._prepare_claim_message()}

    @api.model
    def _find_in_queue(self, queue_ids):
        """Return the first lead of a queue that can be worked still."""
        domain = [
            ("id", "in", list(queue_ids)),
            ("user_id", "in", [self.env.uid, False]),
            ("stage_id.is_won", "=", False),
            ("stage_id.is_lost", "=", False),
        ]
        waiting = set(self.search(domain).ids)
        return self.browse(next((id_ for id_ in queue_ids if id_ in waiting), ()))

    @api.model
    def _find_due(self, current_id=False):
        """Return the own lead whose activity is due first, as on My Day."""
        due = self._find_due_activities().filtered(
            lambda activity: activity.res_id != current_id
        )
        return self.browse(due[:1].res_id or ())

    def _open_form(self):
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": self.id,
            "views": [[False, "form"]],
            "target": "current",
        }
