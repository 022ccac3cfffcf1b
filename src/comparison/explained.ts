import { caseOutcome, type TrialOutcome } from "../evals/result/outcomes.ts";
import type { RunStore } from "../state/runs.ts";
import { caseMeans, type CaseMeans, type Pairs } from "./pairs/pair.ts";
import type { Column, RunColumns } from "./pairs/run-columns.ts";
import type { ScorerChange } from "./schema.ts";
import { differences } from "./metrics/tested.ts";

interface Sides {
  control: RunColumns;
  candidate: RunColumns;
  pairs: Pairs;
}

/**
 * What each scorer did over the shared cases, the one that explains the change of success first: it went the same way in most of
 * the cases that changed. None is left out; what only one side has cannot be compared, and stands last.
 */
export function scorerChanges(store: RunStore, sides: Sides, success: CaseMeans): ScorerChange[] {
  const { control, candidate, pairs } = sides;
  const changed = new Map(Array.from(differences(success), (d, i) => [success.at[i] as number, d]));
  const total = [...changed.values()].reduce((sum, d) => sum + d, 0);
  const both = control.scorers.flatMap(({ name, required }, before) => {
    const after = candidate.scorers.findIndex((s) => s.name === name);
    if (after === -1) return [];
    const means = caseMeans(pairs, control.passes[before] as Column, candidate.passes[after] as Column);
    return [{ ...moved(means, changed), name, required: required || (candidate.scorers[after]?.required ?? true) }];
  });
  const ranked = both.sort((a, b) => weight(b, total) - weight(a, total) || Math.abs(b.difference) - Math.abs(a.difference)); // prettier-ignore
  return [
    ...ranked.map(({ worst, best, ...change }): ScorerChange => {
      const at = total > 0 ? (best ?? worst) : (worst ?? best);
      return { ...change, ...(at === null ? NO_CASE : told(store, sides, change.name, at, at === worst)) };
    }),
    ...onOneSide(control, candidate),
  ];
}

const NO_CASE = { case: null, reason: null };

/** Cases that changed as the whole did, with this scorer going the same way; the required ones decide success. */
function weight(
  { required, regressions, improvements }: { required: boolean; regressions: number; improvements: number },
  total: number,
): number {
  const same = total < 0 ? regressions : total > 0 ? improvements : Math.max(regressions, improvements);
  return required ? 2 * same : same;
}

/** @param changed the change of success of each shared case, by its place among the pairs */
function moved(means: CaseMeans, changed: ReadonlyMap<number, number>) {
  const counts = { regressions: 0, improvements: 0 };
  const most = { worst: null as number | null, best: null as number | null };
  const size = { worst: 0, best: 0 };
  for (const [i, difference] of differences(means).entries()) {
    const pair = means.at[i] as number;
    const success = changed.get(pair) ?? 0;
    if (difference < 0 && success < 0) counts.regressions += 1;
    if (difference > 0 && success > 0) counts.improvements += 1;
    // Where success did not change, the scorer's own change is shown all the same.
    const [down, up] = [Math.min(0, difference) + Math.min(0, success), Math.max(0, difference) + Math.max(0, success)];
    if (difference < 0 && down < size.worst) [most.worst, size.worst] = [pair, down];
    if (difference > 0 && up > size.best) [most.best, size.best] = [pair, up];
  }
  const mean = (values: Float64Array) => values.reduce((sum, v) => sum + v, 0) / values.length;
  const [control, candidate] = [mean(means.control), mean(means.candidate)];
  return { control, candidate, difference: candidate - control, ...counts, ...most };
}

/** The case that shows it most, and what the scorer said of the side where it failed. */
function told(
  store: RunStore,
  { control, candidate, pairs }: Sides,
  name: string,
  pair: number,
  fell: boolean,
): Pick<ScorerChange, "case" | "reason"> {
  const [arm, rows] = fell ? [candidate, pairs.candidate] : [control, pairs.control];
  const { trials } = caseOutcome(store, arm.run, rows[pair] as number);
  return { case: pairs.ids[pair] ?? null, reason: failureOf(trials, name) };
}

function failureOf(trials: readonly TrialOutcome[], name: string): string | null {
  for (const { scores } of trials) {
    const failed = scores.find((s) => s.name === name && !s.pass);
    if (failed !== undefined) return failed.reason;
  }
  return null;
}

function onOneSide(control: RunColumns, candidate: RunColumns): ScorerChange[] {
  const alone = (own: RunColumns, other: RunColumns) =>
    own.scorers.filter(({ name }) => !other.scorers.some((s) => s.name === name));
  const none = { control: null, candidate: null, difference: null, regressions: 0, improvements: 0, ...NO_CASE };
  return [...alone(control, candidate), ...alone(candidate, control)].map(({ name, required }) => ({
    ...none,
    name,
    required,
  }));
}
