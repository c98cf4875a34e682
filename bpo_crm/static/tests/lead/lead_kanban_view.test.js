import {beforeEach, describe, expect, test} from "@odoo/hoot";
import {queryAllTexts} from "@odoo/hoot-dom";
import {Deferred, animationFrame} from "@odoo/hoot-mock";
import {
    MockServer,
    contains,
    makeServerError,
    mountView,
    onRpc,
} from "@web/../tests/web_test_helpers";
import {
    CrmLead,
    STAGES,
    defineLeadModels,
} from "@bpo_crm/../tests/base/lead_test_models";

describe.current.tags("desktop");
defineLeadModels();

const CARD = ".o_kanban_record:contains(Maria)";

/** The names on the cards of a column. */
function cards(column) {
    return queryAllTexts(
        `.o_kanban_group:eq(${column}) .o_kanban_record:not(.o_kanban_ghost)`
    );
}

async function openKanban() {
    await mountView({type: "kanban", resModel: "crm.lead", groupBy: ["stage_id"]});
    expect(cards(0)).toEqual(["Maria", "Jose"]);
}

async function drop(column) {
    await contains(CARD).dragAndDrop(`.o_kanban_group:eq(${column})`);
    await animationFrame();
}

const COLUMNS = {qualified: 1, negotiation: 2, won: 3, lost: 4};

beforeEach(() => {
    // Every stage is a column, as on the server.
    CrmLead._records.push(
        {id: 4, name: "Ben", stage_id: STAGES.negotiation},
        {id: 5, name: "Eva", stage_id: STAGES.won},
        {id: 6, name: "Leo", stage_id: STAGES.lost}
    );
    onRpc("crm.lead", "web_save", ({args}) => {
        expect.step(args);
    });
});

test("a card that is dropped on an open stage goes there", async () => {
    await openKanban();
    await drop(COLUMNS.qualified);
    expect.verifySteps([[[1], {stage_id: STAGES.qualified}]]);
    expect(cards(0)).toEqual(["Jose"]);
    expect(cards(COLUMNS.qualified)).toInclude("Maria");
});

test("a drop that the server refuses tells why and leaves the card where it was", async () => {
    expect.errors(1);
    onRpc("crm.lead", "web_save", () => {
        throw makeServerError({message: "Leads can only move forward one stage."});
    });
    await openKanban();
    await drop(COLUMNS.negotiation);
    expect.verifyErrors(["Leads can only move forward one stage."]);
    expect(".modal").toHaveText(/Leads can only move forward one stage\./);
    expect(cards(0)).toEqual(["Maria", "Jose"]);
    expect(cards(COLUMNS.negotiation)).toEqual(["Ben"]);
});

test("a drop on Lost asks for the reason before anything is written", async () => {
    onRpc("crm.lead", "action_mark_lost", ({args}) => {
        expect.step(args);
    });
    await openKanban();
    await drop(COLUMNS.lost);
    expect.verifySteps([[[1]]]);
    expect(".modal-title").toHaveText("Mark Lost");
    expect(cards(0)).toEqual(["Maria", "Jose"]);
});

test("the board shows what came of the reason's wizard", async () => {
    await openKanban();
    await drop(COLUMNS.lost);
    MockServer.env["crm.lead"].write([1], {stage_id: STAGES.lost});
    await contains(".modal .btn-close").click();
    await animationFrame();
    expect(".modal").toHaveCount(0);
    expect(cards(0)).toEqual(["Jose"]);
    expect(cards(COLUMNS.lost)).toEqual(["Maria", "Leo"]);
});

test("while a won lead's order is made, the screen says so and takes no clicks", async () => {
    const order = new Deferred();
    onRpc("crm.lead", "web_save", () => order);
    await openKanban();
    await drop(COLUMNS.won);
    expect(".o_blockUI").toHaveText("Making the order in the dealership's Odoo…");
    order.resolve();
    await animationFrame();
    expect(".o_blockUI").toHaveCount(0);
    expect.verifySteps([[[1], {stage_id: STAGES.won}]]);
    expect(cards(COLUMNS.won)).toInclude("Maria");
});

test("an order that fails unblocks the screen and puts the card back", async () => {
    expect.errors(1);
    onRpc("crm.lead", "web_save", () => {
        throw makeServerError({message: "The dealer's server was not reached."});
    });
    await openKanban();
    await drop(COLUMNS.won);
    expect.verifyErrors(["The dealer's server was not reached."]);
    expect(".o_blockUI").toHaveCount(0);
    expect(cards(0)).toEqual(["Maria", "Jose"]);
});

test("a new lead can be typed into the first column only", async () => {
    await openKanban();
    expect(".o_kanban_group:eq(0) .o_kanban_quick_add").toHaveCount(1);
    expect(".o_kanban_quick_add").toHaveCount(1);
});

test("whoever claims too late is told, and sees the card go", async () => {
    expect.errors(1);
    CrmLead._records[0].is_claimable = true;
    onRpc("crm.lead", "action_claim", () => {
        // Who has the lead now is somebody else, whose leads are not on this screen.
        MockServer.env["crm.lead"].unlink([1]);
        throw makeServerError({message: "Jose was faster."});
    });
    await mountView({type: "kanban", resModel: "crm.lead", groupBy: ["stage_id"]});
    await contains(`${CARD} button[name=action_claim]`).click();
    await animationFrame();
    expect.verifyErrors(["Jose was faster."]);
    expect(".modal").toHaveText(/Jose was faster\./);
    expect(CARD).toHaveCount(0);
});
