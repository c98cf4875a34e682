import {
    Component,
    onMounted,
    onWillStart,
    onWillUnmount,
    useExternalListener,
    useRef,
    useState,
} from "@odoo/owl";
import {deserializeDate} from "@web/core/l10n/dates";
import {_t} from "@web/core/l10n/translation";
import {ConnectionAbortedError, ConnectionLostError} from "@web/core/network/rpc";
import {registry} from "@web/core/registry";
import {useService} from "@web/core/utils/hooks";
import {Layout} from "@web/search/layout";
import {formatInteger} from "@web/views/fields/formatters";
import {standardActionServiceProps} from "@web/webclient/actions/action_service";
import {toLocalTime} from "@bpo_crm/base/local_time/local_time";

const {DateTime} = luxon;

const REFRESH_INTERVAL = 60_000; // Milliseconds, since the last answer

/** The floor on one page: each figure opens the list that it was counted from. */
export class TheFloor extends Component {
    static template = "bpo_crm.TheFloor";
    static props = {...standardActionServiceProps};
    static components = {Layout};

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.floor = useState({page: null, isBehind: false});
        this.isAsking = false;
        const floor = useRef("floor");
        onWillStart(() => this.load());
        // Keys scroll what has the focus, and the page itself does not scroll.
        onMounted(() => {
            floor.el.focus({preventScroll: true});
            this.wait();
        });
        onWillUnmount(() => clearTimeout(this.timer));
        useExternalListener(document, "visibilitychange", () => this.refresh());
    }

    async load(orm = this.orm) {
        this.floor.page = await orm.call("crm.floor", "get_figures", []);
        this.floor.isBehind = false;
    }

    wait() {
        clearTimeout(this.timer);
        this.timer = setTimeout(() => this.refresh(), REFRESH_INTERVAL);
    }

    /** Without a sign of it, not where nobody looks, and one question at a time. */
    async refresh() {
        if (document.hidden || this.isAsking) {
            // Whoever looks again, or the answer, goes on.
            return;
        }
        this.isAsking = true;
        try {
            await this.load(this.orm.silent);
        } catch (error) {
            if (!isUnreachable(error)) {
                throw error;
            }
            this.floor.isBehind = true;
        } finally {
            this.isAsking = false;
        }
        this.wait();
    }

    get page() {
        return this.floor.page;
    }

    get day() {
        return deserializeDate(this.page.day).toLocaleString(DateTime.DATE_HUGE);
    }

    /** The time of the last answer, in the user's zone. */
    get asOf() {
        const time = toLocalTime(this.page.as_of);
        return time.toLocaleString(DateTime.TIME_WITH_SECONDS);
    }

    get tables() {
        return [
            {name: "agents", title: _t("Today by Agent"), head: _t("Agent")},
            {
                name: "dealerships",
                title: _t("Today by Dealership"),
                head: _t("Dealership"),
            },
        ];
    }

    get isQuiet() {
        return this.page.columns.every((name) => !this.page.figures[name].count);
    }

    format(count) {
        return formatInteger(count);
    }

    /**
     * Describe a figure for who cannot see where it stands.
     *
     * @param {String} name of the figure
     * @param {Number} count
     * @param {Object} [row] of a table; the whole floor by default
     * @returns {String}
     */
    describe(name, count, row) {
        const figure = `${this.page.figures[name].title}: ${formatInteger(count)}`;
        return row ? `${row.name}, ${figure}` : figure;
    }

    /**
     * Open the list that a figure was counted from.
     *
     * @param {String} name of the figure
     * @param {String} [table] in which it stands
     * @param {Object} [row] of the table; the whole floor by default
     */
    open(name, table, row) {
        const {title, model, domain, views, by} = this.page.figures[name];
        const ofRow = row ? [[by[table], "=", row.id]] : [];
        return this.action.doAction({
            type: "ir.actions.act_window",
            name: row ? `${row.name}: ${title}` : title,
            res_model: model,
            domain: [...domain, ...ofRow],
            views,
            // Lost leads are archived, and were counted.
            context: {active_test: false, create: false},
        });
    }
}

function isUnreachable(error) {
    return (
        error instanceof ConnectionLostError || error instanceof ConnectionAbortedError
    );
}

registry.category("actions").add("bpo_crm.the_floor", TheFloor);
