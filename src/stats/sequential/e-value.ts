/** JSON has no infinity, and nobody needs more than e^690. */
const LARGEST_LOG = 690;

/** E of its natural logarithm, as a number that can be written down. */
export function eValue(log: number): number {
  return Math.exp(Math.min(log, LARGEST_LOG));
}
