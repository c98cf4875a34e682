import {Component} from "@odoo/owl";
import {registry} from "@web/core/registry";
import {formatPercentage} from "@web/views/fields/formatters";
import {standardFieldProps} from "@web/views/fields/standard_field_props";

const {Duration} = luxon;

const MINUTES = 60; // Of an hour

// What stands where nothing was measured: not zero.
const NOTHING = "–";

/**
 * Write a duration as people say it.
 *
 * @param {number | false} minutes false where nothing was measured
 * @returns {string} such as "5 hr, 9 min", in the user's language
 */
export function formatDuration(minutes) {
    if (minutes === false) {
        return NOTHING;
    }
    const whole = Math.round(minutes || 0);
    const [hours, rest] = [Math.floor(whole / MINUTES), whole % MINUTES];
    const parts = {};
    if (hours) {
        parts.hours = hours;
    }
    if (rest || !hours) {
        parts.minutes = rest;
    }
    return Duration.fromObject(parts).toHuman({unitDisplay: "short"});
}

/**
 * Write a share, of what there is anything.
 *
 * @param {number | false} share of 1; false where nothing was measured
 * @returns {string} such as "50%"
 */
export function formatRate(share, ...options) {
    return share === false ? NOTHING : formatPercentage(share, ...options);
}

registry.category("formatters").add("bpo_duration", formatDuration);
registry.category("formatters").add("bpo_rate", formatRate);

class FigureField extends Component {
    static template = "bpo_crm.FigureField";
    static props = {...standardFieldProps};

    get value() {
        return this.props.record.data[this.props.name];
    }
}

/** Minutes, on a form and in a list. */
export class DurationField extends FigureField {
    get formattedValue() {
        return formatDuration(this.value);
    }
}

/** A share, in a list of which not every row has it. */
export class RateField extends FigureField {
    get formattedValue() {
        return formatRate(this.value);
    }
}

registry.category("fields").add("bpo_duration", {
    component: DurationField,
    supportedTypes: ["float", "integer"],
});
registry.category("fields").add("bpo_rate", {
    component: RateField,
    supportedTypes: ["float"],
});
