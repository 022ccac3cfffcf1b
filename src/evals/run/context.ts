import type { Clock } from "../../core/clock.ts";
import type { Project } from "../../core/project.ts";
import type { RunStore } from "../../state/runs.ts";

/** What every eval needs from its shell. */
export interface EvalContext {
  project: Project;
  store: RunStore;
  clock: Clock;
  random: () => number;
  actor: string;
  signal: AbortSignal;
  /** A line for the person; each distinct warning once. */
  warn: (message: string) => void;
}
