import {Activity} from "@mail/core/web/activity";
import {deserializeDateTime} from "@web/core/l10n/dates";
import {user} from "@web/core/user";
import {patch} from "@web/core/utils/patch";

const {DateTime} = luxon;

patch(Activity.prototype, {
    /** The time of the day that the customer asked for, in the user's zone. */
    get dueTime() {
        const dueAt = this.props.activity.due_at;
        if (!dueAt) {
            return "";
        }
        return deserializeDateTime(dueAt)
            .setZone(user.tz || "system")
            .toLocaleString(DateTime.TIME_SIMPLE);
    },
});
