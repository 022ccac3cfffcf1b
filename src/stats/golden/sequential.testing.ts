import { addBatch, anytimeP, type CanaryProcess, emptyProcess, logE } from "../sequential/canary-engine.ts";
import { candidateScore, controlScore, ratioPoint, type RatioPoint, ratioSettings } from "../sequential/ratio.ts";
import type { CanaryBatch } from "../sequential/canary-batch.ts";
import { harmSettings, nonInferioritySettings, type ProcessSettings } from "../sequential/canary-engine.ts";
import { arrivalsUntil, growthPerArrival } from "../planning/canary-planning.ts";
import { confidenceSequence } from "../sequential/confidence-sequence.ts";
import { sampleRatioLogE } from "../sequential/sample-ratio.ts";
import { pairedBounds } from "../sequential/paired-bounds.ts";
import { addPairs, emptyPaired, pairBets, type PairCounts, type PairedProcess, pairedLogE, type PairedSettings } from "../sequential/paired-process.ts"; // prettier-ignore
import type { GoldenFile, Seen } from "./golden.testing.ts";

/** Release control: evidence that may be looked at after every arrival. */
export const SEQUENTIAL: readonly GoldenFile[] = [
  {
    file: "e_canary_eprocess",
    cases: 15,
    tolerance: 1e-9,
    compare: (c, { close, same }) => {
      let state = emptyProcess(settingsOf(c));
      let decided: number | null = null;
      for (const [i, b] of c.batches.entries()) {
        state = addBatch(state, batchOf([b.pi, b.n_c, b.s_c, b.n_b, b.s_b]));
        for (const [j, log] of state.logWealth.entries()) close(`batch ${i}, ln K ${j}`, log, b.logK[j]);
        close(`batch ${i}, ln E`, logE(state), b.logE);
        close(`batch ${i}, p`, anytimeP(state), b.p_anytime);
        if (decided === null && state.peak >= Math.log(20)) decided = i;
      }
      same("the first batch with E ≥ 20", decided, c.decision_at_alpha_05);
      same("through JSON", JSON.parse(JSON.stringify(state)) as CanaryProcess, state);
    },
  },
  {
    file: "e_ratio_eprocess",
    cases: 8,
    tolerance: 1e-9,
    compare: (c, { close, same }) => {
      const point = ratioPoint(c.of, c.history);
      for (const key of ["at", "tie", "mean", "cut"] as const) close(key, point[key], c.point[key]);
      const settings = ratioSettings(point);
      const isWhole = c.of === "p95" && point.tie === 1;
      for (const kind of ["harm", "safe"] as const) {
        let state = emptyProcess(settings[kind]);
        for (const [i, [weight, arrivals]] of c.batches.entries()) {
          state = addBatch(state, scoredBatch(point, c.limit, weight, arrivals));
          // Of fractions the engine has sums alone, and a bound: never more than arrival by arrival, and little less.
          if (isWhole) close(`${kind}, batch ${i}, ln E`, logE(state), c[kind][i].logE);
          else same(`${kind}, batch ${i}, a little less`, logE(state) <= c[kind][i].logE + 1e-9 && logE(state) > c[kind][i].logE - 0.2, true);
          if (isWhole) for (const [j, log] of state.logWealth.entries()) close(`${kind}, batch ${i}, ln K ${j}`, log, c[kind][i].logK[j]);
        }
      }
    },
  }, // prettier-ignore
  {
    file: "e_betting_cs",
    cases: 16,
    tolerance: 1e-9,
    compare: (c, { close }) => {
      const prior = { mean: c.p0, weight: c.w0 };
      const [low, high] = confidenceSequence(c.batches.map(batchOf), { effects: c.effects, prior }, c.alpha);
      close("low", low, c.cs95[0]);
      close("high", high, c.cs95[1]);
    },
  },
  {
    file: "e_paired_eprocess",
    cases: 12,
    tolerance: 1e-9,
    compare: (c, seen) => (c.bounds === undefined ? pairedProcess(c, seen) : pairedEnds(c, seen)),
  },
  {
    file: "e_srm",
    cases: 13,
    tolerance: 1e-9,
    compare: (c, { close }) =>
      close("ln E", sampleRatioLogE([{ weight: c.pi, control: c.n_b, candidate: c.n_c }]), c.log_e),
  },
  {
    file: "e_sequential_planning",
    cases: 14,
    tolerance: 1e-9,
    compare: (c, seen) => {
      const rates = { control: c.p_control, candidate: c.p_canary };
      if (c.mde === undefined) {
        plan(seen, nonInferioritySettings(c.margin, c.p_control), c, c.plan_upper_ln60);
        return;
      }
      const settings = harmSettings(c.mde, c.p_control);
      for (const [j, growth] of growthPerArrival(settings, rates, c.pi).entries())
        seen.close(`growth ${j}`, growth, c.growth_per_arrival[j]);
      const middle = plan(seen, settings, c, c.plan_upper_ln80);
      const ratio = c.simulated_mean_canary_n / middle;
      seen.same("simulation within −5 % and +17.5 % of the plan", ratio > 0.95 && ratio < 1.175, true);
    },
  },
];

function pairedProcess(c: Record<string, any>, { close, same }: Seen): void {
  const settings = pairedSettings(c.kind, c.bound, c.effects, c);
  let state = emptyPaired(settings);
  for (const [i, { sizes, logK, logE: want, ...batch }] of c.batches.entries()) {
    for (const [j, size] of pairBets(settings, state.pairs).entries()) close(`batch ${i}, size ${j}`, size, sizes[j]);
    state = addPairs(state, batch as PairCounts);
    for (const [j, log] of state.logWealth.entries()) close(`batch ${i}, ln K ${j}`, log, logK[j]);
    close(`batch ${i}, ln E`, pairedLogE(state), want);
  }
  same("through JSON", JSON.parse(JSON.stringify(state)) as PairedProcess, state);
}

function pairedEnds(c: Record<string, any>, { close }: Seen): void {
  const harm = pairedSettings("harm", c.harm.bound, c.harm.effects, c);
  const safe = pairedSettings("non-inferiority", c.safe.bound, c.safe.effects, c);
  const [low, high] = pairedBounds(c.batches, { harm, safe }, { harm: c.alphas[0], safe: c.alphas[1] });
  close("low", low, c.bounds[0]);
  close("high", high, c.bounds[1]);
}

function pairedSettings(
  kind: PairedSettings["kind"],
  bound: number,
  effects: readonly number[],
  { share, weight }: Record<string, any>,
): PairedSettings {
  return { kind, bound, effects, prior: { share, weight } };
}

/** @returns the midpoint */
function plan({ close }: Seen, settings: ProcessSettings, c: Record<string, any>, wantUpper: number): number {
  const rates = { control: c.p_control, candidate: c.p_canary };
  const { lower, upper } = arrivalsUntil(settings, rates, [{ weight: c.pi, arrivals: Infinity }], 0.05);
  close("lower", lower * c.pi, c.plan_lower_ln20);
  close("upper", upper * c.pi, wantUpper);
  return ((lower + upper) / 2) * c.pi;
}

function settingsOf(c: Record<string, any>): ProcessSettings {
  const kind = c.kind === "harm" ? "harm" : "non-inferiority";
  return { kind, bound: c.margin_or_tolerance, effects: c.effects, prior: { mean: c.p0, weight: c.w0 } };
}

function batchOf([weight, n, sum, controlN, controlSum]: readonly [
  number,
  number,
  number,
  number,
  number,
]): CanaryBatch {
  return { weight, control: { n: controlN, sum: controlSum }, candidate: { n, sum } };
}

function scoredBatch(point: RatioPoint, limit: number, weight: number, arrivals: ["control" | "candidate", number][]): CanaryBatch {
  const totals = (arm: "control" | "candidate") => {
    const scores = arrivals
      .filter(([of]) => of === arm)
      .map(([, value]) => (arm === "control" ? controlScore(point, value) : candidateScore(point, value, limit)));
    const sum = (of: (score: number) => number) => scores.reduce((total, score) => total + of(score), 0);
    return { n: scores.length, sum: sum((score) => score), squares: sum((score) => score ** 2) };
  };
  return { weight, control: totals("control"), candidate: totals("candidate") };
} // prettier-ignore
