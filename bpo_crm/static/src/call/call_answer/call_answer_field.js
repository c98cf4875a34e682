import {CallResultField} from "@bpo_crm/call/call_result/call_result_field";
import {radioField} from "@web/views/fields/radio/radio_field";
import {registry} from "@web/core/registry";

/** What the customer said: as the result is chosen, and taken back by another click. */
export class CallAnswerField extends CallResultField {
    static keys = "shift+";

    onClick(item) {
        if (item[0] === this.value) {
            this.props.record.update({[this.props.name]: false});
        }
    }
}

registry.category("fields").add("bpo_call_answer", {
    ...radioField,
    component: CallAnswerField,
    supportedTypes: ["many2one"],
});
