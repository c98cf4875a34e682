import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";

/** Say that a lead is claimed, offer to open it, and show the screen without it. */
function tellClaimed(env, {params: {message, lead_id}}) {
    const {notification, "bpo_crm.queue": queue} = env.services;
    const open = () => {
        close();
        return queue.open(lead_id);
    };
    const isElsewhere = lead_id && !queue.showOnForm;
    const buttons = isElsewhere
        ? [{name: _t("Open"), primary: true, onClick: open}]
        : [];
    const close = notification.add(message, {type: "success", buttons});
    return {type: "ir.actions.client", tag: "soft_reload"};
}

registry.category("actions").add("bpo_crm.lead_claimed", tellClaimed);
