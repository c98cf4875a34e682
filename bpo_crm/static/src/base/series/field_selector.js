import {registry} from "@web/core/registry";

/**
 * The widget that chooses a field of a model has the name of Odoo 19 in both series.
 */
const widgets = registry.category("fields");
if (!widgets.contains("field_selector")) {
    widgets.add("field_selector", widgets.get("DynamicModelFieldSelectorChar"));
}
