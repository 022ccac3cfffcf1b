import { hostname } from "node:os";
import { pause } from "../core/pause.ts";
import { openBareToRead } from "../state/bare.ts";
import type { BareReader } from "../state/store.ts";
import { EVERY } from "./latch.ts";
import { lastChange, readProcesses, type Shown } from "./processes.store.ts";
import type { Arrival } from "./schema.ts";
import { type Switchboard, tryPath } from "./switchboard.ts";

/** Who was seen in it is asked whether they saw the kill; who was not is silent. */
const PRESENT_MS = 60_000;
/** Since when silent ones are named. */
const KNOWN_MS = 86_400_000;
const POLL_MS = 10;

/**
 * Waits until the processes that have shown themselves in the last minute saw the store as it is now, with whatever was killed in it. Never
 * throws: `problem` says why nobody could be asked.
 */
export async function waitForArrival(
  { store, clock }: Switchboard,
  environment: string,
  waitMs: number,
): Promise<Arrival> {
  const began = clock.monotonicMs();
  const { result, path } = await tryPath(waitMs, async () => {
    const open = await openBareToRead(store, waitMs, waitMs + 500);
    if (open === undefined) throw new Error("there is none");
    try {
      return await askAll(open, { environment, began, waitMs }, clock);
    } finally {
      await open.close();
    }
  });
  return result ?? { ...NOBODY, problem: path.problem };
}

const NOBODY: Arrival = { processes: 0, saw: 0, withinMs: 0, missing: [], ended: [], silent: [], problem: null };

interface Asking {
  environment: string;
  began: number;
  waitMs: number;
}

async function askAll(
  open: BareReader,
  { environment, began, waitMs }: Asking,
  clock: Switchboard["clock"],
): Promise<Arrival> {
  const now = clock.now().getTime();
  const change = (await lastChange(open.db)) ?? 0;
  for (;;) {
    const all = await readProcesses(open.db, new Date(now - KNOWN_MS).toISOString());
    const here = all.filter(
      (one) => environment === EVERY || one.environment === null || one.environment === environment,
    );
    const recent = here.filter(({ seenAt }) => isPresent(seenAt, now));
    const ended = recent.filter(isGone);
    const present = recent.filter((one) => !ended.includes(one));
    const missing = present.filter(({ revision }) => revision < change);
    const withinMs = clock.monotonicMs() - began;
    if (missing.length === 0 || withinMs >= waitMs)
      return {
        processes: present.length,
        saw: present.length - missing.length,
        withinMs: Math.round(withinMs),
        missing: missing.map(plain),
        ended: ended.map(plain),
        silent: here.filter((one) => !recent.includes(one)).map(plain),
        problem: null,
      };
    await pause(Math.min(POLL_MS, waitMs - withinMs));
  }
}

/** Whether one that was seen then is asked now. */
export function isPresent(seenAt: string, nowMs: number): boolean {
  return Date.parse(seenAt) >= nowMs - PRESENT_MS;
}

/** Killed, or crashed: of a process of this host the host knows. */
export function isGone({ host, pid }: Pick<Shown, "host" | "pid">): boolean {
  if (host !== hostname()) return false;
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ESRCH";
  }
}

function plain({ host, pid, seenAt }: Shown): Arrival["missing"][number] {
  return { host, pid, seenAt };
}
