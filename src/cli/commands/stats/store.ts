import { openStore, type RunStore, storeFile } from "../../../state/store.ts";
import type { CommandContext } from "../../context.ts";

/** Opens the project's store for as long as it is used; plans that name no run need neither. */
export async function withStore<T>(context: CommandContext, use: (store: RunStore) => Promise<T>): Promise<T> {
  const project = await context.project();
  const store = openStore(storeFile(project.root, context.shell.env), { durability: "normal" });
  try {
    return await use(store);
  } finally {
    await store.close();
  }
}
