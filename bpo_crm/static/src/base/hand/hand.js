import {useExternalListener} from "@odoo/owl";

const LEFT = 0;

/**
 * The user's hand. A browser clicks nothing that is replaced between press and release,
 * so a screen that changes by itself waits until the hand is free.
 *
 * @returns {{free: Promise}} `free` is kept when nothing is pressed any more.
 */
export function useHand() {
    const hand = {free: Promise.resolve()};
    let letGo = null;
    const press = ({button}) => {
        if (button === LEFT && !letGo) {
            hand.free = new Promise((resolve) => {
                letGo = resolve;
            });
        }
    };
    const release = () => {
        if (letGo) {
            // The click comes after the release.
            setTimeout(letGo);
            letGo = null;
        }
    };
    const first = {capture: true};
    useExternalListener(window, "pointerdown", press, first);
    useExternalListener(window, "pointerup", release, first);
    useExternalListener(window, "pointercancel", release, first);
    return hand;
}
