import {formView} from "@web/views/form/form_view";
import {createElement} from "@web/core/utils/xml";

/**
 * The buttons of a lead's header stay in sight on a phone: Odoo 18 puts them into the
 * menu of the control panel there.
 */
export class LeadFormCompiler extends formView.Compiler {
    compileHeader(el, params) {
        if (params.asDropdownItems) {
            return createElement("t");
        }
        const statusBar = super.compileHeader(el, params);
        statusBar.querySelector("StatusBarButtons").removeAttribute("t-if");
        return statusBar;
    }
}
