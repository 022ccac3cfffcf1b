import type { Arm } from "./pairs/run-columns.ts";
import type { Pairs } from "./pairs/pair.ts";

interface Sides {
  control: Arm;
  candidate: Arm;
  pairs: Pairs;
}

/** What a reader of a comparison must know: what was left out, and what makes the sides unlike. */
export function notesOn({ control, candidate, pairs }: Sides): string[] {
  const [before, after] = [control.run, candidate.run];
  const { unmatched, differing, unscored } = pairs;
  const notes: [boolean, string][] = [
    [before.status !== "complete", `the control's run is ${before.status}: not all of its trials are there`],
    [after.status !== "complete", `the candidate's run is ${after.status}: not all of its trials are there`],
    [control.errors > 0, `${control.errors} of the control's trials ended in an error and count nowhere`],
    [candidate.errors > 0, `${candidate.errors} of the candidate's trials ended in an error and count nowhere`],
    [unmatched.control.length > 0, `left out: ${cases(unmatched.control)} only in the control's run`],
    [unmatched.candidate.length > 0, `left out: ${cases(unmatched.candidate)} only in the candidate's run`],
    [differing.length > 0, `left out: ${cases(differing)} whose input or expectation differs between the runs`],
    [unscored.length > 0, `left out: ${cases(unscored)} without a scored trial on one side`],
    [before.suite !== after.suite, `the runs are of different suites: ${before.suite} and ${after.suite}`],
    [
      before.suite === after.suite && before.suiteDigest !== after.suiteDigest,
      "the suite changed between the runs: its scorers may not be the same",
    ],
    ...lostScorers(control, candidate).map((name): [boolean, string] => [true, `scorer ${name} is only on one side`]),
    [control.latency.simulated || candidate.latency.simulated, "latency is simulated on a virtual clock"],
    [
      before.model.startsWith("offline/") || after.model.startsWith("offline/"),
      "answered by the offline stand-in, which is not a model: its scores say nothing about one",
    ],
  ];
  return notes.filter(([holds]) => holds).map(([, note]) => note);
}

function lostScorers(control: Arm, candidate: Arm): string[] {
  const [before, after] = [control, candidate].map((arm) => new Set(arm.scorers.map((s) => s.name))) as [
    Set<string>,
    Set<string>,
  ];
  return [...new Set([...before, ...after])].filter((name) => !before.has(name) || !after.has(name));
}

function cases(ids: readonly string[]): string {
  return ids.length === 1 ? "1 case" : `${ids.length} cases`;
}
