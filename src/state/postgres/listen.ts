import type { StoreAddress } from "../address.ts";
import { closePool, openPool } from "./pool.ts";

/** Waits for operators' changes by others. */
export interface Changes {
  /** Resolves after a change, or after some milliseconds. Throws when the connection is lost. */
  next(ms: number): Promise<void>;
  close(): Promise<void>;
}

const WAIT_MS = 1000;

/** A connection of its own that waits for the channel which operators' transactions notify at their commit. */
export async function listenTo({ location }: StoreAddress): Promise<Changes> {
  const pool = await openPool({ url: location, max: 1, waitMs: WAIT_MS, answerMs: WAIT_MS });
  const client = await pool.connect();
  let lost: Error | undefined;
  let changed = false;
  let wake = () => {};
  const tell = () => {
    changed = true;
    wake();
  };
  client.on("notification", tell);
  const end = (error?: Error) => {
    lost = error ?? new Error("Connection terminated");
    wake();
  };
  client.on("error", end);
  client.on("end", end);
  try {
    await client.query("LISTEN agentops");
  } catch (error) {
    client.release(true);
    await closePool(pool);
    throw error;
  }
  return {
    async next(ms) {
      if (!changed && lost === undefined) await woken(ms, (wakeUp) => (wake = wakeUp));
      changed = false;
      if (lost !== undefined) throw lost;
    },
    async close() {
      client.off("end", end);
      client.release(true);
      await pool.end();
    },
  };
}

function woken(ms: number, waker: (wake: () => void) => void): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    waker(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}
