import { BOT, HOUR } from "./traffic.js";

/** What a request would come to in an arm: the rate of success by arm, hour, unit and whether the candidate has broken. */
export function rateOf(world, isCandidate, ms, unit, isBroken = false) {
  const { rates, drift, unitShift, tenant, bot = 0, botRate = 0.5, breaks } = world;
  if (isCandidate && isBroken) return breaks.to;
  if (bot > 0 && unit === BOT) return botRate;
  const hour = ms / HOUR;
  let rate = isCandidate ? rates.candidate : rates.control;
  if (drift !== undefined) rate += drift(hour);
  if (unitShift !== undefined) rate += unitShift(unit);
  if (tenant !== undefined && isOfTenant(tenant, unit) && tenant.isDown(hour)) rate = tenant.downRate;
  return Math.min(1, Math.max(0, rate));
}

/** Units have no order that their number could tell. */
function isOfTenant({ share }, unit) {
  return ((Math.imul(unit, 2654435761) >>> 0) % 1000) / 1000 < share;
}

/** Hours until the outcome is known; Infinity where nobody ever reports it. `fate` is uniform in [0, 1). */
export function delayOf({ delay, lost }, { isCandidate, success, fate }) {
  const arm = isCandidate ? "candidate" : "control";
  const kind = success ? "success" : "failure";
  if (lost !== undefined && fate < (lost[arm]?.[kind] ?? 0)) return Infinity;
  return delay?.[arm]?.[kind] ?? 0;
}

/** What a request took and cost in an arm, lognormal; absent where the world says nothing of it. */
export function valuesOf({ latency, cost }, { isCandidate, fate, other }) {
  if (latency === undefined && cost === undefined) return {};
  const normal = Math.sqrt(-2 * Math.log(1 - other)) * Math.cos(2 * Math.PI * fate);
  const value = ({ sigma, times }, scale) => scale * Math.exp(sigma * normal) * (isCandidate ? times : 1);
  return {
    ...(latency !== undefined && { latencyMs: value(latency, 400) }),
    ...(cost !== undefined && { costUsd: value(cost, 0.01) }),
  };
}

const SECOND = 1 / 3600;
const NONE = [];

/**
 * What else is reported of one outcome: { hours, unit } each. A failure that is tried again is reported each time, two seconds apart; a
 * stranger sends what was read again, as the same units or as units that were made up.
 */
export function copiesOf({ retries = 0, replay }, { isCandidate, success, unit, fate, i }) {
  if (retries === 0 && replay === undefined) return NONE;
  const copies = [];
  if (!success) for (let n = 1; n <= retries; n++) copies.push({ hours: 2 * n * SECOND, unit });
  if (replay !== undefined && replay.of(isCandidate, success) && fate < replay.share)
    for (let n = 1; n <= replay.times; n++)
      copies.push({ hours: replay.afterHours, unit: replay.asNewUnits ? `forged-${i}-${n}` : unit });
  return copies;
}
