import { fellBackIn } from "../evals/result/fallbacks.ts";
import { resultOf } from "../evals/result/stored.ts";
import { specOf } from "../evals/run/runs.store.ts";
import { scoringOf } from "../scorers/scoring.ts";
import type { Note, Side } from "./found.ts";
import type { Pairs } from "./pairs/pair.ts";
import type { RunColumns } from "./pairs/run-columns.ts";

interface Sides {
  control: RunColumns;
  candidate: RunColumns;
  pairs: Pairs;
}

/** What was left out of a comparison, and what makes its sides unlike. */
export function notesOn({ control, candidate, pairs }: Sides): Note[] {
  const [before, after] = [control.run, candidate.run];
  const { unmatched, differing, unscored } = pairs;
  const isStandIn = (model: string) => model.startsWith("offline/");
  const notes: [boolean, Note][] = [
    [before.status !== "complete", { code: "not-complete", side: "control", status: before.status }],
    [after.status !== "complete", { code: "not-complete", side: "candidate", status: after.status }],
    [control.errors > 0, errorsOf("control", control)],
    [candidate.errors > 0, errorsOf("candidate", candidate)],
    [unmatched.control.length > 0, { code: "only-on-one-side", side: "control", cases: unmatched.control.length }],
    [
      unmatched.candidate.length > 0,
      { code: "only-on-one-side", side: "candidate", cases: unmatched.candidate.length },
    ],
    [differing.length > 0, { code: "differing", cases: differing.length }],
    [unscored.length > 0, { code: "unscored", cases: unscored.length }],
    [before.suite !== after.suite, { code: "other-suite", control: before.suite, candidate: after.suite }],
    [before.suite === after.suite && before.suiteDigest !== after.suiteDigest, { code: "suite-changed" }],
    [scoringOf(specOf(before)) !== scoringOf(specOf(after)), { code: "scoring-changed" }],
    ...lostScorers(control, candidate).map((scorer): [boolean, Note] => [true, { code: "scorer-on-one-side", scorer }]),
    [control.latency.simulated || candidate.latency.simulated, { code: "simulated" }],
    [isStandIn(before.model) || isStandIn(after.model), { code: "stand-in" }],
  ];
  return notes.filter(([holds]) => holds).map(([, note]) => note);
}

function errorsOf(side: Side, { errors, run }: RunColumns): Note {
  const result = resultOf(run);
  return { code: "errors", side, trials: errors, judge: result?.judgeErrors ?? 0, fellBack: fellBackIn(result ?? {}) };
}

function lostScorers(control: RunColumns, candidate: RunColumns): string[] {
  const [before, after] = [control, candidate].map((run) => new Set(run.scorers.map((s) => s.name))) as [
    Set<string>,
    Set<string>,
  ];
  return [...new Set([...before, ...after])].filter((name) => !before.has(name) || !after.has(name));
}
