import {onWillDestroy} from "@odoo/owl";
import {useService} from "@web/core/utils/hooks";

export const POOL_CHANGED = "bpo_crm.pool_changed";

// Milliseconds: not all screens of the floor ask the server at the same moment.
const SHORTEST_WAIT = 300;
const SPREAD = 1_500;

/**
 * Look again whenever a lead has come to the pool, or has left it.
 *
 * @param {() => Promise} look what the screen does then
 * @param {() => Boolean} isBusy whether it is not to look yet, and is asked again
 */
export function useLivePool(look, isBusy = () => false) {
    const bus = useService("bus_service");
    const wait = SHORTEST_WAIT + Math.random() * SPREAD;
    let timer = null;
    // Looks after the first change, however many follow: a busy pool is shown, too.
    const lookSoon = () => {
        timer ??= setTimeout(() => {
            timer = null;
            if (isBusy()) {
                lookSoon();
            } else {
                look();
            }
        }, wait);
    };
    bus.subscribe(POOL_CHANGED, lookSoon);
    onWillDestroy(() => {
        bus.unsubscribe(POOL_CHANGED, lookSoon);
        clearTimeout(timer);
    });
}
