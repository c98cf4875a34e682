import {claimOnce} from "@bpo_crm/pool/claim_next/claim_next";
import {registry} from "@web/core/registry";

/** The leads on the agent's screen, in its order. */
export class LeadQueue {
    ids = [];
    /** Shows a lead on the form that is open, if there is one. */
    showOnForm = null;

    constructor(action) {
        this.action = action;
    }

    after(id) {
        const index = this.ids.indexOf(id);
        return index === -1 ? [] : this.ids.slice(index + 1);
    }

    /** Go on to a lead, with the pager and the breadcrumbs as they were. */
    async open(id) {
        if (this.showOnForm) {
            return this.showOnForm(id);
        }
        return this.action.doAction(
            {
                type: "ir.actions.act_window",
                res_model: "crm.lead",
                res_id: id,
                views: [[false, "form"]],
            },
            {props: {resIds: this.ids}}
        );
    }
}

registry.category("services").add("bpo_crm.queue", {
    dependencies: ["action"],
    start: (env, {action}) => new LeadQueue(action),
});

async function openNextLead(env, {params}) {
    const {action, notification, orm, "bpo_crm.queue": queue} = env.services;
    await action.doAction({type: "ir.actions.act_window_close"});
    const next = await claimOnce(params.lead_id, (key) =>
        orm.call("crm.lead", "get_next_lead", [
            queue.after(params.lead_id),
            params.lead_id,
            key,
        ])
    );
    if (next.message) {
        notification.add(next.message, {type: next.id ? "success" : "info"});
    }
    if (next.id) {
        await queue.open(next.id);
    }
}

registry.category("actions").add("bpo_crm.next_lead", openNextLead);
