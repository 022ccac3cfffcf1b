import type { AgentopsError } from "../core/errors.ts";

/** Well under the 100 ms that are promised; one look takes microseconds. */
const LOOK_EVERY_MS = 25;

export interface Signals {
  of(name: string): AbortSignal;
  close(): void;
}

/** One abort signal a name, fired as soon as `errorOf` has an error for it; keeps no process alive. */
export function watchSignals(errorOf: (name: string) => AgentopsError | undefined): Signals {
  const controllers = new Map<string, AbortController>();
  let timer: ReturnType<typeof setInterval> | undefined;

  const look = () => {
    for (const [name, controller] of controllers) {
      const error = errorOf(name);
      if (error === undefined) continue;
      controllers.delete(name);
      controller.abort(error);
    }
    if (controllers.size === 0) stop();
  };
  const stop = () => {
    clearInterval(timer);
    timer = undefined;
  };
  return {
    of(name) {
      const controller = controllers.get(name) ?? new AbortController();
      controllers.set(name, controller);
      timer ??= setInterval(look, LOOK_EVERY_MS).unref();
      look();
      return controller.signal;
    },
    close() {
      stop();
      controllers.clear();
    },
  };
}
