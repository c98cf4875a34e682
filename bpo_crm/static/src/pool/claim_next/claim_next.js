import {registry} from "@web/core/registry";
import {RPCError} from "@web/core/network/rpc";

/** The keys of claims whose replies are still to come, or were lost, by what they follow. */
const pending = new Map();

function newKey() {
    // Odoo may be used without HTTPS, where browsers have no crypto.randomUUID.
    return `${Date.now()}-${Math.random().toString(36).slice(2)}`;
}

/**
 * Claim the next lead. Asked again before a reply has come, such as by a double click or
 * after a lost connection, the server answers with the lead that it has given already.
 *
 * @param {any} after what the claim follows, such as the id of the lead before it.
 * @param {Function} claim asks the server, with a key.
 */
export async function claimOnce(after, claim) {
    const key = pending.get(after) || newKey();
    pending.set(after, key);
    try {
        const answer = await claim(key);
        pending.delete(after);
        return answer;
    } catch (error) {
        if (error instanceof RPCError) {
            pending.delete(after);
        }
        throw error;
    }
}

async function claimNext(env) {
    const {action, orm} = env.services;
    const answer = await claimOnce("pool", (key) =>
        orm.call("crm.lead", "action_claim_next", [key])
    );
    await action.doAction(answer);
}

registry.category("actions").add("bpo_crm.claim_next", claimNext);
