import { setMaxListeners } from "node:events";

const watchers = new WeakMap<AbortSignal, Set<() => void>>();

/**
 * Calls back when the signal aborts; returns how to stop watching. A run's one signal is watched by every call under
 * way, thousands of times in all: one listener and a set cost a tenth of a listener each.
 */
export function onAbort(signal: AbortSignal, callback: () => void): () => void {
  let set = watchers.get(signal);
  if (set === undefined) {
    set = new Set();
    watchers.set(signal, set);
    watch(signal, set);
  }
  const watching = set;
  watching.add(callback);
  return () => {
    watching.delete(callback);
  };
}

function watch(signal: AbortSignal, callbacks: Set<() => void>): void {
  setMaxListeners(0, signal);
  signal.addEventListener(
    "abort",
    () => {
      for (const callback of [...callbacks]) callback();
    },
    { once: true },
  );
}
