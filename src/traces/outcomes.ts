import type { Clock } from "../core/clock.ts";
import { SERVING } from "../core/external.ts";
import type { Recorder } from "../observations/record.ts";
import { observationSchema, type OutcomeLine } from "../observations/schema.ts";
import type { Store } from "../state/store.ts";
import { dueTraces, markRecorded, type DueTrace } from "./store/due.store.ts";

export interface OutcomeOptions {
  store: Store;
  recorder: Recorder;
  clock: Clock;
  /** Where a trace says no environment that the project has. */
  environment: string;
  environments: readonly string[];
  /** How long a target's task may be under way before it counts as one that never ended; milliseconds. */
  settleMs: (target: string) => number;
}

/** Enough for a transaction that keeps nobody waiting. */
const AT_ONCE = 500;

/**
 * Makes outcomes of traces whose root is here and, with `waiting`, of those whose root has not come in the time to settle: a task that was
 * started counts, whatever became of it. Told again after a crash an outcome is the same one. Returns how many were recorded. Throws STORE_FAILED.
 */
export async function recordOutcomes(options: OutcomeOptions, { waiting }: { waiting: boolean }): Promise<number> {
  const { store, clock, recorder } = options;
  let recorded = 0;
  for (let after = 0; ;) {
    const now = clock.now();
    const found = await dueTraces(store.db, { waiting, after, limit: AT_ONCE });
    const due = found.filter((trace) => isDue(trace, now, options.settleMs));
    for (const environment of new Set(due.map((trace) => environmentOf(trace, options)))) {
      const here = due.filter((trace) => environmentOf(trace, options) === environment);
      await recorder.record(environment, here.map(lineOf), now);
    }
    await markRecorded(store, due);
    recorded += due.length;
    const last = found.at(-1);
    if (last === undefined || found.length < AT_ONCE) return recorded;
    after = last.seq;
  }
}

function isDue(trace: DueTrace, now: Date, settleMs: OutcomeOptions["settleMs"]): boolean {
  if (trace.outcome === "due") return true;
  return now.getTime() - (trace.startedMs + trace.durationMs) >= settleMs(trace.target ?? "");
}

function environmentOf({ environment }: DueTrace, options: OutcomeOptions): string {
  return environment !== null && options.environments.includes(environment) ? environment : options.environment;
}

/** What a trace says of its task; each part that an outcome takes, the others left out: one bad name loses no outcome. */
function lineOf(trace: DueTrace): OutcomeLine {
  // The span that the task is has come, so it has ended; whether its own root ever comes is somebody else's.
  const hasEnded = trace.state !== null;
  const said = {
    success: hasEnded && trace.success !== null ? trace.success === 1 : null,
    latencyMs: hasEnded ? trace.durationMs : undefined,
    costUsd: trace.unpricedCalls === 0 ? (trace.costUsd ?? undefined) : undefined,
    inputTokens: trace.inputTokens,
    outputTokens: trace.outputTokens,
    toolCalls: trace.toolCalls,
    unit: trace.user ?? trace.session ?? undefined,
    user: trace.user ?? undefined,
    session: trace.session ?? undefined,
    taskId: trace.task ?? undefined,
    errorCategory: trace.errorCategory ?? undefined,
    model: onlyOf(trace.models),
    state: hasEnded ? (trace.state ?? undefined) : "expired",
  };
  const fields = observationSchema.shape;
  const fit = Object.entries(said).filter(([name, value]) => value !== undefined && fields[name as keyof typeof fields].safeParse(value).success); // prettier-ignore
  return {
    ...(Object.fromEntries(fit) as Partial<OutcomeLine>),
    target: trace.target ?? "",
    version: trace.version !== null && SERVING.test(trace.version) ? trace.version : undefined,
    traceId: trace.id,
    source: "trace",
    servedAt: new Date(trace.startedMs).toISOString(),
    at: new Date(trace.startedMs + Math.ceil(trace.durationMs)).toISOString(),
  };
}

function onlyOf(list: string): string | undefined {
  const all = JSON.parse(list) as string[];
  return all.length === 1 ? all[0] : undefined;
}
