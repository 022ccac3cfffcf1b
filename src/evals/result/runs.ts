import { AgentopsError } from "../../core/errors.ts";
import type { RunStore } from "../../state/runs.ts";
import { type CaseOutcome, caseOutcomes } from "./outcomes.ts";
import type { RunResult } from "./schema.ts";
import { findRun, recentRuns, type RunRow, specOf } from "../run/runs.store.ts";
import { summarize } from "./summarize.ts";

/** One row of `agentops runs`. */
export interface RunListing {
  id: string;
  createdAt: string;
  finishedAt: string | null;
  suite: string;
  status: RunRow["status"];
  actor: string;
  /** On the machine that made it, or on the server that others share. */
  home: RunRow["home"];
  target: { ref: string; version: string | null; digest: string | null; model: string };
  scored: number;
  succeeded: number;
  /** Trials that ended in an error and are in no rate. */
  errors: number;
  successRate: number | null;
}

/** The newest runs first. */
export async function listRuns(store: RunStore, limit: number): Promise<RunListing[]> {
  return (await recentRuns(store, limit)).map(listing);
}

function listing(run: RunRow): RunListing {
  const result = run.result === null ? null : (JSON.parse(run.result) as RunResult);
  return {
    id: run.id,
    createdAt: run.createdAt,
    finishedAt: run.finishedAt,
    suite: run.suite,
    status: run.status,
    actor: run.actor,
    home: run.home,
    target: { ref: run.targetRef, version: run.targetVersion, digest: run.targetDigest, model: run.model },
    scored: result?.scored ?? 0,
    succeeded: result?.succeeded ?? 0,
    errors: result?.errors ?? 0,
    successRate: result?.metrics.successRate?.estimate ?? null,
  };
}

export interface ShownRun {
  run: RunRow;
  result: RunResult;
  cases: CaseOutcome[];
  /** Cases that would be shown without the limit. */
  matching: number;
}

/** A stored run with the cases that did not pass (or all, or one). Throws RUN_NOT_FOUND, USAGE for an unknown case. */
export async function showRun(
  store: RunStore,
  name: string,
  options: { all: boolean; caseId: string | undefined; limit: number },
): Promise<ShownRun> {
  const run = await findRun(store, name);
  const cases: CaseOutcome[] = [];
  let matching = 0;
  for (const outcome of caseOutcomes(store, run)) {
    if (options.caseId === undefined ? !options.all && outcome.verdict === "pass" : outcome.case.id !== options.caseId)
      continue;
    matching += 1;
    if (cases.length < options.limit) cases.push(outcome);
  }
  if (options.caseId !== undefined && matching === 0) {
    throw new AgentopsError("USAGE", `run ${run.id} has no case "${options.caseId}"`, {
      hint: `agentops runs show ${run.id} --all`,
    });
  }
  return { run, result: await summarize(store, run), cases, matching };
}

/** A whole run as JSON lines: the run first, then every case with its trials. */
export async function* exportRun(store: RunStore, run: RunRow): AsyncGenerator<string> {
  yield JSON.stringify({
    schema: "agentops.run/1",
    ...listing(run),
    result: await summarize(store, run),
    spec: specOf(run),
  });
  for (const outcome of caseOutcomes(store, run)) yield JSON.stringify({ schema: "agentops.case/1", ...outcome });
}
