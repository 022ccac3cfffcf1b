import { addLook, type LookCounts, NO_EVIDENCE, type TallyRow } from "../rollout/evidence.ts";
import { judge } from "../rollout/judge.ts";
import { isDue } from "../rollout/look.ts";
import { type Cohorts, planOf, type Priors } from "../rollout/plan.ts";
import type { BreachRow } from "../rollout/rollouts.store.ts";
import type { RolloutSettings } from "../core/release-config.schema.ts";

/** Shares of good outcomes of an arm at an arrival; a metric that is absent is not reported. */
interface Rates {
  success?: number;
  safety?: number;
}

/** A rollout on counts alone, without a store: what came to each step, judged at every look that would be due. */
export interface Counted {
  settings?: RolloutSettings;
  cohorts?: Cohorts;
  /** Outcomes of the control before the start; none: nothing is known of it. */
  history?: { n: number; good: number };
  /** In order. A name is a cohort's step, of answers of the candidate; 0 its copies in shadow, 1 everybody. */
  stretches: readonly { weight: number | string; arrivals: number }[];
  control: (arrival: number) => Rates;
  candidate: (arrival: number) => Rates;
  /** Every unsafe one has this kind. */
  kind?: string;
}

export interface Ended {
  /** rollback or invalid where a look said so, else the last look's verdict. */
  verdict: string;
  /** Guardrails that said harm, breach among them. */
  by: string[];
  /** Arrivals of the candidate until then. */
  candidate: number;
}

/** Outcomes that are recorded at once. */
const BATCH = 25;
const NO_CAPS = { latency: null, cost: null };

type Sums = Record<
  string,
  { weight: number; arm: TallyRow["arm"]; metric: TallyRow["metric"]; n: number; sum: number }
>;

/** One rollout, to its first rollback or to its end. @param random in [0, 1) */
export function countedRollout(world: Counted, random: () => number): Ended {
  const { settings = {}, history, stretches, control, candidate, kind = "unspecified" } = world;
  const known: Priors = history === undefined ? {} : { success: history.good / history.n, successes: history };
  const plan = planOf(settings, known, world.cohorts);
  let evidence = NO_EVIDENCE;
  let verdict = "continue";
  let [arrival, look, seen, open, served] = [0, 1, 0, 0, 0];
  let sums: Sums = {};
  let answers: Record<string, { answers: number; succeeded: number }> = {};
  const breaches: Omit<BreachRow, "look">[] = [];
  for (const { weight, arrivals } of stretches) {
    for (let i = 0; i < arrivals; i++, arrival++) {
      const isCandidate = typeof weight === "string" || weight === 0 || random() < weight;
      const rates = isCandidate ? candidate(arrival) : control(arrival);
      if (isCandidate) served += 1;
      for (const metric of ["success", "safety"] as const) {
        const rate = rates[metric];
        if (rate === undefined) continue;
        const good = Number(random() < rate);
        if (metric === "safety" && isCandidate && good === 0) breaches.push({ observation: arrival, kind });
        if (typeof weight === "string") {
          const of = (answers[weight] ??= { answers: 0, succeeded: 0 });
          if (metric === "success") [of.answers, of.succeeded] = [of.answers + 1, of.succeeded + good];
          continue;
        }
        const arm = !isCandidate ? "control" : weight === 0 ? "shadow" : "candidate";
        const of = (sums[`${weight} ${arm} ${metric}`] ??= { weight, arm, metric, n: 0, sum: 0 });
        of.n += 1;
        of.sum += good;
      }
      open += 1;
      const isRecorded = (i + 1) % BATCH === 0 || i === arrivals - 1;
      if (!isRecorded || !isDue(open, seen)) continue;
      evidence = addLook(evidence, countsOf(look, sums, answers), plan, NO_CAPS);
      const judged = judge({ plan, caps: NO_CAPS, evidence, breaches });
      verdict = judged.verdict;
      if (verdict === "rollback" || verdict === "invalid") {
        const harmful = judged.guardrails.filter((guardrail) => guardrail.verdict === "harm").map(({ name }) => name);
        return { verdict, by: [...harmful, ...(judged.breaches.length > 0 ? ["breach"] : [])], candidate: served };
      }
      [look, seen, open, sums, answers] = [look + 1, seen + open, 0, {}, {}];
    }
  }
  return { verdict, by: [], candidate: served };
}

function countsOf(
  look: number,
  sums: Sums,
  answers: Record<string, { answers: number; succeeded: number }>,
): LookCounts {
  return {
    tallies: Object.values(sums).map((row) => ({ ...row, look, squares: row.sum })),
    cohorts: Object.entries(answers).map(([cohort, of]) => ({ look, cohort, ...of, units: of.answers, control: 0 })),
  };
}
