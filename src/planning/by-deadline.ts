import { arrivalsForShare, type Stretch } from "../stats/planning/canary-planning.ts";
import { nonInferioritySettings, type ProcessSettings } from "../stats/sequential/canary-engine.ts";
import type { Found, PlanNote } from "./found.ts";
import type { RolloutForecast } from "./schema.ts";

/** One kind of candidate: what it is tested for, at what level. */
export interface Question {
  settings: ProcessSettings;
  candidate: number;
  alpha: number;
}

/** What decides how many arrivals count in time. */
interface Deadline {
  alpha: number;
  perHour: number;
  settleHours: number;
  deadlineHours: number;
}

/** Nine of ten rollouts know by the deadline. */
const SHARE = 0.9;

/** Arrivals by which nine of ten know. */
export function knownBy({ settings, candidate, alpha }: Question, ramp: readonly Stretch[], baseline: number): number {
  return arrivalsForShare(settings, { control: baseline, candidate }, openEnded(ramp), {
    alpha,
    share: SHARE,
    learns: true,
  });
}

/** The last step below 1 lasts until there is an answer. */
export function openEnded(ramp: readonly Stretch[]): Stretch[] {
  return ramp.map((stretch, i) => (i < ramp.length - 1 ? stretch : { ...stretch, arrivals: Infinity }));
}

/** What the traffic shows in time. */
export function shownInTime(
  harmful: Question,
  ramp: readonly Stretch[],
  baseline: number,
  request: Deadline,
): RolloutForecast["byDeadline"] {
  return { drop: leastDrop(harmful, ramp, baseline, request), margin: leastMargin(ramp, baseline, request) };
}

/** The smallest drop that nine of ten rollouts find by the deadline, with the bets of this plan; null where they find none. */
function leastDrop(harmful: Question, ramp: readonly Stretch[], baseline: number, request: Deadline) {
  const found = (drop: number) => knownBy({ ...harmful, candidate: baseline - drop }, ramp, baseline) <= untilDeadline(request); // prettier-ignore
  return leastOf(found, baseline);
}

/** The smallest margin that nine of ten candidates as good as the control are shown to keep by the deadline. */
function leastMargin(ramp: readonly Stretch[], baseline: number, request: Deadline) {
  const shown = (margin: number) =>
    knownBy({ settings: nonInferioritySettings(margin, baseline), candidate: baseline, alpha: request.alpha }, ramp, baseline) <= untilDeadline(request); // prettier-ignore
  return leastOf(shown, baseline);
}

/** Arrivals that count by then. */
function untilDeadline({ deadlineHours, settleHours, perHour }: Deadline): number {
  return Math.max(0, deadlineHours - settleHours) * perHour;
}

const GRID = 1000;

/** In tenths of a point, below the baseline. */
function leastOf(holds: (difference: number) => boolean, baseline: number): number | null {
  const end = Math.ceil(baseline * GRID) - 1;
  if (end < 1 || !holds(end / GRID)) return null;
  let [missed, found] = [0, end];
  while (found - missed > 1) {
    const middle = Math.floor((missed + found) / 2);
    if (holds(middle / GRID)) found = middle;
    else missed = middle;
  }
  return found / GRID;
}

/** What nine of ten know only after it is paused as inconclusive. */
export function pastDeadline(forecast: Found<RolloutForecast>, fewer: number[] | null): PlanNote[] {
  const { deadlineHours, byDeadline, harmful, harmless, perHour } = forecast;
  const isLate = ({ p90 }: { p90: { hours: number } }) => p90.hours > deadlineHours;
  const late = [harmful, harmless].filter(isLate);
  if (late.length === 0) return [];
  return [
    {
      ...{ code: "past-deadline", deadlineHours, perHour, steps: fewer },
      hours: Math.max(...late.map(({ p90 }) => p90.hours)),
      drop: isLate(harmful) ? byDeadline.drop : undefined,
      margin: isLate(harmless) ? byDeadline.margin : undefined,
    },
  ];
}

/** The longest end of the steps with which nine of ten of both kinds are decided by the deadline; null where none is. */
export function fewerSteps(
  questions: readonly Question[],
  ramp: readonly Stretch[],
  baseline: number,
  request: Deadline & { steps: readonly number[] },
): number[] | null {
  const isDecided = (from: number) =>
    questions.every((question) => knownBy(question, ramp.slice(from), baseline) <= untilDeadline(request));
  const from = ramp.findIndex((_, step) => step > 0 && isDecided(step));
  return from === -1 ? null : request.steps.slice(from);
}
