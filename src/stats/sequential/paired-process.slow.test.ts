import { existsSync, readFileSync } from "node:fs";
import { afterAll, describe, expect, test } from "vitest";
import { ranked } from "../../testing/canary.ts";
import { seeded } from "../../testing/seeded.ts";
import { addBatch, emptyProcess, harmSettings, nonInferioritySettings, type ProcessSettings } from "./canary-engine.ts";
import { addPairs, emptyPaired, NO_PAIRS, type PairCounts, pairedHarm, pairedSafe, type PairedSettings } from "./paired-process.ts"; // prettier-ignore

const RUNS = 400;
const LOOK = 25;
const MOST = 40_000;
const rows: string[] = [];

/** Success of both arms on one input: their rates, and the correlation of the two. */
interface Inputs {
  control: number;
  candidate: number;
  correlation: number;
}

/** P(both), P(only control), P(only candidate), P(neither); a correlation that these rates cannot have is the nearest that they can. */
function cellsOf({ control: b, candidate: c, correlation }: Inputs): [number, number, number, number] {
  const covariance = correlation * Math.sqrt(b * (1 - b) * c * (1 - c));
  const both = Math.min(b, c, Math.max(0, b + c - 1, b * c + covariance));
  return [both, b - both, c - both, 1 - b - c + both];
}

function correlationOf([both, onlyControl, onlyCandidate]: readonly number[]): number {
  const [b, c] = [(both ?? 0) + (onlyControl ?? 0), (both ?? 0) + (onlyCandidate ?? 0)];
  return ((both ?? 0) - b * c) / Math.sqrt(b * (1 - b) * c * (1 - c));
}

const NAMES = ["both", "onlyControl", "onlyCandidate", "neither"] as const;

function drawn(cells: readonly number[], random: () => number): (typeof NAMES)[number] {
  let left = random();
  for (const [i, share] of cells.entries()) if ((left -= share) < 0) return NAMES[i] as (typeof NAMES)[number];
  return "neither";
}

/** Inputs until E ≥ the threshold by pairs, of which each has both answers; Infinity where it never was. */
function untilPaired(inputs: Inputs, settings: PairedSettings, threshold: number, random: () => number, most = MOST) {
  const cells = cellsOf(inputs);
  let state = emptyPaired(settings);
  for (let n = LOOK; n <= most; n += LOOK) {
    const batch: PairCounts = { ...NO_PAIRS };
    for (let i = 0; i < LOOK; i++) batch[drawn(cells, random)] += 1;
    state = addPairs(state, batch);
    if (state.peak >= Math.log(threshold)) return n;
  }
  return Infinity;
}

/** The same where each input is given to one arm at 50 %. */
function untilDivided(inputs: Inputs, settings: ProcessSettings, threshold: number, random: () => number) {
  let state = emptyProcess(settings);
  for (let n = LOOK; n <= MOST; n += LOOK) {
    const arms = { control: { n: 0, sum: 0 }, candidate: { n: 0, sum: 0 } };
    for (let i = 0; i < LOOK; i++) {
      const arm = random() < 0.5 ? "control" : "candidate";
      arms[arm].n += 1;
      arms[arm].sum += Number(random() < inputs[arm]);
    }
    state = addBatch(state, { weight: 0.5, ...arms });
    if (state.peak >= Math.log(threshold)) return n;
  }
  return Infinity;
}

function median(of: (random: () => number) => number): number {
  const random = seeded(11);
  return ranked(Array.from({ length: RUNS }, () => of(random)), 0.5); // prettier-ignore
}

function compare(name: string, inputs: Inputs, kind: "harm" | "safe"): { paired: number; divided: number } {
  const [paired, divided] =
    kind === "harm"
      ? ([pairedHarm(0.05, inputs.control), harmSettings(0.05, inputs.control)] as const)
      : ([pairedSafe(0.03, inputs.control), nonInferioritySettings(0.03, inputs.control)] as const);
  // Pairs have .1 of the alarm, and success .36 of it beside latency, cost and safety: each at the threshold where it rolls back alone.
  const [pairsAt, canaryAt] = kind === "harm" ? [200, 20 / 0.36] : [20, 20];
  const found = {
    paired: median((random) => untilPaired(inputs, paired, pairsAt, random)),
    divided: median((random) => untilDivided(inputs, divided, canaryAt, random)),
  };
  const share = found.paired / found.divided;
  const correlation = correlationOf(cellsOf(inputs));
  rows.push([name.padEnd(46), correlation.toFixed(2), found.paired, found.divided, `${(share * 100).toFixed(0)} %`].map((cell) => String(cell).padStart(9)).join("")); // prettier-ignore
  return found;
}

const CORRELATIONS = [0, 0.3, 0.6, 0.9];

describe("arms that are alike", () => {
  test.each(CORRELATIONS)("at a correlation of %d at most one of twenty is called worse, or not worse by what it is worse by", (correlation) => {
    const chance = 0.05 + 2 * Math.sqrt((0.05 * 0.95) / RUNS);
    const share = (inputs: Inputs, settings: PairedSettings) => {
      const random = seeded(3);
      const reached = Array.from({ length: RUNS }, () => untilPaired(inputs, settings, 20, random, 5000)).filter(Number.isFinite);
      return reached.length / RUNS;
    };
    const alike = share({ control: 0.95, candidate: 0.95, correlation }, pairedHarm(0.05, 0.95));
    const worse = share({ control: 0.95, candidate: 0.92, correlation }, pairedSafe(0.03, 0.95));
    rows.push(`A/A at ${correlation}, 5,000 pairs: harm ${(alike * 100).toFixed(1)} %; worse by the margin: safe ${(worse * 100).toFixed(1)} %`);
    expect(alike).toBeLessThanOrEqual(0.05);
    expect(worse).toBeLessThanOrEqual(chance);
  }); // prettier-ignore
});

describe("inputs until the verdict, pairs beside a canary at 50/50", () => {
  test.each(CORRELATIONS)("a candidate at .9 beside a control at .95, correlation %d", (correlation) => {
    const { paired, divided } = compare("harm, 95 → 90 %", { control: 0.95, candidate: 0.9, correlation }, "harm");
    expect(paired).toBeLessThan(divided);
  });

  test.each(CORRELATIONS)("equal arms until safe at a margin of 3 points, correlation %d", (correlation) => {
    const inputs = { control: 0.95, candidate: 0.95, correlation };
    const { paired, divided } = compare("safe, equal at 95 %, margin 3 points", inputs, "safe");
    expect(paired).toBeLessThan(divided);
  });
});

const DATA = "/work/shared/data/tau2-runs";
const MODELS = ["gpt-4o-2024-11-20.airline", "claude-sonnet-4-5.airline", "qwen2.5-7b.airline", "gpt-4.1.airline20", "gpt-4.1-ft.airline20"]; // prettier-ignore

describe.skipIf(!existsSync(DATA))("at the correlations of recorded runs of the same tasks (tau2)", () => {
  const solved = (name: string) => {
    const lines = readFileSync(`${DATA}/${name}.traces.jsonl`, "utf8").trim().split("\n");
    const runs = lines.map((line) => JSON.parse(line) as { task_id: number | string; reward: number });
    return new Map(runs.map(({ task_id: task, reward }) => [String(task), reward === 1]));
  };
  const measured = (one: string, other: string): number => {
    const [a, b] = [solved(one), solved(other)];
    const shared = [...a.keys()].filter((task) => b.has(task));
    const cell = (x: boolean, y: boolean) => shared.filter((task) => a.get(task) === x && b.get(task) === y).length / shared.length; // prettier-ignore
    return correlationOf([cell(true, true), cell(true, false), cell(false, true)]);
  };
  const pairs = MODELS.flatMap((one, i) => MODELS.slice(i + 1).map((other) => [one, other] as const));

  test.each(pairs)("%s and %s", (one, other) => {
    const correlation = measured(one, other);
    const name = `${one} / ${other}`.replaceAll(".airline", "");
    rows.push(`${name}: correlation of success ${correlation.toFixed(2)}`);
    expect(correlation).toBeGreaterThan(-1);
  });

  test("what that saves", () => {
    const found = pairs.map(([one, other]) => measured(one, other)).sort((a, b) => a - b);
    const middle = ranked(found, 0.5);
    const own = measured("gpt-4.1.airline20", "gpt-4.1-ft.airline20");
    for (const [name, correlation] of [["median of the models", middle], ["gpt-4.1 and its fine-tuned one", own]] as const) {
      compare(`harm, 95 → 90 %: ${name}`, { control: 0.95, candidate: 0.9, correlation }, "harm");
      compare(`safe: ${name}`, { control: 0.95, candidate: 0.95, correlation }, "safe");
    }
  }); // prettier-ignore
});

afterAll(() => {
  const head = ["median inputs until the verdict".padEnd(46), "corr.", "pairs", "50/50", "share"].map((cell) => cell.padStart(9)).join(""); // prettier-ignore
  process.stdout.write(`${[head, ...rows].join("\n")}\n`);
});
