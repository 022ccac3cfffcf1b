import { AgentopsError } from "../../core/errors.ts";
import type { RunStore } from "../../state/runs.ts";
import type { Gone } from "../../state/watch-file.ts";
import { isStored } from "./runs.store.ts";

const LOOK_EVERY_MS = 200;

/** Ends a run whose store is gone: each further answer would be paid for, and lost. Throws STORE_FAILED; looks at most five times a second. */
export function storeWatch(store: RunStore, run: string, now: () => number): () => void {
  let lookedAt = -Infinity;
  return () => {
    if (now() - lookedAt < LOOK_EVERY_MS) return;
    lookedAt = now();
    refuse(store, run, store.gone());
  };
}

/** Throws STORE_FAILED unless whoever opens the store's file now finds the run in it. */
export function requireStored(store: RunStore, run: string): void {
  refuse(store, run, store.gone() ?? (isStored(store, run) ? null : "replaced"));
}

function refuse({ file }: RunStore, run: string, gone: Gone | null): void {
  if (gone === null) return;
  const rest = gone === "replaced" ? "; what runs may still show of it is a rest of the old file's journal" : "";
  throw new AgentopsError(
    "STORE_FAILED",
    `the store ${file} was ${gone} while run ${run} was under way: nothing of the run is stored`,
    {
      hint: `run it again when nothing else moves, restores or cleans the store${rest}`,
      details: { run, store: file, gone },
    },
  );
}

/** Whether that is why a run ended. */
export function isLost(error: unknown): boolean {
  return error instanceof AgentopsError && error.details?.["gone"] !== undefined;
}
