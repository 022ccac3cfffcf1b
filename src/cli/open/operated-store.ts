import { existsSync } from "node:fs";
import { AgentopsError } from "../../core/errors.ts";
import { parseRef, type Place } from "../../core/refs.ts";
import { releasedTarget } from "../../operations/names.ts";
import { connect, type Sqlite } from "../../state/connection.ts";
import { EVERY } from "../../kill/latch.ts";
import type { CommandContext } from "../context.ts";
import { findSwitchboard } from "./switchboard.ts";

/** An operator's command on a release: the open store, and which target in which environment. */
export interface OperatedStore {
  sqlite: Sqlite;
  /** The store's file. */
  store: string;
  environment: string;
}

/** How long to wait for another writer; observers commit in milliseconds. */
const WAIT_MS = 10_000;

/** Opens the store without git, and without the config where that cannot be read; closes it after the work. */
export async function inOperatedStore<T>(
  context: CommandContext,
  work: (open: OperatedStore) => T | Promise<T>,
): Promise<T> {
  const { board, environment, location } = await findSwitchboard(context);
  // No command leaves a store behind where there is no project.
  if (!location.found && !existsSync(board.store))
    throw new AgentopsError("ARTIFACT_NOT_FOUND", `nothing was released here: there is no store ${board.store}`, {
      hint: "-C DIR, or AGENTOPS_STORE, says where the project is",
    });
  if (environment === EVERY) throw new AgentopsError("USAGE", "say which environment: --env NAME");
  const sqlite = connect(board.store, { durability: "full", waitMs: WAIT_MS });
  try {
    return await work({ sqlite, store: board.store, environment });
  } finally {
    sqlite.close();
  }
}

/** The released artifact that was named. Throws USAGE without a name, REF_INVALID, ARTIFACT_NOT_FOUND. */
export function placeOf({ sqlite, environment }: OperatedStore, name: unknown, example: string): Place {
  if (typeof name !== "string") throw new AgentopsError("USAGE", "which prompt or agent?", { hint: example });
  return { environment, target: releasedTarget(sqlite, parseRef(name)) };
}
