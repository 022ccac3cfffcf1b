import { writeSync } from "node:fs";
import type { Clock } from "../core/clock.ts";
import { newIdOf } from "../observations/dated.ts";
import { readObservation } from "../observations/read.ts";
import type { Observation } from "../observations/schema.ts";
import { atExit } from "./at-exit.ts";
import type { BatchWriter } from "./backlog.ts";
import type { OnTrouble } from "./backlog-account.ts";
import { type ObservationQueue, observationQueue } from "./observation-queue.ts";

/** An observation as a caller gives it; what `resolve` says of the target comes from `served`. Success is null while nobody knows it. */
export type Observed = Partial<Observation> & { success: boolean | null };

/** Takes what callers say; never throws, never waits. What is no observation is counted, and said once. */
export interface Observer extends Pick<ObservationQueue, "written" | "flush" | "stats" | "close"> {
  observe(observed: Observed): void;
}

export interface ObserverOptions {
  writer: BatchWriter;
  /** Observations that may wait; beyond it the newest are dropped. */
  limit: number;
  clock: Clock;
}

export function openObserver({ writer, limit, clock }: ObserverOptions): Observer {
  let forget: (() => void) | undefined;
  let closed = false;
  const warn = warnings();
  const onTrouble: OnTrouble = (what, why, count) => {
    if (what === "lost") lastWords(`observations were lost (${count}): ${why}`);
    else warn(what, `observations ${WORDS[what]}: ${why}`);
  };
  const queue = observationQueue({ writer, limit, clock, onTrouble });
  return {
    ...queue,
    observe(observed) {
      const read = parsed(observed);
      if (!read.success) {
        queue.refuse();
        warn("invalid", `not an observation, and not counted: ${firstIssue(read.error.issues)}`);
        return;
      }
      if (!closed) forget ??= atExit(queue.flushForGood);
      queue.add({ ...read.data, id: read.data.id ?? newIdOf(read.data), ...whenOf(read.data, clock) });
    },
    close() {
      closed = true;
      forget?.();
      queue.close();
    },
  };
}

const WORDS = {
  late: "could not be written yet",
  dropped: "were dropped",
  unknown: "are kept, counted apart, and in no rollout",
};

/** Each kind of trouble is said once. */
function warnings() {
  const said = new Set<string>();
  return (what: string, text: string) => {
    if (!said.has(what)) process.emitWarning(`agentops: ${text}`);
    said.add(what);
  };
}

/** A warning is printed in the next tick, and at the end there may be none. */
function lastWords(text: string): void {
  try {
    writeSync(2, `(node:${process.pid}) Warning: agentops: ${text}\n`);
  } catch {
    // There is nobody left to tell.
  }
}

/** What waits in the queue is of now. Who says when it was served, and names no exposure, says that it was known then. */
function whenOf({ at, servedAt, exposure }: Observation, clock: Clock): Pick<Observation, "at"> {
  return at !== undefined || (servedAt !== undefined && exposure === undefined)
    ? {}
    : { at: clock.now().toISOString() };
}

/** A caller's getter may throw; the caller must go on all the same. */
function parsed(observed: unknown): ReturnType<typeof readObservation> {
  try {
    return readObservation(observed);
  } catch {
    return readObservation(undefined);
  }
}

function firstIssue(issues: readonly { path: PropertyKey[]; message: string }[]): string {
  const { path = [], message = "" } = issues[0] ?? {};
  return path.length === 0 ? message : `${path.map(String).join(".")}: ${message}`;
}
