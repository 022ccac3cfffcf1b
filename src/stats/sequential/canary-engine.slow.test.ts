import { afterAll, describe, expect, test } from "vitest";
import { ranked, simulate, type World } from "../../testing/canary.ts";
import { seeded } from "../../testing/seeded.ts";
import { harmSettings, nonInferioritySettings, type ProcessSettings } from "./canary-engine.ts";
import { arrivalsForShare, arrivalsUntil } from "../planning/canary-planning.ts";
import { twoProportionSize } from "../planning/two-proportion-planning.ts";

const ROLLOUTS = 2000;
const rows: string[] = [];
const plans: string[] = [];

interface Measured {
  share: number;
  mean: number;
  median: number;
  p90: number;
}

/** How often and when the process reaches 1/α = 20 in independent rollouts; candidate observations. */
function measure(name: string, world: World, settings: ProcessSettings, arrivals: number, seed: number): Measured {
  const random = seeded(seed);
  const found = Array.from({ length: ROLLOUTS }, () =>
    simulate(world, [{ settings, threshold: 20 }], { arrivals, random }).at(0),
  );
  const counts = found.map((crossing) => crossing?.candidate ?? Infinity);
  const reached = counts.filter(Number.isFinite);
  const measured = {
    share: reached.length / ROLLOUTS,
    mean: reached.reduce((a, b) => a + b, 0) / reached.length,
    median: ranked(counts, 0.5),
    p90: ranked(counts, 0.9),
  };
  const { share, mean, median, p90 } = measured;
  const cells = [`${(share * 100).toFixed(2)} %`, mean.toFixed(0), median, p90].map((cell) => String(cell).replace("Infinity", "-").padStart(9)); // prettier-ignore
  rows.push(`${name.padEnd(62)}${cells.join("")}`);
  return measured;
}

const always = (value: number) => () => value;
const at5 = { weight: always(0.05), control: always(0.95) };
/** 1, 5, 25, 50 % with a control that falls from 97 to 90 %: the candidate gets most of its arrivals in the worst time. */
const ramp: World = {
  weight: (i) => [0.01, 0.05, 0.25, 0.5][Math.min(3, Math.floor(i / 5000))] as number,
  control: (i) => 0.97 - 0.07 * Math.min(1, i / 20_000),
  candidate: (i) => 0.97 - 0.07 * Math.min(1, i / 20_000),
};
const worse = (world: World, drop: number): World => ({ ...world, candidate: (i) => world.control(i) - drop });
const chance = 0.05 + 3 * Math.sqrt((0.05 * 0.95) / ROLLOUTS);

describe("error rates, a look every 50 arrivals", () => {
  const harm = harmSettings(0.05, 0.95);
  const safe = nonInferioritySettings(0.03, 0.95);
  test.each<[string, World, ProcessSettings, number]>([
    ["A/A at 5 %, 40,000 arrivals: rolled back", { ...at5, candidate: always(0.95) }, harm, 40_000],
    ["A/A, ramp and drifting control, 40,000 arrivals: rolled back", ramp, harm, 40_000],
    ["A/A at 5 %, a prior of 70 %: rolled back", { ...at5, candidate: always(0.95) }, harmSettings(0.05, 0.7), 20_000],
    ["A/A at 5 %, outcomes of 4 requests: rolled back", { ...at5, candidate: always(0.95), requests: 4 }, harm, 20_000],
    ["worse by the margin of .03 at 5 %: promoted", worse({ ...at5, candidate: at5.control }, 0.03), safe, 40_000],
    ["worse by the margin of .03, ramp and drift: promoted", worse(ramp, 0.03), safe, 40_000],
  ])("at most in one of twenty: %s", (name, world, settings, arrivals) => {
    expect(measure(name, world, settings, arrivals, 1).share).toBeLessThanOrEqual(chance);
  });
});

describe("speed at 5 %", () => {
  const bad = { ...at5, candidate: always(0.9) };
  test(".95 → .90 is always rolled back, about as soon as one fixed sample", () => {
    const { share, mean } = measure(".95 → .90 at 5 %: rolled back", bad, harmSettings(0.05, 0.95), 100_000, 2);
    const levels = { alpha: 0.05, power: 0.8, sides: 1 } as const;
    const fixed = Math.ceil(twoProportionSize("pooled", { control: 0.95, candidate: 0.9, ratio: 19 }, levels));
    rows.push(
      `${"  one look at a fixed sample, 80 % power".padEnd(62)}${"80 %".padStart(9)}${String(fixed).padStart(9)}`,
    );
    expect(fixed).toBe(160);
    expect(share).toBe(1);
    expect(mean).toBeLessThan(1.3 * fixed);
  });

  test("outcomes that average 4 requests are decided sooner", () => {
    const many = measure(".95 → .90, outcomes of 4 requests: rolled back", { ...bad, requests: 4 }, harmSettings(0.05, 0.95), 100_000, 2); // prettier-ignore
    expect(many.share).toBe(1);
    expect(many.mean).toBeLessThan(160);
  });

  test("equal arms are promoted with a margin of 3 points, about as planned", () => {
    const settings = nonInferioritySettings(0.03, 0.95);
    const found = measure("equal, margin .03 at 5 %: promoted", { ...at5, candidate: always(0.95) }, settings, 100_000, 3); // prettier-ignore
    expect(found.share).toBe(1);
    expect(found.median).toBeLessThan(522);
  });
});

describe("the plan against the engine", () => {
  const open = (weight: number) => [{ weight, arrivals: Infinity }];
  const steps = [{ weight: 0.01, arrivals: 5000 }, { weight: 0.05, arrivals: 1000 }, { weight: 0.25, arrivals: 200 }, ...open(0.5)]; // prettier-ignore
  const quick = steps.map(({ weight, arrivals }) => ({ weight, arrivals: Math.max(200, arrivals / 25) }));
  test.each<[string, ProcessSettings, [number, number], typeof steps]>([
    [".95 → .90 at 1 %", harmSettings(0.05, 0.95), [0.95, 0.9], open(0.01)],
    [".95 → .90 at 5 %", harmSettings(0.05, 0.95), [0.95, 0.9], open(0.05)],
    [".95 → .90 at 50 %", harmSettings(0.05, 0.95), [0.95, 0.9], open(0.5)],
    [".95 → .93 at 5 %", harmSettings(0.02, 0.95), [0.95, 0.93], open(0.05)],
    [".90 → .80 at 5 %", harmSettings(0.1, 0.9), [0.9, 0.8], open(0.05)],
    [".95 → .90, ramp", harmSettings(0.05, 0.95), [0.95, 0.9], steps],
    [".95 → .90, quick ramp", harmSettings(0.05, 0.95), [0.95, 0.9], quick],
    ["equal, margin .03 at 5 %", nonInferioritySettings(0.03, 0.95), [0.95, 0.95], open(0.05)],
    ["equal, margin .03 at 50 %", nonInferioritySettings(0.03, 0.95), [0.95, 0.95], open(0.5)],
    ["equal, margin .05 at 5 %, .80", nonInferioritySettings(0.05, 0.8), [0.8, 0.8], open(0.05)],
    ["equal, margin .03, ramp", nonInferioritySettings(0.03, 0.95), [0.95, 0.95], steps],
  ])("the mean within a fifth, nine in ten done by the 90th percentile: %s", (name, settings, [control, candidate], stretches) => {
    const { lower, upper } = arrivalsUntil(settings, { control, candidate }, stretches, 0.05);
    const late = arrivalsForShare(settings, { control, candidate }, stretches, { alpha: 0.05, share: 0.9 });
    const world = { weight: along(stretches), control: always(control), candidate: always(candidate) };
    const random = seeded(5);
    const found = Array.from({ length: ROLLOUTS / 2 }, () =>
      simulate(world, [{ settings, threshold: 20 }], { arrivals: 1e6, random }).map((crossing) => crossing?.arrivals ?? Infinity)[0] as number,
    );
    const mean = found.reduce((a, b) => a + b, 0) / found.length;
    const expected = (lower + upper) / 2;
    const by = found.filter((arrivals) => arrivals <= late).length / found.length;
    const cells = [expected.toFixed(0), mean.toFixed(0), late.toFixed(0), `${(by * 100).toFixed(1)} %`];
    plans.push(name.padEnd(40) + cells.map((cell) => cell.padStart(12)).join(""));
    expect(Math.abs(mean / expected - 1)).toBeLessThan(0.2);
    expect(by).toBeGreaterThan(0.88);
    expect(by).toBeLessThan(0.96);
  }); // prettier-ignore
});

/** The weight of each arrival of a ramp. */
function along(stretches: readonly { weight: number; arrivals: number }[]): (arrival: number) => number {
  return (arrival) => {
    let left = arrival;
    for (const { weight, arrivals } of stretches) {
      if (left < arrivals) return weight;
      left -= arrivals;
    }
    return 1;
  };
}

afterAll(() => {
  const head = `${`${ROLLOUTS} canaries each; candidate observations`.padEnd(62)}${["share", "mean", "median", "p90"].map((name) => name.padStart(9)).join("")}`;
  const planHead = "arrivals".padEnd(40) + ["expected", "mean", "planned p90", "done by then"].map((name) => name.padStart(12)).join(""); // prettier-ignore
  process.stdout.write(`${[head, ...rows, "", planHead, ...plans].join("\n")}\n`);
});
