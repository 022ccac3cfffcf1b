import { expect, test } from "vitest";
import { addToCluster, clusterTally } from "../../stats/samples/cluster-tally.ts";
import type { LabelledRun } from "./evidence.ts";
import { judgeJudge } from "./judgement.ts";

/** A small linear congruential generator (Numerical Recipes), so that a failure can be repeated. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
}

/** Outputs of a run, the first `labelled` of them labelled; people pass at `rate`, the judge at its own error rates. */
function simulate(
  random: () => number,
  o: { n: number; labelled: number; rate: number; se: number; sp: number },
): LabelledRun {
  const evidence: LabelledRun = { labelled: [], unjudged: 0, groups: [], passes: clusterTally() };
  for (let i = 0; i < o.n; i++) {
    const label = random() < o.rate;
    const judged = label ? random() < o.se : random() >= o.sp;
    addToCluster(evidence.passes, null, 1, Number(judged));
    const group = `case ${i}`;
    if (i < o.labelled) evidence.labelled.push({ label, judged, score: Number(judged), group });
    evidence.groups.push(
      i < o.labelled
        ? { labelled: [{ label: Number(label), judged: Number(judged) }], unlabelled: [] }
        : { labelled: [], unlabelled: [Number(judged)] },
    );
  }
  return evidence;
}

test.each([
  [30, 0.5, 0.5],
  [30, 0.7, 0.7],
  [60, 0.8, 0.8],
  [100, 0.85, 0.9],
])("%d labels: a judge that guesses is hardly ever called usable", (labelled, rate, passes) => {
  const random = seeded(labelled);
  const runs = 2000;
  let usable = 0;
  for (let i = 0; i < runs; i++) {
    const evidence = simulate(random, { n: labelled, labelled, rate, se: passes, sp: 1 - passes });
    if (judgeJudge(evidence).verdict === "usable") usable += 1;
  }
  expect(usable / runs).toBeLessThanOrEqual(0.05 + 3 * Math.sqrt((0.05 * 0.95) / runs));
});

test("corrected rates cover the truth, which the raw rate does not", () => {
  const random = seeded(7);
  const truth = 0.7;
  const covered = { raw: 0, ppi: 0, roganGladen: 0, judged: 0 };
  for (let i = 0; i < 600; i++) {
    const evidence = simulate(random, { n: 300, labelled: 60, rate: truth, se: 0.9, sp: 0.6 });
    const { raw, corrected } = judgeJudge(evidence).successRate;
    if (raw === null || corrected?.roganGladen == null) continue;
    const holds = ({ ci95 }: { ci95: [number, number] }) => Number(ci95[0] <= truth && truth <= ci95[1]);
    covered.judged += 1;
    covered.raw += holds(raw);
    covered.ppi += holds(corrected.ppi);
    covered.roganGladen += holds(corrected.roganGladen);
  }
  expect(covered.judged).toBeGreaterThan(500);
  expect(covered.ppi / covered.judged).toBeGreaterThan(0.92);
  expect(covered.roganGladen / covered.judged).toBeGreaterThan(0.92);
  expect(covered.raw / covered.judged).toBeLessThan(0.8);
});
