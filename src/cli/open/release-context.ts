import { existsSync } from "node:fs";
import { AgentopsError } from "../../core/errors.ts";
import { EVERY } from "../../kill/latch.ts";
import type { StoreAddress } from "../../state/address.ts";
import type { ReleaseContext } from "../../operations/context.ts";
import { openStore } from "../../state/open.ts";
import type { Store } from "../../state/store.ts";
import type { CommandContext } from "../context.ts";
import { addressFor } from "./address.ts";
import { runsOf } from "./runs.ts";
import { chosenEnvironment, openSwitchboard } from "./switchboard.ts";

/** Nobody stops serving while this waits, and a rollback must get through. */
const WAIT_MS = 10_000;

/** Opens project and store for an operator's change, does the work and closes the store. */
export async function withRelease<T>(context: CommandContext, work: (release: ReleaseContext) => T | Promise<T>) {
  const project = await context.project();
  const store = await openStore(addressFor(context.shell, project), { durability: "full" });
  try {
    const runs = runsOf(context, project);
    try {
      return await work({ project, store, runs, clock: context.clock });
    } finally {
      await runs.close();
    }
  } finally {
    await store.close();
  }
}

/**
 * The store and the environment, found without what a broken config could stop; null where only the store can tell which one. Throws
 * ARTIFACT_NOT_FOUND where there is no store.
 */
export async function inReleaseStore<T>(
  context: CommandContext,
  work: (store: Store, environment: string | null) => Promise<T>,
): Promise<T> {
  const { board, location } = openSwitchboard(context);
  refuseNone(board.store);
  const { name } = await chosenEnvironment(context, location);
  const store = await openStore(board.store, { durability: "full", waitMs: WAIT_MS });
  try {
    return await work(store, name === EVERY ? null : name);
  } finally {
    await store.close();
  }
}

/** No command leaves a store behind where nothing was released. */
export function refuseNone({ file, shown }: StoreAddress): void {
  if (file === null || existsSync(file)) return;
  throw new AgentopsError("ARTIFACT_NOT_FOUND", `nothing was released here: there is no store ${shown}`, {
    hint: "-C DIR, or AGENTOPS_STORE, says where the project is",
  });
}
