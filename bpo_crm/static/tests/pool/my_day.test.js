import {after, beforeEach, describe, expect, test} from "@odoo/hoot";
import {press, queryAll, queryAllTexts} from "@odoo/hoot-dom";
import {advanceTime, animationFrame, mockDate} from "@odoo/hoot-mock";
import {
    contains,
    getService,
    makeServerError,
    mountWebClient,
    onRpc,
    serverState,
} from "@web/../tests/web_test_helpers";
import {defineLeadModels} from "@bpo_crm/../tests/base/lead_test_models";

describe.current.tags("desktop");
defineLeadModels();

const MINUTE = 60_000; // Milliseconds

/** What the server says is due. */
let day = {};

function row(id, customer, values) {
    return {
        id,
        customer,
        claimed: true,
        stage: "New",
        priority: 0,
        vehicle: "Toyota Vios",
        dealership: "Manila Motors",
        ...values,
    };
}

function section(name, rows, values) {
    return {name, rows, count: rows.length, has_more: false, ...values};
}

function customers(name) {
    return queryAllTexts(`[data-section=${name}] .o_bpo_row .flex-grow-1 .fw-bold`);
}

async function openMyDay() {
    await mountWebClient();
    await getService("action").doAction("bpo_crm.my_day");
    await animationFrame();
}

beforeEach(() => {
    // Ten o'clock in Manila
    mockDate("2026-03-02 02:00:00", +8);
    serverState.timezone = "Asia/Manila";
    day = {
        numbers: {calls: 7, contacts: 3, minutes: 41.6},
        elsewhere: {count: 0, has_more: false, rows: []},
        set_up: null,
        sections: [],
    };
    onRpc("crm.lead", "get_my_day", () => day);
});

test("what is due is shown section by section, in the server's order", async () => {
    day.sections = [
        section("callbacks", [
            row(1, "Maria", {due_at: "2026-03-02 01:30:00"}),
            row(2, "Jose", {due_at: "2026-03-02 07:15:00"}),
        ]),
        section("overdue", [
            row(3, "Ana", {days_overdue: 1}),
            row(4, "Ben", {days_overdue: 3}),
        ]),
        section("today", []),
        section("pool", [row(5, "Eva", {claimed: false, waiting: "2 hours"})], {
            count: 20,
            has_more: true,
        }),
    ];
    await openMyDay();
    expect(queryAllTexts("h2")).toEqual([
        "Callbacks and Visits2",
        "Overdue2",
        "Waiting in the Pool20+",
    ]);
    expect(customers("callbacks")).toEqual(["Maria", "Jose"]);
    expect(queryAllTexts("[data-section=overdue] .o_bpo_due")).toEqual([
        "Yesterday",
        "Overdue by 3 days",
    ]);
    expect("[data-section=pool] .o_bpo_due").toHaveText("2 hours");
    expect(queryAllTexts(".o_bpo_numbers .fs-2")).toEqual(["7", "3", "42"]);
    expect(".o_bpo_nothing").toHaveCount(0);
});

test("a callback shows the user's own clock, and is red once it is late", async () => {
    day.sections = [
        section("callbacks", [
            row(1, "Maria", {due_at: "2026-03-02 01:30:00"}),
            row(2, "Jose", {due_at: "2026-03-02 07:15:00"}),
            row(3, "Ana", {due_at: "2026-03-03 01:00:00"}),
        ]),
    ];
    await openMyDay();
    const times = queryAllTexts(".o_bpo_due");
    expect(times[0]).toMatch(/^9:30.AM$/);
    expect(times[1]).toMatch(/^3:15.PM$/);
    expect(times[2]).toMatch(/^Mar 3, 9:00.AM$/);
    const widths = queryAll(".o_bpo_due").map((due) => due.offsetWidth);
    expect(new Set(widths).size).toBe(1);
    expect(".o_bpo_due .text-danger").toHaveCount(1);
    expect(".o_bpo_row:first .o_bpo_due .text-danger").toHaveCount(1);
});

test("where nothing is due, it says so", async () => {
    await openMyDay();
    expect(".o_bpo_nothing").toHaveText(/Nothing is due, and nobody is waiting\./);
    expect("h2").toHaveCount(0);
});

test("only who has claimed a lead sees its number, and calls", async () => {
    day.sections = [
        section("today", [row(1, "Maria", {phone: "+63 917 555 0101"})]),
        section("pool", [
            row(2, "Jose", {claimed: false, phone: "+63 917 555 0202", waiting: ""}),
        ]),
    ];
    await openMyDay();
    expect("a[href^='tel:']").toHaveCount(1);
    expect("[data-section=today] a").toHaveAttribute("href", "tel:+639175550101");
    expect("[data-section=today] button.btn-sm").toHaveText("Log Call");
    expect("[data-section=pool] button.btn-sm").toHaveText("Claim Lead");
});

test("a claimed lead goes from the pool to the agent's own", async () => {
    const waiting = row(1, "Maria", {claimed: false, waiting: "2 hours"});
    day.sections = [section("pool", [waiting])];
    onRpc("crm.lead", "action_claim", ({args}) => {
        expect.step(args);
        day.sections = [section("missing_step", [row(1, "Maria")])];
        return {
            type: "ir.actions.client",
            tag: "display_notification",
            params: {
                type: "success",
                message: "You are now assigned to lead Maria",
                next: {type: "ir.actions.client", tag: "soft_reload"},
            },
        };
    });
    await openMyDay();
    await contains("[data-section=pool] button.btn-sm").click();
    await animationFrame();
    expect.verifySteps([[[1]]]);
    expect(".o_notification").toHaveText("You are now assigned to lead Maria");
    expect("[data-section=pool]").toHaveCount(0);
    expect(customers("missing_step")).toEqual(["Maria"]);
});

test("whoever claims too late is told, and sees the lead go", async () => {
    expect.errors(1);
    day.sections = [section("pool", [row(1, "Maria", {claimed: false, waiting: ""})])];
    onRpc("crm.lead", "action_claim", () => {
        day.sections = [];
        throw makeServerError({message: "Jose was faster."});
    });
    await openMyDay();
    await contains("[data-section=pool] button.btn-sm").click();
    await animationFrame();
    expect.verifyErrors(["Jose was faster."]);
    expect(".modal").toHaveText(/Jose was faster\./);
    expect(".o_bpo_row").toHaveCount(0);
});

test("a call that was logged leaves the list when its window closes", async () => {
    day.sections = [section("today", [row(1, "Maria")])];
    onRpc("crm.lead", "action_log_call", ({args}) => {
        expect.step(args);
        return {
            type: "ir.actions.act_window",
            res_model: "crm.lead.lost",
            views: [[false, "form"]],
            target: "new",
        };
    });
    await openMyDay();
    await contains("[data-section=today] button.btn-sm").click();
    expect(".modal").toHaveCount(1);
    expect.verifySteps([[[1]]]);
    expect(customers("today")).toEqual(["Maria"]);
    day.sections = [];
    await contains(".modal .btn-close").click();
    await animationFrame();
    expect(".modal").toHaveCount(0);
    expect(".o_bpo_row").toHaveCount(0);
});

test("what has become due meanwhile is there after a minute", async () => {
    await openMyDay();
    day.sections = [section("today", [row(1, "Maria")])];
    await advanceTime(MINUTE - 1000);
    await animationFrame();
    expect(".o_bpo_row").toHaveCount(0);
    await advanceTime(1000);
    await animationFrame();
    expect(customers("today")).toEqual(["Maria"]);
});

test("a page that nobody looks at asks the server for nothing", async () => {
    await openMyDay();
    Object.defineProperty(document, "hidden", {value: true, configurable: true});
    after(() => delete document.hidden);
    onRpc("crm.lead", "get_my_day", () => {
        expect.step("asked");
    });
    await advanceTime(3 * MINUTE);
    expect.verifySteps([]);
});

test("a row opens its lead, with the others in the pager, each once", async () => {
    day.sections = [
        section("callbacks", [row(3, "Ana", {due_at: "2026-03-02 07:15:00"})]),
        section("today", [row(1, "Maria"), row(3, "Ana"), row(2, "Jose")]),
    ];
    await openMyDay();
    await contains(
        "[data-section=today] .o_bpo_row:contains(Maria) .o_bpo_open"
    ).focus();
    await press("Enter");
    await animationFrame();
    await animationFrame();
    expect("[name=name] input").toHaveValue("Maria");
    expect(".o_pager_value").toHaveText("2");
    expect(".o_pager_limit").toHaveText("3");
});

test("Enter on a row's button presses the button, and opens no lead", async () => {
    day.sections = [section("pool", [row(1, "Maria", {claimed: false, waiting: ""})])];
    onRpc("crm.lead", "action_claim", () => {
        expect.step("claimed");
        return {type: "ir.actions.act_window_close"};
    });
    await openMyDay();
    await contains("[data-section=pool] button.btn-sm").focus();
    await press("Enter");
    await animationFrame();
    expect.verifySteps(["claimed"]);
    expect(".o_form_view").toHaveCount(0);
});

test("what is to be set up goes when it is put away", async () => {
    const step = {title: "Connect a dealership", description: "", button: "Open"};
    day.set_up = {
        is_closed: false,
        steps: [
            {...step, id: 1, action: "bpo_crm.first", is_done: true},
            {...step, id: 2, action: false, is_done: false},
        ],
    };
    onRpc("onboarding.onboarding", "close_bpo_checklist", () => {
        day.set_up = null;
        return true;
    });
    await openMyDay();
    expect(".o_bpo_checklist").toHaveText(/Connect a dealership/);
    expect(".o_bpo_done").toHaveText(/1 of 2 done/);
    expect(".o_bpo_checklist li button").toHaveCount(1);
    await contains(".o_bpo_checklist .btn-link").click();
    await animationFrame();
    expect(".o_bpo_checklist").toHaveCount(0);
});

test("what is assigned elsewhere opens its record, if the user may see it", async () => {
    const elsewhere = {icon: "fa-tasks", kind: "Contact", days_overdue: 1};
    day.elsewhere = {
        count: 2,
        has_more: false,
        rows: [
            {
                ...elsewhere,
                activity_id: 8,
                activity: "Thank",
                model: "crm.lead",
                id: 1,
                name: "Juan",
            },
            {
                ...elsewhere,
                activity_id: 9,
                activity: "Ask",
                model: false,
                id: false,
                name: "",
            },
        ],
    };
    await openMyDay();
    const rows = queryAllTexts("[data-section=elsewhere] .o_bpo_row");
    expect(rows[0]).toMatch(/Yesterday\s+Juan\s*Contact\s+Thank/);
    expect(rows[1]).toMatch(/you may not see/);
    await contains("[data-section=elsewhere] .o_bpo_row:last").click();
    await animationFrame();
    expect(".o_form_view").toHaveCount(0);
    await contains("[data-section=elsewhere] .o_bpo_row:first").click();
    await animationFrame();
    expect(".o_form_view").toHaveCount(1);
});
