import {describe, expect, test} from "@odoo/hoot";
import {waitFor} from "@odoo/hoot-dom";
import {animationFrame} from "@odoo/hoot-mock";
import {
    MockServer,
    contains,
    getService,
    mountWebClient,
    onRpc,
} from "@web/../tests/web_test_helpers";
import {defineLeadModels} from "@bpo_crm/../tests/base/lead_test_models";

describe.current.tags("desktop");
defineLeadModels();

const PROMPT = ".modal-title:contains(What Comes Next?)";

/** Let the server say which leads have no next step, and tell when it was asked. */
function answer(leadIds) {
    onRpc("crm.lead", "get_without_next_step", ({args}) => {
        expect.step(args[0]);
        return leadIds;
    });
}

/** What the server sends when the last activity of leads is done. */
function want(leadIds) {
    MockServer.env["bus.bus"]._sendone("broadcast", "bpo_crm.next_step_wanted", {
        lead_ids: leadIds,
    });
}

test("a lead whose last activity is done is asked about", async () => {
    answer([1]);
    await mountWebClient();
    want([1]);
    await waitFor(PROMPT);
    expect.verifySteps([[1]]);
});

test("a lead that has a next step by now is not asked about", async () => {
    answer([]);
    await mountWebClient();
    want([1]);
    await expect.waitForSteps([[1]]);
    await animationFrame();
    expect(".modal, .o_notification").toHaveCount(0);
});

test("of several leads, a warning tells", async () => {
    answer([1, 2]);
    await mountWebClient();
    want([1, 2]);
    await waitFor(".o_notification");
    expect(".o_notification").toHaveText("2 leads have no next step now.");
    expect(".modal").toHaveCount(0);
    expect.verifySteps([[1, 2]]);
});

test("a dialog in which somebody types is not closed by the question", async () => {
    answer([1]);
    await mountWebClient();
    await getService("action").doAction({
        type: "ir.actions.act_window",
        name: "Mark Lost",
        res_model: "crm.lead.lost",
        views: [[false, "form"]],
        target: "new",
    });
    await contains(".modal [name=notes] input").edit("Typed with care");
    getService("bus_service").subscribe("bpo_crm.next_step_wanted", () => {
        expect.step("told");
    });
    want([1]);
    await expect.waitForSteps(["told"]);
    await animationFrame();
    await animationFrame();
    expect.verifySteps([]);
    expect(".modal-title").toHaveText("Mark Lost");
    expect(".modal [name=notes] input").toHaveValue("Typed with care");
    await contains(".modal .btn-close").click();
    await waitFor(PROMPT);
    expect.verifySteps([[1]]);
    expect(".modal").toHaveCount(1);
});
