import type { Project } from "../../core/project.ts";
import { openRuns, type RunStore } from "../../state/runs.ts";
import { openStore } from "../../state/open.ts";
import type { CommandContext } from "../context.ts";
import { addressFor, runsFileFor } from "./address.ts";

/** Opens the file of a project's runs; the store that others share only when something of it is needed: calibrations and evidence decide on releases. */
export function runsOf({ shell }: CommandContext, project: Project): RunStore {
  const shared = () => openStore(addressFor(shell, project), { durability: "full" });
  return openRuns(runsFileFor(shell, project), shared, { durability: "normal" });
}

/** The same for as long as it is used. */
export async function withRuns<T>(context: CommandContext, use: (runs: RunStore) => Promise<T>): Promise<T> {
  const runs = runsOf(context, await context.project());
  try {
    return await use(runs);
  } finally {
    await runs.close();
  }
}
