import { EVERY } from "../release/kill/latch.ts";
import type { Switchboard } from "../release/kill/switchboard.ts";
import type { ReleaseContext } from "../release/serving/context.ts";
import { openStore, storeFile } from "../state/store.ts";
import type { CommandContext } from "./context.ts";
import { findSwitchboard } from "./switchboard.ts";

/** Nobody stops serving while this waits, and a rollback must get through. */
const WAIT_MS = 10_000;

/** Opens project and store for an operator's change, does the work and closes the store. */
export async function withRelease<T>(context: CommandContext, work: (release: ReleaseContext) => T | Promise<T>) {
  const project = await context.project();
  const store = openStore(storeFile(project.root, context.shell.env), { durability: "full" });
  try {
    return await work({ project, store, clock: context.clock });
  } finally {
    await store.close();
  }
}

/** The store and the environment without what a broken config could stop; null where only the store can tell which one. */
export async function releaseBoard(
  context: CommandContext,
): Promise<{ board: Switchboard; environment: string | null }> {
  const quiet = { ...context, note: () => undefined };
  const { board, environment } = await findSwitchboard(quiet);
  return { board: { ...board, waitMs: WAIT_MS }, environment: environment === EVERY ? null : environment };
}
