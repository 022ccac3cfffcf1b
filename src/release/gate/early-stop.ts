import type { Arm } from "../../evals/arm.ts";
import type { Watch } from "../../evals/run-trials.ts";
import type { TrialRow } from "../../evals/runs.store.ts";
import type { Check } from "../evaluation.schema.ts";
import { signLogE } from "../../stats/sign-e-process.ts";

/**
 * Level of the early stop. The final comparison calls a candidate that is no worse "worse" in at most 2.5 % of runs (its
 * two-sided 5 %); with this on top a gate that may stop early still blocks at most 5 % of them.
 */
const ALPHA = 0.025;
/** E-value that ends the run: Ville's inequality bounds the chance to ever reach it by ALPHA, whenever one looks. */
const EARLY_STOP_E = 1 / ALPHA;

/** What the sign e-process has seen. */
export interface EarlyStop {
  watch: Watch;
  /** Cases that got worse and better so far, and the e-value against "no worse". */
  evidence(): { regressions: number; improvements: number; e: number };
}

/**
 * Watches a candidate's run case by case against its control and ends it when regressions outnumber improvements beyond
 * chance. Cases are looked at in the order of the dataset, never in that of answers, so that slow cases cannot bias it.
 *
 * @param trials a case is looked at when it has so many
 */
export function createEarlyStop(control: Arm, trials: number): EarlyStop {
  const waiting = new Map<number, { done: number; scored: number; passed: number }>();
  const counts = { regressions: 0, improvements: 0 };
  let next = 0;
  const look = () => {
    for (let c = waiting.get(next); c !== undefined && c.done === trials; c = waiting.get(next)) {
      waiting.delete(next);
      const change = changeOf(control, next, c);
      if (change < 0) counts.regressions += 1;
      if (change > 0) counts.improvements += 1;
      next += 1;
    }
  };
  const e = () => Math.exp(signLogE(counts.regressions, counts.improvements));
  return {
    watch: (run, trial) => {
      // Another dataset numbers its cases differently.
      if (run.dataset !== control.run.dataset) return undefined;
      count(waiting, trial);
      look();
      return e() >= EARLY_STOP_E ? message(counts.regressions, counts.improvements) : undefined;
    },
    evidence: () => ({ ...counts, e: e() }),
  };
}

function count(waiting: Map<number, { done: number; scored: number; passed: number }>, trial: TrialRow): void {
  const found = waiting.get(trial.caseSeq) ?? { done: 0, scored: 0, passed: 0 };
  found.done += 1;
  if (trial.isError === 0) {
    found.scored += 1;
    found.passed += trial.passed ?? 0;
  }
  waiting.set(trial.caseSeq, found);
}

/** Candidate − control of one case; 0 where one of them was not scored. */
function changeOf(control: Arm, seq: number, candidate: { scored: number; passed: number }): number {
  const n = control.success.n[seq] as number;
  if (n === 0 || candidate.scored === 0) return 0;
  return candidate.passed / candidate.scored - (control.success.total[seq] as number) / n;
}

function message(regressions: number, improvements: number): string {
  return `stopped early: ${regressions} cases got worse and ${improvements} better than with the control, beyond chance`;
}

/** The check that failed when a run was ended early. */
export function earlyStopCheck({ regressions, improvements, e }: ReturnType<EarlyStop["evidence"]>): Check {
  return {
    name: "earlyStop",
    threshold: EARLY_STOP_E,
    observed: e,
    ci95: null,
    policy: "interval",
    verdict: "fail",
    reason: `${regressions} cases got worse and ${improvements} better than with the control: e-value ${Number(e.toPrecision(3))}, ${EARLY_STOP_E} decides`,
  };
}
