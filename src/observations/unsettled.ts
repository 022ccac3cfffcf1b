import type { Value } from "../state/raw.ts";
import { cohortCounter } from "./cohort-counter.ts";
import { minuteOf } from "./exposure-token.ts";
import { insertBreaches, type OpenRollout } from "./observations.store.ts";
import { isHalf } from "./pair-counter.ts";
import { belongs, countedAt, type RolloutCount } from "./rollout-count.ts";
import type { Dated } from "./schema.ts";
import { addCorrectedAfter, insertUnsettled } from "./unsettled.store.ts";

/** Answers to cohorts are at no weight. */
const OF_A_COHORT = 0;

/** For a rollout whose units count after a time: what would count now waits in the minute it was served; a breach waits for nothing. */
export function waitingCount(rollout: OpenRollout): RolloutCount {
  const { seq, look, target, candidate, settledTo } = rollout;
  const cohorts = cohortCounter(rollout);
  const waiting: Value[][] = [];
  const breaches: Value[][] = [];
  let late = 0;

  const weightOf = (observation: Dated): number | null => {
    const place = cohorts.placeOf(observation);
    if (place !== undefined) return cohorts.serves(observation, place) ? OF_A_COHORT : null;
    return countedAt(observation, observation.version === candidate, rollout);
  };
  return {
    seqFor: (observation) => (belongs(observation, rollout) ? seq : null),
    unitOf: () => null,
    know: () => Promise.resolve(),
    count(observation, number) {
      const { version, safe, breach } = observation;
      if (version === candidate && safe === false) breaches.push([seq, look, number, breach ?? "unspecified"]);
      const [weight, isItsHalf] = [weightOf(observation), isHalf(observation, rollout)];
      if (weight === null && !isItsHalf) return;
      const minute = minuteOf(observation.servedAt);
      const said = weight === OF_A_COHORT || observation.rollout !== undefined ? weight : null;
      const exposure = isItsHalf ? (observation.exposure ?? null) : null;
      // What was no arrival had nothing to come too late for.
      if (settledTo !== null && minute < settledTo) late += Number(weight !== null);
      else waiting.push([seq, minute, number, said, exposure]);
    },
    async save(tx) {
      await insertBreaches(tx, breaches);
      await insertUnsettled(tx, waiting);
      if (late > 0) await addCorrectedAfter(tx, seq, late);
    },
    counting: () => ({ seq, target, look, breached: breaches.length > 0 }),
  };
}
