import {graphView} from "@web/views/graph/graph_view";
import {GraphRenderer} from "@web/views/graph/graph_renderer";
import {pivotView} from "@web/views/pivot/pivot_view";
import {PivotRenderer} from "@web/views/pivot/pivot_renderer";
import {registry} from "@web/core/registry";
import {getCounted} from "./counted";

/** Each figure opens the rows that have it, and no others of its group. */
export class CountedPivotRenderer extends PivotRenderer {
    onOpenView(cell, ...rest) {
        this.opened = cell.measure;
        return super.onOpenView(cell, ...rest);
    }

    openView(domain, ...rest) {
        const {fields} = this.model.metaData;
        return super.openView(getCounted(domain, fields[this.opened]), ...rest);
    }
}

export class CountedGraphRenderer extends GraphRenderer {
    openView(domain, ...rest) {
        const {fields, measure} = this.model.metaData;
        return super.openView(getCounted(domain, fields[measure]), ...rest);
    }
}

registry
    .category("views")
    .add("bpo_report_pivot", {...pivotView, Renderer: CountedPivotRenderer})
    .add("bpo_report_graph", {...graphView, Renderer: CountedGraphRenderer});
