import {Component} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";
import {useService} from "@web/core/utils/hooks";

/** Who has what to do, for supervisors: each number opens the list of its leads. */
export class TeamDay extends Component {
    static template = "bpo_crm.TeamDay";
    static props = {team: Object};

    setup() {
        this.action = useService("action");
        this.atWork = _t("At work");
        this.notAtWork = _t("Not at work");
        this.columns = [
            {name: "open", title: _t("Open Leads"), style: "text-body"},
            {name: "overdue", title: _t("Overdue"), style: "text-danger"},
            {name: "missing_step", title: _t("No Next Step"), style: "text-danger"},
            {name: "stale", title: _t("Stale"), style: "text-warning-emphasis"},
            {
                name: "response_missed",
                title: _t("First Attempt Missed"),
                style: "text-danger",
            },
        ];
    }

    /** Open the leads that a number was counted from. */
    openLeads(row, column) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            name: `${row.name}: ${column.title}`,
            res_model: "crm.lead",
            domain: [...this.props.team.domains[column.name], ["user_id", "=", row.id]],
            views: [
                [this.props.team.list_view_id, "list"],
                [false, "form"],
            ],
        });
    }

    openPool() {
        return this.action.doAction("bpo_crm.crm_lead_action_open");
    }

    openFailedWins() {
        return this.action.doAction("bpo_crm.crm_lead_action_failed_wins");
    }
}
