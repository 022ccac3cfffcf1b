import type { CollectLimits } from "./limits.ts";
import { comeAgain } from "./refusal.ts";

/** Bytes that requests hold in memory, counted as they come: a client that announces much and sends nothing holds nothing. */
export interface HeldBytes {
  readonly now: number;
  /** What one request holds. */
  open(): Holding;
}

export interface Holding {
  /** Throws a Refusal, 429, when all together would hold too much. */
  add(bytes: number): void;
  release(): void;
}

export function heldBytes({ heldBytes: most }: Pick<CollectLimits, "heldBytes">): HeldBytes {
  let now = 0;
  return {
    get now() {
      return now;
    },
    open() {
      let own = 0;
      return {
        add(bytes) {
          if (now + bytes > most) throw comeAgain("full", "too much is on its way already", 1);
          now += bytes;
          own += bytes;
        },
        release() {
          now -= own;
          own = 0;
        },
      };
    },
  };
}
