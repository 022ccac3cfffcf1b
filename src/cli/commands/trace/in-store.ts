import type { Project } from "../../../core/project.ts";
import { openStore } from "../../../state/open.ts";
import type { Store } from "../../../state/store.ts";
import type { CommandContext } from "../../context.ts";
import { addressFor } from "../../open/address.ts";
import { openSwitchboard } from "../../open/switchboard.ts";

/** The store of the traces, which may have no project beside it. */
export async function inTraceStore<T>(context: CommandContext, work: (store: Store) => Promise<T>): Promise<T> {
  const { board } = openSwitchboard(context);
  const store = await openStore(board.store, { durability: "full" });
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

/** A project's store, which is made where there is none yet. */
export async function withTraces<T>(context: CommandContext, project: Project, work: (store: Store) => Promise<T>): Promise<T> { // prettier-ignore
  const store = await openStore(addressFor(context.shell, project), { durability: "full" });
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}
