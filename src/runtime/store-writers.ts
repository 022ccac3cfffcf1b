import type { BatchWriter } from "./backlog.ts";
import type { ExposureWriter } from "./exposure-queue.ts";
import type { StoreThread } from "./store-thread.ts";

/** Whoever ends says so, unless the store is busy. */
export const END_WAIT_MS = 250;

type EnvironmentNow = () => string | null;

/** @param before what is to be written before observations are */
export function batchWriter(thread: StoreThread, environmentNow: EnvironmentNow, before: () => void): BatchWriter {
  return {
    write(observations, behind) {
      const environment = environmentNow();
      if (environment === null)
        return "no environment says where this was observed: new AgentOps({ env }) or AGENTOPS_ENV";
      before();
      thread.write({ type: "write", environment, observations, behind });
      return null;
    },
    receive() {
      thread.receive();
    },
    wait: (ms) => thread.wait("written", ms),
    close() {
      thread.end(END_WAIT_MS);
      thread.close();
    },
  };
}

export function exposureWriter(thread: StoreThread, source: string, environmentNow: EnvironmentNow): ExposureWriter {
  return {
    expose(batch) {
      const environment = environmentNow();
      if (environment !== null) thread.expose({ type: "expose", environment, source, ...batch });
      return environment !== null;
    },
    receive() {
      thread.receive();
    },
    wait: (ms) => thread.wait("exposed", ms),
  };
}
