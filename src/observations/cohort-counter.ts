import { NO_SUMS, type CohortSums } from "../rollout/evidence.ts";
import { cohortFinder } from "../serving/cohorts.ts";
import type { Value } from "../state/raw.ts";
import type { OpenRollout } from "./observations.store.ts";
import type { Dated } from "./schema.ts";

/** Counts answers to cohorts, which are in no comparison: nobody drew who is of them. */
export interface CohortCounter {
  /** The place of the unit's cohort in the plan; undefined where it is of none, or got a copy. */
  placeOf(observation: Dated): number | undefined;
  /** Whether it is an answer of this rollout to the cohort at a place. */
  serves(observation: Dated, place: number): boolean;
  /** Counts an answer to a unit of the cohort at a place; true where it is one of the candidate's. */
  count(observation: Dated, place: number, isNew: boolean): boolean;
  /** As `addCohortCounts` takes them. */
  rows(): Value[][];
}

export function cohortCounter(rollout: OpenRollout): CohortCounter {
  const { cohorts = [] } = rollout.plan;
  const find = cohorts.length === 0 ? () => undefined : cohortFinder(cohorts);
  const since = cohorts.map((_, place) => servedSince(rollout, place));
  const sums: CohortSums[] = cohorts.map(() => ({ ...NO_SUMS }));
  const serves = ({ servedAt, rollout: by }: Dated, place: number) =>
    // Who was served by this rollout was so at its step, whatever the clocks say; what another one served is not its own.
    by === undefined ? servedAt >= (since[place] ?? "~") : by === rollout.id && since[place] !== undefined;
  return {
    serves,
    placeOf: ({ unit, shadow }) => (unit === undefined || shadow === true ? undefined : find(unit)),
    count(observation, place, isNew) {
      const { version, success } = observation;
      const its = sums[place];
      const isCandidate = version === rollout.candidate;
      if (its === undefined || !serves(observation, place)) return false;
      if (!isCandidate) {
        its.control += 1;
        return false;
      }
      its.answers += 1;
      its.succeeded += Number(success);
      its.units += Number(isNew);
      return true;
    },
    rows: () =>
      sums.flatMap(({ answers, succeeded, units, control }, place) => {
        const name = cohorts[place]?.name;
        if (name === undefined || answers + control === 0) return [];
        return [[rollout.seq, rollout.look, name, answers, succeeded, units, control]];
      }),
  };
}

/** When the step of the cohort at a place began; undefined before. */
function servedSince({ weights }: OpenRollout, place: number): string | undefined {
  return weights.find(({ step, phase }) => (phase === "progressing" || phase === "promoting") && step >= place)?.at;
}
