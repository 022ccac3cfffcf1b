import { AgentopsError } from "../../core/errors.ts";
import { parseRef, type Place } from "../../core/refs.ts";
import { releasedTarget } from "../../operations/names.ts";
import { openStore } from "../../state/open.ts";
import type { Store } from "../../state/store.ts";
import { EVERY } from "../../kill/latch.ts";
import type { CommandContext } from "../context.ts";
import { refuseNone } from "./release-context.ts";
import { environmentsOf } from "../../serving/serving.store.ts";
import { chosenEnvironment, openSwitchboard, whichOne } from "./switchboard.ts";

/** An operator's command on a release: the open store, and which target in which environment. */
export interface OperatedStore {
  store: Store;
  environment: string;
}

/** How long to wait for another writer; observers commit in milliseconds. */
const WAIT_MS = 10_000;

/** Opens the store without git, and without the config where that cannot be read; closes it after the work. */
export async function inOperatedStore<T>(
  context: CommandContext,
  work: (open: OperatedStore) => T | Promise<T>,
): Promise<T> {
  const { board, location } = openSwitchboard(context);
  // No command leaves a store behind where there is no project.
  if (!location.found) refuseNone(board.store);
  const { name: environment, note } = await chosenEnvironment(context, location);
  const store = await openStore(board.store, { durability: "full", waitMs: WAIT_MS });
  try {
    if (environment === EVERY) throw whichOne(note, await environmentsOf(store.db));
    return await work({ store, environment });
  } finally {
    await store.close();
  }
}

/** The released artifact that was named. Throws USAGE without a name, REF_INVALID, ARTIFACT_NOT_FOUND. */
export async function placeOf({ store, environment }: OperatedStore, name: unknown, example: string): Promise<Place> {
  if (typeof name !== "string") throw new AgentopsError("USAGE", "which prompt or agent?", { hint: example });
  return { environment, target: await releasedTarget(store.db, parseRef(name)) };
}
