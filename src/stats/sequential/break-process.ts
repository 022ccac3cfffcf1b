/** Evidence that failures became much more common at some moment, which nobody knows before: plain data. */
export interface BreakProcess {
  /** The last hour since the first one that money was set free for; -1 before any. */
  hour: number;
  /** Money that later hours have. */
  kept: number;
  /** Money at hand, not bet yet. */
  hand: number;
  /** ln of what is bet, for each rate of failure that is bet on. */
  logWealth: readonly number[];
  /** The largest ln E at any look so far. */
  peak: number;
}

/** Outcomes of one kind: how many, how many failures, and the rate of failure that is as good as before at most. */
export interface BreakCell {
  n: number;
  bad: number;
  limit: number;
}

/** Rates of failure that are bet on, in equal shares. */
const RATES = [0.5, 0.75, 0.98];
/** Nearer to the limit nothing can be won. */
const LEAST_GAP = 0.05;
/** Of the money at hand, what so many outcomes leave. */
const [LEFT, OUTCOMES] = [7 / 8, 8];
/** ln of no money; JSON has no infinity. */
const NOTHING = -1e6;

export const NO_BREAK: BreakProcess = { hour: -1, kept: 1, hand: 0, logWealth: RATES.map(() => NOTHING), peak: 0 };

/**
 * The process after outcomes that came in one look. A process starts with every look: the money for hour s, in proportion to 1/(s + 1) and 1 in
 * all until the last hour, comes to hand when the hour begins, and a look bets a share of what is at hand, more where it has more outcomes. What
 * is bet is multiplied for a failure by q/limit, for a success by (1 − q)/(1 − limit), for each rate q above the limit.
 *
 * While the chance of a failure, given what was before, is at most the limit, each factor has a mean of at most 1, so E, all the money there is,
 * is a supermartingale from 1, and P(E ever ≥ 1/α) ≤ α. Which outcome is in which look must not depend on what it is.
 *
 * Source: Shin, Ramdas and Rinaldo (2023), New England J. Stat. Data Sci. 2:229 (e-detectors; starts in shares that sum to 1); Ville (1939).
 * @param hour since the first one; @param hours until the last one, at least 1
 * @throws RangeError on counts or limits that cannot be
 */
export function addToBreak(
  state: BreakProcess,
  cells: readonly BreakCell[],
  { hour, hours }: { hour: number; hours: number },
): BreakProcess {
  for (const cell of cells) check(cell);
  const n = cells.reduce((sum, cell) => sum + cell.n, 0);
  const freed = Math.min(state.kept, shareOf(state.hour, hour, hours));
  const atHand = state.hand + freed;
  const bet = n === 0 ? 0 : atHand * (1 - LEFT ** (n / OUTCOMES));
  const start = bet === 0 ? NOTHING : Math.log(bet / RATES.length);
  const logWealth = RATES.map((rate, j) =>
    Math.max(NOTHING, plusLog(state.logWealth[j] as number, start) + logFactor(cells, rate)),
  );
  const after = { hour: Math.max(state.hour, hour), kept: state.kept - freed, hand: atHand - bet, logWealth };
  return { ...after, peak: Math.max(state.peak, breakLogE(after)) };
}

/** ln E now. */
export function breakLogE({ kept, hand, logWealth }: Omit<BreakProcess, "peak">): number {
  const logs = [...logWealth, ...(kept + hand > 0 ? [Math.log(kept + hand)] : [])];
  const top = Math.max(...logs);
  return top + Math.log(logs.reduce((sum, log) => sum + Math.exp(log - top), 0));
}

/** Of all the money, the hours' after one until another. */
function shareOf(after: number, until: number, hours: number): number {
  let sum = 0;
  for (let s = after + 1; s <= Math.min(until, hours - 1); s++) sum += 1 / (s + 1);
  return sum / harmonic(hours);
}

function harmonic(hours: number): number {
  let sum = 0;
  for (let s = 1; s <= hours; s++) sum += 1 / s;
  return sum;
}

function logFactor(cells: readonly BreakCell[], rate: number): number {
  return cells.reduce((sum, { n, bad, limit }) => {
    if (rate < limit + LEAST_GAP) return sum;
    return sum + bad * Math.log(rate / limit) + (n - bad) * Math.log((1 - rate) / (1 - limit));
  }, 0);
}

/** ln(e^a + e^b); what is next to nothing stays nothing. */
function plusLog(a: number, b: number): number {
  if (b <= NOTHING) return a;
  const [top, low] = a > b ? [a, b] : [b, a];
  return top + Math.log1p(Math.exp(low - top));
}

function check({ n, bad, limit }: BreakCell): void {
  const counts = Number.isInteger(n) && Number.isInteger(bad) && bad >= 0 && bad <= n;
  if (!counts || !(limit > 0 && limit <= 1)) {
    throw new RangeError(`impossible counts: ${bad} failures of ${n}, limit ${limit}`);
  }
}
