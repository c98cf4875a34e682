import {registry} from "@web/core/registry";
import {listView} from "@web/views/list/list_view";
import {useHand} from "@bpo_crm/base/hand/hand";
import {leadKanbanView} from "@bpo_crm/lead/lead_kanban/lead_kanban_view";
import {useLivePool} from "./live_pool";

const live = ({Controller, Model, ...view}) => ({
    ...view,
    Model: class extends Model {
        hand = {free: Promise.resolve()};
        current = null;

        get isLoading() {
            return Boolean(this.current);
        }

        /** @override */
        async load() {
            const mine = Symbol("load");
            this.current = mine;
            try {
                return await super.load(...arguments);
            } finally {
                // One that another one has followed ends never, or is not the current one.
                if (this.current === mine) {
                    this.current = null;
                }
            }
        }

        /** @override */
        async _loadData() {
            const data = await super._loadData(...arguments);
            await this.hand.free;
            return data;
        }
    },
    Controller: class extends Controller {
        setup() {
            super.setup();
            this.model.hand = useHand();
            useLivePool(
                () => this.model.load(),
                () => this.isBusy
            );
        }

        /**
         * What the user has begun with a screen is not taken from it, and whoever waits
         * for a load gets it: Odoo forgets a load that another one follows.
         */
        get isBusy() {
            const {isLoading, root} = this.model;
            return isLoading || Boolean(root.editedRecord || root.selection?.length);
        }
    },
});

registry.category("views").add("bpo_pool_kanban", live(leadKanbanView));
registry.category("views").add("bpo_pool_list", live(listView));
