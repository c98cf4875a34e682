import {patch} from "@web/core/utils/patch";
import {StatusBarField} from "@web/views/fields/statusbar/statusbar_field";
import {useLeadStage} from "@bpo_crm/pipeline/lead_stage/lead_stage";

patch(StatusBarField.prototype, {
    setup() {
        super.setup();
        this.leadStage = useLeadStage();
    },

    async selectItem(item) {
        const {name, record} = this.props;
        const isSavedLead = record.resModel === "crm.lead" && record.resId;
        if (name !== "stage_id" || !isSavedLead) {
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
    },
});
