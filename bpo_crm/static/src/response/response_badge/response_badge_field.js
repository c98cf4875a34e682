import {badgeField} from "@web/views/fields/badge/badge_field";
import {registry} from "@web/core/registry";

/** Of each state of the response to an enquiry, its colour on every screen. */
const DECORATIONS = {
    danger: "response_state == 'missed'",
    warning: "response_state == 'due_soon'",
    info: "response_state == 'waiting'",
    success: "response_state == 'met'",
};

export const responseBadgeField = {
    ...badgeField,
    supportedTypes: ["selection"],
    // Looks like any other badge.
    additionalClasses: ["o_field_badge"],
    extractProps: (...info) => ({
        ...badgeField.extractProps(...info),
        decorations: DECORATIONS,
    }),
};

registry.category("fields").add("bpo_response_badge", responseBadgeField);
