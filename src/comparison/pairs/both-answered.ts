import type { RunStore } from "../../state/runs.ts";
import { caseCount, differingCases, type RunRow } from "../../evals/run/runs.store.ts";
import { caseNames, trialsIn } from "./columns.store.ts";

/** A case that two runs answered. */
export interface BothAnswered {
  case: string;
  /** What it depends on others with, where the suite says so. */
  cluster: string | null;
  control: boolean;
  candidate: boolean;
}

/** Cases of two runs by their first scored answers, in the order of the control's dataset; the others are counted. */
export function bothAnswered(
  store: RunStore,
  control: RunRow,
  candidate: RunRow,
): { cases: BothAnswered[]; unscored: number; unmatched: number } {
  const differ = differingCases(store, control.dataset, candidate.dataset);
  const theirs = new Map(firstAnswers(store, candidate).map((answer) => [answer.case, answer]));
  const cases: BothAnswered[] = [];
  let [unscored, unmatched] = [0, 0];
  for (const { case: id, cluster, success } of firstAnswers(store, control)) {
    const other = theirs.get(id);
    if (other === undefined || differ.has(id)) unmatched += 1;
    else if (success === null || other.success === null) unscored += 1;
    else cases.push({ case: id, cluster: cluster ?? other.cluster, control: success, candidate: other.success });
  }
  return { cases, unscored, unmatched };
}

interface FirstAnswer {
  case: string;
  cluster: string | null;
  /** Null where no trial was scored. */
  success: boolean | null;
}

/** Of each case the first trial that was scored: further ones say more of the same case, and are no case of their own. */
function firstAnswers(store: RunStore, run: RunRow): FirstAnswer[] {
  const found = [...caseNames(store, run.dataset)].map(([id, cluster]): FirstAnswer => ({ case: id, cluster, success: null })); // prettier-ignore
  for (const [row, isError, passed] of trialsIn(store, run.id, caseCount(store, run.dataset))) {
    const answer = found[row];
    if (isError === 0 && answer?.success === null) answer.success = passed === 1;
  }
  return found;
}
