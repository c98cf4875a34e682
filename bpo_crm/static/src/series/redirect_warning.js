import {RedirectWarningDialog} from "@web/core/errors/error_dialogs";
import {patch} from "@web/core/utils/patch";

/** Whether somebody goes where a warning leads. */
export const redirect = {isUnderWay: false};

/**
 * Odoo 19 leaves a form as it is when a warning leads elsewhere. 18 saves it first, which
 * is what the warning was about, and warns again.
 */
patch(RedirectWarningDialog.prototype, {
    async onClick() {
        redirect.isUnderWay = true;
        try {
            await super.onClick(...arguments);
        } finally {
            redirect.isUnderWay = false;
        }
    },
});
