import {registry} from "@web/core/registry";
import {coreStageField} from "@bpo_crm/base/series/core_stage_field";
import {useLeadStage} from "@bpo_crm/pipeline/lead_stage/lead_stage";

/** The status bar of a lead, on which a stage may ask something first. */
export class LeadStageField extends coreStageField.component {
    setup() {
        super.setup();
        this.leadStage = useLeadStage();
    }

    /** @override */
    async selectItem(item) {
        const {record} = this.props;
        if (!record.resId) {
            return super.selectItem(item);
        }
        // What else was changed is kept even if the move is refused.
        if (!(await record.save())) {
            return;
        }
        return this.leadStage.move(record.resId, item.value, {
            write: () => super.selectItem(item),
            reload: () => record.load(),
        });
    }
}

registry.category("fields").add("bpo_lead_stage", {
    ...coreStageField,
    component: LeadStageField,
});
