import {Activity} from "@mail/core/web/activity";
import {patch} from "@web/core/utils/patch";
import {toLocalTime} from "@bpo_crm/base/local_time/local_time";

const {DateTime} = luxon;

patch(Activity.prototype, {
    /** The time of the day that the customer asked for, in the user's zone. */
    get dueTime() {
        const dueAt = this.props.activity.due_at;
        return dueAt ? toLocalTime(dueAt).toLocaleString(DateTime.TIME_SIMPLE) : "";
    },
});
