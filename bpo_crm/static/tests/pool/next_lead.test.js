import {describe, expect, test} from "@odoo/hoot";
import {animationFrame} from "@odoo/hoot-mock";
import {
    contains,
    getService,
    mountWebClient,
    onRpc,
} from "@web/../tests/web_test_helpers";
import {defineLeadModels} from "@bpo_crm/../tests/base/lead_test_models";

describe.current.tags("desktop");
defineLeadModels();

const GO_ON = {type: "ir.actions.client", tag: "bpo_crm.next_lead"};

const LEADS = {
    type: "ir.actions.act_window",
    name: "Leads",
    res_model: "crm.lead",
    views: [
        [false, "list"],
        [false, "form"],
    ],
};

/** Let the server say which lead comes next, and tell what it was asked. */
function answer(next) {
    onRpc("crm.lead", "get_next_lead", ({args}) => {
        // The key of a claim is another one each time.
        expect.step(args.slice(0, 2));
        return next;
    });
}

async function openFirstLead() {
    await mountWebClient();
    await getService("action").doAction(LEADS);
    await contains(".o_data_row:first .o_data_cell").click();
    expect("[name=name] input").toHaveValue("Maria");
}

async function goOnFrom(leadId) {
    await getService("action").doAction({...GO_ON, params: {lead_id: leadId}});
    await animationFrame();
}

test("the rest of the screen's queue is asked for, and the pager keeps its place", async () => {
    answer({id: 3, message: ""});
    await openFirstLead();
    await goOnFrom(1);
    expect.verifySteps([[[2, 3], 1]]);
    expect("[name=name] input").toHaveValue("Ana");
    expect(".o_pager_value").toHaveText("3");
    expect(".o_pager_limit").toHaveText("3");
    expect(".o_notification").toHaveCount(0);
    expect(".o_breadcrumb .breadcrumb-item, .o_breadcrumb .o_back_button").toHaveCount(
        1
    );
});

test("a lead from the pool joins the queue, and its claim is told", async () => {
    answer({id: 2, message: "You are now assigned to lead Jose"});
    await mountWebClient();
    await getService("action").doAction({...LEADS, domain: [["id", "!=", 2]]});
    await contains(".o_data_row:last .o_data_cell").click();
    expect("[name=name] input").toHaveValue("Ana");
    await goOnFrom(3);
    expect.verifySteps([[[], 3]]);
    expect("[name=name] input").toHaveValue("Jose");
    expect(".o_pager_value").toHaveText("3");
    expect(".o_pager_limit").toHaveText("3");
    expect(".o_notification").toHaveText("You are now assigned to lead Jose");
    expect(".o_notification_bar").toHaveClass("bg-success");
});

test("where no lead is left, the last one stays and the agent is told", async () => {
    answer({id: false, message: "No lead is waiting in the pool."});
    await openFirstLead();
    await goOnFrom(1);
    expect.verifySteps([[[2, 3], 1]]);
    expect("[name=name] input").toHaveValue("Maria");
    expect(".o_notification").toHaveText("No lead is waiting in the pool.");
    expect(".o_notification_bar").toHaveClass("bg-info");
});

test("a lead that is not on the screen has no rest of a queue", async () => {
    answer({id: 2, message: ""});
    await openFirstLead();
    await goOnFrom(99);
    expect.verifySteps([[[], 99]]);
    expect("[name=name] input").toHaveValue("Jose");
});

test("without a form on the screen, one is opened with the queue in its pager", async () => {
    answer({id: 3, message: ""});
    await mountWebClient();
    getService("bpo_crm.queue").ids = [2, 3];
    await goOnFrom(2);
    expect.verifySteps([[[3], 2]]);
    expect("[name=name] input").toHaveValue("Ana");
    expect(".o_pager_value").toHaveText("2");
    expect(".o_pager_limit").toHaveText("2");
});

test("after the form was left, the next lead opens one again", async () => {
    answer({id: 2, message: ""});
    await openFirstLead();
    await contains(".o_breadcrumb a, .o_back_button").click();
    expect(".o_list_view").toHaveCount(1);
    await goOnFrom(1);
    expect.verifySteps([[[2, 3], 1]]);
    expect("[name=name] input").toHaveValue("Jose");
});
