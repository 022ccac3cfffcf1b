import type { Store } from "./store.ts";

/** Waits for operators' changes by others. */
export interface Changes {
  /** Resolves after a change, or after some milliseconds. Throws when the connection is lost. */
  next(ms: number): Promise<void>;
  close(): Promise<void>;
}

/** A server tells of each; a file is asked for. */
export async function listen(store: Store): Promise<Changes> {
  if (store.address.engine === "sqlite") return { next: pauseOf, close: () => Promise.resolve() };
  const { listenTo } = await import("./postgres/listen.ts");
  return listenTo(store.address);
}

function pauseOf(ms: number): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, ms));
}
