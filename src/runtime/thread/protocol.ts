import type { Kill } from "../../kill/latch.ts";
import type { Observation } from "../../observations/schema.ts";
import type { ServedRows } from "../../serving/snapshot.store.ts";
import type { StoreAddress } from "../../state/address.ts";

/** What the thread is started with. */
export interface ThreadData {
  address: StoreAddress;
  /** Whether it keeps the main thread informed of what is killed and served: of a file, that reads itself. */
  reads: boolean;
  /** Where what was last read is kept for a restart without the server; null where there is no folder for it. */
  lastGood: string | null;
  /** Of the process, also for the thread that comes after one that ended. */
  id: string;
  /** Which environment it serves; null where none was named. */
  environment: string | null;
  /** Four counters, of answers to writes, of readings, of the end and of answers to exposures: whoever waits for one sleeps on it. */
  counters: SharedArrayBuffer;
}

export const WRITTEN = 0;
export const READ = 1;
export const ENDED = 2;
export const EXPOSED = 3;

/** One batch, in the order it came. */
export interface Write {
  type: "write";
  environment: string;
  observations: readonly Observation[];
  /** Batches before it whose answer the main thread did not know: with one of them unwritten, this one would be out of order. */
  behind: number;
}

/** Answers of one version in one minute, where a rollout divides at one weight. */
export interface CountedExposures {
  target: string;
  version: string;
  rollout?: string | undefined;
  weight?: number | undefined;
  /** Since 1970. */
  minute: number;
  /** To nobody in particular. */
  n: number;
  /** Who else, and how often each. */
  units: string[];
  counts: number[];
}

/** What was served, before the outcomes of it; the same number again where nobody knows what became of it. */
export interface Expose {
  type: "expose";
  environment: string;
  source: string;
  batch: number;
  exposures: readonly CountedExposures[];
}

export interface Exposed {
  type: "exposed";
  /** The store will never take it. */
  refused: boolean;
  /** Why it was not written; null when it was. */
  problem: string | null;
}

/** Asks for a reading now, also where nothing is new. */
export interface Look {
  type: "look";
}

/** The process ends: the thread says goodbye in the store. */
export interface End {
  type: "end";
}

export type Answer = Written | Exposed | Reading | { type: "ended" };

/** What became of a batch: all of it was handled, or nothing was. */
export interface Written {
  type: "written";
  /** In the store now, repeats of an id included. */
  recorded: number;
  /** The store will never take them. */
  refused: number;
  /** Of those recorded, how many are of what the store does not know, and the first of them in words; absent where there is none. */
  unknown?: { n: number; first: string };
  /** Why nothing was written, and whether another writer was in the way; null when it was. */
  problem: { why: string; locked: boolean } | null;
}

export interface Reading {
  type: "reading";
  /** What is killed and served, and the contents that were not told before; null where nothing new could be read. */
  rows: { kills: readonly Kill[]; served: ServedRows } | null;
  problem: string | null;
}
