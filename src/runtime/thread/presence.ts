import { hostname } from "node:os";
import type { Clock } from "../../core/clock.ts";
import { forget, show, type Shown } from "../../kill/processes.store.ts";
import { nowOf } from "../../operations/lease.store.ts";
import type { Observation } from "../../observations/schema.ts";
import { type FileReader, openFileReader } from "../../state/file-reader.ts";
import { REVISION } from "../../serving/snapshot.store.ts";
import type { Store } from "../../state/store.ts";
import type { ThreadData } from "./protocol.ts";

/** A kill asks for those that were seen in the last minute. */
const SHOW_EVERY_MS = 15_000;
/** A file tells nobody of its changes; the main thread looks for itself when it is asked. */
const LOOK_EVERY_MS = 50;
/** For so long the main thread may answer from before: it looks no more often. */
const ANSWERED_AFTER_MS = 20;
/** Who was killed without a word is listed as silent for so long. */
const KEPT_MS = 86_400_000;
const WAIT_MS = 20;

/** Lets a store work, where one can be opened. */
export type WithStore = (work: (store: Store) => Promise<void>) => Promise<void>;

export interface Presence {
  /** What was recorded: it says which versions this process serves. */
  recorded: (observations: readonly Observation[]) => void;
  /** Which of a server's changes was read. */
  saw: (revision: number) => void;
  /** The process ends: it is not silent. */
  end(): Promise<void>;
}

/**
 * Shows this process in the store, and which change it has seen: what its main thread is asked from then on it answers by that change. Nothing
 * depends on it, so what cannot be written is tried again later and said nowhere.
 */
export function keepPresent(
  { id, address, environment }: Pick<ThreadData, "id" | "address" | "environment">,
  clock: Clock,
  withStore: WithStore,
): Presence {
  const startedAt = clock.now().toISOString();
  const me = { id, environment, host: hostname(), pid: process.pid, startedAt };
  const served = servedLately(clock);
  let seen: number | null = null;
  let last: Promise<void> = Promise.resolve();
  let over = false;
  const written = (work: (store: Store) => Promise<void>) => {
    last = last.then(() => withStore(work)).catch(() => undefined);
    return last;
  };
  const showNow = () => {
    const revision = seen;
    if (!over && revision !== null)
      void written((store) => showIn(store, clock, { ...me, revision, serves: JSON.stringify(served.now()) }));
  };
  const saw = (revision: number) => {
    if (revision === seen) return;
    seen = revision;
    setTimeout(showNow, ANSWERED_AFTER_MS);
  };
  if (address.file !== null) followFile(address.file, saw);
  setInterval(showNow, SHOW_EVERY_MS).unref();
  return {
    recorded: served.add,
    saw,
    async end() {
      over = true;
      if (seen === null) return;
      await written(async (store) => {
        await store.inTransaction((tx) => forget(tx, id, ""));
      });
    },
  };
}

async function showIn(store: Store, clock: Clock, me: Omit<Shown, "seenAt">): Promise<void> {
  await store.inTransaction(async (tx) => {
    const now = await nowOf(store, clock)(tx);
    await show(tx, { ...me, seenAt: now.toISOString() });
    await forget(tx, "", new Date(now.getTime() - KEPT_MS).toISOString());
  });
}

/** Versions that something was recorded of in the last minute. */
function servedLately(clock: Clock) {
  let served = new Map<string, number>();
  return {
    add: (observations: readonly Observation[]) => {
      const now = clock.monotonicMs();
      for (const { target, version } of observations) served.set(`${target}@${version}`, now);
    },
    now(): string[] {
      const since = clock.monotonicMs() - 4 * SHOW_EVERY_MS;
      served = new Map([...served].filter(([, at]) => at >= since));
      return [...served.keys()].sort();
    },
  };
}

/** Tells of each change that it finds, as an agent's main thread finds it. */
function followFile(file: string, saw: (revision: number) => void): void {
  let open: FileReader | undefined;
  let version: unknown;
  setInterval(() => {
    try {
      open ??= openFileReader(file, WAIT_MS);
      const current = open.version();
      if (current === version) return;
      const [row] = open.all(REVISION);
      version = current;
      if (row !== undefined) saw(row.value);
    } catch {
      open?.close();
      [open, version] = [undefined, undefined];
    }
  }, LOOK_EVERY_MS).unref();
}
