import {registry} from "@web/core/registry";
import {useHotkey} from "@web/core/hotkeys/hotkey_hook";
import {RadioField, radioField} from "@web/views/fields/radio/radio_field";

/** The result of a call: a click, an arrow, or the key with its number. */
export class CallResultField extends RadioField {
    static template = "bpo_crm.CallResultField";
    /** What is held down with the number, beside Alt. */
    static keys = "";

    setup() {
        super.setup();
        // With Alt held down they are those of the labels, which work in texts as well.
        if (!this.keys) {
            this.items.forEach((item, index) =>
                useHotkey(`${index + 1}`, () => this.onChange(item))
            );
        }
    }

    get keys() {
        return this.constructor.keys;
    }

    get isInvalid() {
        return this.props.record.isFieldInvalid(this.props.name);
    }

    /** A click on what is chosen already changes nothing, as with all radio buttons. */
    onClick() {}
}

registry.category("fields").add("bpo_call_result", {
    ...radioField,
    component: CallResultField,
    supportedTypes: ["selection"],
});
