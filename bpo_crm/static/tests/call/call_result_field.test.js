import {describe, expect, test} from "@odoo/hoot";
import {press} from "@odoo/hoot-dom";
import {animationFrame} from "@odoo/hoot-mock";
import {
    clickSave,
    contains,
    defineModels,
    fields,
    models,
} from "@web/../tests/web_test_helpers";
import {mailModels} from "@mail/../tests/mail_test_helpers";
import {getChosen, openWindow} from "@bpo_crm/../tests/call/call_window";

describe.current.tags("desktop");

class LogCall extends models.Model {
    _name = "crm.lead.log.call";

    summary = fields.Char();
    result = fields.Selection({
        selection: [
            ["answered", "Answered"],
            ["no_answer", "No Answer"],
            ["busy", "Busy"],
        ],
        required: true,
    });

    _records = [{id: 1}];

    _views = {
        form: `
            <form>
                <label for="result"/>
                <field name="result" widget="bpo_call_result" nolabel="1"/>
                <field name="summary"/>
            </form>`,
    };
}

defineModels({...mailModels, LogCall});

const chosen = () => getChosen("result");

async function hit(keys) {
    await press(keys);
    await animationFrame();
}

test("a click chooses the result", async () => {
    await openWindow();
    expect(chosen()).toBe(undefined);
    await contains("[name=result] label:eq(1)").click();
    expect(chosen()).toBe("no_answer");
    await clickSave();
    expect.verifySteps([{result: "no_answer"}]);
});

test("the key with its number chooses the result", async () => {
    await openWindow();
    document.activeElement.blur();
    await hit("3");
    expect(chosen()).toBe("busy");
    await hit("1");
    expect(chosen()).toBe("answered");
});

test("in a text the number is one, and chooses with Alt held down", async () => {
    await openWindow();
    await contains("[name=summary] input").click();
    await hit("2");
    expect(chosen()).toBe(undefined);
    await hit(["alt", "2"]);
    expect(chosen()).toBe("no_answer");
});

test("it is one group of radio buttons that says its name", async () => {
    await openWindow();
    expect("[role=radiogroup]").toHaveAttribute("aria-label", "Result");
    expect("[role=radiogroup] input[type=radio]").toHaveCount(3);
});

test("without a result the field and its label turn red", async () => {
    await openWindow();
    await contains("[name=summary] input").edit("Typed");
    await clickSave();
    expect("[name=result]").toHaveClass("o_field_invalid");
    expect("[name=result] label:eq(0)").toHaveClass("btn-outline-danger");
    expect.verifySteps([]);
});
