import { newcombe } from "../../stats/proportions/two-proportions.ts";
import type { LoadedSuite } from "../dataset/suite.ts";
import type { ChosenJudge } from "./choose.ts";
import { casesIn, type LabelledRun } from "./evidence.ts";
import { judgesOf } from "./judges.ts";
import type { CalibrationNote } from "./found.ts";
import type { Calibration } from "./schema.ts";

/** What a reader of a calibration must know besides its numbers. */
export function calibrationNotes(
  { run, judge }: ChosenJudge,
  suite: LoadedSuite,
  evidence: LabelledRun,
  position: Calibration["position"],
): CalibrationNote[] {
  const now = judgesOf({ suite: suite.spec, scorers: [] }).some((j) => j.key === judge.key);
  const several = evidence.labelled.length - casesIn(evidence.labelled);
  const notes: [boolean, CalibrationNote][] = [
    [run.status !== "complete", { code: "not-complete", run: run.id, status: run.status }],
    [!now, { code: "suite-changed", suiteFile: suite.file }],
    [evidence.unjudged > 0, { code: "unjudged", labels: evidence.unjudged }],
    [several > 0, { code: "same-case" }],
  ];
  return [...notes.filter(([holds]) => holds).map(([, note]) => note), ...picked(evidence), ...swayed(position)];
}

/** A 99 % interval, as every calibration is tested: labels picked by what the judge said bias every corrected rate. */
function picked({ labelled, groups }: LabelledRun): CalibrationNote[] {
  const rest = groups.flatMap((g) => g.unlabelled);
  if (labelled.length === 0 || rest.length === 0) return [];
  const passes = labelled.filter((o) => o.judged).length;
  const others = rest.filter((pass) => pass === 1).length;
  const [low, high] = newcombe({ successes: others, n: rest.length }, { successes: passes, n: labelled.length }, 0.01);
  if (low <= 0 && high >= 0) return [];
  return [{ code: "picked", labelled: passes / labelled.length, others: others / rest.length }];
}

function swayed(position: Calibration["position"]): CalibrationNote[] {
  if (position === null || position.flips === 0) return [];
  return [{ code: "swayed", flips: position.flips, pairs: position.pairs }];
}
