import {registry} from "@web/core/registry";
import {listView} from "@web/views/list/list_view";
import {useHand} from "@bpo_crm/base/hand/hand";
import {leadKanbanView} from "@bpo_crm/lead/lead_kanban/lead_kanban_view";
import {useLivePool} from "./live_pool";

const live = ({Controller, Model, ...view}) => ({
    ...view,
    Model: class extends Model {
        hand = {free: Promise.resolve()};
        loading = 0;

        /** @override Nothing is replaced under the user's hand. */
        async _loadData() {
            this.loading++;
            try {
                const data = await super._loadData(...arguments);
                await this.hand.free;
                return data;
            } finally {
                this.loading--;
            }
        }

        /** @override Of 19.0: nor by what the browser had, and the server has otherwise. */
        _getCacheParams() {
            const cache = super._getCacheParams(...arguments);
            return (
                cache && {
                    ...cache,
                    callback: async (...news) => {
                        await this.hand.free;
                        return cache.callback(...news);
                    },
                }
            );
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
         * What the user has begun with a screen is not taken from it. Nor is a load that
         * another one follows: it never settles, and a refusal may wait for it.
         */
        get isBusy() {
            const {loading, root} = this.model;
            return Boolean(loading || root?.editedRecord || root?.selection?.length);
        }
    },
});

registry.category("views").add("bpo_pool_kanban", live(leadKanbanView));
registry.category("views").add("bpo_pool_list", live(listView));
