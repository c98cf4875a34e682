import {describe, expect, test} from "@odoo/hoot";
import {
    contains,
    clickSave,
    defineModels,
    fields,
    models,
    mountView,
    onRpc,
} from "@web/../tests/web_test_helpers";
import {mailModels} from "@mail/../tests/mail_test_helpers";
import {formatTimeOfDay, parseTimeOfDay} from "@bpo_crm/base/time_of_day/time_of_day";

const {Settings} = luxon;

describe.current.tags("desktop");

class Step extends models.Model {
    _name = "step";

    time = fields.Float();

    _records = [{id: 1, time: 0}];

    _views = {form: `<form><field name="time" widget="bpo_time_of_day"/></form>`};
}

defineModels({...mailModels, Step});

async function openStep() {
    onRpc("step", "web_save", ({args}) => {
        expect.step(args[1]);
    });
    await mountView({type: "form", resModel: "step", resId: 1});
}

test("a time is read as people write it", () => {
    for (const written of [
        "14:30",
        "1430",
        "14h30",
        "14.30",
        "2:30 pm",
        "2:30 P.M.",
        "230p",
    ]) {
        expect(parseTimeOfDay(written)).toBe(14.5);
    }
    for (const [written, time] of [
        ["9", 9],
        ["09:15", 9.25],
        ["9 am", 9],
        ["12 am", 0],
        ["12:30 pm", 12.5],
        ["14 h", 14],
        ["900", 9],
        ["", 0],
        ["  ", 0],
    ]) {
        expect(parseTimeOfDay(written)).toBe(time);
    }
});

test("what is no time is refused", () => {
    for (const written of ["25:00", "9:60", "13 pm", "0 am", "soon", "1:2:3", "-1"]) {
        expect(() => parseTimeOfDay(written)).toThrow();
    }
});

test("the halves of the day have the names of the user's language", () => {
    const {defaultLocale} = Settings;
    try {
        for (const [locale, written] of [
            ["ko", "오후 2:30"],
            ["es", "2:30 p. m."],
            ["fr", "14:30"],
        ]) {
            Settings.defaultLocale = locale;
            expect(parseTimeOfDay(written)).toBe(14.5);
            expect(parseTimeOfDay(formatTimeOfDay(14.5))).toBe(14.5);
        }
    } finally {
        Settings.defaultLocale = defaultLocale;
    }
});

test("any time is an empty field, and not midnight", async () => {
    await openStep();
    expect("[name=time] input").toHaveValue("");
    expect("[name=time] input").toHaveAttribute("placeholder", "any time");
    await contains("[name=time] input").edit("2:30 pm");
    expect("[name=time] input").toHaveValue("2:30 PM");
    await clickSave();
    expect.verifySteps([{time: 14.5}]);
});

test("what is no time is not saved", async () => {
    await openStep();
    await contains("[name=time] input").edit("soon");
    expect("[name=time]").toHaveClass("o_field_invalid");
    expect(".o_form_button_save:enabled").toHaveCount(0);
    expect.verifySteps([]);
});
