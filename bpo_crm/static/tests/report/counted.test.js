import {expect, test} from "@odoo/hoot";
import {getCounted} from "@bpo_crm/report/counted/counted";

const GROUP = [["owner_id", "=", 7]];

test("a share opens the rows that have it, with those that have 0", () => {
    const share = {name: "contact", type: "float", aggregator: "avg"};
    expect(getCounted(GROUP, share)).toEqual(["&", ...GROUP, ["contact", "!=", false]]);
});

test("what is added up of whole numbers opens the rows that it was added up of", () => {
    const won = {name: "won", type: "integer", aggregator: "sum"};
    expect(getCounted(GROUP, won)).toEqual(["&", ...GROUP, ["won", ">", 0]]);
});

test("an amount and a number of rows open all rows of the group", () => {
    const amount = {name: "amount", type: "monetary", aggregator: "sum"};
    expect(getCounted(GROUP, amount)).toEqual(GROUP);
    expect(getCounted(GROUP, undefined)).toEqual(GROUP);
});
