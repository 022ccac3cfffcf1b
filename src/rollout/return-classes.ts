/** What a unit's requests were like before this hour. */
interface Before {
  n: number;
  good: number;
}

/** Of requests that are not bet on: only shown. */
export const SHOWN = "-";
/** Ends the class of a request at a weight of 1, beside which there is no control. */
const ALONE = "!";
/** Before the weight of any other. */
const AT = "@";

/** From so many requests on; the largest share of failures of each class, which is the last one's 1. */
const CLASSES = [
  { from: 10, most: [0.02, 0.1, 0.25, 0.5, 1] },
  { from: 3, most: [0, 0.25, 0.5, 1] },
  { from: 1, most: [0, 1] },
];
/** Of a unit that was never seen. */
const NEW = { usual: 0.1, most: 0 };

/**
 * The class of a request by its unit's own history, how long it is and how many of it failed, and by the weight it was drawn at: where successes
 * are known later than failures, what is known of a weight depends on how long ago it was in force.
 */
export function classOf({ n, good }: Before, weight: number): string {
  const length = CLASSES.find(({ from }) => n >= from);
  const bad = n === 0 ? 0 : (n - good) / n;
  const name = length === undefined ? "0" : `${length.from}.${length.most.findIndex((most) => bad <= most)}`;
  return name + (weight === 1 ? ALONE : `${AT}${weight}`);
}

/** Which of a unit's requests in an hour are bet on: fewer the more there are, and no more than it had before, so that none speaks for many. */
export function isBetOn(nth: number, { n }: Before): boolean {
  return nth <= Math.max(1, n) && (nth === 1 || nth === 2 || nth === 4 || nth === 8);
}

/** What a class says by itself: the usual rate of failure where no control was seen, and the largest it has had before. */
export function meaningOf(name: string): { base: string; isAlone: boolean; usual: number; most: number } {
  const isAlone = name.endsWith(ALONE);
  const base = isAlone ? name.slice(0, -1) : (name.split(AT)[0] ?? name);
  const [from, at] = base.split(".").map(Number);
  const most = CLASSES.find((length) => length.from === from)?.most;
  if (most === undefined || at === undefined) return { base, isAlone, ...NEW };
  const [high, low] = [most[at] ?? 1, most[at - 1] ?? 0];
  // A unit of a few requests that were all good, or all bad, is rarely like that for ever.
  return {
    base,
    isAlone,
    usual: Math.min(0.9, Math.max(0.1, (high + low) / 2)),
    most: high > 0.5 && from === 10 ? high : 0,
  };
}
