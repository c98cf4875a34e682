import {_t} from "@web/core/l10n/translation";

/**
 * @param {Number} days since something was due, at least one.
 * @returns {String}
 */
export function formatOverdue(days) {
    return days === 1 ? _t("Yesterday") : _t("Overdue by %s days", days);
}
