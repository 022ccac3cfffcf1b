import type { Kill } from "../kill/latch.ts";
import type { Db } from "../state/store.ts";
import { confidenceSequence } from "../stats/sequential/confidence-sequence.ts";
import { riskDifference } from "../stats/sequential/risk-difference.ts";
import { verdictBounds } from "../stats/sequential/verdict-bounds.ts";
import { comparedVersions } from "./compared-versions.ts";
import type { Judged } from "./judge.ts";
import { floorOf } from "./floors.ts";
import { batchesOf, type TallyRow, unitsIn } from "./evidence.ts";
import { cohortsIn } from "./cohorts.ts";
import { candidateAnswers } from "./cohorts.store.ts";
import { everybodyNotBefore } from "./earliest.ts";
import { frozenNow } from "./freeze.store.ts";
import { apartFrom, assumedIn } from "./arrivals.store.ts";
import { differsIn, type Late, lateMs } from "./late.ts";
import { latenessOf } from "./late.store.ts";
import { needOf } from "./need.ts";
import { settles } from "./outcomes.ts";
import type { Reason } from "./reason.ts";
import { reasonsFor } from "./reasons.ts";
import { PAIRED } from "./alarm.ts";
import { pairedDifference, type PairRow } from "./pairs.ts";
import { pairsUpTo, unpairedOf } from "./pairs.store.ts";
import { ratioBatches, ratioResult, type RatioRow } from "./ratio.ts";
import { type Rollout, talliesOf, transitionsOf } from "./rollouts.store.ts";
import { ratiosUpTo } from "./ratio.store.ts";
import type { Analysis, GuardrailResult, Metric, RolloutDocument } from "./schema.ts";
import { cohortAt, isOver, isUnderWay, type RolloutState } from "./state.ts";
import { unprovenFrom, waitingFor } from "./waiting.ts";
import { storedNow } from "./stored.ts";
import { saidBy } from "./verdict.ts";
import { waitingOutcomes } from "./unsettled.store.ts";
import { unknownOutcomes } from "./unknown-outcomes.ts";

/** A rollout for its readers, with intervals, what it waits for, and its history; its reasons are not words yet. */
export type RolloutView = Omit<RolloutDocument, "analysis"> & {
  analysis: Omit<Analysis, "reasons"> & { reasons: Reason[] };
};

/** Judges all that is stored, also what no look has counted yet; writes nothing. */
export async function rolloutView(
  db: Db,
  found: Rollout,
  { at, held }: { at: string; held: Kill | null },
): Promise<RolloutView> {
  const { rollout, judged, unseen, due } = await storedNow(db, found);
  const frozen = await frozenNow(db, rollout.environment, at);
  const { state, plan, target } = rollout;
  const usual = await latenessOf(db, rollout, rollout.endedAt ?? at);
  // What is over waits for nothing.
  const late = isOver(state.phase) ? {} : usual;
  const history = await historyOf(db, rollout);
  const counted = await countedNow(db, rollout);
  const apart = await apartFrom(db, rollout);
  const unknown = await unknownOutcomes(db, rollout, {
    at,
    tallies: counted.tallies,
    lateMs: lateMs(plan, usual),
    ...apart,
  });
  return {
    schema: "agentops.rollout/1",
    id: rollout.id,
    target,
    env: rollout.environment,
    ...(await comparedVersions(db, rollout, unknown)),
    hypothesis: plan.hypothesis ?? null,
    phase: state.phase,
    step: state.step,
    steps: plan.steps,
    weight: state.weight,
    cohort: cohortAt(state, plan),
    cohorts: cohortsIn(rollout),
    floor: floorOf(plan.guardrails, rollout.evidence.metrics.success),
    analysis: {
      ...(await analysisOf(db, rollout, judged, counted, { at, held, frozen, due, late, last: history.at(-1) })),
      ...{ bestCase: unknown.bestCase, worstCase: unknown.worstCase },
    },
    since: state.since,
    startedAt: rollout.createdAt,
    endedAt: rollout.endedAt,
    deadline: state.deadline,
    everybodyNotBefore: everybodyNotBefore(state, plan),
    unseen,
    ...apart,
    assumed: await assumedIn(db, rollout),
    settling: settles(plan) ? (await waitingOutcomes(db, rollout)).n : 0,
    unpaired: await unpairedOf(db, rollout),
    overdueSince: due?.overdueSince ?? null,
    unproven: unprovenIn(rollout, judged, at),
    awaiting: awaitsOnlyApproval(rollout, judged, { at, late }) ? "approval" : null,
    plan,
    history,
  };
}

/** What everybody gets, or would get now, though it is not shown. */
function unprovenIn({ state, plan }: Rollout, { verdict, unproven }: Judged, at: string): string[] {
  if (state.unproven !== undefined) return verdict === "promote" ? [] : [...state.unproven];
  const from = unprovenFrom(state, plan);
  return unproven === undefined || from === null || at < from ? [] : [...unproven.required, ...unproven.other];
}

/** Nothing else is left: neither time nor units nor proof. */
function awaitsOnlyApproval(
  { state, plan, evidence }: Rollout,
  judged: Judged,
  { at, late }: { at: string; late: Late },
): boolean {
  if (!isUnderWay(state.phase)) return false;
  const look = { at, ...saidBy(judged), units: unitsIn(state, plan, evidence), ...late };
  const { approval, proof, ...others } = waitingFor(state, look, plan);
  const from = unprovenFrom(state, plan);
  // What is required and not shown only a person lets pass.
  const lacksPerson = from !== null && at >= from && (judged.unproven?.required.length ?? 0) > 0;
  return (proof === null ? approval !== null : lacksPerson) && Object.values(others).every((left) => left === null);
}

interface Counted {
  tallies: readonly TallyRow[];
  ratios: readonly RatioRow[];
  pairs: readonly PairRow[];
}

/** All that was counted; of one that is over, until its end. */
async function countedNow(db: Db, rollout: Rollout): Promise<Counted> {
  const { seq, state, look } = rollout;
  const to = isOver(state.phase) ? look - 1 : look;
  return {
    tallies: await talliesOf(db, seq, { from: 1, to }),
    ratios: await ratiosUpTo(db, seq, to),
    pairs: await pairsUpTo(db, rollout, to),
  };
}

async function analysisOf(
  db: Db,
  rollout: Rollout,
  judged: Judged,
  counted: Counted,
  moment: Omit<Parameters<typeof reasonsFor>[2], "answers">,
): Promise<Omit<RolloutView["analysis"], "bestCase" | "worstCase">> {
  const unproven = unprovenIn(rollout, judged, moment.at);
  const answers = cohortAt(rollout.state, rollout.plan) === null ? null : await candidateAnswers(db, rollout);
  return {
    verdict: rollout.state.phase === "inconclusive" && judged.verdict !== "rollback" ? "inconclusive" : judged.verdict,
    guardrails: judged.guardrails.map((guardrail) => ({
      ...withoutPeaks(guardrail),
      ...(guardrail.verdict === "undecided" && unproven.includes(guardrail.name) && { verdict: "unproven" as const }),
      ...(guardrail.control === null ? NOT_COMPARED : compared(rollout, counted, guardrail)),
    })),
    sampleRatio: judged.sampleRatio,
    missing: differsIn(moment.late),
    breaches: judged.breaches,
    need: needOf(judged, rollout, moment),
    reasons: reasonsFor(judged, rollout, { ...moment, answers }),
  };
}

/** Logarithms are for replays. */
function withoutPeaks(guardrail: Judged["guardrails"][number]): Omit<GuardrailResult, Compared> {
  const { name, control, candidate, harmE, harmThreshold, safeE, safeThreshold, tolerance, margin, cap, verdict } =
    guardrail;
  const shown = { name, control, candidate, harmE, harmThreshold, safeE, safeThreshold, tolerance, margin, cap, verdict }; // prettier-ignore
  return guardrail.configured === undefined ? shown : { ...shown, configured: guardrail.configured };
}

type Compared = "difference" | "ci95" | "bounds" | "ratio";
const NOT_COMPARED = { difference: null, ci95: null, bounds: null, ratio: null };

/** Candidate − control, with intervals that are valid at every look at once; null without a comparison. */
function compared(
  { evidence }: Rollout,
  { tallies, ratios, pairs }: Counted,
  row: Judged["guardrails"][number],
): Pick<GuardrailResult, Compared> {
  const { name, ratio, harmThreshold, safeThreshold } = row;
  if (name === PAIRED && evidence.paired !== undefined) return pairedDifference(evidence.paired, pairs, row);
  const found = evidence.metrics[name as Metric];
  if (found === undefined || found.harm.control.n === 0 || found.harm.candidate.n === 0) return NOT_COMPARED;
  const rows = tallies.filter((row) => row.metric === name);
  const batches = batchesOf(rows);
  const settings = { harm: found.harm.settings, safe: found.safe.settings };
  const levels = { harm: 1 / harmThreshold, safe: 1 / (safeThreshold ?? 1) };
  if (ratio !== null) {
    const counted = ratioBatches(rows, ratios.filter((row) => row.metric === name)); // prettier-ignore
    return { ...NOT_COMPARED, ratio: ratioResult(ratio, counted, { settings, levels }) };
  }
  return {
    ratio: null,
    difference: riskDifference(batches),
    ci95: turned(confidenceSequence(batches, found.harm.settings)),
    bounds: safeThreshold === null ? null : turned(verdictBounds(batches, settings, levels)),
  };
}

/** Of control − candidate, as candidate − control. */
function turned([low, high]: [number, number]): [number, number] {
  return [negated(high), negated(low)];
}

/** −0 would be written as 0 and read as another number. */
function negated(value: number): number {
  return value === 0 ? 0 : -value;
}

async function historyOf(db: Db, { seq, plan }: Rollout): Promise<RolloutDocument["history"]> {
  return (await transitionsOf(db, seq)).map(({ at, actor, event, phase, step, weight, state, reason }) => {
    return {
      at,
      actor,
      authenticated: false,
      event: (JSON.parse(event) as { type: string }).type,
      phase,
      step,
      weight,
      cohort: cohortAt(JSON.parse(state) as RolloutState, plan),
      reason,
    };
  });
}
