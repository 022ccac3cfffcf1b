import type { Clock } from "../core/clock.ts";
import type { Project } from "../core/project.ts";
import type { RunStore } from "../state/runs.ts";
import type { Store } from "../state/store.ts";

/** What release commands that read git work with; the store is open for an operator's changes. */
export interface ReleaseContext {
  project: Project;
  store: Store;
  runs: RunStore;
  clock: Clock;
}
