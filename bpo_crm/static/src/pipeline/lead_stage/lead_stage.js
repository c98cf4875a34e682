import {_t} from "@web/core/l10n/translation";
import {useService} from "@web/core/utils/hooks";

/**
 * Moves of a lead that need more than a write of its stage: the lost stage asks
 * for a reason first, and the won stage makes an order on the dealer's server,
 * which takes its time.
 */
export class LeadStage {
    constructor({orm, action, ui}) {
        Object.assign(this, {orm, action, ui});
    }

    /**
     * @param {Number} leadId
     * @param {Number} stageId where to.
     * @param {Object} options
     * @param {Function} options.write moves the lead, the way that the view does.
     * @param {Function} options.reload shows the lead as the server has it.
     */
    async move(leadId, stageId, {write, reload}) {
        const flags = ["is_won", "is_lost"];
        const [stage] = await this.orm.read("crm.stage", [stageId], flags);
        if (stage.is_lost) {
            await this.askLostReason(leadId, reload);
            return;
        }
        try {
            await (stage.is_won ? this.win(write) : write());
        } catch (error) {
            // Not waited for: the user is told, whatever else is loaded meanwhile.
            reload();
            throw error;
        }
    }

    async askLostReason(leadId, onClose) {
        const wizard = await this.orm.call("crm.lead", "action_mark_lost", [[leadId]]);
        await this.action.doAction(wizard, {onClose});
    }

    async win(write) {
        this.blockForOrder();
        try {
            return await write();
        } finally {
            this.ui.unblock();
        }
    }

    blockForOrder() {
        this.ui.block({message: _t("Making the order in the dealership's Odoo…")});
    }
}

export function useLeadStage() {
    return new LeadStage({
        orm: useService("orm"),
        action: useService("action"),
        ui: useService("ui"),
    });
}
