import type { RunColumns, Column } from "../pairs/run-columns.ts";
import { testAmount, testCostPerSuccess } from "./amounts.ts";
import { freshLatencies, latenciesOf, testQuantile } from "./latencies.ts";
import { caseMeans, type CaseMeans, onlyPairs, type Pairs } from "../pairs/pair.ts";
import type { MetricFound, Remark } from "../found.ts";
import { type Tested, testRate, testShare } from "./tested.ts";
import type { Tolerances } from "../tolerances.ts";

/** A metric as tested, before multiplicity and margins turn it into a verdict. */
export type MeasuredMetric = Tested & Described & { notMeasured?: true };
type Described = Pick<MetricFound, "name" | "role" | "unit" | "higherIsBetter" | "margin" | "relative" | "bounded">;

interface Sides {
  pairs: Pairs;
  control: RunColumns;
  candidate: RunColumns;
  tolerances: Tolerances;
  /** Names of the scorers, in the order they are to be shown. */
  scorers: readonly string[];
}

/** Every metric both arms have, in the order reports show them: success first, guardrails, then the scorers and what else informs. */
export function measureMetrics(sides: Sides): MeasuredMetric[] {
  const order = (m: MeasuredMetric) => (m.role === "primary" ? 0 : m.role === "guardrail" ? 1 : m.name.startsWith("scorers.") ? 2 : 3); // prettier-ignore
  return metricsOf(sides).sort((a, b) => order(a) - order(b));
}

function metricsOf(sides: Sides): MeasuredMetric[] {
  const { control, candidate, tolerances } = sides;
  const { cost } = tolerances;
  const tokens = { role: "other", unit: "tokens", ...amount(cost) } as const;
  return [
    ...measure(sides, control.success, candidate.success, testRate, {
      name: "successRate",
      role: "primary",
      ...rate(tolerances.successRate),
    }),
    ...measure(sides, control.safety, candidate.safety, testRate, {
      name: "safety",
      role: "guardrail",
      ...rate(tolerances.successRate),
      bounded: true,
    }),
    ...latencyMetrics(sides),
    ...costPerTask(sides),
    ...costPerSuccess(sides),
    ...measure(sides, control.inputTokens, candidate.inputTokens, testAmount, { name: "tokens.input", ...tokens }),
    ...measure(sides, control.outputTokens, candidate.outputTokens, testAmount, { name: "tokens.output", ...tokens }),
    ...sides.scorers.flatMap((name) => scorerMetrics(sides, name)),
  ];
}

function rate(margin: number) {
  return { unit: "proportion", higherIsBetter: true, relative: false, margin, bounded: false } as const;
}

function amount(margin: number) {
  return { higherIsBetter: false, relative: true, margin, bounded: false } as const;
}

/** One metric from a column of each arm; none where an arm has no such column, or no case has it on both sides. */
function measure(
  { pairs }: Sides,
  control: Column | null | undefined,
  candidate: Column | null | undefined,
  test: (means: CaseMeans) => Tested,
  described: Described,
): MeasuredMetric[] {
  if (!control || !candidate) return [];
  const means = caseMeans(pairs, control, candidate);
  if (means.at.length === 0) return [];
  const found = test(means);
  const whole = means.at.length === pairs.ids.length;
  return [
    {
      ...described,
      ...(whole ? found : unjudged(found, { of: "cases", measured: means.at.length, all: pairs.ids.length })),
    },
  ];
}

function costPerTask(sides: Sides): MeasuredMetric[] {
  const { pairs, control, candidate, tolerances } = sides;
  const { bounded, free, cost } = tolerances;
  const role = free.cost ? "other" : "guardrail";
  const described = { name: "costUsd.perTask", role, unit: "usd", ...amount(cost), bounded: bounded.cost } as const;
  const known = measure(sides, control.cost, candidate.cost, testAmount, described);
  if (known.length === 0 || caseMeans(pairs, control.cost, candidate.cost).at.length < pairs.ids.length) return known;
  const means = caseMeans(pairs, control.freshCost, candidate.freshCost);
  return known.map((metric) =>
    onlyFresh(metric, { fresh: means.at.length, all: pairs.ids.length, simulated: false }, () => testAmount(means)),
  );
}

/**
 * A latency or a cost of an answer that was stored or recorded before is of another day: pairs that were answered afresh on both
 * sides are compared, and without one nothing was measured.
 */
function onlyFresh(
  metric: MeasuredMetric,
  { fresh, all, simulated }: { fresh: number; all: number; simulated: boolean },
  test: () => Tested | null,
): MeasuredMetric {
  if (fresh === all) return metric;
  const found = fresh === 0 ? null : test();
  if (found === null)
    return { ...metric, ...untested(metric), remarks: [{ code: "not-fresh", simulated }], notMeasured: true };
  return { ...metric, ...found, remarks: [...found.remarks, { code: "fresh-pairs", fresh, all }] };
}

function costPerSuccess({ pairs, control, candidate, tolerances }: Sides): MeasuredMetric[] {
  const found = testCostPerSuccess(pairs, control, candidate);
  if (found === null) return [];
  const isFresh = ({ freshCost, success }: RunColumns, row: number) => freshCost.n[row] === success.n[row];
  const fresh = pairs.ids.flatMap((_, i) =>
    isFresh(control, pairs.control[i] as number) && isFresh(candidate, pairs.candidate[i] as number) ? [i] : [],
  );
  const described = { name: "costUsd.perSuccess", role: "other", unit: "usd", ...amount(tolerances.cost) } as const;
  const counts = { fresh: fresh.length, all: pairs.ids.length, simulated: false };
  return [
    onlyFresh({ ...described, ...found }, counts, () =>
      testCostPerSuccess(onlyPairs(pairs, fresh), control, candidate),
    ),
  ];
}

type Part = Omit<Extract<Remark, { code: "partly-measured" }>, "code">;

/** A metric that only a part of the cases has on both sides: the rest might say the opposite. */
function unjudged(found: Tested, part: Part): Tested {
  const remarks: Remark[] = [...found.remarks, { code: "partly-measured", ...part }];
  return { ...found, ...untested(found), remarks };
}

function untested({ ratio }: Tested): Pick<Tested, "ci95" | "ratio" | "pValue" | "test"> {
  return { ci95: null, ratio: ratio === null ? null : { ...ratio, ci95: null }, pValue: null, test: "none" };
}

function latencyMetrics(sides: Sides): MeasuredMetric[] {
  const { pairs, control, candidate, tolerances } = sides;
  const before = latenciesOf(control, pairs.control, pairs);
  const after = latenciesOf(candidate, pairs.candidate, pairs);
  const fresh = freshLatencies(control, candidate, pairs);
  const counts = { fresh: fresh.size, all: pairs.ids.length, simulated: isSimulated(sides) };
  const freshly = (arm: RunColumns, rows: Int32Array) => latenciesOf(arm, rows, pairs, fresh);
  const { free, bounded } = tolerances;
  const of = pairs.groups === null ? "cases" : "clusters";
  const metric = (name: string, role: MetricFound["role"], q: number): MeasuredMetric[] => {
    const found = testQuantile(before, after, q, of);
    const described = { name, role, unit: "ms", ...amount(tolerances.latency), bounded: bounded.latency } as const;
    if (found === null) return [];
    const part = partOf(before.values.length + after.values.length, sides);
    if (part !== null) return [{ ...described, ...unjudged(found, part) }];
    const test = () => testQuantile(freshly(control, pairs.control), freshly(candidate, pairs.candidate), q, of);
    return [onlyFresh({ ...described, ...found }, counts, test)];
  };
  return [
    ...metric("latencyMs.p95", free.latency ? "other" : "guardrail", 0.95),
    ...metric("latencyMs.p50", "other", 0.5),
  ];
}

function isSimulated({ control, candidate }: Sides): boolean {
  return control.latency.simulated || candidate.latency.simulated;
}

/** How much of the scored trials has a latency; null for all of it. */
function partOf(recorded: number, { pairs, control, candidate }: Sides): Part | null {
  const scored = (arm: RunColumns, rows: Int32Array) =>
    rows.reduce((sum, row) => sum + (arm.success.n[row] as number), 0);
  const all = scored(control, pairs.control) + scored(candidate, pairs.candidate);
  return recorded === all ? null : { of: "trials", measured: recorded, all };
}

/** A scorer both runs have, by name: its pass rate, and its mean score where it grades. */
function scorerMetrics(sides: Sides, name: string): MeasuredMetric[] {
  const { control, candidate, tolerances } = sides;
  const [index, other] = [control, candidate].map((arm) => arm.scorers.findIndex((s) => s.name === name)) as [number, number]; // prettier-ignore
  const described = { role: "other", ...rate(tolerances.successRate) } as const;
  const [passes, otherPasses] = [control.passes[index], candidate.passes[other]];
  const [scores, otherScores] = [control.scores[index], candidate.scores[other]];
  const passRate = measure(sides, passes, otherPasses, testRate, { name: `scorers.${name}.passRate`, ...described });
  if (sameTotals(passes, scores) && sameTotals(otherPasses, otherScores)) return passRate;
  const mean = { name: `scorers.${name}.mean`, ...described, unit: "score" } as const;
  return [...passRate, ...measure(sides, scores, otherScores, testShare, mean)];
}

function sameTotals(a: Column | undefined, b: Column | undefined): boolean {
  return a === undefined || b === undefined || a.total.every((total, i) => total === b.total[i]);
}
