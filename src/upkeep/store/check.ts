import { type ChainEnd, follow } from "../../audit/chain.ts";
import type { StoreAddress } from "../../state/address.ts";
import { openBare } from "../../state/bare.ts";
import type { Executor } from "../../state/raw.ts";
import { countEvents, fileDamage, orphans, sealedAfter } from "./check.store.ts";
import type { StoreCheck } from "./schema.ts";

const PAGE = 5000;

/** Whether the store is whole: its pages, what its rows point at, and the chain of its audit events. Throws STORE_FAILED and others of opening. */
export async function checkStore(address: StoreAddress): Promise<StoreCheck> {
  const open = await openBare(address, { durability: "full", answerMs: Infinity });
  try {
    const { db } = open;
    const chain = await followChain(db);
    const { total, unsealed } = await countEvents(db);
    const brokenAt = "brokenAt" in chain ? chain.brokenAt : null;
    const problems = [
      ...(address.file === null ? [] : await fileDamage(db)),
      ...(await orphans(db)),
      ...(brokenAt === null ? [] : [`the chain of audit events is broken at ${brokenAt}`]),
    ];
    const events = { total, sealed: total - unsealed, unsealed, brokenAt };
    return { schema: "agentops.store-check/1", url: address.shown, ok: problems.length === 0, problems, events };
  } finally {
    await open.close();
  }
}

async function followChain(db: Executor): Promise<ChainEnd | { brokenAt: number }> {
  let end: ChainEnd = { seq: 0, hash: null };
  for (;;) {
    const events = await sealedAfter(db, end.seq, PAGE);
    if (events.length === 0) return end;
    const next = follow(end, events);
    if ("brokenAt" in next) return next;
    end = next;
  }
}
