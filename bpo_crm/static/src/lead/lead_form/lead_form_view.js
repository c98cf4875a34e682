import "@crm/views/crm_form/crm_form";
import {registry} from "@web/core/registry";
import {useService} from "@web/core/utils/hooks";
import {onMounted, onWillUnmount, status, useEffect} from "@odoo/owl";
import {LeadFormCompiler} from "@bpo_crm/lead/lead_form/lead_form_compiler";
import {LeadFormRenderer} from "@bpo_crm/lead/lead_form/lead_form_renderer";
import {useLeadStage} from "@bpo_crm/pipeline/lead_stage/lead_stage";

// Core's view, whose model is not exported
const crmFormView = registry.category("views").get("crm_form");

/** The buttons that make an order: of the form, and of an attempt that failed. */
const WINS = ["action_set_won_rainbowman", "action_retry"];

class LeadFormController extends crmFormView.Controller {
    setup() {
        super.setup();
        this.leadStage = useLeadStage();
        if (this.env.inDialog) {
            return;
        }
        const queue = useService("bpo_crm.queue");
        useEffect(
            (ids) => {
                queue.ids = ids;
            },
            () => [this.model.root.resIds]
        );
        onMounted(() => {
            queue.showOnForm = (id) => this.showLead(id);
        });
        onWillUnmount(() => {
            queue.showOnForm = null;
        });
    }

    async showLead(resId) {
        const {resIds} = this.model.root;
        await this.model.load({
            resId,
            resIds: resIds.includes(resId) ? resIds : [...resIds, resId],
        });
    }

    get className() {
        const {resId, data} = this.model.root;
        const isUnclaimed = Boolean(resId && data.is_claimable);
        return {...super.className, o_bpo_unclaimed: isUnclaimed};
    }

    async beforeExecuteActionButton(clickParams) {
        const proceed = await super.beforeExecuteActionButton(clickParams);
        if (proceed !== false && WINS.includes(clickParams.name)) {
            this.leadStage.blockForOrder();
        }
        return proceed;
    }

    async afterExecuteActionButton(clickParams) {
        await super.afterExecuteActionButton(clickParams);
        if (WINS.includes(clickParams.name)) {
            this.leadStage.ui.unblock();
            this.showFailure();
        }
    }

    /** A win that failed leaves an attempt, and a line in the chatter. */
    showFailure() {
        if (status(this) !== "destroyed" && !this.model.root.data.is_won) {
            // Not waited for: the refusal would be, too.
            this.model.load();
        }
    }
}

registry.category("views").add("bpo_lead_form", {
    ...crmFormView,
    Compiler: LeadFormCompiler,
    Controller: LeadFormController,
    Renderer: LeadFormRenderer,
});
