import {expect} from "@odoo/hoot";
import {mountView, onRpc} from "@web/../tests/web_test_helpers";

const WINDOW = "crm.lead.log.call";

/**
 * Open the call window, whose model the test defines; what is saved of it is a step.
 *
 * @param {Number} resId of the window.
 */
export async function openWindow(resId = 1) {
    onRpc(WINDOW, "web_save", ({args}) => {
        expect.step(args[1]);
    });
    await mountView({type: "form", resModel: WINDOW, resId});
}

/**
 * @param {String} field that is chosen by radio buttons.
 * @returns {String|undefined} what is chosen of it.
 */
export function getChosen(field) {
    return document.querySelector(`[name=${field}] input:checked`)?.dataset.value;
}
