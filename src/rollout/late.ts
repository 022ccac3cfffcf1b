import { eValue } from "../stats/sequential/e-value.ts";
import { sampleRatioLogE } from "../stats/sequential/sample-ratio.ts";
import type { RolloutPlan } from "./schema.ts";

/** What a look knows of outcomes that are still to come; asked only where its step could otherwise be left. */
export interface Late {
  /** The longest usual delay of either arm's outcomes by now. */
  usualDelayMs?: number;
  /** Of each arm's units that were served longer ago than that and than the time to settle, the share without an outcome; null: nobody told. */
  open?: ({ control: number; candidate: number } & Differs) | null;
}

/** Evidence that one arm lacks more than the other: at 1,000 that is no chance. */
interface Differs {
  e: number;
}

/** Chance to say so of arms that are alike. */
const DIFFERS_ALPHA = 0.001;

/** Units of both arms that were served in an hour, and those of them without an outcome. */
export interface ServedHour {
  control: { exposed: number; open: number };
  candidate: { exposed: number; open: number };
}

/** What is open of each arm, as shares of what was served, and whether the arms differ in it. Null where nobody said who was served. */
export function openIn(hours: readonly ServedHour[]): NonNullable<Late["open"]> | null {
  const sum = (arm: "control" | "candidate", of: "exposed" | "open") =>
    hours.reduce((all, hour) => all + hour[arm][of], 0);
  const share = (arm: "control" | "candidate") =>
    sum(arm, "exposed") === 0 ? 0 : sum(arm, "open") / sum(arm, "exposed");
  if (sum("control", "exposed") + sum("candidate", "exposed") === 0) return null;
  const [control, candidate] = [sum("control", "open"), sum("candidate", "open")];
  // What the candidate's part would be if each hour's were as it was served: less scattered than the draws that the e-value is made for.
  const expected = hours.reduce((all, hour) => all + partOf(hour) * (hour.control.open + hour.candidate.open), 0);
  const weight = control + candidate === 0 ? 0 : expected / (control + candidate);
  const logE = sampleRatioLogE([{ weight, control, candidate }]);
  return { control: share("control"), candidate: share("candidate"), e: eValue(logE) };
}

function partOf({ control, candidate }: ServedHour): number {
  const all = control.exposed + candidate.exposed;
  return all === 0 ? 0 : candidate.exposed / all;
}

/** The same with its threshold, for a reader; null where nothing is known. */
export function differsIn({ open }: Late): { e: number; threshold: number } | null {
  return open === undefined || open === null ? null : { e: open.e, threshold: 1 / DIFFERS_ALPHA };
}

/** What of that a step waits for. */
export interface OutcomesWait {
  /** Outcomes of so long are still to come, or should have come. */
  lastMs: number;
  /** The arm of which too many did not, and the share of the other one; null where it is only too early. */
  open: { arm: "control" | "candidate"; share: number; other: number; most: number } | null;
  /** Shares of both arms where they differ in it. */
  differ: { control: number; candidate: number; e: number; threshold: number } | null;
}

/** How long a unit waits until it counts; 0: as its outcome arrives. */
export function settleMsOf({ outcomes }: Pick<RolloutPlan, "outcomes">): number {
  return outcomes?.settleMs ?? 0;
}

/** What came later than this is unusual. */
export function lateMs(plan: RolloutPlan, { usualDelayMs = 0 }: Late): number {
  return Math.max(settleMsOf(plan), usualDelayMs);
}

/** @param timeMs what is left of a step as long as outcomes are late */
export function outcomesWait(plan: RolloutPlan, late: Late, timeMs: number): OutcomesWait | null {
  const lastMs = lateMs(plan, late);
  const open = openArm(plan, late);
  const differ = differing(plan, late);
  return open === null && differ === null && !(lastMs > 0 && timeMs > 0) ? null : { lastMs, open, differ };
}

/** What has settled without an outcome is a failure where the plan says so, and open no more; where nothing settles none becomes one. */
function failsWithout({ settleMs, missing }: NonNullable<RolloutPlan["outcomes"]>): boolean {
  return missing === "failure" && settleMs > 0;
}

/** The arm that lacks more, where that is too much. */
function openArm({ outcomes }: RolloutPlan, { open }: Late): OutcomesWait["open"] {
  if (outcomes === undefined || open === undefined || open === null || failsWithout(outcomes)) return null;
  const [arm, other] = open.candidate >= open.control ? (["candidate", "control"] as const) : (["control", "candidate"] as const); // prettier-ignore
  return open[arm] > outcomes.maxOpen ? { arm, share: open[arm], other: open[other], most: outcomes.maxOpen } : null;
}

/** What one arm lacks and the other has may be what was bad. */
function differing({ outcomes }: RolloutPlan, late: Late): OutcomesWait["differ"] {
  const differs = differsIn(late);
  if (outcomes === undefined || failsWithout(outcomes) || differs === null || late.open == null) return null;
  return differs.e < differs.threshold ? null : { ...late.open, ...differs };
}
