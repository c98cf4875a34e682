import {describe, expect, test} from "@odoo/hoot";
import {queryAllTexts} from "@odoo/hoot-dom";
import {
    defineModels,
    fields,
    makeMockEnv,
    models,
    mountView,
    onRpc,
} from "@web/../tests/web_test_helpers";
import {mailModels} from "@mail/../tests/mail_test_helpers";
import {formatDuration, formatRate} from "@bpo_crm/base/figures/figures";

const {Settings} = luxon;

describe.current.tags("desktop");

test("minutes are told as people say them", () => {
    for (const [minutes, said] of [
        [0, "0 min"],
        [0.4, "0 min"],
        [9, "9 min"],
        [60, "1 hr"],
        [309.2, "5 hr, 9 min"],
        [2535.5, "42 hr, 16 min"],
    ]) {
        expect(formatDuration(minutes)).toBe(said);
    }
});

test("they are told in the user's language", () => {
    const {defaultLocale} = Settings;
    try {
        Settings.defaultLocale = "fr";
        // French keeps a number and its unit together.
        expect(formatDuration(309).replace(/\s/g, " ")).toBe("5 h, 9 min");
    } finally {
        Settings.defaultLocale = defaultLocale;
    }
});

test("what was not measured is no zero", async () => {
    await makeMockEnv();
    expect(formatDuration(false)).toBe("–");
    expect(formatRate(false)).toBe("–");
    expect(formatRate(0)).toBe("0%");
    expect(formatRate(0.5)).toBe("50%");
});

test("a list has a share of the rows that have one", async () => {
    class Row extends models.Model {
        share = fields.Float();
        minutes = fields.Float();
        _records = [
            {id: 1, share: 0.5, minutes: 9},
            {id: 2, share: 0, minutes: 0},
            {id: 3},
        ];
    }
    defineModels({...mailModels, Row});
    // The test's server knows no number that is none.
    onRpc("row", "web_search_read", async ({parent}) => {
        const answer = await parent();
        Object.assign(answer.records[2], {share: false, minutes: false});
        return answer;
    });
    await mountView({
        type: "list",
        resModel: "row",
        arch: `<list>
            <field name="share" widget="bpo_rate"/>
            <field name="minutes" widget="bpo_duration"/>
        </list>`,
    });
    expect(queryAllTexts("td[name=share]")).toEqual(["50%", "0%", "–"]);
    expect(queryAllTexts("td[name=minutes]")).toEqual(["9 min", "0 min", "–"]);
});
