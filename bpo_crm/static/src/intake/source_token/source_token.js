import {Component} from "@odoo/owl";
import {registry} from "@web/core/registry";
import {CopyButton} from "@web/core/copy_button/copy_button";
import {Dialog} from "@web/core/dialog/dialog";

/**
 * A token that was made just now, with the address to deliver to and an example.
 *
 * Nothing else has the token: no record, no address, no action that the browser keeps.
 */
export class SourceTokenDialog extends Component {
    static template = "bpo_crm.SourceTokenDialog";
    static components = {CopyButton, Dialog};
    static props = {
        close: Function,
        proof: String,
        token: String,
        verify_token: String,
        url: String,
        example: String,
    };
}

/** Shows a token, and closes as a window does, so that the form shows its date. */
async function showSourceToken(env, {params}) {
    const {proof, token, verify_token, url, example} = params;
    await new Promise((resolve) => {
        const props = {proof, token, verify_token, url, example};
        env.services.dialog.add(SourceTokenDialog, props, {onClose: resolve});
    });
    return {type: "ir.actions.act_window_close"};
}

registry.category("actions").add("bpo_crm.show_source_token", showSourceToken);
