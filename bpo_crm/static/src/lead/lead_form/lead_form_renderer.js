import {registry} from "@web/core/registry";

const formView = registry.category("views").get("form");
const {StatusBarButtons} = formView.Renderer.components;

/** The buttons beside one another: Odoo 19 shows the first one alone on a phone. */
class LeadStatusBarButtons extends StatusBarButtons {
    static template = "bpo_crm.LeadStatusBarButtons";
}

export class LeadFormRenderer extends formView.Renderer {
    static components = {
        ...formView.Renderer.components,
        StatusBarButtons: LeadStatusBarButtons,
    };
}
