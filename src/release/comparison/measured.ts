import type { Arm, Column } from "../../evals/arm.ts";
import { testAmount } from "./amounts.ts";
import { latenciesOf, testQuantile } from "./latencies.ts";
import { caseMeans, type CaseMeans, type Pairs } from "./pair.ts";
import type { ComparedMetric } from "./schema.ts";
import { type Tested, testMeans, testRate } from "./tested.ts";
import type { Tolerances } from "./tolerances.ts";

/** A metric as tested, before multiplicity and margins turn it into a verdict. */
export type MeasuredMetric = Tested &
  Pick<ComparedMetric, "name" | "role" | "unit" | "higherIsBetter" | "margin" | "relative">;

/** Every metric both arms have, in the order reports show them: success first, guardrails, then what informs. */
export function measureMetrics(pairs: Pairs, control: Arm, candidate: Arm, tolerances: Tolerances): MeasuredMetric[] {
  const on = (a: Column, b: Column) => caseMeans(pairs, a, b);
  const rate = { unit: "proportion", higherIsBetter: true, relative: false, margin: tolerances.successRate } as const;
  const amount = { higherIsBetter: false, relative: true, margin: tolerances.cost } as const;
  const found: (MeasuredMetric | null)[] = [
    tested(on(control.success, candidate.success), testRate, { name: "successRate", role: "primary", ...rate }),
    control.safety === null || candidate.safety === null
      ? null
      : tested(on(control.safety, candidate.safety), testRate, {
          ...rate,
          name: "safety",
          role: "guardrail",
          margin: 0,
        }),
    ...latencyMetrics(pairs, control, candidate, tolerances),
    tested(on(control.cost, candidate.cost), testAmount, {
      name: "costUsd.perTask",
      role: "guardrail",
      unit: "usd",
      ...amount,
    }),
    tested(on(control.inputTokens, candidate.inputTokens), testAmount, {
      name: "tokens.input",
      role: "other",
      unit: "tokens",
      ...amount,
    }),
    tested(on(control.outputTokens, candidate.outputTokens), testAmount, {
      name: "tokens.output",
      role: "other",
      unit: "tokens",
      ...amount,
    }),
    ...scorerMetrics(pairs, control, candidate, tolerances),
  ];
  return found.filter((m) => m !== null);
}

type Described = Omit<MeasuredMetric, keyof Tested>;

function tested(means: CaseMeans, test: (means: CaseMeans) => Tested, described: Described): MeasuredMetric | null {
  return means.at.length === 0 ? null : { ...described, ...test(means) };
}

function latencyMetrics(
  pairs: Pairs,
  control: Arm,
  candidate: Arm,
  { latency }: Tolerances,
): (MeasuredMetric | null)[] {
  const before = latenciesOf(control, pairs.control, pairs);
  const after = latenciesOf(candidate, pairs.candidate, pairs);
  const described = { unit: "ms", higherIsBetter: false, relative: true, margin: latency } as const;
  return [
    { name: "latencyMs.p95", role: "guardrail", q: 0.95 } as const,
    { name: "latencyMs.p50", role: "other", q: 0.5 } as const,
  ].map(({ name, role, q }) => {
    const found = testQuantile(before, after, q);
    return found === null ? null : { name, role, ...described, ...found };
  });
}

/** Scorers both runs have, by name: pass rates, and mean scores where a scorer grades. */
function scorerMetrics(
  pairs: Pairs,
  control: Arm,
  candidate: Arm,
  { successRate }: Tolerances,
): (MeasuredMetric | null)[] {
  return control.scorers.flatMap(({ name }, i) => {
    const j = candidate.scorers.findIndex((s) => s.name === name);
    const described = { role: "other", higherIsBetter: true, relative: false, margin: successRate } as const;
    const [passes, otherPasses] = [control.passes[i], candidate.passes[j]];
    const [scores, otherScores] = [control.scores[i], candidate.scores[j]];
    if (!passes || !otherPasses || !scores || !otherScores) return [];
    const passRate = tested(caseMeans(pairs, passes, otherPasses), testRate, {
      name: `scorers.${name}.passRate`,
      unit: "proportion",
      ...described,
    });
    if (sameTotals(passes, scores) && sameTotals(otherPasses, otherScores)) return [passRate];
    const mean = tested(caseMeans(pairs, scores, otherScores), (m) => testMeans(m), {
      name: `scorers.${name}.mean`,
      unit: "score",
      ...described,
    });
    return [passRate, mean];
  });
}

function sameTotals(a: Column, b: Column): boolean {
  return a.total.every((total, i) => total === b.total[i]);
}
