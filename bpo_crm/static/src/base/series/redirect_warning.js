import {FormController} from "@web/views/form/form_controller";
import {RedirectWarningDialog} from "@web/core/errors/error_dialogs";
import {patch} from "@web/core/utils/patch";

/** Whether somebody goes where a warning leads. */
let isRedirecting = false;

/**
 * Odoo 19 leaves a form as it is when a warning leads elsewhere. 18 saves it first, which
 * is what the warning was about, and warns again.
 */
patch(RedirectWarningDialog.prototype, {
    async onClick() {
        isRedirecting = true;
        try {
            await super.onClick(...arguments);
        } finally {
            isRedirecting = false;
        }
    },
});

patch(FormController.prototype, {
    async beforeLeave() {
        if (isRedirecting) {
            await this.model.root.discard();
            return true;
        }
        return super.beforeLeave(...arguments);
    },
});
