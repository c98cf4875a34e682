import {Component} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {useInputField} from "@web/views/fields/input_field_hook";
import {standardFieldProps} from "@web/views/fields/standard_field_props";
import {formatTimeOfDay, parseTimeOfDay} from "./time_of_day";

/** A time of the day that need not be said. */
export class TimeOfDayField extends Component {
    static template = "bpo_crm.TimeOfDayField";
    static props = {...standardFieldProps};

    setup() {
        this.placeholder = _t("any time");
        useInputField({getValue: () => this.formattedValue, parse: parseTimeOfDay});
    }

    get formattedValue() {
        return formatTimeOfDay(this.props.record.data[this.props.name]);
    }
}

registry.category("fields").add("bpo_time_of_day", {
    component: TimeOfDayField,
    supportedTypes: ["float"],
    isEmpty: (record, name) => !record.data[name],
});
