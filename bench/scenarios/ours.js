import { addOutcomes, rounded } from "../../dist/observations/arrival.js";
import { outcomesOf } from "../../dist/observations/scored.js";
import { returnsCounter } from "../../dist/observations/returns.js";
import { servedCounter } from "../../dist/observations/served-counter.js";
import { addLook, NO_EVIDENCE, unitsIn } from "../../dist/rollout/evidence.js";
import { judge } from "../../dist/rollout/judge.js";
import { arrivalsIn, isDue, isWorthALook } from "../../dist/rollout/look.js";
import { next } from "../../dist/rollout/next.js";
import { isOver, pendingState } from "../../dist/rollout/state.js";
import { planOf } from "../../dist/rollout/plan.js";
import { firstCaps, isRatio, isStale, NEWEST_VALUES, refreeze } from "../../dist/rollout/caps.js";
import { saidBy } from "../../dist/rollout/verdict.js";
import { lateness } from "./lateness.js";
import { valuesOf } from "./outcomes.js";
import { seeded } from "./random.js";
import { rulesOf, waitingRoom } from "./settling.js";
import { HOUR } from "./traffic.js";

export const BEGIN = Date.parse("2026-11-21T10:00:00.000Z");
/** As operations/record.ts has them: so often an agent's process takes a turn without a look that is due, and at most. */
const [TURN_EVERY_MS, PAUSE_MS] = [10_000, 250];
/** Values of the control before it began: it has served for a while. */
const HISTORY = 10_000;

/**
 * The real engine on counts alone: the same arrivals, looks, judgement and state machine as behind an agent's `observe`, without a store. One
 * process reports all outcomes, each in a batch of its own (it flushes every 200 ms), and takes its automatic turn: when a look is due (1 % more
 * arrivals) or ten seconds have passed, never twice within 250 ms, and at once after a breach.
 */
export function agentops(world) {
  const outcomes = rulesOf(world);
  const measured = ["latency", "cost"].filter((metric) => world[metric] !== undefined);
  const priors = world.priors ?? (measured.length === 0 ? {} : { seen: ["success", ...measured] });
  const plan = {
    ...planOf(world.settings, priors, {}, { fast: world.fast }),
    outcomes,
    ...world.plan?.(planOf(world.settings, priors)),
  };
  const history = historyOf(world, measured.length === 0 ? 0 : HISTORY);
  const room = outcomes.settleMs === 0 ? null : waitingRoom(outcomes.settleMs);
  const begun = new Date(BEGIN).toISOString();
  const state = next(pendingState(begun, plan), { type: "start", at: begun }, plan);
  const rollout = {
    plan,
    caps: firstCaps(plan, history),
    ofControl: { latency: [], cost: [] },
    evidence: NO_EVIDENCE,
    state,
    look: 1,
    breaches: [],
    open: openLook(1, plan),
    judged: null,
    late: lateness(plan),
  };
  const weights = [{ at: 0, weight: state.weight }];
  let turnAt = -Infinity;
  const engine = {
    name: "agentops",
    weight: state.weight,
    phase: null,
    units: () => rollout.evidence.candidateUnits,
    evidence: () => rollout.evidence,
    tick: () => undefined,
    serve(event) {
      if (room === null) serve(rollout, event);
      else room.serve(event);
    },
    observe(event) {
      const ahead = (world.clocksAhead?.[event.host] ?? 0) * HOUR;
      const weight = world.undeclared ? (servedAt(rollout, event) ?? weightAt(weights, event.at)) : event.weight;
      noteBreach(rollout, event);
      rollout.late.note(event);
      if (room === null) count(rollout, event, weight, event.at + ahead);
      else room.put({ ...event, weight });
      const breached = rollout.breaches.some(({ look }) => look === rollout.look);
      const age = event.at - turnAt;
      const isEarly = age < TURN_EVERY_MS && !breached && !isDue(rollout.open.arrivals, arrivalsIn(rollout.evidence));
      if (isEarly || (age < PAUSE_MS && !breached)) return;
      turnAt = event.at;
      for (const { served, outcomes: known } of room?.settled(event.at + ahead) ?? []) {
        for (const its of served) serve(rollout, its);
        for (const its of known) count(rollout, its, its.weight, its.servedAt + ahead);
      }
      takeTurn(rollout, new Date(BEGIN + event.at + ahead).toISOString());
      if (rollout.state.weight !== engine.weight) weights.push({ at: event.at, weight: rollout.state.weight });
      engine.weight = rollout.state.weight;
      Object.assign(engine, endOf(rollout.state, rollout.judged), { unproven: rollout.state.unproven ?? [] });
    },
  };
  return engine;
}

/** The phase where it is over or waits for a person, and why. */
export function endOf({ phase }, judged) {
  if (!isOver(phase) && phase !== "inconclusive") return { phase: null };
  if (phase !== "rolled-back") return { phase, why: null };
  if (judged.breaches.length > 0) return { phase, why: "breach" };
  return { phase, why: judged.guardrails.find(({ verdict }) => verdict === "harm")?.name ?? null };
}

/** The weight that a unit was served at, where that was told. */
function servedAt({ units }, { unit }) {
  const row = units?.get(unit)?.row;
  return row?.exposed === 1 ? row.seenAt : undefined;
}

function weightAt(weights, ms) {
  return (weights.findLast(({ at }) => at <= ms) ?? weights[0]).weight;
}

function historyOf(world, n) {
  const random = seeded(`history ${n}`);
  const all = Array.from({ length: n }, () => valuesOf(world, { isCandidate: false, fate: random(), other: random() }));
  const of = (key) => all.flatMap((values) => values[key] ?? []);
  return { latency: of("latencyMs"), cost: of("costUsd") };
}

function openLook(look, plan) {
  const rollout = { seq: 1, look, plan };
  return { arrivals: 0, tallies: new Map(), returns: returnsCounter(rollout), served: servedCounter(rollout) };
}

function noteBreach(rollout, { isCandidate, breach, at }) {
  if (breach !== true || !isCandidate) return;
  rollout.breaches.push({ look: rollout.look, observation: at, kind: "unspecified" });
}

function knownUnit(rollout, unit) {
  rollout.units ??= new Map();
  let known = rollout.units.get(unit);
  if (known === undefined) rollout.units.set(unit, (known = { row: undefined, changed: false }));
  return known;
}

function minuteOf({ servedAt }) {
  return Math.floor(servedAt / 60_000);
}

/** As what `resolve` counts reaches the store: before any outcome of it, by the name that the unit was divided by. */
function serve(rollout, event) {
  const { unit, isCandidate, weight } = event;
  if (!(weight > 0 && weight < 1)) return;
  rollout.open.served.serve(
    knownUnit(rollout, unit),
    { weight: rounded(weight), candidate: isCandidate },
    minuteOf(event),
  );
}

/** As observations/rollout-count.ts counts what an agent's process served: at the weight that it says. */
function count(rollout, event, weight, ms) {
  const { unit, isCandidate, success, breach } = event;
  const { look, open, state } = rollout;
  if (!(weight > 0) || (weight === 1 && BEGIN + ms < Date.parse(state.aloneFrom ?? 0))) return;
  const { latencyMs, costUsd } = event;
  const said = { success, latencyMs, costUsd, safe: breach === undefined ? undefined : !breach };
  const request = {
    weight: rounded(weight),
    candidate: isCandidate,
    look,
    ...outcomesOf(said, rollout.caps, isCandidate),
  };
  if (!isCandidate && latencyMs !== undefined) rollout.ofControl.latency.push(latencyMs);
  if (!isCandidate && costUsd !== undefined) rollout.ofControl.cost.push(costUsd);
  const known = knownUnit(rollout, unit);
  const row = open.served.know(known, request, minuteOf(event));
  if (row !== null) known.row = row;
  open.returns.count(known.row, request, new Date(BEGIN + ms).toISOString());
  if (row === null) return;
  const sums = talliesAt(open.tallies, row.weight, isCandidate ? "candidate" : "control");
  const before = sums.success.n;
  addOutcomes(row, request, sums);
  open.arrivals += sums.success.n - before;
}

const METRICS = ["cost", "latency", "safety", "success"];

function talliesAt(tallies, weight, arm) {
  const key = `${weight} ${arm}`;
  let found = tallies.get(key);
  if (found === undefined) {
    const sums = Object.fromEntries(METRICS.map((metric) => [metric, { n: 0, sum: 0, squares: 0 }]));
    tallies.set(key, (found = { weight, arm, sums }));
  }
  return found.sums;
}

/** In the order the store gives them: weight, metric, arm. */
function countsOf({ look, open }) {
  const rows = [...open.tallies.values()].flatMap(({ weight, arm, sums }) =>
    METRICS.filter((metric) => sums[metric].n > 0).map((metric) => ({ look, weight, arm, metric, ...sums[metric] })),
  );
  const order = (a, b) => a.weight - b.weight || compare(a.metric, b.metric) || compare(a.arm, b.arm);
  const arrivals = open.served.rows().arrivals.map(([, , weight, arm, exposed, superseded]) => ({ look, weight, arm, exposed, superseded })); // prettier-ignore
  return { tallies: rows.sort(order), cohorts: [], returns: returnsIn(open.returns, look), arrivals };
}

function returnsIn(counter, look) {
  const rows = counter.rows().map(([, , hour, its, arm, n, good]) => ({ look, hour, class: its, arm, n, good }));
  return rows.sort((a, b) => a.hour - b.hour || compare(a.class, b.class) || compare(a.arm, b.arm));
}

function compare(a, b) {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** rollout/turn.ts without its store: a look, what it moves, and a whole look where that is up. */
function takeTurn(rollout, at) {
  look(rollout, false);
  const move = (late) => {
    const units = unitsIn(rollout.state, rollout.plan, rollout.evidence);
    return next(rollout.state, { type: "look", at, ...saidBy(rollout.judged), units, held: null, ...late }, rollout.plan); // prettier-ignore
  };
  const climbs = (late) => isUp(rollout.state, move(late));
  const late = climbs({}) ? rollout.late.at(Date.parse(at) - BEGIN, rollout.open.served.rows().minutes) : {};
  if (climbs(late)) look(rollout, true);
  rollout.state = move(late);
}

function isUp(before, { weight, step, phase }) {
  return weight > before.weight || step > before.step || phase === "promoted";
}

function look(rollout, isWhole) {
  const { plan, caps, open, breaches } = rollout;
  const counts = countsOf(rollout);
  const isWorth = isWorthALook(rollout, counts, breaches) || (isWhole && open.arrivals > 0);
  if (isWorth) {
    rollout.evidence = addLook(rollout.evidence, counts, plan, caps);
    rollout.look += 1;
    recap(rollout);
    rollout.late.close(open.served.rows().minutes);
    rollout.open = openLook(rollout.look, plan);
  }
  // What the closed looks say stays what it was.
  if (isWorth || rollout.judged === null) rollout.judged = judge({ plan, caps, evidence: rollout.evidence, breaches });
}

/** As rollout/refreeze.store.ts makes points anew. */
function recap(rollout) {
  for (const metric of ["latency", "cost"]) {
    const frozen = rollout.caps[metric];
    const units = rollout.evidence.metrics[metric]?.harm.control.n ?? 0;
    if (!isRatio(frozen) || !isStale(frozen, units)) continue;
    rollout.caps = {
      ...rollout.caps,
      [metric]: refreeze(frozen, rollout.ofControl[metric].slice(-NEWEST_VALUES), units),
    };
  }
}
