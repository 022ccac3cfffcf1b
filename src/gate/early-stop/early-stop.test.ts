import { describe, expect, test } from "vitest";
import { signLogE } from "../../stats/sequential/sign-e-process.ts";
import { createEarlyStop } from "./early-stop.ts";
import { regressionEvidence } from "./regression-evidence.ts";
import { seeded } from "../../testing/seeded.ts";

/** Mulberry32: the same draws on every machine. */
const RUN = { dataset: "d", trials: 1 };

interface World {
  /** Trials a case. */
  trials?: number;
  clusters?: (string | null)[];
  /** Successes of each case's trials, by case. */
  control: number[];
  candidate: boolean[][];
}

function stopOf({ trials = 1, clusters, control }: Omit<World, "candidate">) {
  const n = Float64Array.from(control, () => trials);
  return createEarlyStop({
    run: { ...RUN, trials },
    ids: control.map((_, i) => `c${i}`),
    clusters: clusters ?? control.map(() => null),
    success: { n, total: Float64Array.from(control) },
  });
}

/** Feeds every trial, in the order of the run or shuffled as answers may arrive; true when it was stopped. */
function isStopped(world: World, shuffle?: () => number): boolean {
  const { watch } = stopOf(world);
  const run = { ...RUN, trials: world.trials ?? 1 };
  const rows = [...watch.order(run)!].flatMap((caseSeq) =>
    world.candidate[caseSeq]!.map((passed) => ({ caseSeq, passed })),
  );
  if (shuffle) rows.sort(() => shuffle() - 0.5);
  return rows.some((row) => watch.see(run, row) !== undefined);
}

/** Both arms draw the same way: nothing changed. */
function equal(cases: number, trials: number, random: () => number): World {
  const rates = Array.from({ length: cases }, () => random());
  const draw = (rate: number) => Array.from({ length: trials }, () => random() < rate);
  return {
    trials,
    control: rates.map((rate) => draw(rate).filter(Boolean).length),
    candidate: rates.map(draw),
  };
}

function alarms(repetitions: number, seed: number, world: (random: () => number) => World): number {
  const random = seeded(seed);
  let count = 0;
  for (let i = 0; i < repetitions; i++) if (isStopped(world(random), random)) count += 1;
  return count / repetitions;
}

const LEVEL = 0.025;
const within = (rate: number, repetitions: number) => rate + 3 * Math.sqrt((rate * (1 - rate)) / repetitions);

describe("early stop of a candidate that is no worse alarms in at most 2.5 % of runs", () => {
  const REPETITIONS = 4000;
  test.each<[string, (random: () => number) => World]>([
    ["one trial a case", (random) => equal(200, 1, random)],
    ["five trials a case", (random) => equal(60, 5, random)],
    [
      "many small losses made up for by few large gains",
      (random) => {
        // 10 % of cases go from never to always; the rest loses 11 points: no change on the whole.
        const gains = Array.from({ length: 100 }, () => random() < 0.1);
        const draw = (rate: number) => Array.from({ length: 5 }, () => random() < rate);
        return {
          trials: 5,
          control: gains.map((gain) => draw(gain ? 0 : 0.95).filter(Boolean).length),
          candidate: gains.map((gain) => draw(gain ? 1 : 0.95 - 1 / 9)),
        };
      },
    ],
    [
      "clusters that get worse or better as one",
      (random) => {
        const worse = Array.from({ length: 20 }, () => random() < 0.5);
        const of = (i: number) => worse[Math.floor(i / 10)]!;
        return {
          clusters: Array.from({ length: 200 }, (_, i) => `k${Math.floor(i / 10)}`),
          control: Array.from({ length: 200 }, (_, i) => (of(i) ? 1 : 0)),
          candidate: Array.from({ length: 200 }, (_, i) => [!of(i)]),
        };
      },
    ],
    [
      "a dataset sorted by topic, the worse topic first",
      () => ({
        control: Array.from({ length: 200 }, (_, i) => (i < 40 ? 1 : i < 80 ? 0 : 1)),
        candidate: Array.from({ length: 200 }, (_, i) => [i >= 40]),
      }),
    ],
  ])("%s", (name, world) => {
    // One fixed dataset gives one answer; it has to be the right one.
    const repetitions = name.startsWith("a dataset") ? 1 : REPETITIONS;
    const rate = alarms(repetitions, 20261121, world);
    expect(rate).toBeLessThanOrEqual(repetitions === 1 ? 0 : within(LEVEL, repetitions));
  });

  test("and the last three are no free lunch: signs of cases in the dataset's order alarm far more often", () => {
    const random = seeded(7);
    let count = 0;
    for (let i = 0; i < 500; i++) {
      let [b, c, stopped] = [0, 0, false];
      for (let k = 0; k < 100; k++) {
        const gain = random() < 0.1;
        const passes = (rate: number) => Array.from({ length: 5 }, () => random() < rate).filter(Boolean).length;
        const change = passes(gain ? 1 : 0.95 - 1 / 9) - passes(gain ? 0 : 0.95);
        if (change < 0) b += 1;
        if (change > 0) c += 1;
        stopped ||= signLogE(b, c) >= Math.log(40);
      }
      if (stopped) count += 1;
    }
    expect(count / 500).toBeGreaterThan(0.25);
  });
});

describe("early stop of a worse candidate", () => {
  test.each<[string, number, (random: () => number) => World]>([
    [
      "one trial a case, 90 % → 60 %",
      0.95,
      (random) => ({
        control: Array.from({ length: 200 }, () => (random() < 0.9 ? 1 : 0)),
        candidate: Array.from({ length: 200 }, () => [random() < 0.6]),
      }),
    ],
    [
      "three trials a case, 90 % → 60 %",
      0.95,
      (random) => {
        const draw = (rate: number) => Array.from({ length: 3 }, () => random() < rate);
        return {
          trials: 3,
          control: Array.from({ length: 100 }, () => draw(0.9).filter(Boolean).length),
          candidate: Array.from({ length: 100 }, () => draw(0.6)),
        };
      },
    ],
  ])("%s is nearly always seen", (_name, power, world) => {
    expect(alarms(300, 1, world)).toBeGreaterThan(power);
  });

  test("looks at cases in the order of the run, whatever the order of the answers", () => {
    const random = seeded(3);
    const world = equal(100, 3, random);
    const run = { ...RUN, trials: 3 };
    const [straight, shuffled] = [stopOf(world), stopOf(world)];
    const rows = [...straight.watch.order(run)!].flatMap((caseSeq) =>
      world.candidate[caseSeq]!.map((passed) => ({ caseSeq, passed })),
    );
    for (const row of rows) straight.watch.see(run, row);
    for (const row of [...rows].sort(() => random() - 0.5)) shuffled.watch.see(run, row);
    expect(shuffled.evidence()).toEqual(straight.evidence());
    const late = stopOf(world);
    for (const row of rows.slice(1)) late.watch.see(run, row);
    expect(late.evidence()).toEqual({ regressions: 0, improvements: 0, e: 1 });
  });

  test("a run over other cases or with other trials is not watched", () => {
    const stop = stopOf({ control: Array<number>(40).fill(1) });
    for (const run of [
      { dataset: "other", trials: 1 },
      { dataset: "d", trials: 2 },
    ]) {
      expect(stop.watch.order(run)).toBeUndefined();
      for (let caseSeq = 0; caseSeq < 40; caseSeq++)
        expect(stop.watch.see(run, { caseSeq, passed: false })).toBeUndefined();
    }
    expect(stop.evidence()).toEqual({ regressions: 0, improvements: 0, e: 1 });
  });

  test("a case that lost a trial to an error on one side says nothing", () => {
    const stop = stopOf({ control: Array<number>(40).fill(1) });
    for (let caseSeq = 0; caseSeq < 40; caseSeq++) stop.watch.see(RUN, { caseSeq, passed: null });
    expect(stop.evidence()).toEqual({ regressions: 0, improvements: 0, e: 1 });
  });
});

describe("the e-value", () => {
  test("of fractions that are whole is near the sign e-process", () => {
    const [signs, fractions] = [regressionEvidence(true), regressionEvidence(false)];
    for (const change of [-1, -1, 1, -1, 0, -1, -1]) {
      signs.add(change);
      fractions.add(change);
    }
    expect(signs.e()).toBeCloseTo(Math.exp(signLogE(5, 1)), 12);
    expect(fractions.e() / signs.e()).toBeCloseTo(1, 2);
  });

  test("has mean 1 under the null, after any number of cases", () => {
    const random = seeded(11);
    let sum = 0;
    for (let i = 0; i < 20_000; i++) {
      const found = regressionEvidence(false);
      for (let k = 0; k < 5; k++) found.add(random() < 0.8 ? -0.2 : 0.8);
      sum += found.e();
    }
    expect(sum / 20_000).toBeGreaterThan(0.95);
    expect(sum / 20_000).toBeLessThan(1.05);
  });
});
