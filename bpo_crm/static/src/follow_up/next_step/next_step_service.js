import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";

/**
 * Wait until no dialog is open: a new one would close it, with all that was typed.
 *
 * @param {Object} ui the service that dialogs tell of themselves.
 */
export function waitForDialogs(ui) {
    return new Promise((resolve) => {
        const resolveIfNone = () => {
            if (ui.activeElement === document) {
                ui.bus.removeEventListener("active-element-changed", resolveIfNone);
                resolve();
            }
        };
        ui.bus.addEventListener("active-element-changed", resolveIfNone);
        resolveIfNone();
    });
}

/** Asks for the next step of a lead, when the last one is done. */
export const nextStepService = {
    dependencies: ["action", "bus_service", "notification", "orm", "ui"],

    start(env, {action, bus_service: bus, notification, orm, ui}) {
        const ask = async (leadId) => {
            const dialog = await orm.call("crm.lead", "action_plan_next_step", [
                [leadId],
            ]);
            await action.doAction(dialog, {
                onClose: () => action.doAction("soft_reload"),
            });
        };
        const askOrWarn = async (leadIds) => {
            if (leadIds.length === 1) {
                await ask(leadIds[0]);
            } else if (leadIds.length) {
                const message = _t("%s leads have no next step now.", leadIds.length);
                notification.add(message, {type: "warning"});
            }
        };
        bus.subscribe("bpo_crm.next_step_wanted", async ({lead_ids: leadIds}) => {
            // The user's other tabs get the message, too; and a page that is loaded
            // again gets those of the last minute, which may be answered by now.
            if (!document.hidden) {
                await waitForDialogs(ui);
                const method = "get_without_next_step";
                askOrWarn(await orm.silent.call("crm.lead", method, [leadIds]));
            }
        });
        bus.start();
    },
};

registry.category("services").add("bpo_crm.next_step", nextStepService);
