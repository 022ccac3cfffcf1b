import type { ArmTotals } from "../stats/sequential/canary-batch.ts";
import {
  addBatch,
  type CanaryProcess,
  emptyProcess,
  harmSettings,
  nonInferioritySettings,
} from "../stats/sequential/canary-engine.ts";
import { ratioSettings } from "../stats/sequential/ratio.ts";
import { addToFloor, emptyFloor, type FloorProcess } from "../stats/sequential/floor-process.ts";
import type { Exposure } from "../stats/sequential/sample-ratio.ts";
import type { Row } from "../state/tables.ts";
import { type Alarm, alarmAfter, detectorsOf } from "./alarm.ts";
import { isRatio } from "./caps.ts";
import { inForce } from "./floors.ts";
import { type PairedEvidence, type PairRow, pairsOfEvidence, withPairs } from "./pairs.ts";
import { addReturns, type ReturnRow, type ReturnsEvidence } from "./returns.ts";
import { type ArrivalRow, type ServedUnits, withServed } from "./served.ts";
import type { Caps, FrozenLimit, Guardrail, Metric, Phase, RolloutPlan } from "./schema.ts";

/** What was counted in one look, at one probability, of one arm. */
export type TallyRow = Omit<Row<"tallies">, "rollout">;

/** What was counted in one look of one cohort. */
export type CohortRow = Omit<Row<"cohortCounts">, "rollout">;

/** Sums of a cohort over the looks. */
export type CohortSums = Pick<CohortRow, "answers" | "succeeded" | "units" | "control">;

/** Evidence on one guardrail: both arms compared, and the candidate against its floor. */
export interface MetricEvidence {
  harm: CanaryProcess;
  safe: CanaryProcess;
  floor: FloorProcess | null;
  /** Of a floor that the control caps: the candidate where no control stands beside it. Absent before such outcomes came. */
  alone?: FloorProcess;
  /** Of the same: the control at the last weight that it was seen at. */
  latest?: { weight: number; n: number; sum: number };
}

/** All that decisions are made of, after some number of looks: plain data. */
export interface Evidence {
  /** Only of metrics that were seen. */
  metrics: Partial<Record<Metric, MetricEvidence>>;
  /** Units by the probability they were assigned with. */
  exposures: Exposure[];
  /** Units of the candidate, also at a weight of 1. */
  candidateUnits: number;
  shadowUnits: number;
  /** Units that were served, by the probability they were assigned with; absent where the plan does not ask for it. */
  served?: ServedUnits[];
  /** By name, beside all that is compared; absent where nothing was counted of any. */
  cohorts?: Record<string, CohortSums>;
  /** Answers of the candidate to cohorts against the floor of success. */
  cohortFloor?: FloorProcess;
  /** Requests, also of units that were counted before; absent before there were any. */
  returns?: ReturnsEvidence;
  /** Inputs that both arms answered, one as a copy; absent before there was any. */
  paired?: PairedEvidence;
  /** All detectors together; absent of a plan that has none, and before the first look. */
  alarm?: Alarm;
}

/** What a phase waits for: copies of inputs in shadow, answers at a cohort's step, else the candidate's units. */
export function unitsIn(
  { phase, step }: { phase: Phase; step: number },
  plan: RolloutPlan,
  evidence: Evidence,
): number {
  // A copy's unit is there once; what a suite asked is a pair alone.
  if (phase === "shadow") return Math.max(evidence.shadowUnits, pairsOfEvidence(evidence));
  const cohort = plan.cohorts?.[step];
  return cohort === undefined ? evidence.candidateUnits : sumsOf(evidence, cohort.name).answers;
}

export const NO_SUMS: CohortSums = { answers: 0, succeeded: 0, units: 0, control: 0 };

/** Of a cohort by its name, which may be that of something every object has. */
export function sumsOf({ cohorts = {} }: Pick<Evidence, "cohorts">, name: string): CohortSums {
  return Object.hasOwn(cohorts, name) ? (cohorts[name] ?? NO_SUMS) : NO_SUMS;
}

/** All answers of the candidate to cohorts. */
export function cohortAnswers(counts: readonly Pick<CohortSums, "answers">[]): number {
  return counts.reduce((sum, { answers }) => sum + answers, 0);
}

export const NO_EVIDENCE: Evidence = { metrics: {}, exposures: [], candidateUnits: 0, shadowUnits: 0 };

/** What is judged when caps are known: the plan's numbers, and for latency and cost the tolerance that came with the cap. */
export function boundsOf(guardrail: Guardrail, caps: Caps): { tolerance: number; margin: number; prior: number } {
  const { name, tolerance, margin, prior } = guardrail;
  const cap = frozenOf(name, caps);
  if (cap === null) return { tolerance, margin, prior };
  if (isRatio(cap)) return { tolerance: 0, margin: 0, prior: cap.prior };
  const accepted = Math.max(tolerance, cap.tolerance);
  return { tolerance: accepted, margin: Math.max(margin, accepted + LEAST_GAP), prior: cap.rate };
}

/** What a metric's values are held against; null of one that has no values, and before it is frozen. */
export function frozenOf(name: Metric, caps: Caps): FrozenLimit | null {
  return name === "latency" || name === "cost" ? caps[name] : null;
}

/** Between what is accepted and what must be excluded there must be room to show something. */
const LEAST_GAP = 0.02;

/** What one look counted: of units by weight and arm, of cohorts, and of requests. */
export interface LookCounts {
  tallies: readonly TallyRow[];
  cohorts: readonly CohortRow[];
  /** Requests by what their unit was like before; none of a plan that has no alarm. */
  returns?: readonly ReturnRow[];
  /** At most one; absent where the plan pairs nothing. */
  pairs?: readonly PairRow[];
  /** Absent where the plan does not ask for it. */
  arrivals?: readonly ArrivalRow[];
}

/** The evidence after one more look, from its counts alone, in the order of weights. */
export function addLook(evidence: Evidence, counts: LookCounts, plan: RolloutPlan, caps: Caps): Evidence {
  const { tallies, cohorts, returns = [], arrivals, pairs = [] } = counts;
  const metrics = { ...evidence.metrics };
  for (const guardrail of plan.guardrails) {
    const rows = tallies.filter((row) => row.metric === guardrail.name && row.n > 0);
    if (rows.length === 0) continue;
    metrics[guardrail.name] = added(metrics[guardrail.name] ?? none(guardrail, caps), rows, guardrail);
  }
  const successes = tallies.filter((row) => row.metric === "success");
  const units = (arm: TallyRow["arm"]) => successes.filter((r) => r.arm === arm).reduce((sum, r) => sum + r.n, 0);
  const after = {
    metrics,
    exposures: exposed(evidence.exposures, successes),
    candidateUnits: evidence.candidateUnits + units("candidate"),
    shadowUnits: evidence.shadowUnits + units("shadow"),
    ...withServed(evidence, arrivals),
    ...withCohorts(evidence, cohorts, plan),
    ...withPairs(evidence, pairs, plan),
  };
  if (plan.alarm === undefined) return after;
  const requests = addReturns(evidence.returns, returns, plan);
  const all = { ...after, ...(requests !== undefined && { returns: requests }) };
  return { ...all, alarm: alarmAfter(evidence.alarm, detectorsOf(plan, all)) };
}

/** A floor needs no control, so it is all that can be bet on of a cohort; each answer is one bet, as few people come again and again. */
function withCohorts(
  before: Evidence,
  rows: readonly CohortRow[],
  { guardrails }: RolloutPlan,
): Pick<Evidence, "cohorts" | "cohortFloor"> {
  const cohorts = { ...before.cohorts };
  for (const row of rows) cohorts[row.cohort] = plus(sumsOf({ cohorts }, row.cohort), row);
  if (Object.keys(cohorts).length === 0) return {};
  const success = guardrails.find(({ name }) => name === "success");
  const floor = success === undefined ? null : inForce(success, before.metrics.success);
  const { cohortFloor } = before;
  if (floor === null) return { cohorts, ...(cohortFloor !== undefined && { cohortFloor }) };
  // All at once: rows have no order that every engine shares.
  const { answers, succeeded } = rows.reduce<CohortSums>(plus, NO_SUMS);
  const totals = { n: answers, sum: succeeded, squares: succeeded };
  return { cohorts, cohortFloor: addToFloor(cohortFloor ?? emptyFloor(floor), totals, floor) };
}

function plus(a: CohortSums, b: CohortSums): CohortSums {
  return {
    answers: a.answers + b.answers,
    succeeded: a.succeeded + b.succeeded,
    units: a.units + b.units,
    control: a.control + b.control,
  };
}

function none(guardrail: Guardrail, caps: Caps): MetricEvidence {
  const frozen = frozenOf(guardrail.name, caps);
  if (isRatio(frozen)) {
    const { harm, safe } = ratioSettings({ of: frozen.point.of, mean: frozen.prior });
    return { harm: emptyProcess(harm), safe: emptyProcess(safe), floor: null };
  }
  const { tolerance, margin, prior } = boundsOf(guardrail, caps);
  return {
    harm: emptyProcess(harmSettings(guardrail.mde, prior, tolerance)),
    safe: emptyProcess(nonInferioritySettings(margin, prior)),
    floor: guardrail.floor === null ? null : emptyFloor(guardrail.floor),
  };
}

/**
 * A floor as written is bet against by every outcome of the candidate. One that the control caps promises nothing of a candidate that is
 * as good as the control, whatever happens to both. Beside a control the comparison asks that already, hour by hour (`judge`), so what
 * this process bets on is only what came without one: copies, and units at a weight of 1. The cap is made of earlier looks, so it is known before.
 */
function added(before: MetricEvidence, rows: readonly TallyRow[], guardrail: Guardrail): MetricEvidence {
  let { harm, safe, floor, alone, latest } = before;
  const cap = guardrail.capped === true ? inForce(guardrail, before) : null;
  for (const batch of batchesOf(rows)) {
    harm = addBatch(harm, batch);
    safe = addBatch(safe, batch);
  }
  for (const row of rows) {
    if (row.arm === "control" && guardrail.capped === true) latest = plusLatest(latest, row);
    if (row.arm === "control") continue;
    if (floor !== null) floor = addToFloor(floor, row);
    if (cap !== null && isAlone(row)) alone = addToFloor(alone ?? emptyFloor(cap), row, cap);
  }
  return { harm, safe, floor, ...(alone !== undefined && { alone }), ...(latest !== undefined && { latest }) };
}

/** Units keep the probability they were drawn with: stragglers of an earlier step do not count as now. */
function plusLatest(latest: MetricEvidence["latest"], { weight, n, sum }: TallyRow): MetricEvidence["latest"] {
  if (latest === undefined || weight > latest.weight) return { weight, n, sum };
  return weight < latest.weight ? latest : { weight, n: latest.n + n, sum: latest.sum + sum };
}

/** Whether no unit of the control was drawn beside these. */
function isAlone({ arm, weight }: TallyRow): boolean {
  return arm === "shadow" || weight === 0 || weight === 1;
}

/** The rows of one metric as the engine takes them, one batch for each probability of each look. Shadow units have none. */
export function batchesOf(rows: readonly TallyRow[]) {
  const batches = new Map<string, { weight: number; control: ArmTotals; candidate: ArmTotals }>();
  for (const { look, weight, arm, n, sum, squares } of rows) {
    if (arm === "shadow") continue;
    const key = `${look} ${weight}`;
    const batch = batches.get(key) ?? { weight, control: EMPTY, candidate: EMPTY };
    batches.set(key, { ...batch, [arm]: { n, sum, squares } });
  }
  return [...batches.values()];
}

const EMPTY: ArmTotals = { n: 0, sum: 0, squares: 0 };

function exposed(before: readonly Exposure[], rows: readonly TallyRow[]): Exposure[] {
  const byWeight = new Map(before.map((exposure) => [exposure.weight, { ...exposure }]));
  for (const { weight, arm, n } of rows) {
    if (arm === "shadow") continue;
    const exposure = byWeight.get(weight) ?? { weight, control: 0, candidate: 0 };
    exposure[arm] += n;
    byWeight.set(weight, exposure);
  }
  return [...byWeight.values()].sort((a, b) => a.weight - b.weight);
}
