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

class Answer extends models.Model {
    _name = "crm.call.answer";

    name = fields.Char();

    _records = [
        {id: 4, name: "Interested"},
        {id: 7, name: "Not Now"},
    ];
}

class LogCall extends models.Model {
    _name = "crm.lead.log.call";

    summary = fields.Char();
    answer_id = fields.Many2one({relation: "crm.call.answer"});
    script = fields.Html();

    _records = [{id: 1, script: "<p>Good <b>day</b></p>"}];

    _views = {
        form: `
            <form>
                <label for="answer_id"/>
                <field name="answer_id" widget="bpo_call_answer" nolabel="1"/>
                <field name="summary"/>
                <field name="script" widget="bpo_call_script"/>
            </form>`,
    };
}

defineModels({...mailModels, Answer, LogCall});

const chosen = () => getChosen("answer_id");

test("a click chooses the answer, and another one takes it back", async () => {
    await openWindow();
    await contains("[name=answer_id] label:eq(1)").click();
    expect(chosen()).toBe("7");
    await contains("[name=answer_id] label:eq(1)").click();
    expect(chosen()).toBe(undefined);
    await contains("[name=answer_id] label:eq(0)").click();
    expect(chosen()).toBe("4");
    await clickSave();
    expect.verifySteps([{answer_id: 4}]);
});

test("Alt, Shift and its number choose the answer, also in a text", async () => {
    await openWindow();
    await contains("[name=summary] input").click();
    await press("2");
    await press(["alt", "2"]);
    await animationFrame();
    expect(chosen()).toBe(undefined);
    await press(["alt", "shift", "2"]);
    await animationFrame();
    expect(chosen()).toBe("7");
});

test("the script is unfolded on a desktop", async () => {
    await openWindow();
    expect("details.o_bpo_call_script").toHaveAttribute("open");
    expect("details.o_bpo_call_script b").toHaveText("day");
});
