import {beforeEach, describe, expect, test} from "@odoo/hoot";
import {pointerDown, pointerUp} from "@odoo/hoot-dom";
import {advanceTime} from "@odoo/hoot-mock";
import {Component, xml} from "@odoo/owl";
import {mountWithCleanup} from "@web/../tests/web_test_helpers";
import {useHand} from "@bpo_crm/base/hand/hand";
import {defineLeadModels} from "./lead_test_models";

describe.current.tags("desktop");
defineLeadModels();

const RIGHT = 2;

let hand = null;

class Screen extends Component {
    static template = xml`<button class="o_pressed">Press</button>`;
    static props = {};
    setup() {
        hand = useHand();
    }
}

beforeEach(() => mountWithCleanup(Screen));

async function stepWhenFree() {
    hand.free.then(() => expect.step("free"));
    await advanceTime(10);
}

test("a screen waits from press to release", async () => {
    await stepWhenFree();
    expect.verifySteps(["free"]);
    await pointerDown(".o_pressed");
    await stepWhenFree();
    expect.verifySteps([]);
    await pointerUp(".o_pressed");
    await advanceTime(10);
    expect.verifySteps(["free"]);
});

test("a menu of the browser holds nothing up", async () => {
    await pointerDown(".o_pressed", {button: RIGHT});
    await stepWhenFree();
    expect.verifySteps(["free"]);
    await pointerUp(".o_pressed", {button: RIGHT});
});
