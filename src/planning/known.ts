import { readRunColumns } from "../comparison/pairs/run-columns.ts";
import { findRun, type RunRow } from "../evals/run/runs.store.ts";
import { summarize } from "../evals/result/summarize.ts";
import { FEW_GROUPS } from "../stats/samples/sign-flip.ts";
import { AgentopsError } from "../core/errors.ts";
import type { RunStore } from "../state/runs.ts";
import { type PairedMoments, pairedMoments, repeatedMoments } from "../comparison/metrics/moments.ts";
import { pairRuns } from "../comparison/pairs/pair.ts";
import type { PlanNote } from "./found.ts";
import { refuse } from "./request.ts";
import type { RunsUsed } from "./schema.ts";

/** What stored runs gave, and what a reader of the plan must know about them. */
export interface Known {
  evidence: RunsUsed;
  /** Null when only the baseline was read. */
  paired: PairedMoments | null;
  notes: PlanNote[];
}

const NOTHING: Omit<RunsUsed, "runs" | "cases"> = {
  baseline: null,
  baselineCi95: null,
  discordance: null,
  omega2: null,
  sigma2Control: null,
  sigma2Candidate: null,
  trialsControl: null,
  trialsCandidate: null,
  designEffect: null,
  difference: null,
};

/** Takes the baseline from a run: its success rate. Throws RUN_NOT_FOUND, NO_CASES, USAGE for several runs. */
export async function baselineEvidence(store: RunStore, names: readonly string[]): Promise<Known> {
  const [name, second] = names;
  if (name === undefined || second !== undefined)
    refuse("the baseline comes from one run: --from RUN, or add --paired for two");
  const run = await findRun(store, name);
  const { metrics, cases, trials } = await summarize(store, run);
  if (metrics.successRate === null)
    throw new AgentopsError("NO_CASES", `run ${run.id} has no scored trial`, { hint: "agentops runs" });
  const { estimate, ci95 } = metrics.successRate;
  const notes: PlanNote[] = trials > 1 ? [{ code: "several-trials", trials }] : [];
  return {
    evidence: { runs: [run.id], cases, ...NOTHING, baseline: estimate, baselineCi95: ci95 },
    paired: null,
    notes: [...incomplete(run), ...notes],
  };
}

/**
 * Takes discordance and variance components from two runs of the same cases (control first), or from one run with repeated
 * trials. They are never assumed: without a run this throws USAGE with the way to get one.
 */
export async function pairedEvidence(store: RunStore, names: readonly string[]): Promise<Known> {
  const [first, second, third] = names;
  if (third !== undefined) refuse("--paired compares two runs, not more: --from CONTROL --from CANDIDATE");
  if (first === undefined) return withoutRuns();
  const control = await findRun(store, first);
  const candidate = second === undefined ? null : await findRun(store, second);
  if (control.id === candidate?.id) refuse(`both sides are run ${control.id}`, "one run alone: give --from once");
  const moments = momentsOf(store, control, candidate);
  const runs = candidate === null ? [control] : [control, candidate];
  const { cases, discordance, designEffect, difference, components } = moments;
  return {
    evidence: { runs: runs.map((r) => r.id), cases, ...NOTHING, discordance, designEffect, difference, ...components },
    paired: moments,
    notes: [...runs.flatMap(incomplete), ...notesOn(moments)],
  };
}

function momentsOf(store: RunStore, control: RunRow, candidate: RunRow | null): PairedMoments {
  if (candidate === null) return repeatedMoments(readRunColumns(store, control));
  const found = pairRuns(store, control, candidate);
  return pairedMoments(found.pairs, found.control, found.candidate);
}

export function withoutRuns(): never {
  return refuse(
    "--paired plans from stored runs: how often two sides differ on a case is measured, never assumed; name runs with --from",
    "agentops eval SUITE --trials 2   then   agentops stats sample-size --paired --from latest --mde 0.05",
  );
}

function notesOn({ cases, unpaired, difference, designEffect, clusters }: PairedMoments): PlanNote[] {
  const effect = designEffect === null ? null : Number(designEffect.toPrecision(2));
  const notes: [boolean, PlanNote][] = [
    [difference === null, { code: "one-run" }],
    [unpaired > 0, { code: "left-out", cases: unpaired, twice: difference === null }],
    [cases < 30, { code: "few-cases", cases }],
    [effect === null, { code: "clusters-unknown" }],
    [effect !== null && clusters !== null && clusters < FEW_GROUPS, { code: "few-clusters", clusters: clusters ?? 0 }],
    [effect !== null && effect > 1, { code: "clusters", effect: effect ?? 1 }],
  ];
  return notes.filter(([holds]) => holds).map(([, note]) => note);
}

function incomplete({ id: run, status }: RunRow): PlanNote[] {
  return status === "complete" ? [] : [{ code: "not-complete", run, status }];
}
