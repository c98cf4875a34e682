import {Component, status, useEffect, useRef, useState} from "@odoo/owl";
import {KeepLast} from "@web/core/utils/concurrency";
import {registry} from "@web/core/registry";
import {useDebounced} from "@web/core/utils/timing";
import {useService} from "@web/core/utils/hooks";
import {standardWidgetProps} from "@web/views/widgets/standard_widget_props";
import {getId} from "@bpo_crm/base/series/many2one";

/** How long somebody has not typed when the server is asked, in milliseconds. */
const PAUSE = 300;

/** By what customers are known. */
const KEYS = ["phone", "mobile", "email_from"];
const TEXTS = [...KEYS, "contact_name"];
const RECORDS = ["country_id", "team_id", "company_id"];

/** Tells, while a new lead is typed in, that its customer has an open one. */
export class KnownCustomer extends Component {
    static template = "bpo_crm.KnownCustomer";
    static props = {...standardWidgetProps};

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.state = useState({notice: null});
        this.root = useRef("root");
        this.answers = new KeepLast();
        /** What is in the fields, and not in the record yet. */
        this.typed = {};
        this.asked = "";
        this.lookSoon = useDebounced(() => this.look(), PAUSE);
        useEffect(
            () => this.listen(),
            () => []
        );
        useEffect(
            () => {
                this.typed = {};
                this.lookSoon();
            },
            () => Object.values(this.values)
        );
    }

    /** Fields tell their records only when they are left. */
    listen() {
        const form = this.root.el.closest(".o_form_renderer");
        const onInput = ({target}) => {
            const name = target.closest(".o_field_widget")?.getAttribute("name");
            if (TEXTS.includes(name)) {
                this.typed[name] = target.value;
                this.lookSoon();
            }
        };
        form.addEventListener("input", onInput);
        return () => form.removeEventListener("input", onInput);
    }

    /** What the record says of the customer. */
    get values() {
        const {data} = this.props.record;
        const texts = TEXTS.filter((name) => name in data);
        const records = RECORDS.filter((name) => name in data);
        return Object.fromEntries([
            ...texts.map((name) => [name, data[name] || false]),
            ...records.map((name) => [name, getId(data[name])]),
        ]);
    }

    async look() {
        const values = {...this.values, ...this.typed};
        if (this.props.record.resId || !KEYS.some((name) => values[name])) {
            this.asked = "";
            this.state.notice = null;
            return;
        }
        const asked = JSON.stringify(values);
        if (asked === this.asked) {
            return;
        }
        this.asked = asked;
        const notice = await this.answers.add(
            this.orm.silent.call("crm.lead", "find_known_customer", [values])
        );
        if (status(this) !== "destroyed" && asked === this.asked) {
            this.state.notice = notice;
        }
    }

    get leadUrl() {
        return `/odoo/crm.lead/${this.state.notice.lead_id}`;
    }

    leaveMessage() {
        return this.action.doAction(this.state.notice.action);
    }
}

registry.category("view_widgets").add("bpo_known_customer", {
    component: KnownCustomer,
});
