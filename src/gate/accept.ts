import { appendAuditEvent } from "../audit/events.store.ts";
import type { EvalContext } from "../evals/run/context.ts";
import { maxErrorRateOf, tooManyErrors } from "../evals/result/trial-errors.ts";
import { findRun, specOf, updateRun } from "../evals/run/runs.store.ts";
import { OPERATORS } from "../state/locks.ts";
import { worst } from "./bounds.ts";
import type { Accepted } from "./evaluation.schema.ts";
import type { CheckFound, RunFound } from "./found.ts";

/** A trade nobody took yet: a shown improvement that is bought with more than a default bound. */
function isOpenTrade({ trade, verdict }: CheckFound): boolean {
  return trade !== undefined && verdict === "inconclusive";
}

/**
 * Takes a run's open trades for a reason: an audit event says so, and the run keeps it for whoever judges it again, as `promote` does.
 * It holds for this run against this control. Nothing is open: the run as it is.
 */
export async function acceptTrades(context: EvalContext, run: RunFound, reason: string): Promise<RunFound> {
  if (!run.checks.some(isOpenTrade)) return run;
  const accepted = { by: context.actor, reason, at: context.clock.now().toISOString() };
  await record(context, run, accepted);
  const row = await findRun(context.store, run.id);
  const spec = specOf(row);
  const kept = { ...accepted, control: spec.control ?? null };
  await updateRun(context.store, row.id, { spec: JSON.stringify({ ...spec, accepted: kept }) });
  return taken(run, accepted, maxErrorRateOf(context.project));
}

async function record({ store }: EvalContext, run: RunFound, { by, reason, at }: Accepted): Promise<void> {
  const { id, suite, target, comparison } = run;
  const trades = run.checks
    .filter(isOpenTrade)
    .map(({ name, observed, threshold, trade }) => ({ check: name, observed, threshold, ...trade }));
  const after = {
    ...{ run: id, control: comparison?.control.run ?? null, suite },
    ...{ version: target.version, digest: target.digest, trades },
  };
  const shared = await store.shared();
  await shared.inTransaction(
    // It is about a content, wherever that is served.
    (tx) => appendAuditEvent(tx, { at, actor: by, action: "gate.accept", environment: "*", target: target.ref, reason, before: null, after }), // prettier-ignore
    { locks: [OPERATORS] },
  );
}

function taken(run: RunFound, accepted: Accepted, maxErrorRate: number): RunFound {
  const checks = run.checks.map((check) =>
    isOpenTrade(check) ? { ...check, verdict: "pass" as const, accepted } : check,
  );
  const enough = run.stopped === null && tooManyErrors(run, maxErrorRate) === undefined;
  return { ...run, checks, verdict: enough ? worst(checks.map((c) => c.verdict)) : run.verdict };
}
