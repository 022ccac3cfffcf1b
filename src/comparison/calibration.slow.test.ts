import { describe, expect, test } from "vitest";
import { millerPower, pairedPower } from "../stats/planning/paired-planning.ts";
import { normalQuantile, normalSurvival } from "../stats/distributions/normal.ts";
import { type Latencies, testQuantile } from "./metrics/latencies.ts";
import { seeded } from "../testing/seeded.ts";
import { rateOf, verdictOf, type World } from "./worlds.testing.ts";

/** What one must not do: every trial an independent observation, and a z-test of two proportions. */
function pooledAlarm({ cases, trials }: World, [before, after]: [number[], number[]]): boolean {
  const n = cases * trials;
  const sum = (counts: number[]) => counts.reduce((a, b) => a + b, 0);
  const [p, q] = [sum(before) / n, sum(after) / n];
  const pooled = (p + q) / 2;
  const error = Math.sqrt((2 * pooled * (1 - pooled)) / n);
  return error > 0 && 2 * normalSurvival(Math.abs(q - p) / error) < 0.05;
}

/** A share of hard cases, a share of easy ones, the rest in between. */
const uneven = (random: () => number) => {
  const kind = random();
  return kind < 0.3 ? 0.95 : kind < 0.5 ? 0.1 : random();
};

const AA = 2000;
/** 5 % and three standard errors of a share measured in AA comparisons. */
const ALLOWED = 0.05 + 3 * Math.sqrt((0.05 * 0.95) / AA);

const WORLDS: [string, World][] = [
  [
    "the same system twice",
    {
      cases: 50,
      trials: 5,
      chances: (random) => {
        const p = uneven(random);
        return [p, p];
      },
    },
  ],
  [
    "another system, as good on average, on other cases",
    { cases: 50, trials: 5, chances: (r) => [uneven(r), uneven(r)] },
  ],
  [
    "the same system twice, nearly always right",
    {
      cases: 50,
      trials: 5,
      chances: (random) => {
        const p = random() < 0.1 ? 0.7 : 0.995;
        return [p, p];
      },
    },
  ],
  [
    "ten clusters of five cases, as good on average",
    { cases: 50, trials: 5, clusterSize: 5, chances: (r) => [uneven(r), uneven(r)] },
  ],
  [
    "one trial a case",
    {
      cases: 50,
      trials: 1,
      chances: (random) => {
        const p = uneven(random);
        return [p, p];
      },
    },
  ],
];

describe(`${AA} comparisons in which nothing is better or worse`, () => {
  test.each(WORLDS.map(([name, world]) => ({ name, world })))(
    "$name: no more alarms than stated",
    ({ name, world }) => {
      const alarms = rateOf(world, AA, 20261121, (arms) => ["better", "worse"].includes(verdictOf(world, arms)));
      process.stdout.write(
        `A/A, ${name}: ${(alarms * 100).toFixed(2)} % alarm (allowed ${(ALLOWED * 100).toFixed(2)} %)\n`,
      );
      expect(alarms).toBeLessThanOrEqual(ALLOWED);
    },
  );

  test("the same with trials counted as independent alarms far more often: the test above has teeth", () => {
    const world = (WORLDS[1] as [string, World])[1];
    const alarms = rateOf(world, AA, 20261121, (arms) => pooledAlarm(world, arms));
    process.stdout.write(`A/A, trials pooled as independent: ${(alarms * 100).toFixed(2)} % alarm\n`);
    expect(alarms).toBeGreaterThan(ALLOWED + 0.05);
  });
});

describe(`latency of ${AA} comparisons in which nothing is faster or slower`, () => {
  /** Log-normal latencies; a case has its own level in each arm, so its trials resemble each other. */
  const latencies = (cases: number, trials: number, random: () => number): Latencies => {
    const normal = () => normalQuantile(Math.max(1e-12, random()));
    const values = Array.from({ length: cases }, () => normal() * 0.5).flatMap((level) =>
      Array.from({ length: trials }, () => 500 * Math.exp(level + 0.3 * normal())),
    );
    const order = Array.from(values.keys()).sort((a, b) => (values[a] as number) - (values[b] as number));
    const groups = Int32Array.from(order, (i) => Math.floor(i / trials));
    return { values: Float64Array.from(order, (i) => values[i] as number), groups };
  };
  test.each([
    [0.5, 60, 3],
    [0.95, 100, 3],
    [0.95, 50, 5],
  ])("quantile %d of %d cases × %d trials", (q, cases, trials) => {
    const random = seeded(3);
    let alarms = 0;
    for (let r = 0; r < AA; r++) {
      const found = testQuantile(latencies(cases, trials, random), latencies(cases, trials, random), q, "cases");
      if ((found?.pValue ?? 1) < 0.05) alarms += 1;
    }
    const share = alarms / AA;
    process.stdout.write(`A/A, p${q * 100} of ${cases} cases × ${trials}: ${(share * 100).toFixed(2)} % alarm\n`);
    expect(share).toBeLessThanOrEqual(ALLOWED);
  });
});

describe("power is what stats power promises, within 3 points", () => {
  test.each([
    [0.06, 0.16, 200],
    [0.02, 0.08, 300],
    [0.1, 0.2, 250],
  ])("one trial: %d better, %d worse of %d cases", (better, worse, cases) => {
    const world: World = {
      cases,
      trials: 1,
      chances: (random) => {
        const u = random();
        return u < better ? [0, 1] : u < better + worse ? [1, 0] : u < 0.7 ? [1, 1] : [0, 0];
      },
    };
    const promised = pairedPower({
      discordance: better + worse,
      difference: worse - better,
      cases,
      alpha: 0.05,
      sides: 2,
    });
    const seen = rateOf(world, 4000, 7, (arms) => verdictOf(world, arms) === "worse");
    process.stdout.write(
      `power, ${cases} cases × 1: ${(seen * 100).toFixed(1)} %, promised ${(promised * 100).toFixed(1)} %\n`,
    );
    expect(Math.abs(seen - promised)).toBeLessThanOrEqual(0.03);
  });

  test.each([
    [100, 3, 0.08],
    [60, 5, 0.1],
    [150, 2, 0.07],
  ])("%d cases × %d trials, a drop of %d", (cases, trials, drop) => {
    // Case chances uniform on [drop, 1], the candidate's lower by `drop` everywhere: omega² 0, sigma² the mean of p(1 − p).
    const chances = (random: () => number): [number, number] => {
      const p = drop + (1 - drop) * random();
      return [p, p - drop];
    };
    const sigma2 = (low: number, high: number) => {
      const mean = (high ** 2 - low ** 2) / 2 - (high ** 3 - low ** 3) / 3;
      return mean / (high - low);
    };
    const promised = millerPower({
      omega2: 0,
      sigma2Control: sigma2(drop, 1),
      sigma2Candidate: sigma2(0, 1 - drop),
      trialsControl: trials,
      trialsCandidate: trials,
      difference: drop,
      cases,
      alpha: 0.05,
      sides: 2,
    });
    const world: World = { cases, trials, chances };
    const seen = rateOf(world, 4000, 11, (arms) => verdictOf(world, arms) === "worse");
    process.stdout.write(
      `power, ${cases} cases × ${trials}: ${(seen * 100).toFixed(1)} %, promised ${(promised * 100).toFixed(1)} %\n`,
    );
    expect(Math.abs(seen - promised)).toBeLessThanOrEqual(0.03);
  });
});
