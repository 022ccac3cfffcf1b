/** Fewer say nothing of how late the last ones come. */
const LEAST_KNOWN = 50;
/** What is "usual": this share of the outcomes has come by then. */
const USUAL = 0.99;
const SHORTEST_MS = 60_000;

/** The longest usual delay of an outcome, and how many say so. */
export interface UsualDelay {
  /** Upper bound of the power of two of seconds that holds it; 0 below a minute, and where too little is known. */
  ms: number;
  outcomes: number;
}

/** Outcomes of a kind that came so late. */
export interface Bucket {
  success: number;
  bucket: number;
  n: number;
}

/** Which bucket of `delays` a delay is in: 0 up to a second, then b for more than 2^(b−1) and up to 2^b seconds. */
export function delayBucket(ms: number): number {
  return Math.max(0, Math.ceil(Math.log2(Math.max(1, ms / 1000))));
}

/** How late failures and successes are usually known, apart; the later of both. */
export function usualDelayIn(rows: readonly Bucket[]): UsualDelay {
  const kinds = [0, 1].map((success) => rows.filter((row) => row.success === success));
  const ms = Math.max(...kinds.map(longestOf));
  return { ms: ms < SHORTEST_MS ? 0 : ms, outcomes: countOf(rows) };
}

function longestOf(buckets: readonly Bucket[]): number {
  const all = countOf(buckets);
  if (all < LEAST_KNOWN) return 0;
  let come = 0;
  const last = [...buckets].sort((a, b) => a.bucket - b.bucket).find(({ n }) => (come += n) >= USUAL * all);
  return last === undefined ? 0 : 1000 * 2 ** last.bucket;
}

function countOf(buckets: readonly Bucket[]): number {
  return buckets.reduce((sum, { n }) => sum + n, 0);
}
