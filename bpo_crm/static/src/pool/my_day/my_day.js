import {
    Component,
    onMounted,
    onWillDestroy,
    onWillStart,
    status,
    useRef,
    useState,
} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {useService} from "@web/core/utils/hooks";
import {Layout} from "@web/search/layout";
import {standardActionServiceProps} from "@web/webclient/actions/action_service";
import {Elsewhere} from "./elsewhere";
import {TeamDay} from "./team_day";
import {formatOverdue} from "./due_day";
import {Checklist} from "@bpo_crm/base/setting_up/checklist";
import {useLivePool} from "@bpo_crm/pool/live_pool/live_pool";
import {useHand} from "@bpo_crm/base/hand/hand";
import {toLocalTime} from "@bpo_crm/base/local_time/local_time";

const {DateTime} = luxon;

const REFRESH_INTERVAL = 60_000; // Milliseconds

const DAY_AND_TIME = {
    ...DateTime.TIME_SIMPLE,
    month: "short",
    day: "numeric",
};

const TITLES = {
    callbacks: _t("Callbacks and Visits"),
    overdue: _t("Overdue"),
    today: _t("Today"),
    missing_step: _t("No Next Step"),
    stale: _t("Stale"),
    pool: _t("Waiting in the Pool"),
};

/** What is due at a time or on a day; the other sections are of what just waits. */
const DUE = ["callbacks", "overdue", "today"];

/** The agent's home: what is due, in the order in which to do it. */
export class MyDay extends Component {
    static template = "bpo_crm.MyDay";
    static components = {Checklist, Elsewhere, Layout, TeamDay};
    static props = {...standardActionServiceProps};

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.queue = useService("bpo_crm.queue");
        this.hand = useHand();
        this.day = useState({
            numbers: {},
            sections: [],
            elsewhere: {count: 0, rows: []},
            set_up: null,
            team: null,
        });
        this.titles = TITLES;
        const day = useRef("day");
        onWillStart(() => this.load());
        // Keys scroll what has the focus, and the page itself does not scroll.
        onMounted(() => day.el.focus({preventScroll: true}));
        const interval = setInterval(() => this.refresh(), REFRESH_INTERVAL);
        onWillDestroy(() => clearInterval(interval));
        useLivePool(() => this.refresh());
    }

    describePriority(row) {
        return _t("Priority %s", row.priority);
    }

    async load() {
        if (status(this) !== "destroyed") {
            Object.assign(this.day, await this.read(this.orm));
        }
    }

    /** Without a sign of it, and not where nobody looks. */
    async refresh() {
        if (!document.hidden) {
            const day = await this.read(this.orm.silent);
            // Rows do not move under a button that is pressed.
            await this.hand.free;
            Object.assign(this.day, day);
        }
    }

    read(orm) {
        return orm.call("crm.lead", "get_my_day", []);
    }

    get filledSections() {
        return this.day.sections.filter((section) => section.count);
    }

    get dueSections() {
        return this.filledSections.filter(({name}) => DUE.includes(name));
    }

    get waitingSections() {
        return this.filledSections.filter(({name}) => !DUE.includes(name));
    }

    get isNothingDue() {
        return !this.filledSections.length && !this.day.elsewhere.count;
    }

    get ids() {
        const rows = this.day.sections.flatMap((section) => section.rows);
        return [...new Set(rows.map((row) => row.id))];
    }

    phoneLink(row) {
        return `tel:${row.phone.replace(/[^\d+]/g, "")}`;
    }

    /** The time of the day in the user's zone. */
    formatTime(row) {
        const dueAt = this.dueAt(row);
        const isToday = dueAt.hasSame(DateTime.now().setZone(dueAt.zone), "day");
        return dueAt.toLocaleString(isToday ? DateTime.TIME_SIMPLE : DAY_AND_TIME);
    }

    /** Whether the moment that the customer asked for has passed. */
    isLate(row) {
        return this.dueAt(row) < DateTime.now();
    }

    dueAt(row) {
        return toLocalTime(row.due_at);
    }

    formatOverdue(row) {
        return formatOverdue(row.days_overdue);
    }

    formatCount({count, has_more}) {
        return has_more ? `${count}+` : count;
    }

    /** Take the checklist away; the menu brings it back. */
    async putAway() {
        await this.orm.call("onboarding.onboarding", "close_bpo_checklist", []);
        await this.load();
    }

    open(row) {
        this.queue.ids = this.ids;
        return this.queue.open(row.id);
    }

    /** Run a method of a lead, the way that a button of a view does. */
    async run(row, method) {
        this.queue.ids = this.ids;
        try {
            const result = await this.orm.call("crm.lead", method, [[row.id]]);
            await this.action.doAction(result, {onClose: () => this.load()});
        } catch (error) {
            // Somebody else was faster, say. The user is told, whether it loads or not.
            this.load();
            throw error;
        }
    }

    logCall(row) {
        return this.run(row, "action_log_call");
    }

    claim(row) {
        return this.run(row, "action_claim");
    }

    claimNext() {
        return this.action.doAction("bpo_crm.claim_next");
    }
}

registry.category("actions").add("bpo_crm.my_day", MyDay);
