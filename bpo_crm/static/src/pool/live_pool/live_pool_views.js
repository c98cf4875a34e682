import {registry} from "@web/core/registry";
import {listView} from "@web/views/list/list_view";
import {leadKanbanView} from "@bpo_crm/lead/lead_kanban/lead_kanban_view";
import {useLivePool} from "./live_pool";

/** What the user has begun with a screen is not taken from it. */
const isAtWork = ({root}) => Boolean(root.editedRecord || root.selection?.length);

const live = (Controller) =>
    class extends Controller {
        setup() {
            super.setup();
            useLivePool(() => !isAtWork(this.model) && this.model.load());
        }
    };

registry.category("views").add("bpo_pool_kanban", {
    ...leadKanbanView,
    Controller: live(leadKanbanView.Controller),
});

registry.category("views").add("bpo_pool_list", {
    ...listView,
    Controller: live(listView.Controller),
});
