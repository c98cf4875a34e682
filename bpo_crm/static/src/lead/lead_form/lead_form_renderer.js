import {formView} from "@web/views/form/form_view";

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
