import {after, beforeEach, describe, expect, test} from "@odoo/hoot";
import {press, queryAllTexts, queryFirst} from "@odoo/hoot-dom";
import {Deferred, advanceTime, animationFrame, mockDate} from "@odoo/hoot-mock";
import {
    contains,
    getService,
    makeServerError,
    mountWebClient,
    onRpc,
    patchWithCleanup,
    serverState,
} from "@web/../tests/web_test_helpers";
import {ConnectionLostError} from "@web/core/network/rpc";
import {ORM} from "@web/core/orm_service";
import {defineLeadModels} from "@bpo_crm/../tests/base/lead_test_models";

describe.current.tags("desktop");
defineLeadModels();

const MINUTE = 60_000; // Milliseconds

/** What the server says of the floor. */
let page = {};

function figure(title, count) {
    return {
        title,
        count,
        model: "crm.lead",
        domain: [["name", "!=", title]],
        views: [
            [false, "list"],
            [false, "form"],
        ],
        by: {agents: "user_id", dealerships: "dealership_id"},
    };
}

async function openFloor() {
    await mountWebClient();
    await getService("action").doAction("bpo_crm.the_floor");
    await animationFrame();
}

function catchOpened() {
    patchWithCleanup(getService("action"), {
        doAction: (action) => expect.step(action),
    });
}

async function pass(milliseconds) {
    await advanceTime(milliseconds);
    await animationFrame();
}

function hide(isHidden) {
    Object.defineProperty(document, "hidden", {value: isHidden, configurable: true});
    document.dispatchEvent(new Event("visibilitychange"));
}

beforeEach(() => {
    // Ten o'clock in Manila
    mockDate("2026-03-02 02:00:00", +8);
    serverState.timezone = "Asia/Manila";
    page = {
        as_of: "2026-03-02 02:00:00",
        day: "2026-03-02",
        several_clocks: false,
        figures: {
            failed_wins: figure("Failed Wins", 2),
            untried: figure("First Attempts Missed", 0),
            pool: figure("In the Pool", 7),
            enquiries: figure("Enquiries", 1234),
            won: figure("Won", 0),
        },
        alerts: ["untried", "failed_wins"],
        pool: ["pool"],
        columns: ["enquiries", "won"],
        oldest: "2 hours",
        agents: [
            {id: 7, name: "Maria", counts: {enquiries: 1230}},
            {id: false, name: "Nobody", counts: {enquiries: 4}},
        ],
        dealerships: [{id: 3, name: "Manila Motors", counts: {enquiries: 1234}}],
    };
    onRpc("crm.floor", "get_figures", () => page);
});

test("the floor's day, what is to be seen to, the pool and both tables", async () => {
    await openFloor();
    expect("h1").toHaveText("Monday, March 2, 2026");
    expect(".o_bpo_as_of").toHaveText(/As of 10:00:00.AM/);
    expect("[data-section=alerts] button").toHaveCount(1);
    expect("[data-figure=failed_wins]").toHaveText(/2\s*Failed Wins/);
    expect("div[data-figure=untried]").toHaveText(/0\s*First Attempts Missed/);
    expect(".o_bpo_oldest").toHaveText(/2 hours/);
    expect(queryAllTexts("[data-table=agents] [role=rowheader]")).toEqual([
        "Maria",
        "Nobody",
        "Total",
    ]);
    expect("[data-row=Maria] [data-figure=enquiries] button").toHaveText("1,230");
    expect("[data-row=Maria] [data-figure=won] button").toHaveCount(0);
    expect("[data-table=agents] [data-row=total] button").toHaveText("1,234");
    expect("[data-table=dealerships] tbody tr").toHaveCount(1);
});

test("a figure opens its list, a cell that of its row", async () => {
    await openFloor();
    catchOpened();
    await contains("[data-figure=failed_wins]").click();
    await contains("[data-row=Maria] [data-figure=enquiries] button").click();
    await contains("[data-row='Manila Motors'] button").click();
    await contains("[data-row=Nobody] button").focus();
    await press("Enter");
    await animationFrame();
    const action = {
        type: "ir.actions.act_window",
        res_model: "crm.lead",
        views: [
            [false, "list"],
            [false, "form"],
        ],
        context: {active_test: false, create: false},
    };
    const asked = ["name", "!=", "Enquiries"];
    expect.verifySteps([
        {...action, name: "Failed Wins", domain: [["name", "!=", "Failed Wins"]]},
        {
            ...action,
            name: "Maria: Enquiries",
            domain: [asked, ["user_id", "=", 7]],
        },
        {
            ...action,
            name: "Manila Motors: Enquiries",
            domain: [asked, ["dealership_id", "=", 3]],
        },
        {
            ...action,
            name: "Nobody: Enquiries",
            domain: [asked, ["user_id", "=", false]],
        },
    ]);
    const label = queryFirst("[data-row=Maria] button").getAttribute("aria-label");
    expect(label).toBe("Maria, Enquiries: 1,230");
});

test("a quiet day says so", async () => {
    page.figures.enquiries.count = 0;
    await openFloor();
    expect(".o_bpo_nothing").toHaveText(/Nothing has happened/);
    expect("table").toHaveCount(0);
});

test("it is refreshed a minute after each answer", async () => {
    await openFloor();
    page = {...page, as_of: "2026-03-02 02:01:00"};
    page.figures = {...page.figures, failed_wins: figure("Failed Wins", 5)};
    await pass(MINUTE - 1000);
    expect("[data-figure=failed_wins]").toHaveText(/^\s*2/);
    await pass(1000);
    expect("[data-figure=failed_wins]").toHaveText(/^\s*5/);
    expect(".o_bpo_as_of").toHaveText(/10:01:00/);
});

test("a server that is slow is not asked again before it has answered", async () => {
    await openFloor();
    const slow = new Deferred();
    onRpc("crm.floor", "get_figures", async () => {
        expect.step("asked");
        await slow;
        return page;
    });
    await pass(5 * MINUTE);
    await contains("[name=refresh]").click();
    expect.verifySteps(["asked"]);
    slow.resolve();
    await pass(0);
    await pass(MINUTE);
    expect.verifySteps(["asked"]);
});

test("a server that cannot be reached leaves the last figures, and says so", async () => {
    let isDown = false;
    patchWithCleanup(ORM.prototype, {
        async call(model) {
            if (isDown && model === "crm.floor") {
                throw new ConnectionLostError("/web/dataset/call_kw");
            }
            return super.call(...arguments);
        },
    });
    await openFloor();
    isDown = true;
    expect(".o_bpo_behind").toHaveCount(0);
    await pass(MINUTE);
    expect("[role=status] .o_bpo_behind").toHaveText(/cannot be reached/);
    expect("[data-figure=failed_wins]").toHaveText(/^\s*2/);
    isDown = false;
    await pass(MINUTE);
    expect(".o_bpo_behind").toHaveCount(0);
});

test("whoever may not see it any more is told, and asks no more", async () => {
    expect.errors(1);
    await openFloor();
    onRpc("crm.floor", "get_figures", () => {
        expect.step("asked");
        throw makeServerError({message: "For supervisors only."});
    });
    await pass(MINUTE);
    await pass(3 * MINUTE);
    expect.verifySteps(["asked"]);
    expect.verifyErrors(["For supervisors only."]);
});

test("a page that nobody looks at asks for nothing, and at once when it is", async () => {
    await openFloor();
    onRpc("crm.floor", "get_figures", () => {
        expect.step("asked");
        return page;
    });
    after(() => delete document.hidden);
    hide(true);
    await pass(5 * MINUTE);
    expect.verifySteps([]);
    hide(false);
    await pass(0);
    expect.verifySteps(["asked"]);
});

test("a page that was left asks for nothing", async () => {
    await openFloor();
    onRpc("crm.floor", "get_figures", () => {
        expect.step("asked");
        return page;
    });
    await getService("action").doAction({
        type: "ir.actions.act_window",
        res_model: "crm.lead",
        views: [[false, "list"]],
    });
    await pass(3 * MINUTE);
    expect.verifySteps([]);
});
