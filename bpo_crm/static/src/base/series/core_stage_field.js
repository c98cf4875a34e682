import {registry} from "@web/core/registry";
import {statusBarDurationField} from "@mail/views/fields/statusbar_duration/statusbar_duration_field";

/**
 * The widget that core's form of a lead shows the stage with. Odoo 19's also tells how
 * long nothing has happened.
 */
export const coreStageField = registry
    .category("fields")
    .get("rotting_statusbar_duration", statusBarDurationField);
