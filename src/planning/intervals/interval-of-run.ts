import { AgentopsError } from "../../core/errors.ts";
import { findRun } from "../../evals/run/runs.store.ts";
import { summarize } from "../../evals/result/summarize.ts";
import type { RunStore } from "../../state/runs.ts";
import { report } from "./interval.ts";
import type { Found } from "../found.ts";
import type { CiReport } from "../schema.ts";

/** A stored run's success rate, trials of a case or cluster never counted as independent, and its p95 latency, both at 95 %. */
export async function runInterval(store: RunStore, name: string): Promise<Found<CiReport>> {
  const run = await findRun(store, name);
  const { metrics, scored, status, suite } = await summarize(store, run);
  const { successRate, latencyMs } = metrics;
  if (successRate === null)
    throw new AgentopsError("NO_CASES", `run ${run.id} has no scored trial`, { hint: "agentops runs" });
  return {
    ...report(0.05),
    kind: "run",
    method: "wilson",
    run: run.id,
    suite,
    scored,
    successRate: { estimate: successRate.estimate, interval: successRate.ci95 },
    p95LatencyMs: latencyMs === null ? null : { estimate: latencyMs.p95, interval: latencyMs.p95Ci95 },
    notes: [
      ...(status === "complete" ? [] : [{ code: "not-complete", run: null, status } as const]),
      ...(latencyMs?.simulated === true ? [{ code: "simulated" } as const] : []),
    ],
  };
}
