import {beforeEach, describe, expect, test} from "@odoo/hoot";
import {animationFrame} from "@odoo/hoot-mock";
import {
    contains,
    makeServerError,
    mountView,
    onRpc,
} from "@web/../tests/web_test_helpers";
import {STAGES, defineLeadModels} from "@bpo_crm/../tests/base/lead_test_models";

describe.current.tags("desktop");
defineLeadModels();

const CURRENT = ".o_statusbar_status .o_arrow_button_current";

async function openForm(resId) {
    await mountView({type: "form", resModel: "crm.lead", resId});
}

async function choose(stage) {
    await contains(`.o_statusbar_status button[data-value='${STAGES[stage]}']`).click();
    await animationFrame();
}

beforeEach(() => {
    onRpc("crm.lead", "web_save", ({args}) => {
        expect.step(args[1]);
    });
});

test("a stage that is chosen is written", async () => {
    await openForm(1);
    expect(CURRENT).toHaveText("New");
    await choose("qualified");
    expect.verifySteps([{stage_id: STAGES.qualified}]);
    expect(CURRENT).toHaveText("Qualified");
});

test("what else was typed is kept when the move is refused", async () => {
    expect.errors(1);
    onRpc("crm.lead", "web_save", ({args}) => {
        if (args[1].stage_id) {
            throw makeServerError({message: "One stage at a time."});
        }
    });
    await openForm(1);
    await contains("[name=name] input").edit("Maria Santos");
    await choose("negotiation");
    expect.verifyErrors(["One stage at a time."]);
    expect.verifySteps([{name: "Maria Santos"}]);
    expect(CURRENT).toHaveText("New");
    expect("[name=name] input").toHaveValue("Maria Santos");
});

test("Lost asks for the reason and writes nothing itself", async () => {
    await openForm(1);
    await choose("lost");
    expect(".modal-title").toHaveText("Mark Lost");
    expect(CURRENT).toHaveText("New");
    expect.verifySteps([]);
});

test("the stage of a lead that is not saved yet is chosen as Odoo does it", async () => {
    await openForm();
    await choose("new");
    expect(CURRENT).toHaveText("New");
    expect.verifySteps([{is_claimable: false, name: false, stage_id: STAGES.new}]);
});

test("status bars of others are Odoo's own", async () => {
    onRpc("crm.lead", "action_mark_lost", () => {
        expect.step("asked for a reason");
    });
    await mountView({
        type: "form",
        resModel: "crm.lead",
        resId: 1,
        arch: `<form><header>
            <field name="stage_id" widget="statusbar" options="{'clickable': 1}"/>
        </header></form>`,
    });
    await choose("lost");
    expect.verifySteps([{stage_id: STAGES.lost}]);
});
