import { Component, onWillStart, onWillUnmount, useState } from "@odoo/owl";
import { deserializeDate, deserializeDateTime } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { Layout } from "@web/search/layout";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";

const { DateTime } = luxon;

const REFRESH_INTERVAL = 60_000; // Milliseconds

const TITLES = {
    callbacks: _t("Callbacks"),
    overdue: _t("Overdue"),
    today: _t("Today"),
    idle: _t("No Next Step"),
    stale: _t("Stale"),
    pool: _t("Waiting in the Pool"),
};

/** The agent's home: what is due, in the order in which to do it. */
export class MyDay extends Component {
    static template = "bpo_crm.MyDay";
    static components = { Layout };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.queue = useService("bpo_crm.queue");
        this.day = useState({ numbers: {}, sections: [] });
        this.titles = TITLES;
        onWillStart(() => this.load());
        const interval = setInterval(() => this.load(), REFRESH_INTERVAL);
        onWillUnmount(() => clearInterval(interval));
    }

    async load() {
        Object.assign(this.day, await this.orm.call("crm.lead", "get_my_day", []));
    }

    get filledSections() {
        return this.day.sections.filter((section) => section.count);
    }

    get ids() {
        const rows = this.day.sections.flatMap((section) => section.rows);
        return [...new Set(rows.map((row) => row.id))];
    }

    formatTime(row) {
        return deserializeDateTime(row.due_at).toLocaleString(DateTime.TIME_SIMPLE);
    }

    /** Whether the moment that the customer asked for has passed. */
    isLate(row) {
        return deserializeDateTime(row.due_at) < DateTime.now();
    }

    formatOverdue(row) {
        const days = -Math.ceil(deserializeDate(row.deadline).diffNow("days").days);
        return days === 1 ? _t("Yesterday") : _t("%s days", days);
    }

    open(row) {
        return this.action.doAction(
            {
                type: "ir.actions.act_window",
                res_model: "crm.lead",
                res_id: row.id,
                views: [[false, "form"]],
            },
            { props: { resIds: this.ids } }
        );
    }

    /** Run a method of a lead, the way that a button of a view does. */
    async run(row, method) {
        this.queue.set(this.ids);
        try {
            const result = await this.orm.call("crm.lead", method, [[row.id]]);
            await this.action.doAction(result, { onClose: () => this.load() });
        } finally {
            await this.load();
        }
    }

    logCall(row) {
        return this.run(row, "action_log_call");
    }

    claim(row) {
        return this.run(row, "action_claim");
    }

    claimNext() {
        return this.action.doAction("bpo_crm.action_claim_next");
    }
}

registry.category("actions").add("bpo_crm.my_day", MyDay);
