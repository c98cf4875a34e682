import { registry } from "@web/core/registry";

/** The leads on the agent's screen, in its order. */
export class LeadQueue {
    ids = [];

    set(ids) {
        this.ids = [...ids];
    }

    after(id) {
        const index = this.ids.indexOf(id);
        return index === -1 ? [] : this.ids.slice(index + 1);
    }
}

registry.category("services").add("bpo_crm.queue", {
    start: () => new LeadQueue(),
});

/** Go on to the next lead, with the pager and the breadcrumbs as they were. */
async function openNextLead(env, { params }) {
    const { action, orm, "bpo_crm.queue": queue } = env.services;
    const following = await orm.call("crm.lead", "action_open_next", [
        queue.after(params.lead_id),
        params.lead_id,
    ]);
    const onForm = action.currentController?.props?.type === "form";
    await action.doAction(following, {
        props: { resIds: queue.ids },
        stackPosition: onForm ? "replaceCurrentAction" : undefined,
    });
}

registry.category("actions").add("bpo_crm.next_lead", openNextLead);
