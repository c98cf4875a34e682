import {Component, onWillStart, status, useState} from "@odoo/owl";
import {registry} from "@web/core/registry";
import {useService} from "@web/core/utils/hooks";
import {Layout} from "@web/search/layout";
import {standardActionServiceProps} from "@web/webclient/actions/action_service";
import {Checklist} from "./checklist";

/** The checklist as a page of its own, for when it is not on My Day any more. */
export class SettingUp extends Component {
    static template = "bpo_crm.SettingUp";
    static components = {Checklist, Layout};
    static props = {...standardActionServiceProps};

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.state = useState({checklist: null});
        this.load = this.load.bind(this);
        onWillStart(this.load);
    }

    async load() {
        if (status(this) !== "destroyed") {
            this.state.checklist = await this.call("get_bpo_checklist");
        }
    }

    call(method) {
        return this.orm.call("onboarding.onboarding", method, []);
    }

    get canReopen() {
        const {checklist} = this.state;
        return checklist.is_closed && !checklist.steps.every((step) => step.is_done);
    }

    async reopen() {
        await this.call("reopen_bpo_checklist");
        await this.action.doAction("bpo_crm.my_day_action", {clearBreadcrumbs: true});
    }
}

registry.category("actions").add("bpo_crm.setting_up", SettingUp);
