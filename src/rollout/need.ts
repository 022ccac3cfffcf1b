import { growthPerArrival } from "../stats/planning/canary-planning.ts";
import { logE } from "../stats/sequential/canary-engine.ts";
import type { Judged } from "./judge.ts";
import { unitsIn } from "./evidence.ts";
import { settleMsOf } from "./late.ts";
import { cohortAt, isUnderWay, type RolloutState } from "./state.ts";
import { waitingFor } from "./waiting.ts";
import type { Late } from "./late.ts";
import type { Rollout } from "./rollouts.store.ts";
import { isProof, saidBy } from "./verdict.ts";
import type { Analysis, Metric } from "./schema.ts";

const HOUR = 3_600_000;

/**
 * About how much longer until the rollout can move on, if the arms are alike and the traffic stays as it was at this step; null when it
 * waits for nothing that can be counted, or when what is waited for cannot be estimated from what was seen.
 */
export function needOf(
  judged: Judged,
  rollout: Rollout,
  { at, late = {} }: { at: string; late?: Late },
): Analysis["need"] {
  const { plan, evidence } = rollout;
  const state = goingOn(rollout.state);
  if (!isUnderWay(state.phase)) return null;
  // A pause is no time of the step.
  const now = state.pausedAt ?? at;
  const units = unitsIn(state, plan, evidence);
  const waiting = waitingFor(state, { at: now, ...saidBy(judged), units, ...late }, plan);
  const proof = waiting.proof === null ? 0 : unitsForProof(judged, rollout);
  if (proof === null) return null;
  // Nobody knows when what is missing comes.
  if (waiting.outcomes?.open != null) return null;
  const observations = Math.ceil(Math.max(waiting.units ?? 0, proof));
  const leastMs = Math.max(waiting.timeMs ?? 0, waiting.trafficMs ?? 0);
  if (observations === 0 && leastMs === 0) return null;
  const sinceStep = (Date.parse(now) - countsFrom(rollout)) / HOUR;
  const perHour = sinceStep > 0 ? (units - state.unitsBefore) / sinceStep : 0;
  const least = leastMs / HOUR;
  const hours = observations === 0 ? least : perHour > 0 ? Math.max(least, observations / perHour) : null;
  return { observations, hours };
}

/** Since when units of the step could count, ms since 1970: none of the rollout does before the first has settled. */
function countsFrom({ state, plan, createdAt }: Rollout): number {
  const since = Date.parse(state.since);
  const isDrawn = state.phase !== "shadow" && cohortAt(state, plan) === null;
  return isDrawn ? Math.max(since, Date.parse(createdAt) + settleMsOf(plan)) : since;
}

/** After a missed deadline, somebody decides by what it would take. */
function goingOn(state: RolloutState): RolloutState {
  return state.phase === "inconclusive" && state.pausedFrom !== null ? { ...state, phase: state.pausedFrom } : state;
}

/** Units of the candidate until the slowest guardrail is safe; null where that cannot be said. */
function unitsForProof({ guardrails }: Judged, { state, plan, evidence }: Rollout): number | null {
  if (!(state.weight > 0 && state.weight < 1)) return null;
  const left = guardrails
    .filter((g) => isProof(g) && g.verdict === "undecided")
    .map(({ name, ratio }) => {
      const process = evidence.metrics[name as Metric]?.safe;
      if (process === undefined || process.control.n === 0) return null;
      const [control, seen] = [rateOf(process.control), rateOf(process.candidate)];
      // Of a ratio nobody knows what an equal candidate's scores would be: it stays as it was seen.
      const candidate = ratio === null ? control : seen;
      if (candidate === null || control === null) return null;
      const growth = Math.max(...growthPerArrival(process.settings, { control, candidate }, state.weight));
      if (!(growth > 0)) return null;
      return ((Math.log(1 / plan.safeAlpha) - logE(process)) / growth) * state.weight;
    });
  if (left.length === 0) return null;
  return left.some((units) => units === null) ? null : Math.max(...left.map((units) => units ?? 0));
}

function rateOf({ n, sum }: { n: number; sum: number }): number | null {
  return n === 0 ? null : Math.min(1, sum / n);
}
