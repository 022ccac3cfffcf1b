import type { JudgedCase } from "../../stats/judges/ppi.ts";
import type { RunStore } from "../../state/runs.ts";
import { addToCluster, clusterTally, type ClusterTally } from "../../stats/samples/cluster-tally.ts";
import { invalid } from "../dataset/records.ts";
import type { RunRow } from "../run/runs.store.ts";
import { findCase, judgedTrials } from "./calibrations.store.ts";
import type { Label, Labels } from "./labels.ts";

/** One output with both verdicts. */
export interface Labelled {
  label: boolean;
  judged: boolean;
  score: number;
  /** Outputs of one group (case or cluster) are not independent. */
  group: string;
}

/** What a run and people's labels say about a judge. */
export interface LabelledRun {
  labelled: Labelled[];
  /** Labels whose trial ended in an error, so that the judge said nothing. */
  unjudged: number;
  /** Every output the judge scored, by group. */
  groups: JudgedCase[];
  /** The judge's passes over all of them. */
  passes: ClusterTally;
}

/**
 * Joins the labels with the judge's stored verdicts: nothing is asked again. Throws DATASET_INVALID at the line of a label
 * whose case or trial the run does not have, or when no labelled output was judged.
 */
export function joinLabels(store: RunStore, run: RunRow, scorer: number, labels: Labels): LabelledRun {
  const wanted = new Map(labels.labels.map((label) => [keyOf(label), label]));
  const groups = new Map<string, { labelled: { label: number; judged: number }[]; unlabelled: number[] }>();
  const evidence: LabelledRun = { labelled: [], unjudged: 0, groups: [], passes: clusterTally() };
  for (const trial of judgedTrials(store, run, scorer)) {
    const label = wanted.get(keyOf(trial));
    wanted.delete(keyOf(trial));
    if (trial.verdict === null) {
      if (label !== undefined) evidence.unjudged += 1;
      continue;
    }
    const { pass, score } = trial.verdict;
    const name = trial.cluster === null ? `case ${trial.seq}` : `cluster ${trial.cluster}`;
    const group = groups.get(name) ?? { labelled: [], unlabelled: [] };
    groups.set(name, group);
    addToCluster(evidence.passes, name, 1, Number(pass));
    if (label === undefined) group.unlabelled.push(Number(pass));
    else {
      group.labelled.push({ label: Number(label.pass), judged: Number(pass) });
      evidence.labelled.push({ label: label.pass, judged: pass, score, group: name });
    }
  }
  for (const label of wanted.values()) throw unknown(store, run, labels.file, label);
  if (labels.labels.length > 0 && evidence.labelled.length === 0) throw nothingJudged(run, labels);
  return { ...evidence, groups: [...groups.values()] };
}

function keyOf({ caseId, trial }: { caseId: string; trial: number }): string {
  return `${trial} ${caseId}`;
}

function unknown(store: RunStore, run: RunRow, file: string, { caseId, trial, line }: Label): Error {
  const hint = `the outputs to label: agentops runs export ${run.id}`;
  if (findCase(store, run.dataset, caseId) === undefined) {
    return invalid(file, line, `run ${run.id} of ${run.suite} has no case "${caseId}"`, hint);
  }
  const last = run.trials - 1;
  const why = trial <= last ? "it was not run" : last === 0 ? "its only trial is 0" : `its trials are 0 to ${last}`;
  return invalid(file, line, `run ${run.id} has no trial ${trial} of case "${caseId}": ${why}`, hint);
}

function nothingJudged(run: RunRow, { file, labels }: Labels): Error {
  const line = labels[0]?.line ?? 1;
  return invalid(
    file,
    line,
    "no labelled output was judged: every one of their trials ended in an error",
    `agentops eval --resume ${run.id}`,
  );
}

/** The share of labelled outputs for which `hit` holds, over groups. */
export function tallied(outputs: readonly Labelled[], hit: (output: Labelled) => boolean): ClusterTally {
  const clusters = clusterTally();
  for (const output of outputs) addToCluster(clusters, output.group, 1, Number(hit(output)));
  return clusters;
}

/** Different cases (or clusters) among labelled outputs: the independent ones. */
export function casesIn(labelled: readonly Labelled[]): number {
  return new Set(labelled.map((o) => o.group)).size;
}
