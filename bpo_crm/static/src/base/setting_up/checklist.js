import {Component} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";
import {useService} from "@web/core/utils/hooks";

/** What is to be set up, for managers: what is done has its tick. */
export class Checklist extends Component {
    static template = "bpo_crm.Checklist";
    static props = {
        steps: Array,
        /** Called when something may have been done. */
        onChange: Function,
        /** Takes the list away; without it, there is no button to do so. */
        onClose: {type: Function, optional: true},
    };

    setup() {
        this.action = useService("action");
    }

    get progress() {
        const {steps} = this.props;
        const done = steps.filter((step) => step.is_done).length;
        return _t("%(done)s of %(count)s done", {done, count: steps.length});
    }

    open(step) {
        return this.action.doAction(step.action, {onClose: this.props.onChange});
    }
}
