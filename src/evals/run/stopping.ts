import type { Trial } from "./trials.store.ts";

/** Why a run ends before its trials do: it cannot go on, may not spend more, or need not go on. */
export type StopReason =
  { kind: "failed"; message: string; errorKind: string } | { kind: "budget" | "decided"; message: string };

/** Running counts of a run that is under way. */
export interface Progress {
  planned: number;
  done: number;
  errors: number;
  succeeded: number;
  /** USD spent by this process; answers from the store are free. */
  spentUsd: number;
}

/** Errors that every further trial would meet too. */
const HOPELESS = new Set(["auth", "spend", "not-found", "certificate"]);
/** So many errors without one answer are no accident. */
const PATIENCE = 20;

/**
 * Whether an error ends the run now, so that a dead endpoint or a wrong key costs seconds and not the whole suite.
 * @param rescued a fallback model answered, so that something can be measured; of a model that never answers, though, nothing is by more of it
 */
export function stopAfterError(
  { kind, message }: NonNullable<Trial["error"]>,
  progress: Progress,
  remote: boolean,
  rescued: boolean,
): StopReason | undefined {
  const answered = progress.done - progress.errors;
  if (HOPELESS.has(kind)) return { kind: "failed", message, errorKind: kind };
  if (kind === "network" && answered === 0 && !rescued) return { kind: "failed", message, errorKind: kind };
  if (remote && answered === 0 && progress.errors >= PATIENCE) return { kind: "failed", message, errorKind: kind };
  return undefined;
}

/** Keeps spending under a limit by reserving the dearest trial seen for each one under way. */
export interface Budget {
  /** True when one more trial may start now; false when it must wait or the money is gone. */
  mayStart(): boolean;
  started(): void;
  finished(costUsd: number | null, fromStore: boolean): void;
  /** Whether so much more may be spent now, beside what is reserved. */
  affords(costUsd: number): boolean;
  /** What was spent beside what trials cost themselves; null = nobody knows. */
  spend(costUsd: number | null): void;
  /** True when nothing is under way and the next trial could overspend. */
  exhausted(): boolean;
  /** True when a trial cost money nobody knows the amount of. */
  unknownPrice(): boolean;
}

/**
 * @param maxUsd limit; until the first price is known, one trial runs at a time.
 */
export function createBudget(maxUsd: number): Budget {
  let spent = 0;
  let underWay = 0;
  let dearest: number | undefined;
  let unknown = false;
  const fits = () =>
    dearest === undefined ? underWay === 0 && maxUsd > 0 : spent + dearest * (underWay + 1) <= maxUsd;
  return {
    mayStart: () => !unknown && fits(),
    started: () => {
      underWay += 1;
    },
    finished: (costUsd, fromStore) => {
      underWay -= 1;
      if (fromStore) return;
      if (costUsd === null) unknown = true;
      else {
        spent += costUsd;
        dearest = Math.max(dearest ?? 0, costUsd);
      }
    },
    affords: (costUsd) => !unknown && spent + (dearest ?? 0) * underWay + costUsd <= maxUsd,
    spend: (costUsd) => {
      if (costUsd === null) unknown = true;
      else spent += costUsd;
    },
    exhausted: () => underWay === 0 && !fits(),
    unknownPrice: () => unknown,
  };
}
