import {ORM} from "@web/core/orm_service";
import {patch} from "@web/core/utils/patch";

/**
 * Whoever archives a user on the screen is asked who gets the user's leads: lists and
 * forms open the window that the server answers with.
 */
patch(ORM.prototype, {
    call(model, method, args = [], kwargs = {}) {
        if (model !== "res.users" || method !== "action_archive") {
            return super.call(...arguments);
        }
        const context = {...kwargs.context, asks_who_gets_the_leads: true};
        return super.call(model, method, args, {...kwargs, context});
    },
});
