import { existsSync } from "node:fs";
import { AgentopsError } from "../../core/errors.ts";
import type { Project } from "../../core/project.ts";
import type { StoreAddress } from "../../state/address.ts";
import { openStore } from "../../state/open.ts";
import type { Store } from "../../state/store.ts";
import type { CommandContext } from "../context.ts";
import { addressFor } from "./address.ts";
import { openSwitchboard } from "./switchboard.ts";

/** The store of the traces, which may have no project beside it. Throws TRACE_NOT_FOUND where there is none: who reads leaves none behind. */
export async function inTraceStore<T>(context: CommandContext, work: (store: Store) => Promise<T>): Promise<T> {
  const { board } = openSwitchboard(context);
  const { file, shown } = board.store;
  if (file !== null && !existsSync(file))
    throw new AgentopsError("TRACE_NOT_FOUND", `nothing was seen here yet: there is no store ${shown}`, {
      hint: "agentops trace import FILE   or -C DIR, or AGENTOPS_STORE, says where the store is",
    });
  return whileOpen(board.store, work);
}

/** A project's store, which is made where there is none yet. */
export function withTraces<T>(
  context: CommandContext,
  project: Project,
  work: (store: Store) => Promise<T>,
): Promise<T> {
  // prettier-ignore
  return whileOpen(addressFor(context.shell, project), work);
}

async function whileOpen<T>(address: StoreAddress, work: (store: Store) => Promise<T>): Promise<T> {
  const store = await openStore(address, { durability: "full" });
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}
