import { newcombe } from "../../stats/proportions/two-proportions.ts";
import type { LoadedSuite } from "../dataset/suite.ts";
import type { ChosenJudge } from "./choose.ts";
import { casesIn, type Evidence } from "./evidence.ts";
import { judgesOf } from "./judges.ts";
import type { Calibration } from "./schema.ts";

/** What a reader of a calibration must know besides its numbers. */
export function calibrationNotes(
  { run, judge }: ChosenJudge,
  suite: LoadedSuite,
  evidence: Evidence,
  position: Calibration["position"],
): string[] {
  const now = judgesOf({ suite: suite.spec, scorers: [] }).some((j) => j.key === judge.key);
  const several = evidence.labelled.length - casesIn(evidence.labelled);
  return [
    ...(run.status === "complete" ? [] : [`run ${run.id} is ${run.status}: rates are of the outputs it has`]),
    ...(now ? [] : [`${suite.file} has changed since: its judge is not the one that was calibrated`]),
    ...(evidence.unjudged === 0
      ? []
      : [
          `${evidence.unjudged} labelled ${evidence.unjudged === 1 ? "output has" : "outputs have"} no verdict: the trial ended in an error`,
        ]),
    ...(several <= 0 ? [] : ["several labels are of one case or cluster: intervals count them at what they are worth"]),
    ...picked(evidence),
    ...swayed(position),
  ];
}

/** A 99 % interval, as every calibration is tested: labels picked by what the judge said bias every corrected rate. */
function picked({ labelled, groups }: Evidence): string[] {
  const rest = groups.flatMap((g) => g.unlabelled);
  if (labelled.length === 0 || rest.length === 0) return [];
  const passes = labelled.filter((o) => o.judged).length;
  const others = rest.filter((pass) => pass === 1).length;
  const [low, high] = newcombe({ successes: others, n: rest.length }, { successes: passes, n: labelled.length }, 0.01);
  if (low <= 0 && high >= 0) return [];
  const share = (hits: number, n: number) => `${Math.round((hits / n) * 100)} %`;
  return [
    `the judge passes ${share(passes, labelled.length)} of the labelled outputs and ${share(others, rest.length)} of the others: they were hardly picked at random, which corrected rates rely on`,
  ];
}

function swayed(position: Calibration["position"]): string[] {
  if (position === null || position.flips === 0) return [];
  return [
    `the judge's comparison changed with the order in ${position.flips} of ${position.pairs} ${position.pairs === 1 ? "pair" : "pairs"}: compare in both orders, or not at all`,
  ];
}
