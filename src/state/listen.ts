import { pause } from "../core/pause.ts";
import type { Changes } from "./postgres/listen.ts";
import type { Store } from "./store.ts";

/** A server tells of each; a file is asked for. */
export async function listen(store: Store): Promise<Changes> {
  if (store.address.engine === "sqlite") return { next: pause, close: () => Promise.resolve() };
  const { listenTo } = await import("./postgres/listen.ts");
  return listenTo(store.address);
}
