from odoo import api, fields, models

from ...domains import OUR_OPEN_LEAD


class Lead(models.Model):
    """Which lead comes next, without losing the place in the queue."""

    _inherit = "crm.lead"

    def action_go_on(self):
        """Go on from this lead to the next one of the queue on the screen.

        :return: the client action that knows the queue.
        :rtype: dict
        """
        self.check_access("read")
        return {
            "type": "ir.actions.client",
            "tag": "bpo_crm.next_lead",
            "params": {"lead_id": self.id},
        }

    @api.model
    def get_next_lead(self, queue_ids, current_id, save_key=None):
        """Return the lead to go on with.

        First the rest of the queue on the agent's screen, then what is due among
        its own leads, then the most urgent lead of the pool, which is claimed.

        :param list queue_ids: ids of leads in the order of the screen, those after
            the current one.
        :param int current_id: the lead that was worked just now.
        :param str save_key: as of :meth:`action_claim_next`.
        :return: its ``id``, or False where none is left, and a ``message`` where
            there is something to tell.
        :rtype: dict
        """
        lead = self._find_in_queue(queue_ids) or self._find_due(current_id)
        if lead:
            return {"id": lead.id, "message": ""}
        lead = self._claim_next_once(save_key)
        return {"id": lead.id, "message": lead._prepare_claim_message()}

    @api.model
    def _find_in_queue(self, queue_ids):
        """Return the first lead of a queue that can be worked still.

        :param list queue_ids: ids of leads, in their order.
        :return: one lead, or none.
        :rtype: crm.lead
        """
        domain = [
            ("id", "in", list(queue_ids)),
            ("user_id", "in", [self.env.uid, False]),
            *OUR_OPEN_LEAD,
        ]
        waiting = set(self.search(domain).ids)
        return self.browse(next((id_ for id_ in queue_ids if id_ in waiting), ()))

    @api.model
    def _find_due(self, current_id):
        """Return the own lead whose activity is due first, as on My Day.

        :param int current_id: of the lead that is left out.
        :return: one lead, or none.
        :rtype: crm.lead
        """
        now = fields.Datetime.now()
        due = self._find_due_activities().filtered(
            lambda activity: (
                activity.res_id != current_id
                and (not activity.due_at or activity.due_at <= now)
            )
        )
        return self.browse(due[:1].mapped("res_id"))

    def _open_form(self):
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": self.id,
            "views": [[False, "form"]],
            "target": "current",
        }
