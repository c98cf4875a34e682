import {Component} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";
import {useService} from "@web/core/utils/hooks";
import {formatOverdue} from "./due_day";

/** What is assigned to the user beside the own leads; each row opens its record. */
export class Elsewhere extends Component {
    static template = "bpo_crm.Elsewhere";
    static props = {section: Object, count: [Number, String]};

    setup() {
        this.action = useService("action");
    }

    formatDue({days_overdue}) {
        return days_overdue ? formatOverdue(days_overdue) : _t("Today");
    }

    open(row) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: row.model,
            res_id: row.id,
            views: [[false, "form"]],
        });
    }

    onKeydown(ev, row) {
        if (ev.key === "Enter" && row.id) {
            this.open(row);
        }
    }
}
