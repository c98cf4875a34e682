import {crmKanbanView} from "@crm/views/crm_kanban/crm_kanban_view";
import {registry} from "@web/core/registry";
import {status} from "@odoo/owl";
import {LeadQuickCreate} from "@bpo_crm/lead/quick_create/lead_quick_create";
import {LeadStage} from "@bpo_crm/pipeline/lead_stage/lead_stage";

class LeadGroupList extends crmKanbanView.Model.DynamicGroupList {
    /** A drop that the server refuses leaves the card where it was. */
    async moveRecord(recordId, sourceId, refId, targetId) {
        const move = () => super.moveRecord(recordId, sourceId, refId, targetId);
        const target = this.groups.find((group) => group.id === targetId);
        if (sourceId === targetId || target.groupByField.name !== "stage_id") {
            return move();
        }
        const source = this.groups.find((group) => group.id === sourceId);
        const lead = source.list.records.find((record) => record.id === recordId);
        return this.model.leadStage.move(lead.resId, target.value, {
            write: move,
            reload: () => this.model.load(),
        });
    }
}

class LeadKanbanModel extends crmKanbanView.Model {
    static DynamicGroupList = LeadGroupList;
    static services = [...crmKanbanView.Model.services, "ui"];

    setup(params, {action, ui}) {
        super.setup(...arguments);
        this.leadStage = new LeadStage({orm: this.orm, action, ui});
    }
}

class LeadKanbanController extends crmKanbanView.Controller {
    /** @override Whoever comes too late to claim a card is told so, and sees it go. */
    async afterExecuteActionButton(clickParams) {
        await super.afterExecuteActionButton(clickParams);
        if (clickParams.name === "action_claim" && status(this) !== "destroyed") {
            // Not waited for: the refusal would be, too.
            this.model.load();
        }
    }
}

class LeadKanbanHeader extends crmKanbanView.Renderer.components.KanbanHeader {
    /** @override A new lead is born in the first stage. */
    canQuickCreate() {
        const {group, list} = this.props;
        const isElsewhere =
            group.groupByField.name === "stage_id" && group.id !== list.groups[0].id;
        return !isElsewhere && super.canQuickCreate();
    }
}

class LeadKanbanRenderer extends crmKanbanView.Renderer {
    static components = {
        ...crmKanbanView.Renderer.components,
        KanbanHeader: LeadKanbanHeader,
        KanbanRecordQuickCreate: LeadQuickCreate,
    };
}

export const leadKanbanView = {
    ...crmKanbanView,
    Controller: LeadKanbanController,
    Model: LeadKanbanModel,
    Renderer: LeadKanbanRenderer,
};

registry.category("views").add("bpo_lead_kanban", leadKanbanView);
