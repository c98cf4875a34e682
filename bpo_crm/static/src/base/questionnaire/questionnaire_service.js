import {registry} from "@web/core/registry";
import {user} from "@web/core/user";

/** Opens the questionnaire when the first manager logs in. */
export const questionnaireService = {
    dependencies: ["action", "orm"],

    start(env, {action, orm}) {
        const offer = async () => {
            const isManager = await user.hasGroup("bpo_crm.group_bpo_manager");
            if (
                isManager &&
                (await orm.silent.call("onboarding.onboarding", "take_bpo_offer", []))
            ) {
                action.doAction("bpo_crm.crm_pipeline_settings_action");
            }
        };
        // Not before: an action that is still being loaded would give way to this one.
        env.bus.addEventListener("ACTION_MANAGER:UI-UPDATED", offer, {once: true});
    },
};

registry.category("services").add("bpo_crm.questionnaire", questionnaireService);
