import {KanbanRecordQuickCreate} from "@web/views/kanban/kanban_record_quick_create";

/** Refusals that tell what to do. */
const REFUSALS = ["odoo.exceptions.RedirectWarning", "odoo.exceptions.UserError"];

const {KanbanQuickCreateController} = KanbanRecordQuickCreate.components;

class LeadQuickCreateController extends KanbanQuickCreateController {
    /** @override Core opens another form, without the refusal and what was typed. */
    showFormDialogInError(error) {
        if (REFUSALS.includes(error.exceptionName)) {
            throw error;
        }
        return super.showFormDialogInError(...arguments);
    }

    /** @override What was refused can be corrected. */
    async validate() {
        try {
            return await super.validate(...arguments);
        } catch (error) {
            this.state.disabled = false;
            throw error;
        }
    }
}

export class LeadQuickCreate extends KanbanRecordQuickCreate {
    static components = {KanbanQuickCreateController: LeadQuickCreateController};
}
