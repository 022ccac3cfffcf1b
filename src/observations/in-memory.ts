import { isRatio, isStale, refreeze } from "../rollout/caps.ts";
import { addLook, type LookCounts, NO_EVIDENCE, type TallyRow, unitsIn } from "../rollout/evidence.ts";
import { judge } from "../rollout/judge.ts";
import type { Late } from "../rollout/late.ts";
import { arrivalsIn, dueAfter, isWorthALook } from "../rollout/look.ts";
import { next } from "../rollout/next.ts";
import type { BreachRow } from "../rollout/rollouts.store.ts";
import type { Caps, RolloutPlan } from "../rollout/schema.ts";
import { pendingState, type RolloutEvent, type RolloutState } from "../rollout/state.ts";
import { isUp } from "../rollout/turn.ts";
import { saidBy } from "../rollout/verdict.ts";
import type { Value } from "../state/raw.ts";
import { collecting } from "./cap-collector.ts";
import type { OpenRollout } from "./observations.store.ts";
import { countedAt, requestCounter } from "./rollout-count.ts";
import type { Dated } from "./schema.ts";
import { outcomesOf } from "./scored.ts";
import type { KnownUnit } from "./served-counter.ts";

/** Whoever records takes a turn so often, also without a look that is due (operations/record). */
const TURN_EVERY_MS = 10_000;
/** Values of the control that a point is made of anew, the newest (rollout/refreeze.store). */
const NEWEST = 10_000;

/** What a rollout in memory begins with; both versions have the names that their observations are to have. */
export interface Begin extends Pick<OpenRollout, "id" | "target" | "control" | "candidate" | "plan" | "caps"> {
  /** ISO 8601. */
  at: string;
  /** How late outcomes usually come; 0: at once. */
  usualDelayMs: number;
}

/**
 * The real engine without a store: the same counts, looks, judgement and state machine as behind an agent's `observe`. One process records
 * each outcome for itself and takes its automatic turns. Units are known by their outcomes, as where nobody tells whom he served.
 */
export function rolloutInMemory({ at: begunAt, usualDelayMs, ...names }: Begin) {
  const { plan } = names;
  let state: RolloutState = next(pendingState(begunAt, plan), { type: "start", at: begunAt }, plan);
  const weights = [changeTo(state, begunAt)];
  const values = valuesFrom(names);
  const looks = looksIn(plan);
  let open = opened();
  let turnMs = -Infinity;

  function opened() {
    const rollout: OpenRollout = {
      ...names,
      ...{ seq: 1, createdAt: begunAt, settledTo: null, aloneFrom: state.aloneFrom ?? null },
      ...{ look: looks.look(), caps: values.caps(), weights },
    };
    return { rollout, counter: requestCounter(rollout), arrivals: 0, due: dueAfter(arrivalsIn(looks.evidence())) };
  }

  const look = (isWhole: boolean) => {
    const isClosed = looks.take(countsIn(open), values.caps(), isWhole && open.arrivals > 0);
    if (!isClosed) return;
    values.recap(looks.evidence());
    open = opened();
  };
  const moved = (at: string, late: Late) => {
    const units = unitsIn(state, plan, looks.evidence());
    const event: RolloutEvent = { type: "look", at, ...saidBy(looks.judged()), units, held: null, ...late };
    return next(state, event, plan);
  };
  /** rollout/turn without its store. */
  const takeTurn = (at: string) => {
    look(false);
    const late = isUp(state, moved(at, {})) ? { usualDelayMs } : {};
    if (isUp(state, moved(at, late))) look(true);
    const to = moved(at, late);
    if (to.weight !== state.weight || to.step !== state.step) weights.push(changeTo(to, at));
    const isNews = to.aloneFrom !== state.aloneFrom;
    state = to;
    if (isNews) open.rollout.aloneFrom = state.aloneFrom ?? null;
  };
  return {
    weights: weights as OpenRollout["weights"],
    state: () => state,
    evidence: looks.evidence,
    judged: looks.judged,
    /** Counts an outcome, as the n-th; `known` is its unit, undefined for one that is never seen again. */
    count(observation: Dated, n: number, known: KnownUnit | undefined): void {
      const candidate = observation.version === names.candidate;
      const unit = known ?? { row: undefined, changed: false };
      const before = unit.row;
      if (candidate && observation.safe === false) looks.breach(n, observation.breach);
      const weight = countedAt(observation, candidate, open.rollout, before);
      if (weight !== null) {
        const request = { weight, candidate, look: open.rollout.look, ...outcomesOf(observation, values.caps(), candidate) };
        open.counter.count(observation, request, unit);
        if (unit.row !== before && unit.row?.n === 1) open.arrivals += 1;
      }
      if (!candidate) values.take(observation);
    }, // prettier-ignore
    /** A turn where one is due at a moment, by two clocks of the same. */
    turn(at: string, ms: number): void {
      if (open.arrivals < open.due && ms - turnMs < TURN_EVERY_MS && !looks.isBreached()) return;
      turnMs = ms;
      takeTurn(at);
    },
  };
}

function changeTo({ weight, step, phase }: RolloutState, at: string): OpenRollout["weights"][number] {
  return { at, weight, step, phase };
}

/** Looks of a plan, and what was judged at the last one. */
function looksIn(plan: RolloutPlan) {
  const breaches: BreachRow[] = [];
  let look = 1;
  let evidence = NO_EVIDENCE;
  let judged = judge({ plan, caps: { latency: null, cost: null }, evidence, breaches });
  const isBreached = () => breaches.at(-1)?.look === look;
  return {
    look: () => look,
    evidence: () => evidence,
    judged: () => judged,
    isBreached,
    breach(observation: number, kind = "unspecified") {
      breaches.push({ look, observation, kind });
    },
    /** Whether the open look was worth closing; `whole` closes it anyhow. */
    take(counts: LookCounts, caps: Caps, whole: boolean): boolean {
      if (!whole && !isWorthALook({ evidence, look }, counts, breaches)) return false;
      evidence = addLook(evidence, counts, plan, caps);
      judged = judge({ plan, caps, evidence, breaches });
      look += 1;
      return true;
    },
  };
}

/** Values of the control so far, and the caps that are made of them. */
function valuesFrom({ plan, caps: first }: Pick<Begin, "plan" | "caps">) {
  const isOpen = (metric: "latency" | "cost") => plan.caps[metric] !== null && first[metric] === null;
  const toFreeze = { latency: isOpen("latency") ? [] : undefined, cost: isOpen("cost") ? [] : undefined };
  const all: Record<"latency" | "cost", number[]> = { latency: [], cost: [] };
  let collector = collecting({ plan, caps: first }, toFreeze);
  return {
    caps: () => collector.caps(),
    take({ latencyMs, costUsd }: Dated) {
      if (latencyMs !== undefined) all.latency.push(latencyMs);
      if (costUsd !== undefined) all.cost.push(costUsd);
      collector.take(latencyMs, costUsd);
    },
    /** As rollout/refreeze.store makes points anew. */
    recap({ metrics }: ReturnType<ReturnType<typeof looksIn>["evidence"]>) {
      for (const metric of ["latency", "cost"] as const) {
        const frozen = collector.caps()[metric];
        const units = metrics[metric]?.harm.control.n ?? 0;
        if (!isRatio(frozen) || !isStale(frozen, units) || all[metric].length === 0) continue;
        const caps = { ...collector.caps(), [metric]: refreeze(frozen, all[metric].slice(-NEWEST), units) };
        collector = collecting({ plan, caps }, toFreeze);
      }
    },
  };
}

/** What the open look has counted, in the order that a store gives it. */
function countsIn({ counter }: { counter: ReturnType<typeof requestCounter> }): LookCounts {
  const { tallies, returns, arrivals = [] } = counter.rows();
  return {
    tallies: tallies.map(tallyOf).sort((a, b) => a.weight - b.weight || order(a.metric, b.metric) || order(a.arm, b.arm)),
    cohorts: [],
    returns: returns.map(returnOf).sort((a, b) => a.hour - b.hour || order(a.class, b.class) || order(a.arm, b.arm)),
    arrivals: arrivals.map(arrivalOf).sort((a, b) => a.weight - b.weight || order(a.arm, b.arm)),
  };
} // prettier-ignore

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

type Returns = NonNullable<LookCounts["returns"]>[number];
type Arrivals = NonNullable<LookCounts["arrivals"]>[number];

function tallyOf([, look, weight, arm, metric, n, sum, squares]: readonly Value[]): TallyRow {
  return { look, weight, arm, metric, n, sum, squares } as TallyRow;
}

function returnOf([, look, hour, its, arm, n, good]: readonly Value[]): Returns {
  return { look, hour, class: its, arm, n, good } as Returns;
}

function arrivalOf([, look, weight, arm, exposed, superseded]: readonly Value[]): Arrivals {
  return { look, weight, arm, exposed, superseded } as Arrivals;
}
