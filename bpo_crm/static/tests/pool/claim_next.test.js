import {describe, expect, test} from "@odoo/hoot";
import {ConnectionLostError, RPCError} from "@web/core/network/rpc";
import {claimOnce} from "@bpo_crm/pool/claim_next/claim_next";

describe.current.tags("headless");

/** Ask for a lead, and return the key that the server was sent. */
async function claim(after, failure) {
    let sent = null;
    const ask = async (key) => {
        sent = key;
        if (failure) {
            throw failure;
        }
    };
    await claimOnce(after, ask).catch(() => {
        // What the user is told of it is Odoo's.
    });
    return sent;
}

test("each claim has a key of its own", async () => {
    expect(await claim("pool")).not.toBe(await claim("pool"));
});

test("a claim whose reply was lost is asked for by the same key", async () => {
    const lost = await claim("pool", new ConnectionLostError("/"));
    expect(await claim(7)).not.toBe(lost);
    expect(await claim("pool")).toBe(lost);
    expect(await claim("pool")).not.toBe(lost);
});

test("a double click is one claim", async () => {
    const keys = await Promise.all([claim("pool"), claim("pool")]);
    expect(keys[0]).toBe(keys[1]);
});

test("what the server has refused is asked for anew", async () => {
    const refused = await claim("pool", new RPCError());
    expect(await claim("pool")).not.toBe(refused);
});
