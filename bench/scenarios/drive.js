import { copiesOf, delayOf, rateOf, valuesOf } from "./outcomes.js";
import { delayQueue } from "./queue.js";
import { HOUR } from "./traffic.js";

/**
 * Sends one run's traffic through an engine. An engine has `weight` (the candidate's share now), `phase` (null while it is under way),
 * `tick(ms)` before each request, `serve(event)` when one is served (where the engine counts that), `observe(outcome)` when an outcome arrives (a promise only where a store is asked), `units()` of the
 * candidate it has counted, and `why` and `evidence()` where it can say.
 *
 * Harm is what the candidate failed and the control would have answered, in the first `harmHours` (24), however the rollout ended; traffic
 * goes on after a promotion, and nobody watches it then.
 */
export async function drive(engine, world, traffic) {
  const run = { queue: delayQueue(), known: new Set(), served: 0, harmed: 0, brokeAt: Infinity, endedAt: 0 };
  const [end, harmEnd] = [world.hours * HOUR, (world.harmHours ?? 24) * HOUR];
  for (let i = 0; i <= traffic.at.length; i++) {
    const ms = i < traffic.at.length ? traffic.at[i] : end;
    while (engine.phase === null && run.queue.next() <= ms) {
      const asked = deliver(run, engine, world, run.queue.pop());
      // Nobody waits where no store is asked: it would take longer than the engine.
      if (asked !== undefined) await asked;
    }
    if (engine.phase === null) {
      run.endedAt = ms;
      engine.tick(ms);
    }
    if (i === traffic.at.length || engine.phase === "rolled-back" || engine.phase === "invalid") break;
    if (engine.phase !== null && (ms > harmEnd || !canHarm(world))) break;
    const known = serve(run, engine, world, traffic, i, ms <= harmEnd);
    const asked = known === null ? undefined : deliver(run, engine, world, known);
    if (asked !== undefined) await asked;
  }
  const { served, harmed, endedAt } = run;
  return {
    ...{
      verdict: engine.phase ?? "open",
      why: engine.why ?? null,
      unproven: engine.unproven ?? [],
      units: engine.units(),
      served,
      harmed,
    },
    ...{ hours: endedAt / HOUR, evidence: engine.evidence?.() ?? null },
  };
}

function canHarm({ rates, breaks }) {
  return rates.candidate < rates.control || breaks !== undefined;
}

function deliver(run, engine, world, event) {
  run.endedAt = event.at;
  noteBreak(run, world, event);
  return engine.observe(event);
}

/** A candidate may break at an hour, or once so many units are known. */
function noteBreak(run, { breaks }, event) {
  if (breaks?.afterUnits === undefined || run.brokeAt < Infinity) return;
  run.known.add(event.unit);
  if (run.known.size >= breaks.afterUnits) run.brokeAt = event.at;
}

/** Gives the candidate or the control; the outcome where it is known at once, else it is on its way, or lost. */
function serve(run, engine, world, traffic, i, isHarmCounted) {
  const { devices = 0, breaks } = world;
  const [ms, unit, fate] = [traffic.at[i], traffic.unit[i], traffic.fate[i]];
  // Who has two devices is divided by the device, and reported by one name.
  const onOther = devices > 0 && unit % 1000 < devices * 1000 && traffic.other[i] < 0.5;
  const isCandidate = engine.weight >= 1 || traffic.bucketOf(unit, onOther) < engine.weight;
  const isBroken = ms >= Math.min(run.brokeAt, (breaks?.afterHours ?? Infinity) * HOUR);
  const draw = traffic.success[i];
  const success = draw < rateOf(world, isCandidate, ms, unit, isBroken);
  if (isCandidate && engine.phase === null) run.served += 1;
  if (isCandidate && isHarmCounted && !success && draw < rateOf(world, false, ms, unit)) run.harmed += 1;
  if (engine.phase !== null) return null;
  if (engine.serve !== undefined && !world.unexposed)
    engine.serve({ servedAt: ms, unit, isCandidate, weight: engine.weight });
  const hours = delayOf(world, { isCandidate, success, fate });
  if (hours === Infinity) return null;
  const breach = breachOf(world, traffic.other[i], isCandidate);
  const values = valuesOf(world, { isCandidate, fate, other: traffic.other[i] });
  const sent = { servedAt: ms, isCandidate, success, ...values, weight: engine.weight, breach, host: Math.floor(fate * 3) }; // prettier-ignore
  for (const copy of copiesOf(world, { isCandidate, success, unit, fate, i }))
    run.queue.push({ ...sent, at: ms + (hours + copy.hours) * HOUR, unit: copy.unit });
  const event = { ...sent, at: ms + hours * HOUR, unit };
  if (hours === 0) return event;
  run.queue.push(event);
  return null;
}

/** Undefined where nobody looks for breaches. */
function breachOf({ breach }, draw, isCandidate) {
  return breach === undefined ? undefined : draw < (isCandidate ? breach.candidate : breach.control);
}
