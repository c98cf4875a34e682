import {Component, onWillUnmount, useState} from "@odoo/owl";
import {registry} from "@web/core/registry";
import {formatFloatTime} from "@web/views/fields/formatters";
import {FloatTimeField} from "@web/views/fields/float_time/float_time_field";
import {standardFieldProps} from "@web/views/fields/standard_field_props";

const SECOND = 1000; // Milliseconds
const MINUTE = 60 * SECOND;

/** The minutes of a call, which run until somebody stops them to type. */
export class CallTimerField extends Component {
    static template = "bpo_crm.CallTimerField";
    static components = {FloatTimeField};
    static props = {...standardFieldProps};

    setup() {
        // Not from the server's time: the two clocks differ.
        this.openedAt = Date.now();
        this.state = useState({minutes: 0});
        const tick = () => (this.state.minutes = this.elapsedMinutes);
        const interval = setInterval(tick, SECOND);
        onWillUnmount(() => clearInterval(interval));
    }

    get isRunning() {
        return this.props.record.data.is_timer_running;
    }

    get elapsedMinutes() {
        return Math.max(0, Date.now() - this.openedAt) / MINUTE;
    }

    get formattedMinutes() {
        return formatFloatTime(this.state.minutes);
    }

    async stop() {
        await this.props.record.update({
            duration: this.elapsedMinutes,
            is_timer_running: false,
        });
    }
}

registry.category("fields").add("bpo_call_timer", {
    component: CallTimerField,
    supportedTypes: ["float"],
});
