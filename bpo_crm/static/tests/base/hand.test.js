import {beforeEach, describe, expect, test} from "@odoo/hoot";
import {
    manuallyDispatchProgrammaticEvent,
    pointerDown,
    pointerUp,
} from "@odoo/hoot-dom";
import {advanceTime} from "@odoo/hoot-mock";
import {Component, xml} from "@odoo/owl";
import {mountWithCleanup} from "@web/../tests/web_test_helpers";
import {LONGEST_PRESS, useHand} from "@bpo_crm/base/hand/hand";
import {defineLeadModels} from "./lead_test_models";

describe.current.tags("desktop");
defineLeadModels();

const RIGHT = 2;

const SHORT = 200; // Milliseconds

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
    await advanceTime(SHORT);
}

test("a screen waits from press to release", async () => {
    await stepWhenFree();
    expect.verifySteps(["free"]);
    await pointerDown(".o_pressed");
    await stepWhenFree();
    expect.verifySteps([]);
    await pointerUp(".o_pressed");
    await advanceTime(SHORT);
    expect.verifySteps(["free"]);
});

test("a finger that scrolls is free", async () => {
    await pointerDown(".o_pressed");
    manuallyDispatchProgrammaticEvent(window, "pointercancel");
    await stepWhenFree();
    expect.verifySteps(["free"]);
    await pointerUp(".o_pressed");
});

test("a release that is never told holds nothing up for ever", async () => {
    await pointerDown(".o_pressed");
    await stepWhenFree();
    expect.verifySteps([]);
    await advanceTime(LONGEST_PRESS);
    expect.verifySteps(["free"]);
    await pointerUp(".o_pressed");
});

test("a menu of the browser holds nothing up", async () => {
    await pointerDown(".o_pressed", {button: RIGHT});
    await stepWhenFree();
    expect.verifySteps(["free"]);
    await pointerUp(".o_pressed", {button: RIGHT});
});
