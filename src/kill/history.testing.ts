import { readdirSync } from "node:fs";
import { systemClock } from "../core/clock.ts";
import type { StoreAddress } from "../state/address.ts";
import { OPERATORS } from "../state/locks.ts";
import { status } from "../status/status.ts";
import { openTestStore, withStore } from "../testing/store.ts";
import { readKills } from "./kills.store.ts";
import { readMarkers } from "./markers.ts";
import type { Switchboard } from "./switchboard.ts";

export interface History {
  /** `environment target` of what is killed. */
  killed: string[];
  /** Actions of each latch, in order. */
  actions: Record<string, string[]>;
}

export function boardAt(store: StoreAddress, waitMs = 5000): Switchboard {
  return { store, clock: systemClock, waitMs };
}

/** Holds what every operator's change waits for, until the returned function is called. */
export async function locked(address: StoreAddress): Promise<() => Promise<void>> {
  const store = await openTestStore({ address });
  return new Promise((taken, failed) => {
    const work = () =>
      new Promise<void>((letGo) => {
        taken(async () => {
          letGo();
          await working;
          await store.close();
        });
      });
    const working = store.inTransaction(work, { locks: [OPERATORS] });
    working.catch(failed);
  });
}

/** What the store says once somebody looked; throws when switches and audit events do not tell the same story. */
export async function settledHistory(store: StoreAddress): Promise<History> {
  const { problems } = await status(boardAt(store), { environments: [] });
  if (problems.length > 0) throw new Error(problems.join("; "));
  const keyOf = (latch: { environment: string; target: string }) => `${latch.environment} ${latch.target}`;
  const { killed, events } = await withStore(store, async (open) => ({
    killed: (await readKills(open.db)).map(keyOf),
    events: (await open.rows(`SELECT action, environment, target FROM "auditEvents" ORDER BY id`)) as {
      action: string;
      environment: string;
      target: string;
    }[],
  }));
  const actions: Record<string, string[]> = {};
  for (const event of events) (actions[keyOf(event)] ??= []).push(event.action);
  for (const [key, done] of Object.entries(actions)) {
    const expected = done.map((_, i) => (i % 2 === 0 ? "kill" : "revive"));
    if (done.join() !== expected.join()) throw new Error(`${key} was done twice: ${done.join()}`);
    if ((done.at(-1) === "kill") !== killed.includes(key))
      throw new Error(`${key}: audit ${done.join()}, but ${killed.join()}`);
  }
  for (const key of killed) if (actions[key] === undefined) throw new Error(`${key} is killed without an audit event`);
  const markers = readMarkers(store.markers).map(keyOf);
  const extra = markers.filter((key) => !killed.includes(key));
  if (extra.length > 0)
    throw new Error(`markers without a switch: ${extra.join()}, ${readdirSync(store.markers ?? "").join()}`);
  return { killed, actions };
}
