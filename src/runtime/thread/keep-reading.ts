import { pause } from "../../core/pause.ts";
import { readKills } from "../../kill/kills.store.ts";
import { readRevision, readServed, type Revision } from "../../serving/snapshot.store.ts";
import type { Executor } from "../../state/raw.ts";
import type { StoreAddress } from "../../state/address.ts";
import { listen } from "../../state/listen.ts";
import { openStore } from "../../state/open.ts";
import type { Store } from "../../state/store.ts";
import { whyNot } from "../../state/why-not.ts";
import { readLastGood, writeLastGood } from "./last-good.ts";
import type { Known, Reading } from "./protocol.ts";

/** A change is told at once; this is for what was missed while the connection was gone. */
const LOOK_EVERY_MS = 200;
const RETRY_MS = 250;
const WAIT_MS = 1000;

/** Tells what is killed and served now, and after each change; for ever. What a server said last outlives it, and this process. */
export function keepReading(address: StoreAddress, lastGood: string | null, tell: (reading: Reading) => void): void {
  void readForEver(address, lastGood, tell);
}

async function readForEver(address: StoreAddress, lastGood: string | null, tell: (reading: Reading) => void) {
  let known: Known | undefined;
  let said: string | null = null;
  const told = (next: Known | undefined, problem: string | null) => {
    const news = next !== undefined && next !== known;
    if (news && problem === null && lastGood !== null) writeLastGood(lastGood, address.shown, next);
    if (news || problem !== said)
      tell({ type: "reading", rows: news ? { kills: next.kills, served: next.served } : null, problem });
    if (next !== undefined) known = next;
    said = problem;
  };
  for (;;) {
    try {
      const store = await openStore(address, { durability: "normal", waitMs: WAIT_MS, answerMs: WAIT_MS });
      try {
        await follow(
          store,
          lastGood === null ? "" : ` without ${lastGood}`,
          () => known ?? readLastGood(lastGood, address.shown),
          told,
        );
      } finally {
        await store.close();
      }
    } catch (error) {
      // What was killed stays killed: nothing says that it was revived.
      told(
        known ?? readLastGood(lastGood, address.shown),
        `the store ${address.shown} cannot be read: ${whyNot(error, WAIT_MS)}`,
      );
      await pause(RETRY_MS);
    }
  }
}

/** Until the connection is lost. */
async function follow(
  store: Store,
  forgotten: string,
  before: () => Known | undefined,
  told: (known: Known | undefined, problem: string | null) => void,
): Promise<never> {
  const changes = await listen(store);
  try {
    for (;;) {
      const known = before();
      const revision = await revisionOf(store.db);
      const back = known === undefined ? null : wentBack(store.address, known.revision, revision);
      if (back !== null) told(known, `${back}; where that is meant, restart the process${forgotten}`);
      else if (known?.revision.value === revision.value) told(known, null);
      else told(await readAll(store, known), null);
      await changes.next(LOOK_EVERY_MS);
    }
  } finally {
    await changes.close();
  }
}

/** A copy from before must not undo a kill that was acknowledged, nor a release: what is known counts until somebody has looked. */
function wentBack({ shown }: StoreAddress, before: Revision, now: Revision): string | null {
  if (now.movedTo !== null) return `the store ${shown} is not in force: ${now.movedTo}`;
  if (now.storeId !== before.storeId) return `the store ${shown} is another one than before`;
  if (now.value >= before.value) return null;
  return `the store ${shown} went back from change ${before.value} to ${now.value}: an older copy of it answers`;
}

/** A server's store has one, or it could not have been opened. */
async function revisionOf(db: Executor): Promise<Revision> {
  const revision = await readRevision(db);
  if (revision === undefined) throw new Error("it has no revision");
  return revision;
}

function readAll(store: Store, before: Known | undefined): Promise<Known> {
  return store.inTransaction(async (tx) => {
    const revision = await revisionOf(tx);
    return { revision, kills: await readKills(tx), served: await readServed(tx, before?.served) };
  });
}
