import type { RunColumns, Column } from "../pairs/run-columns.ts";
import { testAmount, testCostPerSuccess } from "./amounts.ts";
import { latenciesOf, testQuantile } from "./latencies.ts";
import { caseMeans, type CaseMeans, type Pairs } from "../pairs/pair.ts";
import type { MetricFound, Remark } from "../found.ts";
import { type Tested, testRate, testShare } from "./tested.ts";
import type { Tolerances } from "../tolerances.ts";

/** A metric as tested, before multiplicity and margins turn it into a verdict. */
export type MeasuredMetric = Tested & Described;
type Described = Pick<MetricFound, "name" | "role" | "unit" | "higherIsBetter" | "margin" | "relative" | "bounded">;

interface Sides {
  pairs: Pairs;
  control: RunColumns;
  candidate: RunColumns;
  tolerances: Tolerances;
}

/** Every metric both arms have, in the order reports show them: success first, guardrails, then what informs. */
export function measureMetrics(sides: Sides): MeasuredMetric[] {
  const { control, candidate, tolerances } = sides;
  const { bounded, cost } = tolerances;
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
    ...measure(sides, control.cost, candidate.cost, testAmount, {
      name: "costUsd.perTask",
      role: "guardrail",
      unit: "usd",
      ...amount(cost),
      bounded: bounded.cost,
    }),
    ...costPerSuccess(sides),
    ...measure(sides, control.inputTokens, candidate.inputTokens, testAmount, { name: "tokens.input", ...tokens }),
    ...measure(sides, control.outputTokens, candidate.outputTokens, testAmount, { name: "tokens.output", ...tokens }),
    ...control.scorers.flatMap((_, i) => scorerMetrics(sides, i)),
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

function costPerSuccess({ pairs, control, candidate, tolerances }: Sides): MeasuredMetric[] {
  const found = testCostPerSuccess(pairs, control, candidate);
  if (found === null) return [];
  return [{ name: "costUsd.perSuccess", role: "other", unit: "usd", ...amount(tolerances.cost), ...found }];
}

type Part = Omit<Extract<Remark, { code: "partly-measured" }>, "code">;

/** A metric that only a part of the cases has on both sides: the rest might say the opposite. */
function unjudged(found: Tested, part: Part): Tested {
  const ratio = found.ratio === null ? null : { ...found.ratio, ci95: null };
  const remarks: Remark[] = [...found.remarks, { code: "partly-measured", ...part }];
  return { ...found, ci95: null, ratio, pValue: null, test: "none", remarks };
}

function latencyMetrics(sides: Sides): MeasuredMetric[] {
  const { pairs, control, candidate, tolerances } = sides;
  const before = latenciesOf(control, pairs.control, pairs);
  const after = latenciesOf(candidate, pairs.candidate, pairs);
  const metric = (name: string, role: MetricFound["role"], q: number): MeasuredMetric[] => {
    const found = testQuantile(before, after, q);
    const described = {
      name,
      role,
      unit: "ms",
      ...amount(tolerances.latency),
      bounded: tolerances.bounded.latency,
    } as const;
    if (found === null) return [];
    const part = partOf(before.values.length + after.values.length, sides);
    return [{ ...described, ...(part === null ? found : unjudged(found, part)) }];
  };
  return [...metric("latencyMs.p95", "guardrail", 0.95), ...metric("latencyMs.p50", "other", 0.5)];
}

/** How much of the scored trials has a latency; null for all of it. */
function partOf(recorded: number, { pairs, control, candidate }: Sides): Part | null {
  const scored = (arm: RunColumns, rows: Int32Array) =>
    rows.reduce((sum, row) => sum + (arm.success.n[row] as number), 0);
  const all = scored(control, pairs.control) + scored(candidate, pairs.candidate);
  return recorded === all ? null : { of: "trials", measured: recorded, all };
}

/** A scorer both runs have, by name: its pass rate, and its mean score where it grades. */
function scorerMetrics(sides: Sides, index: number): MeasuredMetric[] {
  const { control, candidate, tolerances } = sides;
  const name = control.scorers[index]?.name ?? "";
  const other = candidate.scorers.findIndex((s) => s.name === name);
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
