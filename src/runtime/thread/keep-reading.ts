import { pause } from "../../core/pause.ts";
import type { Revision } from "../../serving/snapshot.store.ts";
import type { StoreAddress } from "../../state/address.ts";
import { listen } from "../../state/listen.ts";
import { openStore } from "../../state/open.ts";
import type { Store } from "../../state/store.ts";
import { whyNot } from "../../state/why-not.ts";
import { difference, type Known, look, revisionOf } from "./known.ts";
import { readLastGood, writeLastGood } from "./last-good.ts";
import type { Reading } from "./protocol.ts";

/** A change is told at once; this is for what was missed while the connection was gone. */
const LOOK_EVERY_MS = 200;
const RETRY_MS = 250;
const WAIT_MS = 1000;

/** Tells what is killed and served now, and after each change; for ever. What a server said last outlives it, and this process. */
export function keepReading(
  address: StoreAddress,
  lastGood: string | null,
  tell: (reading: Reading) => void,
  saw: (revision: number) => void,
): Pick<Asked, "now"> {
  const asked = new Asked();
  const telling = (reading: Reading, revision: number | undefined) => {
    tell(reading);
    if (revision !== undefined) saw(revision);
  };
  void readForEver(address, lastGood, telling, asked);
  return asked;
}

/** Somebody waits for what the store says now, news or not. */
class Asked {
  isWaiting = false;
  #wake: () => void = () => undefined;

  now(): void {
    this.isWaiting = true;
    this.#wake();
  }

  next(): Promise<void> {
    return new Promise((done) => {
      this.#wake = done;
      if (this.isWaiting) done();
    });
  }
}

async function readForEver(
  address: StoreAddress,
  lastGood: string | null,
  tell: (reading: Reading, revision: number | undefined) => void,
  asked: Asked,
) {
  let known: Known | undefined;
  let said: string | null = null;
  const told = (next: Known | undefined, problem: string | null) => {
    const news = next !== undefined && next !== known;
    if (news && problem === null && lastGood !== null) writeLastGood(lastGood, address.shown, next);
    const isAwaited = asked.isWaiting;
    asked.isWaiting = false;
    if (news || isAwaited || problem !== said)
      tell(
        { type: "reading", rows: news ? { kills: next.kills, served: next.served } : null, problem },
        problem === null ? next?.revision.value : undefined,
      );
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
          { told, asked },
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

/** Until the connection is lost. The first look after it was is a whole one: another copy may answer, at the same change. */
async function follow(
  store: Store,
  forgotten: string,
  before: () => Known | undefined,
  { told, asked }: { told: (known: Known | undefined, problem: string | null) => void; asked: Asked },
): Promise<never> {
  const changes = await listen(store);
  try {
    for (let first = true; ; first = false) {
      const known = before();
      const now = await revisionOf(store.db);
      const next = !first && known !== undefined && isSettled(known, now) ? known : await look(store, known);
      told(next, difference(store.address, next, now, forgotten));
      const change = changes.next(LOOK_EVERY_MS);
      // Where somebody asked first, the next look says that the connection is lost.
      change.catch(() => undefined);
      await Promise.race([change, asked.next()]);
    }
  } finally {
    await changes.close();
  }
}

function isSettled({ revision, parted, lost }: Known, now: Revision): boolean {
  return !parted && lost.length === 0 && now.storeId === revision.storeId && now.value === revision.value;
}
