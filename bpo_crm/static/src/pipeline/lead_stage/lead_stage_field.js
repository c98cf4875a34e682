import {registry} from "@web/core/registry";
import {useLeadStage} from "@bpo_crm/pipeline/lead_stage/lead_stage";
import {whenRegistered} from "@bpo_crm/base/series/when_registered";

/** The status bar of a lead, on which a stage may ask something first. */
function makeLeadStageField(coreField) {
    class LeadStageField extends coreField.component {
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
                // With the chatter, which says why.
                reload: () => record.model.load(),
            });
        }
    }
    return {...coreField, component: LeadStageField};
}

const widgets = registry.category("fields");
// Core's form has the first one in 18, and the second one, which builds upon it, in 19.
for (const name of ["statusbar_duration", "rotting_statusbar_duration"]) {
    whenRegistered(widgets, name, (coreField) =>
        widgets.add("bpo_lead_stage", makeLeadStageField(coreField), {force: true})
    );
}
