import type { RolloutPlan } from "./schema.ts";

const HOUR = 3_600_000;
/** Less than a whole day says nothing of who comes: it has its hours. */
export const LEAST_HOURS = 24;
/** Of the units at most, that a rollout begins with where nobody said so and a smaller share could be left at all. */
const LARGEST_FIRST = 0.05;

/** Who came before a rollout began. */
export interface Reach {
  /** Requests an hour, over the last days. */
  perHour: number;
  /** The newest of them, which the rest is of. */
  requests: number;
  /** Those without a unit are one each. */
  units: number;
  /** Of these, the ones that first came in the later half of the requests. */
  newUnits: number;
  /** From the first of the requests to the last. */
  hours: number;
}

/**
 * @param requests from the oldest to the newest: when, ISO 8601, and whose, null for nobody known; null comes of fewer than two moments
 * @param perHour of all, whose rate a few minutes of them would not tell
 */
export function reachOf(requests: readonly { at: string; unit: string | null }[], perHour: number): Reach | null {
  const [first, last] = [requests[0], requests.at(-1)];
  if (first === undefined || last === undefined) return null;
  const hours = (Date.parse(last.at) - Date.parse(first.at)) / HOUR;
  if (!(hours > 0)) return null;
  const known = new Set<string>();
  const count = (some: typeof requests) => {
    let fresh = 0;
    for (const { unit } of some) {
      if (unit !== null && known.has(unit)) continue;
      fresh += 1;
      if (unit !== null) known.add(unit);
    }
    return fresh;
  };
  const half = Math.floor(requests.length / 2);
  const before = count(requests.slice(0, half));
  const newUnits = count(requests.slice(half));
  return { perHour, requests: requests.length, units: before + newUnits, newUnits, hours };
}

type Step = Pick<RolloutPlan, "stepObservations" | "stepMs" | "deadlineMs">;

/** Units that a share can have by the deadline: of those that are known, and of those that come new as they did. */
export function unitsAt(
  weight: number,
  { units, newUnits, hours }: Reach,
  { deadlineMs }: Pick<Step, "deadlineMs">,
): number {
  const newPerHour = newUnits / (hours / 2);
  return weight * (units + newPerHour * Math.max(0, deadlineMs / HOUR - hours));
}

/** Whether a step can have the units it needs before the deadline. */
export function canBeLeft(weight: number, reach: Reach, step: Step): boolean {
  return unitsAt(weight, reach, step) >= step.stepObservations;
}

/**
 * Steps without the first ones that cannot be left, or that would take longer than a step's time for nothing: what a candidate harms is the
 * units it takes to see it, and at a larger share, up to 5 %, these come sooner.
 */
export function fittedSteps(steps: readonly number[], reach: Reach, step: Step): number[] {
  const inTime = reach.perHour * (step.stepMs / HOUR);
  const isVain = (weight: number, after: number) =>
    !canBeLeft(weight, reach, step) || (after <= LARGEST_FIRST && weight * inTime < step.stepObservations);
  let first = 0;
  while ((steps[first + 1] ?? 1) < 1 && isVain(steps[first] as number, steps[first + 1] as number)) first += 1;
  return steps.slice(first);
}
