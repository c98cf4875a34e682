import {onWillDestroy, useExternalListener} from "@odoo/owl";

const LEFT = 0;

// Milliseconds. With a finger, the click comes a moment after the release.
const CLICK_DELAY = 100;

// Milliseconds. A release over a menu of the system, say, is never told.
export const LONGEST_PRESS = 5_000;

/**
 * The user's hand. A browser clicks nothing that is replaced between press and release,
 * so a screen that changes by itself waits until the hand is free.
 *
 * @returns {{free: Promise}} `free` resolves once neither the left button of the mouse nor
 *      a finger is down.
 */
export function useHand() {
    const hand = {free: Promise.resolve()};
    let letGo = null;
    let timer = null;
    const release = () => {
        if (letGo) {
            clearTimeout(timer);
            setTimeout(letGo, CLICK_DELAY);
            letGo = null;
        }
    };
    const press = ({button}) => {
        if (button === LEFT && !letGo) {
            hand.free = new Promise((resolve) => {
                letGo = resolve;
            });
            timer = setTimeout(release, LONGEST_PRESS);
        }
    };
    const first = {capture: true};
    useExternalListener(window, "pointerdown", press, first);
    useExternalListener(window, "pointerup", release, first);
    useExternalListener(window, "pointercancel", release, first);
    useExternalListener(window, "blur", release);
    onWillDestroy(release);
    return hand;
}
