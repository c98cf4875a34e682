import {describe, expect, test} from "@odoo/hoot";
import {advanceTime, animationFrame, mockDate} from "@odoo/hoot-mock";
import {
    clickSave,
    contains,
    defineModels,
    fields,
    models,
} from "@web/../tests/web_test_helpers";
import {mailModels} from "@mail/../tests/mail_test_helpers";
import {openWindow} from "@bpo_crm/../tests/call/call_window";

describe.current.tags("desktop");

const SECOND = 1000; // Milliseconds
const TIMER = ".o_bpo_call_timer";

class LogCall extends models.Model {
    _name = "crm.lead.log.call";

    duration = fields.Float();
    is_timer_running = fields.Boolean();

    _records = [
        {id: 1, duration: 0, is_timer_running: true},
        {id: 2, duration: 4.5, is_timer_running: false},
    ];

    _views = {
        form: `
            <form>
                <field name="is_timer_running" invisible="1"/>
                <field name="duration" widget="bpo_call_timer"/>
            </form>`,
    };
}

defineModels({...mailModels, LogCall});

test("the minutes and seconds run from the moment in which the wizard opens", async () => {
    await openWindow(1);
    expect(TIMER).toHaveText("00:00");
    await advanceTime(2 * SECOND);
    expect(TIMER).toHaveText("00:02");
    await advanceTime(63 * SECOND);
    expect(TIMER).toHaveText("01:05");
    expect("[name=duration] input").toHaveCount(0);
});

test("stopping it offers the minutes to be typed over", async () => {
    await openWindow(1);
    await advanceTime(90 * SECOND);
    await contains(TIMER).click();
    expect(TIMER).toHaveCount(0);
    expect("[name=duration] input").toHaveValue("01:30");
    await contains("[name=duration] input").edit("04:30");
    await clickSave();
    expect.verifySteps([{duration: 4.5, is_timer_running: false}]);
});

test("a stopped timer does not run on", async () => {
    await openWindow(1);
    await advanceTime(90 * SECOND);
    await contains(TIMER).click();
    await advanceTime(60 * SECOND);
    expect("[name=duration] input").toHaveValue("01:30");
});

test("a call whose timer does not run shows its minutes", async () => {
    await openWindow(2);
    await advanceTime(60 * SECOND);
    expect(TIMER).toHaveCount(0);
    expect("[name=duration] input").toHaveValue("04:30");
});

test("a clock that is set back makes no call shorter than nothing", async () => {
    mockDate("2026-03-02 10:00:00");
    await openWindow(1);
    mockDate("2026-03-02 09:00:00");
    await advanceTime(SECOND);
    await animationFrame();
    expect(TIMER).toHaveText("00:00");
});
