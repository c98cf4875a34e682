import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";

/** Say that a lead is claimed, offer to open it, and show the screen without it. */
function tellClaimed(env, {params: {message, lead_id}}) {
    const {notification, "bpo_crm.queue": queue} = env.services;
    const toast = {};
    const open = {
        name: _t("Open"),
        primary: true,
        onClick: () => {
            toast.close();
            return queue.open(lead_id);
        },
    };
    const buttons = lead_id && !queue.showOnForm ? [open] : [];
    toast.close = notification.add(message, {type: "success", buttons});
    return {type: "ir.actions.client", tag: "soft_reload"};
}

registry.category("actions").add("bpo_crm.lead_claimed", tellClaimed);
