import type { Clock } from "../core/clock.ts";
import { newId } from "../core/ids.ts";
import { type Observation, observationSchema } from "../release/observation/schema.ts";
import { observationQueue, type ObservationStats } from "./observation-queue.ts";
import { openObservationWriter } from "./observation-writer.ts";

/** An observation as a caller gives it; what `resolve` says of the target comes from `served`. */
export type Observed = Partial<Observation> & Pick<Observation, "success">;

export interface Observer {
  /** Takes an observation; never throws. What is not one is counted, and said once. */
  observe(observed: Observed): void;
  flush(): boolean;
  stats(): ObservationStats;
  /** Writes what is queued and closes the store. */
  close(): void;
}

export interface ObserverOptions {
  store: string;
  environment: () => string | null;
  /** Observations that may wait; beyond it the newest are dropped. */
  limit: number;
  clock: Clock;
}

export function openObserver({ store, environment, limit, clock }: ObserverOptions): Observer {
  const writer = openObservationWriter(store, environment, clock);
  const queue = observationQueue(writer, limit, clock);
  let invalid = 0;
  let listening = false;
  let closed = false;
  const warned = new Set<string>();
  const warn = (what: string, text: string) => {
    if (!warned.has(what)) process.emitWarning(`agentops: ${text}`);
    warned.add(what);
  };
  const flush = () => {
    const done = queue.flush();
    const { dropped, lastProblem } = queue.stats();
    if (!done) warn("late", `observations could not be written: ${lastProblem ?? "unknown"}`);
    if (dropped > 0) warn("dropped", `observations were dropped: ${lastProblem ?? "unknown"}`);
    return done;
  };
  const onExit = () => void flush();
  return {
    observe(observed) {
      const read = observationSchema.safeParse(observed);
      if (!read.success) {
        invalid += 1;
        warn("invalid", `not an observation, and not counted: ${firstIssue(read.error.issues)}`);
        return;
      }
      if (!listening && !closed) process.once("exit", onExit);
      listening = true;
      queue.add({ ...read.data, id: read.data.id ?? newId(), at: read.data.at ?? clock.now().toISOString() });
    },
    flush,
    stats: () => ({ ...queue.stats(), invalid }),
    close() {
      closed = true;
      process.off("exit", onExit);
      queue.stop();
      flush();
      writer.close();
    },
  };
}

function firstIssue(issues: readonly { path: PropertyKey[]; message: string }[]): string {
  const { path = [], message = "" } = issues[0] ?? {};
  return path.length === 0 ? message : `${path.map(String).join(".")}: ${message}`;
}
