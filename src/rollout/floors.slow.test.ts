import { afterAll, describe, expect, test } from "vitest";
import { type Counted, countedRollout, type Ended } from "../testing/counted-rollout.ts";
import { seeded } from "../testing/seeded.ts";

/** Floors and breaches on counts alone: how often a rollout is taken back, and by what. */
const RUNS = Number(process.env["AGENTOPS_RUNS"] ?? 300);
const rows: string[] = [];

interface Found {
  all: number;
  floor: number;
  breach: number;
  /** By what asks the candidate alone, or each of its requests: whichever of the two was first. */
  unpaired: number;
  ended: Ended[];
}

function simulated(name: string, world: Counted): Found {
  const random = seeded(name.length);
  const ended = Array.from({ length: RUNS }, () => countedRollout(world, random));
  const back = ended.filter(({ verdict }) => verdict === "rollback");
  const only = (of: string) => back.filter(({ by }) => by.some((found) => found.endsWith(of))).length;
  const counts = back.map(({ candidate }) => candidate);
  const mean = counts.reduce((sum, count) => sum + count, 0) / Math.max(1, counts.length);
  const [all, floor, breach] = [back.length, only("floor"), only("breach")];
  rows.push(name.padEnd(66) + [all, floor, breach, mean.toFixed(0)].map((cell) => String(cell).padStart(10)).join(""));
  const unpaired = back.filter(({ by }) => by.some((of) => of.endsWith("floor") || of.endsWith("requests"))).length;
  return { all, floor, breach, unpaired, ended };
}

/** At most this many of the runs, at 5 % and three standard errors. */
const MOST = 0.05 * RUNS + 3 * Math.sqrt(0.05 * 0.95 * RUNS);
const success = (rate: number | ((arrival: number) => number)) => (arrival: number) => ({
  success: typeof rate === "number" ? rate : rate(arrival),
});
const known = (rate: number, n = 2000) => ({ n, good: Math.round(rate * n) });
const ramp = [
  { weight: 0.01, arrivals: 2000 },
  { weight: 0.05, arrivals: 2000 },
  { weight: 0.25, arrivals: 2000 },
  { weight: 0.5, arrivals: 2000 },
  { weight: 1, arrivals: 1000 },
];
/** From one rate to another over the whole ramp, in both arms. */
const falling = (from: number, to: number) => (arrival: number) => from + (to - from) * Math.min(1, arrival / 8000);
/** Both arms at once, for a thousand arrivals: somebody else's outage. */
const outage = (arrival: number) => (arrival > 5000 && arrival < 6000 ? 0.5 : 0.95);

describe("a candidate as good as the control is left alone", () => {
  test.each<[string, Counted]>([
    ["equal at 80 %, known before", { history: known(0.8), stretches: ramp, control: success(0.8), candidate: success(0.8) }],
    ["equal at 80 %, nothing known before", { stretches: ramp, control: success(0.8), candidate: success(0.8) }],
    ["80 → 86 %", { history: known(0.8), stretches: ramp, control: success(0.8), candidate: success(0.86) }],
    ["equal at 89 %", { history: known(0.89), stretches: ramp, control: success(0.89), candidate: success(0.89) }],
    ["equal at 95 %", { history: known(0.95), stretches: ramp, control: success(0.95), candidate: success(0.95) }],
    ["both fall from 95 to 80 %", { history: known(0.95), stretches: ramp, control: success(falling(0.95, 0.8)), candidate: success(falling(0.95, 0.8)) }],
    ["both fall from 85 to 70 %", { history: known(0.85), stretches: ramp, control: success(falling(0.85, 0.7)), candidate: success(falling(0.85, 0.7)) }],
    ["both drop from 95 to 50 % for a thousand arrivals", { history: known(0.95), stretches: ramp, control: success(outage), candidate: success(outage) }],
    ["copies first, equal at 80 %", { history: known(0.8), stretches: [{ weight: 0, arrivals: 2000 }, ...ramp], control: success(0.8), candidate: success(0.8) }],
    ["copies first, nothing known before, equal at 80 %", { stretches: [{ weight: 0, arrivals: 2000 }, ...ramp], control: success(0.8), candidate: success(0.8) }],
    ["2,000 answers to a cohort first, equal at 80 %", { settings: { steps: ["staff", 0.5, 1] }, cohorts: { staff: { domain: "x.org" } }, history: known(0.8), stretches: [{ weight: "staff", arrivals: 2000 }], control: success(0.8), candidate: success(0.8) }],
    ["the same, nothing known before", { settings: { steps: ["staff", 0.5, 1] }, cohorts: { staff: { domain: "x.org" } }, stretches: [{ weight: "staff", arrivals: 2000 }], control: success(0.8), candidate: success(0.8) }],
  ])("%s", (name, world) => {
    const { all, floor } = simulated(name, world);
    expect(all).toBeLessThanOrEqual(MOST);
    expect(floor).toBeLessThanOrEqual(0.01 * RUNS + 3 * Math.sqrt(0.01 * RUNS));
  }); // prettier-ignore
});

/** Of those that nothing ended before; these are as many as of any that are as good as the control. */
function expectBack(found: Found, by: "floor" | "unpaired" | "breach"): void {
  const before = found.all - found[by];
  expect(found.all).toBeGreaterThanOrEqual(0.99 * RUNS);
  expect(before).toBeLessThanOrEqual(MOST);
  expect(found[by]).toBeGreaterThanOrEqual(0.99 * (RUNS - before));
}

describe("what is worse is taken back", () => {
  test.each<[string, Counted, "all" | "floor" | "unpaired"]>([
    ["95 → 85 %", { history: known(0.95), stretches: ramp, control: success(0.95), candidate: success(0.85) }, "all"],
    ["80 → 65 %", { history: known(0.8), stretches: ramp, control: success(0.8), candidate: success(0.65) }, "all"],
    ["breaks at 100 %: 95 → 60 %", { history: known(0.95), stretches: ramp, control: success(0.95), candidate: success((i) => (i < 8000 ? 0.95 : 0.6)) }, "unpaired"],
    ["breaks at 100 %: 80 → 50 %", { history: known(0.8), stretches: ramp, control: success(0.8), candidate: success((i) => (i < 8000 ? 0.8 : 0.5)) }, "unpaired"],
    ["copies: 80 → 60 %", { history: known(0.8), stretches: [{ weight: 0, arrivals: 1000 }], control: success(0.8), candidate: success(0.6) }, "floor"],
    ["1,000 answers to a cohort: 80 → 60 %", { settings: { steps: ["staff", 0.5, 1] }, cohorts: { staff: { domain: "x.org" } }, history: known(0.8), stretches: [{ weight: "staff", arrivals: 1000 }], control: success(0.8), candidate: success(0.6) }, "floor"],
    ["equal at 80 %, a floor of 90 % as written", { settings: { guardrails: { success: { floor: { absolute: 0.9 } as never } } }, history: known(0.8), stretches: ramp, control: success(0.8), candidate: success(0.8) }, "floor"],
  ])("%s", (name, world, by) => {
    const found = simulated(name, world);
    if (by === "unpaired") expectBack(found, by);
    else expect(found[by]).toBeGreaterThanOrEqual(0.99 * RUNS);
  }); // prettier-ignore
});

describe("breaches", () => {
  const both = (control: number, candidate: number, more: Partial<Counted> = {}): Counted => ({
    ...{ history: known(0.95), stretches: ramp, kind: "pii", ...more },
    control: () => ({ success: 0.95, safety: 1 - control }),
    candidate: () => ({ success: 0.95, safety: 1 - candidate }),
  });
  test.each<[string, Counted, (found: Found) => void]>([
    ["breaches 0.2 % in both arms", both(0.002, 0.002), ({ all }) => expect(all).toBeLessThanOrEqual(MOST)],
    ["breaches 0.2 %, the candidate's 5 %", both(0.002, 0.05), ({ all }) => expect(all).toBe(RUNS)],
    ["breaches 0.2 % in both arms, of a critical kind", both(0.002, 0.002, { settings: { guardrails: { safety: { critical: ["pii"] } } } }), (found) => expectBack(found, "breach")],
    ["breaches 0.2 % in both arms, another kind is critical", both(0.002, 0.002, { settings: { guardrails: { safety: { critical: ["secrets"] } } } }), ({ all }) => expect(all).toBeLessThanOrEqual(MOST)],
  ])("%s", (name, world, check) => {
    check(simulated(name, world));
  }); // prettier-ignore
});

afterAll(() => {
  const head = `${RUNS} rollouts each`.padEnd(66) + ["taken back", "by a floor", "a breach", "candidates"].map((cell) => cell.padStart(10)).join(""); // prettier-ignore
  process.stdout.write(`${[head, ...rows].join("\n")}\n`);
});
