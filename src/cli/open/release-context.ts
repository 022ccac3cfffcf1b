import { existsSync } from "node:fs";
import { chooseEnvironment } from "../../core/environments.ts";
import { AgentopsError } from "../../core/errors.ts";
import { EVERY } from "../../kill/latch.ts";
import type { Switchboard } from "../../kill/switchboard.ts";
import type { ReleaseContext } from "../../operations/context.ts";
import { openStore, storeFile } from "../../state/store.ts";
import type { CommandContext } from "../context.ts";
import { openSwitchboard } from "./switchboard.ts";

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

/**
 * The store and the environment, found without what a broken config could stop; null where only the store can tell which one. Throws
 * ARTIFACT_NOT_FOUND where there is no store.
 */
export async function releaseBoard(
  context: CommandContext,
): Promise<{ board: Switchboard; environment: string | null }> {
  const { board, location } = openSwitchboard(context);
  if (!existsSync(board.store)) {
    throw new AgentopsError("ARTIFACT_NOT_FOUND", `nothing was released here: there is no store ${board.store}`, {
      hint: "-C DIR, or AGENTOPS_STORE, says where the project is",
    });
  }
  const given = context.flags.env ?? context.shell.env["AGENTOPS_ENV"];
  const { name } = await chooseEnvironment(location, given === "" ? undefined : given, EVERY);
  return { board: { ...board, waitMs: WAIT_MS }, environment: name === EVERY ? null : name };
}
