import "@spreadsheet/chart/odoo_menu/figure_component";
import {components, registries} from "@odoo/o-spreadsheet";
import {SEE_RECORDS_PIVOT_VISIBLE} from "@spreadsheet/pivot/pivot_actions";
import {getCounted} from "@bpo_crm/report/counted/counted";
import {_t} from "@web/core/l10n/translation";
import {patch} from "@web/core/utils/patch";

/** The reports whose figures stand in tables and boxes. */
const REPORTS = ["crm.agent.report", "crm.ladder.report", "crm.speed.report"];

/** On Odoo 19.0, a box is clicked itself; on 18.0, the figure that it is in. */
const Box = components.ScorecardChart.prototype.onClick
    ? components.ScorecardChart
    : components.FigureComponent;

/**
 * Whether a cell has a figure of the call centre.
 *
 * @param {Object} position of the cell
 * @param {Object} getters of the spreadsheet
 * @returns {Boolean}
 */
function isCounted(position, getters) {
    if (!SEE_RECORDS_PIVOT_VISIBLE(position, getters)) {
        return false;
    }
    const {model} = getters.getPivotCoreDefinition(
        getters.getPivotIdFromPosition(position)
    );
    const {type} = getters.getPivotCellFromPosition(position);
    return type === "VALUE" && REPORTS.includes(model);
}

/**
 * Open the rows that a figure was counted from, and no others of its group.
 *
 * @param {Object} position of its cell
 * @param {Object} env of the spreadsheet
 * @param {Boolean} [newWindow] whether to open them in a window of their own
 */
async function openCounted(position, env, newWindow) {
    const {getters} = env.model;
    const pivot = getters.getPivot(getters.getPivotIdFromPosition(position));
    await pivot.load();
    const cell = getters.getPivotCellFromPosition(position);
    const measure = pivot.getFields()[pivot.getMeasure(cell.measure).fieldName];
    const domain = getCounted(pivot.getPivotCellDomain(cell.domain), measure);
    const action = {
        type: "ir.actions.act_window",
        name: measure?.string ?? (await pivot.getModelLabel()),
        res_model: pivot.definition.model,
        views: [[false, "list"]],
        domain,
    };
    await env.services.action.doAction(action, {newWindow});
}

/** Return the position of the cell that a box shows; none of other charts. */
function findKey(chartId, getters) {
    const {type, keyValue} = getters.getChartDefinition(chartId) ?? {};
    if (type !== "scorecard" || !keyValue) {
        return null;
    }
    const {sheetId, zone} = getters.getRangeFromSheetXC(
        getters.getActiveSheetId(),
        keyValue
    );
    return {sheetId, col: zone.left, row: zone.top};
}

registries.clickableCellRegistry.add("bpo_counted", {
    condition: isCounted,
    execute: openCounted,
    title: _t("See records"),
    // Before core's, which opens all of the group.
    sequence: 1,
});

patch(Box.prototype, {
    async onClick(...rest) {
        const {getters} = this.env.model;
        const key = findKey(this.props.chartId ?? this.props.figure.id, getters);
        if (key && this.env.isDashboard() && isCounted(key, getters)) {
            return openCounted(key, this.env);
        }
        return super.onClick(...rest);
    },
});
