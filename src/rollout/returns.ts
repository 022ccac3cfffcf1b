import type { Row } from "../state/tables.ts";
import {
  addToBreak,
  type BreakCell,
  breakLogE,
  type BreakProcess,
  NO_BREAK,
} from "../stats/sequential/break-process.ts";
import { meaningOf, SHOWN } from "./return-classes.ts";

/** Requests of one look, hour, class and arm. */
export type ReturnRow = Omit<Row<"returns">, "rollout">;

/** Requests of the control in a class: of all hours, and of this one, those of the last counting half, and so on. */
interface Seen {
  n: number;
  bad: number;
  lately: { n: number; bad: number };
}

/** Evidence that the candidate broke, by each request of units, whether they were counted before or not. */
export interface ReturnsEvidence {
  process: BreakProcess;
  /** ln E now. */
  logE: number;
  /** The first hour since 1970, and the last. */
  first: number;
  hour: number;
  classes: Record<string, Seen>;
  /** All requests. */
  control: { n: number; good: number };
  candidate: { n: number; good: number };
  /** Requests of the candidate that were bet on, lately. */
  lately: number;
}

/** What a rate of failure may be and is no break: so many times what is expected, or so much above. */
const [TIMES, ABOVE] = [1.6, 0.05];
/** The same where no control stands beside it, so that what hits everybody is not seen to. */
const [TIMES_ALONE, ABOVE_ALONE] = [3, 0.2];
/** How many requests what is known from before counts for: of a class without the control's, and of earlier hours. */
const [USUAL_N, EARLIER_N] = [10, 20];
const LARGEST_LIMIT = 0.99;
const HOUR_MS = 3_600_000;
/** A look is due after so many requests that are bet on, and this share of those of the last hours. */
const [LEAST_DUE, SHARE_DUE] = [5, 0.04];

/** The evidence after one more look, and undefined before there was any request. */
export function addReturns(
  before: ReturnsEvidence | undefined,
  rows: readonly ReturnRow[],
  { deadlineMs }: { deadlineMs: number },
): ReturnsEvidence | undefined {
  if (rows.length === 0) return before;
  const hour = Math.max(before?.hour ?? 0, ...rows.map((row) => row.hour));
  const first = before?.first ?? Math.min(...rows.map((row) => row.hour));
  const aged = agedTo(before, hour);
  const bets = rows.filter((row) => row.class !== SHOWN);
  const classes = withControl(aged.classes, bets);
  const cells = cellsOf(bets, classes);
  const time = { hour: hour - first, hours: Math.max(1, Math.ceil(deadlineMs / HOUR_MS)) };
  const process = addToBreak(before?.process ?? NO_BREAK, cells, time);
  return {
    ...{ process, logE: breakLogE(process), first, hour, classes },
    control: plusArm(before?.control, rows, "control"),
    candidate: plusArm(before?.candidate, rows, "candidate"),
    lately: aged.lately + betsOf(rows),
  };
}

/** Whether requests of the open look are worth closing it. */
export function areReturnsDue(rows: readonly ReturnRow[], before: ReturnsEvidence | undefined): boolean {
  return betsOf(rows) >= returnsDueAfter(before);
}

/** So many requests of the candidate make a look due. */
export function returnsDueAfter(before: Pick<ReturnsEvidence, "lately"> | undefined): number {
  return Math.max(LEAST_DUE, SHARE_DUE * (before?.lately ?? 0));
}

function betsOf(rows: readonly ReturnRow[]): number {
  return rows.reduce((sum, row) => sum + (row.arm === "candidate" && row.class !== SHOWN ? row.n : 0), 0);
}

/** What was lately counts half with every hour. */
function agedTo(before: ReturnsEvidence | undefined, hour: number): Pick<ReturnsEvidence, "classes" | "lately"> {
  if (before === undefined) return { classes: {}, lately: 0 };
  const half = 0.5 ** (hour - before.hour);
  if (half === 1) return before;
  const classes = Object.entries(before.classes).map(([name, { n, bad, lately }]): [string, Seen] => {
    return [name, { n, bad, lately: { n: lately.n * half, bad: lately.bad * half } }];
  });
  return { classes: Object.fromEntries(classes), lately: before.lately * half };
}

function withControl(before: Record<string, Seen>, rows: readonly ReturnRow[]): Record<string, Seen> {
  const classes = { ...before };
  for (const { class: name, arm, n, good } of rows) {
    if (arm !== "control") continue;
    const bad = n - good;
    // At all weights, for what has no control at its own; and at that one.
    for (const key of new Set([meaningOf(name).base, name])) {
      const seen = classes[key] ?? { n: 0, bad: 0, lately: { n: 0, bad: 0 } };
      const lately = { n: seen.lately.n + n, bad: seen.lately.bad + bad };
      classes[key] = { n: seen.n + n, bad: seen.bad + bad, lately };
    }
  }
  return classes;
}

/**
 * The candidate's requests by class, each with the rate of failure that would be no break: that of the control's requests of the class, in this
 * hour where there are enough, else before; more where the control fails more in this very look than it did; never below what the units
 * themselves have done before. The margin is wide, since a few of the candidate's units may be worse than others of their class for good.
 */
function cellsOf(rows: readonly ReturnRow[], classes: Record<string, Seen>): BreakCell[] {
  const surge = surgeOf(rows, classes);
  return rows
    .filter(({ arm }) => arm === "candidate")
    .map(({ class: name, n, good }) => {
      const { isAlone, most } = meaningOf(name);
      const rate = expected(name, classes);
      const [times, above] = isAlone ? [TIMES_ALONE, ABOVE_ALONE] : [TIMES, ABOVE];
      const now = isAlone ? rate : rate * surge;
      return { n, bad: n - good, limit: Math.min(LARGEST_LIMIT, Math.max(most, now * times, now + above)) };
    });
}

/** By the control's requests of the class at this weight; while these are few, by those at all weights where these fail more than usual. */
function expected(name: string, classes: Record<string, Seen>): number {
  const { base, isAlone, usual } = meaningOf(name);
  const all = rateIn(classes[base], usual);
  return isAlone || base === name ? all : rateIn(classes[name], Math.max(usual, all));
}

function rateIn(seen: Seen | undefined, usual: number): number {
  if (seen === undefined) return usual;
  const earlier = (seen.bad + USUAL_N * usual) / (seen.n + USUAL_N);
  return (seen.lately.bad + EARLIER_N * earlier) / (seen.lately.n + EARLIER_N);
}

/** How many times as many failures of the control there are in this look as its hour has; at least 1. */
function surgeOf(rows: readonly ReturnRow[], classes: Record<string, Seen>): number {
  let [bad, usual] = [0, 0];
  for (const { class: name, arm, n, good } of rows) {
    if (arm !== "control") continue;
    bad += n - good;
    usual += n * expected(name, classes);
  }
  return Math.max(1, (bad + 1) / (usual + 1));
}

function plusArm(
  before: { n: number; good: number } = { n: 0, good: 0 },
  rows: readonly ReturnRow[],
  arm: ReturnRow["arm"],
): { n: number; good: number } {
  return rows
    .filter((row) => row.arm === arm)
    .reduce((sum, row) => ({ n: sum.n + row.n, good: sum.good + row.good }), before);
}
