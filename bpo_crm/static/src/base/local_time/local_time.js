import {deserializeDateTime} from "@web/core/l10n/dates";
import {user} from "@web/core/user";

/** The moment that a server's text names, on the clock of the user's zone. */
export function toLocalTime(serverTime) {
    return deserializeDateTime(serverTime).setZone(user.tz || "system");
}
