import {Chatter} from "@mail/chatter/web_portal/chatter";
import {ActivityButton} from "@mail/core/web/activity_button";
import {patch} from "@web/core/utils/patch";

const LEAD = "crm.lead";

// An activity that is done may have moved its lead to the next stage.

patch(Chatter.prototype, {
    onActivityChanged(thread) {
        super.onActivityChanged(thread);
        if (thread.model === LEAD) {
            this.reloadParentView();
        }
    },
});

patch(ActivityButton.prototype, {
    onActivityChanged() {
        super.onActivityChanged();
        const {record} = this.props;
        if (record.resModel === LEAD) {
            record.model.load();
        }
    },
});
