import { AgentopsError, messageOf } from "../../core/errors.ts";
import type { EvalCase } from "../../scorers/scorer.ts";
import { storeCodeOf } from "../../state/why-not.ts";
import type { RunStore } from "../../state/runs.ts";
import type { Answering } from "./answering.ts";
import { fallbackAnswerFinder, type FallbackTrial, fallbackWriter } from "./fallback-trials.store.ts";
import { spentOn } from "./spent.ts";
import type { Budget } from "./stopping.ts";
import { runTrial, type TrialContext } from "./trial.ts";
import { answerFinder, type Trial } from "./trials.store.ts";

/** What came of it for one trial. */
export interface FellBack {
  /** Some fallback model gave an answer. */
  answered: boolean;
  /** USD, beside what the trial itself cost; null = nobody knows. */
  spentUsd: number | null;
}

export interface Fallbacks {
  /** Asks for a trial whose provider failed, and stores who was asked. Throws only when the run was aborted, or what the store throws. */
  ask(failed: Trial, evalCase: EvalCase, signal: AbortSignal): Promise<FellBack>;
  /** A model that cost money nobody knows the amount of. */
  unpriced(): string | undefined;
}

interface Setup {
  store: RunStore;
  answering: Answering;
  /** Pins, in the order they are asked. */
  models: readonly string[];
  trials: TrialContext;
  noCache: boolean;
  budget: Budget | undefined;
  /** Told once that the money is not enough. */
  broke: () => void;
}

const NOBODY: FellBack = { answered: false, spentUsd: 0 };

/**
 * The fallback models of a run: each in order until one answers, also with a refusal or a bad answer. A trial stays the error of the pinned
 * model that it is; what the others answered is kept apart.
 */
export function createFallbacks({ store, answering, models, trials, noCache, budget, broke }: Setup): Fallbacks {
  if (models.length === 0) return { ask: () => Promise.resolve(NOBODY), unpriced: () => undefined };
  const write = fallbackWriter(store);
  const stored = noCache ? () => undefined : storedFinder(store);
  const arms = models.map((model, position) => ({ model, position, dearest: 0 }));
  let unpriced: string | undefined;
  const askAll = async (failed: Trial, evalCase: EvalCase, signal: AbortSignal): Promise<FellBack> => {
    const asked: FallbackTrial[] = [];
    for (const arm of arms) {
      if (answered(asked.at(-1))) break;
      if (budget?.affords(arm.dearest) === false) {
        broke();
        break;
      }
      const { model, position } = arm;
      const context = { ...trials, ...(await answering.fallback(model)), stored };
      const trial = await runTrial(context, failed.caseSeq, evalCase, failed.trial, signal);
      asked.push({ ...trial, position, model });
      const usd = trial.fromCache ? 0 : spentOn(trial);
      budget?.spend(usd);
      if (usd === null) unpriced = model;
      else arm.dearest = Math.max(arm.dearest, usd);
    }
    writing(store, () => {
      write(asked);
    });
    return { answered: answered(asked.at(-1)), spentUsd: total(asked) };
  };
  // Under a cap one after the other, because nobody has reserved money for them.
  const inTurn = budget === undefined ? <T>(work: () => Promise<T>) => work() : queue();
  return { ask: (...about) => inTurn(() => askAll(...about)), unpriced: () => unpriced };
}

/** Where a scorer failed the answer is there all the same. */
function answered(trial: Trial | undefined): boolean {
  return trial !== undefined && (trial.error === null || trial.output !== null);
}

function total(trials: readonly Trial[]): number | null {
  const costs = trials.map((trial) => (trial.fromCache ? 0 : spentOn(trial)));
  return costs.reduce((sum, usd) => (sum === null || usd === null ? null : sum + usd), 0);
}

function storedFinder(store: RunStore): TrialContext["stored"] {
  const finders = [answerFinder(store), fallbackAnswerFinder(store)];
  return (key) => {
    for (const find of finders) {
      const found = find(key);
      if (found !== undefined) return found;
    }
    return undefined;
  };
}

function queue(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const next = last.then(work, work);
    last = next.catch(() => undefined);
    return next;
  };
}

function writing({ file }: RunStore, write: () => void): void {
  try {
    write();
  } catch (error) {
    throw new AgentopsError(storeCodeOf(error), `cannot write to the store ${file}: ${messageOf(error)}`, {
      cause: error,
    });
  }
}
