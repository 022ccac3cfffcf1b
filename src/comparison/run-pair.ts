import type { RunRow } from "../evals/run/runs.store.ts";

/** What makes two runs comparable, the most telling first: a pair that shares more is taken before a newer one. */
const LIKENESS: readonly ((a: RunRow, b: RunRow) => boolean)[] = [
  (a, b) => a.suite === b.suite,
  (a, b) => a.dataset === b.dataset,
  (a, b) => a.suiteDigest === b.suiteDigest,
  (a, b) => a.model === b.model,
  (a, b) => a.trials === b.trials,
];

/**
 * The runs to compare: of the same suite where there is a choice, as alike as possible, then the newest. Two runs that were
 * named are taken as they are. Undefined when a side has none.
 */
export function chooseRuns(
  control: readonly RunRow[],
  candidate: readonly RunRow[],
  suite?: string,
): [RunRow, RunRow] | undefined {
  let best: { pair: [RunRow, RunRow]; likeness: number } | undefined;
  for (const after of candidate) {
    for (const before of control) {
      if (before.id === after.id) continue;
      if (suite !== undefined && (before.suite !== suite || after.suite !== suite)) continue;
      const likeness = likenessOf(before, after);
      const chosen = control.length > 1 || candidate.length > 1;
      if (chosen && before.suite !== after.suite) continue;
      if (best === undefined || likeness > best.likeness) best = { pair: [before, after], likeness };
    }
  }
  return best?.pair;
}

function likenessOf(a: RunRow, b: RunRow): number {
  const different = LIKENESS.findIndex((same) => !same(a, b));
  return different === -1 ? LIKENESS.length : different;
}
