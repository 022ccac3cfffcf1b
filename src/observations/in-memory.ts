import { isRatio, isStale, NEWEST_VALUES, refreeze } from "../rollout/caps.ts";
import { addLook, type Evidence, type LookCounts, NO_EVIDENCE, unitsIn } from "../rollout/evidence.ts";
import { judge } from "../rollout/judge.ts";
import type { Late } from "../rollout/late.ts";
import { arrivalsIn, dueAfter, isWorthALook } from "../rollout/look.ts";
import { next } from "../rollout/next.ts";
import { returnsDueAfter } from "../rollout/returns.ts";
import type { BreachRow } from "../rollout/rollouts.store.ts";
import type { Caps, RolloutPlan } from "../rollout/schema.ts";
import { pendingState, type RolloutState } from "../rollout/state.ts";
import { isUp } from "../rollout/turn.ts";
import { saidBy } from "../rollout/verdict.ts";
import { collecting } from "./cap-collector.ts";
import { countsIn } from "./look-counts.ts";
import type { OpenRollout } from "./observations.store.ts";
import { countedAt, requestCounter } from "./rollout-count.ts";
import type { Dated } from "./schema.ts";
import { outcomesOf } from "./scored.ts";
import type { KnownUnit } from "./served-counter.ts";

/** A turn without a look that is due: operations/record takes them every ten seconds, for steps that wait for hours. */
const TURN_EVERY_MS = 60_000;

/** What a rollout in memory begins with. */
interface Begin extends Pick<OpenRollout, "id" | "target" | "control" | "candidate" | "plan" | "caps"> {
  /** ISO 8601. */
  at: string;
  /** How late outcomes usually come; 0: at once. */
  usualDelayMs: number;
}

/** A rollout that only memory knows. */
export interface InMemory {
  state: RolloutState;
  /** In force since then, the oldest first. */
  weights: OpenRollout["weights"][number][];
  looks: ReturnType<typeof looksIn>;
  readonly names: Omit<Begin, "at" | "usualDelayMs">;
  readonly createdAt: string;
  readonly usualDelayMs: number;
  values: ReturnType<typeof valuesFrom>;
  open: OpenLook;
  turnMs: number;
}

/** What was counted since the last look, and what makes the next one due. */
interface OpenLook {
  rollout: OpenRollout;
  counter: ReturnType<typeof requestCounter>;
  arrivals: number;
  /** Requests that got the candidate. */
  candidates: number;
  due: { arrivals: number; returns: number };
}

/**
 * The real engine without a store: the same counts, looks, judgement and state machine as behind an agent's `observe`. One process records
 * each outcome for itself and takes its automatic turns. Units are known by their outcomes, as where nobody tells whom he served.
 */
export function beginInMemory({ at, usualDelayMs, ...names }: Begin): InMemory {
  const state = next(pendingState(at, names.plan), { type: "start", at }, names.plan);
  const begun = { names, createdAt: at, usualDelayMs, state, weights: [changeTo(state, at)] };
  const all = { ...begun, looks: looksIn(names.plan), values: valuesFrom(names), turnMs: -Infinity };
  return { ...all, open: openLook(all) };
}

function openLook({ names, createdAt, state, weights, looks, values }: Omit<InMemory, "open">): OpenLook {
  const rollout: OpenRollout = {
    ...names,
    ...{ seq: 1, createdAt, settledTo: null, aloneFrom: state.aloneFrom ?? null },
    ...{ look: looks.look(), caps: values.caps(), weights },
  };
  const before = looks.evidence();
  const due = { arrivals: dueAfter(arrivalsIn(before)), returns: returnsDueAfter(before.returns) };
  return { rollout, counter: requestCounter(rollout), arrivals: 0, candidates: 0, due };
}

/** Counts an outcome, as the n-th; `known` is its unit, undefined for one that is never seen again. */
export function countInMemory({ names, open, looks, values }: InMemory, observation: Dated, n: number, known: KnownUnit | undefined): void {
  const candidate = observation.version === names.candidate;
  const unit = known ?? { row: undefined, changed: false };
  const before = unit.row;
  if (candidate) open.candidates += 1;
  if (candidate && observation.safe === false) looks.breach(n, observation.breach);
  const weight = countedAt(observation, candidate, open.rollout, before);
  if (weight !== null) {
    const outcomes = outcomesOf(observation, values.caps(), candidate);
    open.counter.count(observation, { weight, candidate, look: open.rollout.look, ...outcomes }, unit);
    if (unit.row !== before && unit.row?.n === 1) open.arrivals += 1;
  }
  if (!candidate) values.take(observation);
} // prettier-ignore

/** A turn where one is due at a moment, by two clocks of the same: `at` in ISO 8601, `ms` since 1970. */
export function turnInMemory(rollout: InMemory, at: string, ms: number): void {
  const { open, looks } = rollout;
  if (open.arrivals < open.due.arrivals && ms - rollout.turnMs < TURN_EVERY_MS && !looks.isBreached()) return;
  rollout.turnMs = ms;
  takeTurn(rollout, at);
}

/** rollout/turn without its store. */
function takeTurn(rollout: InMemory, at: string): void {
  const { state, usualDelayMs, weights } = rollout;
  // Few looks are worth their sums.
  if (mayBeDue(rollout)) look(rollout, false);
  let to = moved(rollout, at, {});
  if (isUp(state, to)) {
    if (isUp(state, moved(rollout, at, { usualDelayMs }))) look(rollout, true);
    to = moved(rollout, at, { usualDelayMs });
  }
  if (to.weight !== state.weight || to.step !== state.step) weights.push(changeTo(to, at));
  rollout.state = to;
  rollout.open.rollout.aloneFrom = to.aloneFrom ?? null;
}

function mayBeDue({ open: { arrivals, candidates, due }, looks }: InMemory): boolean {
  return arrivals >= due.arrivals || candidates >= due.returns || looks.isBreached();
}

function look(rollout: InMemory, isWhole: boolean): void {
  const { open, looks, values } = rollout;
  if (!looks.take(countsIn(open.counter), values.caps(), isWhole && open.arrivals > 0)) return;
  values.recap(looks.evidence());
  rollout.open = openLook(rollout);
}

function moved({ state, names: { plan }, looks }: InMemory, at: string, late: Late): RolloutState {
  const units = unitsIn(state, plan, looks.evidence());
  return next(state, { type: "look", at, ...saidBy(looks.judged()), units, held: null, ...late }, plan);
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
    recap({ metrics }: Evidence) {
      for (const metric of ["latency", "cost"] as const) {
        const frozen = collector.caps()[metric];
        const units = metrics[metric]?.harm.control.n ?? 0;
        if (!isRatio(frozen) || !isStale(frozen, units) || all[metric].length === 0) continue;
        const caps = { ...collector.caps(), [metric]: refreeze(frozen, all[metric].slice(-NEWEST_VALUES), units) };
        collector = collecting({ plan, caps }, toFreeze);
      }
    },
  };
}
