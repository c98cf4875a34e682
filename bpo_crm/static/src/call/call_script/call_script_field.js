import {Component} from "@odoo/owl";
import {registry} from "@web/core/registry";
import {standardFieldProps} from "@web/views/fields/standard_field_props";

/** What may be said, beside the window; on a phone it is folded up. */
export class CallScriptField extends Component {
    static template = "bpo_crm.CallScriptField";
    static props = {...standardFieldProps};

    setup() {
        this.isOpen = !this.env.isSmall;
    }

    get script() {
        return this.props.record.data[this.props.name];
    }
}

registry.category("fields").add("bpo_call_script", {
    component: CallScriptField,
    supportedTypes: ["html"],
});
