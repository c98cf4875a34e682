import {describe, expect, test} from "@odoo/hoot";
import {advanceTime} from "@odoo/hoot-mock";
import {Component, xml} from "@odoo/owl";
import {mountWithCleanup, mockService} from "@web/../tests/web_test_helpers";
import {defineLeadModels} from "@bpo_crm/../tests/base/lead_test_models";
import {POOL_CHANGED, useLivePool} from "@bpo_crm/pool/live_pool/live_pool";

describe.current.tags("desktop");
defineLeadModels();

const LONGEST_WAIT = 2_000; // Milliseconds

/** Show a screen of the pool; return what brings it news. */
async function showScreen(isBusy) {
    let tell = null;
    mockService("bus_service", {
        subscribe(type, callback) {
            if (type === POOL_CHANGED) {
                tell = callback;
                return;
            }
            super.subscribe(...arguments);
        },
    });
    class Screen extends Component {
        static template = xml`<div/>`;
        static props = {};
        setup() {
            useLivePool(() => expect.step("look"), isBusy);
        }
    }
    await mountWithCleanup(Screen);
    return () => tell();
}

test("after much news, the screen looks once", async () => {
    const tell = await showScreen();
    tell();
    tell();
    expect.verifySteps([]);
    await advanceTime(LONGEST_WAIT);
    expect.verifySteps(["look"]);
});

test("a screen that is busy looks when it is not any more", async () => {
    let isBusy = true;
    const tell = await showScreen(() => isBusy);
    tell();
    await advanceTime(10 * LONGEST_WAIT);
    expect.verifySteps([]);
    isBusy = false;
    await advanceTime(LONGEST_WAIT);
    expect.verifySteps(["look"]);
});
