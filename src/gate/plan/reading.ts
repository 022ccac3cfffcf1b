import type { Project } from "../../core/project.ts";
import type { RunOptions } from "../../evals/run-suite.ts";
import type { RunStore } from "../../state/runs.ts";

/** What a plan is made from; nothing of it is changed. */
export interface Reading {
  project: Project;
  /** The runs of this machine, opened to read; an empty store where there are none. */
  store: RunStore;
  /** A store in memory, in which cases are laid out to be counted. */
  scratch: RunStore;
  /** Keys of requests that are planned so far. */
  asked: Set<string>;
  /** ISO 8601, UTC. */
  now: string;
}

export interface PlanGateOptions extends Pick<
  RunOptions,
  "cwd" | "trials" | "selection" | "maxCostUsd" | "noCache" | "model"
> {
  earlyStop?: boolean;
}
