import { eValue } from "../stats/sequential/e-value.ts";
import { logE, type CanaryProcess } from "../stats/sequential/canary-engine.ts";
import { COHORTS_FLOOR, REQUESTS, type Detector, detectorsOf, rollsBack } from "./alarm.ts";
import { isRatio } from "./caps.ts";
import { boundsOf, type Evidence, frozenOf, type MetricEvidence } from "./evidence.ts";
import { besideControl, type Wealth, wealthOf } from "./floor-wealth.ts";
import { inForce } from "./floors.ts";
import { pairedRows } from "./pairs.ts";
import type { Look } from "./state.ts";
import { type JudgedRow, verdictOn } from "./verdict.ts";
import { divided, dividedLogE } from "./served.ts";
import type { BreachRow } from "./rollouts.store.ts";
import type { Analysis, Caps, Guardrail, GuardrailResult, RolloutPlan } from "./schema.ts";

/** Chance to call an honest assignment broken. */
const SAMPLE_RATIO_ALPHA = 0.001;
/** Of each floor, beside the guardrails' own, where the plan has no alarm. */
const FLOOR_ALPHA = 0.01;

/** What is known at a look. */
export interface Seen {
  plan: RolloutPlan;
  caps: Caps;
  evidence: Evidence;
  /** Critical and other breaches of the candidate so far. */
  breaches: readonly Pick<BreachRow, "observation" | "kind">[];
}

/** An analysis without what only a reader needs: intervals, and how long it may take. */
export type Judged = Pick<Analysis, "sampleRatio" | "breaches"> &
  Pick<Look, "verdict" | "unproven" | "harmed"> & {
    guardrails: JudgedRow[];
  };

/**
 * What the observations say, whenever one looks:
 *
 * - rollback: a critical breach, or the alarm: the weighted mean of the evidence of all detectors (guardrails, floors, requests, pairs) reached
 *   1/α. A plan from before there was one: a guardrail reached G/α (Bonferroni over the G guardrails), or a floor 1 / 1 %.
 * - invalid: the arms' sizes do not fit the weights.
 * - promote: every guardrail that has data reached 1/α for "not worse by the margin" (intersection-union, no correction), and none that is
 *   required lacks data.
 * - continue: anything else, with what is compared and not shown (`unproven`), and harm that does not roll back (`harmed`). No data is never
 *   success.
 *
 * Source: stats/SPEC sections 5 and 5b; Ville (1939).
 */
export function judge({ plan, caps, evidence, breaches }: Seen): Judged {
  const critical = breaches.filter(({ kind }) => plan.critical === "any" || plan.critical.includes(kind));
  const rows = [
    ...plan.guardrails.flatMap((guardrail) => [
      ...resultsOf(guardrail, evidence, plan, caps),
      ...(guardrail.name === "success" ? [...requestRows(plan, evidence), ...pairedRows(plan, evidence.paired)] : []),
    ]),
    ...cohortFloorRows(plan, evidence),
  ];
  const detectors = detectorsOf(plan, evidence);
  const guardrails = plan.alarm === undefined ? rows : rows.map((row) => ofAlarm(row, detectors, plan, evidence.alarm));
  const ratio = { logE: dividedLogE(divided(evidence), plan), threshold: 1 / SAMPLE_RATIO_ALPHA };
  const sampleRatio = { e: eValue(ratio.logE), threshold: ratio.threshold };
  const isInvalid = ratio.logE >= Math.log(ratio.threshold);
  return {
    ...verdictOn(guardrails, plan, { isInvalid, isBreached: critical.length > 0 }),
    guardrails,
    sampleRatio,
    breaches: critical.map(({ observation, kind }) => ({ observation, kind })),
  };
}

/** A row's share of the one alarm: harm where the alarm was raised and this detector made most of it, or would have alone. */
function ofAlarm(
  row: JudgedRow,
  detectors: readonly Detector[],
  { alpha }: RolloutPlan,
  alarm: Evidence["alarm"],
): JudgedRow {
  const own = detectors.find(({ name }) => name === row.name);
  if (own === undefined) return row;
  const harmThreshold = 1 / alpha / own.weight;
  const isFloor = row.safeE === null;
  const harmE = isFloor ? eValue(own.log) : row.harmE;
  const isRaised = alarm !== undefined && alarm.peak >= Math.log(1 / alpha);
  const isHarm = isRaised && (alarm.by === row.name || own.log >= Math.log(harmThreshold));
  const verdict = isHarm ? "harm" : row.verdict === "harm" ? calm(row) : row.verdict;
  return { ...row, harmE, harmThreshold, verdict };
}

function calm({ peaks, safeThreshold, control, candidate }: JudgedRow): GuardrailResult["verdict"] {
  if (peaks.safe === null || safeThreshold === null) return "undecided";
  const isMeasured = control !== null && control.n > 0 && candidate.n > 0;
  return isMeasured && peaks.safe >= Math.log(safeThreshold) ? "safe" : "undecided";
}

/** The comparison, and the floor as a row of its own. */
function resultsOf(guardrail: Guardrail, { metrics }: Evidence, plan: RolloutPlan, caps: Caps): JudgedRow[] {
  const found = metrics[guardrail.name];
  const { tolerance, margin } = boundsOf(guardrail, caps);
  const harmThreshold = aloneAt(plan);
  const safeThreshold = 1 / plan.safeAlpha;
  const frozen = frozenOf(guardrail.name, caps);
  const ratio = isRatio(frozen) ? frozen : null;
  const compared: JudgedRow = {
    name: guardrail.name,
    control: ratio === null ? armOf(found?.harm.control) : withoutRate(found?.harm.control),
    candidate: ratio === null ? armOf(found?.harm.candidate) : withoutRate(found?.harm.candidate),
    ratio,
    harmE: found === undefined ? 1 : eValue(logE(found.harm)),
    harmThreshold,
    safeE: found === undefined ? 1 : eValue(logE(found.safe)),
    safeThreshold,
    tolerance,
    margin,
    cap: frozen === null || isRatio(frozen) ? null : frozen.cap,
    verdict: metricVerdict(guardrail.name, found, { harmThreshold, safeThreshold }),
    peaks: { harm: found?.harm.peak ?? 0, safe: found?.safe.peak ?? 0 },
  };
  return found === undefined ? [compared] : [compared, ...floorRows(guardrail, found)];
}

/** Where a guardrail that has no share in the alarm shows harm: all of those have one α together. */
function aloneAt({ guardrails, alpha, alarm }: RolloutPlan): number {
  const alone = alarm === undefined ? guardrails : guardrails.filter((guardrail) => !rollsBack(guardrail));
  return Math.max(1, alone.length) / alpha;
}

function floorRows(guardrail: Guardrail, found: MetricEvidence): JudgedRow[] {
  if (found.floor === null) return [];
  const name = `${guardrail.name}.floor`;
  if (guardrail.capped !== true) return [floorResult(name, wealthOf(found.floor))];
  const configured = guardrail.floor ?? undefined;
  if (found.alone !== undefined) return [floorResult(name, { ...wealthOf(found.alone), configured })];
  const floor = inForce(guardrail, found);
  return floor === null ? [] : [floorResult(name, { ...besideControl(found.floor, found.harm, floor), configured })];
}

function cohortFloorRows({ guardrails }: RolloutPlan, { cohortFloor: process }: Evidence): JudgedRow[] {
  if (process === undefined) return [];
  const success = guardrails.find(({ name }) => name === "success");
  const configured = success?.capped === true ? (success.floor ?? undefined) : undefined;
  return [floorResult(COHORTS_FLOOR, { ...wealthOf(process), configured })];
}

/** Each request, also of units that were counted before: whether the candidate broke since. Nothing is shown to be safe by it. */
function requestRows({ alpha, alarm }: RolloutPlan, { returns }: Evidence): JudgedRow[] {
  if (returns === undefined || alarm === undefined) return [];
  const { control, candidate, process } = returns;
  return [
    {
      name: REQUESTS,
      control: armOf({ n: control.n, sum: control.good }),
      candidate: armOf({ n: candidate.n, sum: candidate.good }),
      ...{ harmE: eValue(returns.logE), harmThreshold: 1 / alpha / alarm.returns, safeE: null, safeThreshold: null },
      ...{
        ratio: null,
        tolerance: 0,
        margin: null,
        cap: null,
        verdict: "undecided",
        peaks: { harm: process.peak, safe: null },
      },
    },
  ];
}

function floorResult(name: string, { floor, n, sum, log, peak, configured }: Wealth): JudgedRow {
  const harmThreshold = 1 / FLOOR_ALPHA;
  return {
    name,
    control: null,
    candidate: armOf({ n, sum }),
    ratio: null,
    harmE: eValue(log),
    harmThreshold,
    safeE: null,
    safeThreshold: null,
    tolerance: floor,
    ...(configured !== undefined && { configured }),
    margin: null,
    cap: null,
    verdict: peak >= Math.log(harmThreshold) ? "harm" : "undecided",
    peaks: { harm: peak, safe: null },
  };
}

/**
 * A metric that only one arm reports compares nothing, whatever was bet on what the other one would have been. Safety is the exception:
 * who reports only what went wrong has nothing to say of a control where nothing does.
 */
function metricVerdict(
  name: Guardrail["name"],
  found: MetricEvidence | undefined,
  { harmThreshold, safeThreshold }: { harmThreshold: number; safeThreshold: number },
): GuardrailResult["verdict"] {
  if (found === undefined) return "unmeasured";
  const isHarm = found.harm.peak >= Math.log(harmThreshold);
  if (isHarm && (name === "safety" || found.harm.control.n > 0)) return "harm";
  return isShownSafe(found.safe, safeThreshold) ? "safe" : "undecided";
}

/** Proof needs both arms, whatever a few lucky bets say. */
function isShownSafe({ control, candidate, peak }: CanaryProcess, threshold: number): boolean {
  return control.n > 0 && candidate.n > 0 && peak >= Math.log(threshold);
}

/** The mean of scores is no share of anything. */
function withoutRate(arm: { n: number } | undefined): GuardrailResult["candidate"] {
  return { n: arm?.n ?? 0, rate: null };
}

function armOf(arm: { n: number; sum: number } | undefined): GuardrailResult["candidate"] {
  const { n, sum } = arm ?? { n: 0, sum: 0 };
  return { n, rate: n === 0 ? null : Math.min(1, sum / n) };
}
