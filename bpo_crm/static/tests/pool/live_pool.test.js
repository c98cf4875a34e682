import {describe, expect, test} from "@odoo/hoot";
import {Deferred, advanceTime, animationFrame} from "@odoo/hoot-mock";
import {Component, xml} from "@odoo/owl";
import {
    MockServer,
    getService,
    mountView,
    mountWithCleanup,
    onRpc,
} from "@web/../tests/web_test_helpers";
import {defineLeadModels} from "@bpo_crm/../tests/base/lead_test_models";
import {POOL_CHANGED, useLivePool} from "@bpo_crm/pool/live_pool/live_pool";

describe.current.tags("desktop");
defineLeadModels();

const LONGEST_WAIT = 2_000; // Milliseconds

/** A lead has come to the pool, or has left it. */
async function tell() {
    const told = new Deferred();
    getService("bus_service").subscribe(POOL_CHANGED, () => told.resolve());
    MockServer.env["bus.bus"]._sendone("broadcast", POOL_CHANGED, {});
    await told;
    await advanceTime(LONGEST_WAIT);
}

async function showScreen(isBusy) {
    class Screen extends Component {
        static template = xml`<div/>`;
        static props = {};
        setup() {
            useLivePool(() => expect.step("look"), isBusy);
        }
    }
    await mountWithCleanup(Screen);
}

test("a screen looks at news", async () => {
    await showScreen();
    expect.verifySteps([]);
    await tell();
    expect.verifySteps(["look"]);
});

test("a screen that is busy looks when it is not any more", async () => {
    let isBusy = true;
    await showScreen(() => isBusy);
    await tell();
    await advanceTime(10 * LONGEST_WAIT);
    expect.verifySteps([]);
    isBusy = false;
    await advanceTime(LONGEST_WAIT);
    expect.verifySteps(["look"]);
});

for (const type of ["kanban", "list"]) {
    test(`news take the place of nothing that a ${type} loads`, async () => {
        let answer = Promise.resolve();
        onRpc("crm.lead", "web_search_read", () => {
            expect.step("read");
            return answer;
        });
        const card = `<templates><t t-name="card"><field name="name"/></t></templates>`;
        await mountView({
            resModel: "crm.lead",
            type,
            arch: `
                <${type} js_class="bpo_pool_${type}">
                    ${type === "kanban" ? card : `<field name="name"/>`}
                </${type}>`,
        });
        expect.verifySteps(["read"]);
        answer = new Deferred();
        await tell();
        expect.verifySteps(["read"]);
        await tell();
        expect.verifySteps([]);
        answer.resolve();
        await animationFrame();
        await advanceTime(LONGEST_WAIT);
        expect.verifySteps(["read"]);
    });
}
