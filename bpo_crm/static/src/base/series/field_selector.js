import {registry} from "@web/core/registry";
import {whenRegistered} from "@bpo_crm/base/series/when_registered";

/**
 * The widget that chooses a field of a model has the name of Odoo 19 in both series.
 */
const widgets = registry.category("fields");
whenRegistered(widgets, "DynamicModelFieldSelectorChar", (widget) =>
    widgets.add("field_selector", widget, {force: true})
);
