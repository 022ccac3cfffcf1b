import type { Trial } from "./trials.store.ts";

/** USD a trial cost; null = money was spent, nobody knows how much. A failed call may have been free. */
export function spentOn({ error, output, costUsd, judgeCostUsd, retryCostUsd }: Trial): number | null {
  const answer = error !== null && output === null ? 0 : costUsd;
  return answer === null || judgeCostUsd === null ? null : answer + judgeCostUsd + retryCostUsd;
}
