import type { Clock } from "../../core/clock.ts";
import { type Received, receive, type ReceiveOptions } from "../../traces/receive.ts";
import type { WireSpan } from "../../traces/wire/span.ts";
import { atMost } from "./at-most.ts";
import { type GroupCommit, groupCommit } from "./group-commit.ts";
import { type HeldBytes, heldBytes } from "./held-bytes.ts";
import type { CollectLimits } from "./limits.ts";
import { isStoreTrouble, storeTroubleText } from "./store-trouble.ts";

export interface CollectOptions extends ReceiveOptions {
  clock: Clock;
  /** What every request must carry; null: nothing. */
  token: string | null;
  limits: CollectLimits;
  /** What went wrong, in a line: the store's trouble as it begins and ends, and bugs of ours. */
  onTrouble: (line: string) => void;
}

/** What has come since the start. */
export interface CollectCounts {
  requests: number;
  /** New ones, durable. */
  spans: number;
  repeated: number;
  /** Spans that were left out, of requests that were taken. */
  rejected: number;
  /** Requests that were not taken. */
  refused: number;
}

/** What all requests of a collector share. */
export interface Collector extends CollectOptions {
  counts: CollectCounts;
  held: HeldBytes;
  commits: GroupCommit<readonly WireSpan[], unknown>;
  /** Requests of which something is still to come, or to be unpacked. */
  arriving: number;
  /** Whole requests that have no answer yet. */
  waiting: number;
  /** A gzip of a few kilobytes may unpack to all that is allowed, so few do at once. */
  unpacking: <T>(work: () => Promise<T>) => Promise<T>;
  isStopping: boolean;
}

const UNPACKING = 2;

export function newCollector(options: CollectOptions): Collector {
  const counts: CollectCounts = { requests: 0, spans: 0, repeated: 0, rejected: 0, refused: 0 };
  const commits = groupCommit<readonly WireSpan[], unknown>({
    limits: options.limits.group,
    sizeOf: (spans) => spans.length,
    isMoreComing: () => collector.arriving > 0,
    clock: options.clock,
    commit: told(options, async (each) => {
      const received = await receive(each.length === 1 ? (each[0] ?? []) : each.flat(), options);
      counted(counts, received);
    }),
  });
  const collector: Collector = {
    ...options,
    ...{ counts, commits },
    held: heldBytes(options.limits),
    arriving: 0,
    waiting: 0,
    unpacking: atMost(UNPACKING),
    isStopping: false,
  };
  return collector;
}

type Commit = (each: readonly (readonly WireSpan[])[]) => Promise<void>;

/** Says once that the store is in trouble, and once that it is not any more: exporters come again every few seconds. */
function told({ onTrouble }: CollectOptions, commit: Commit): Commit {
  let isInTrouble = false;
  return async (each) => {
    try {
      await commit(each);
      if (isInTrouble) onTrouble("the store takes spans again");
      isInTrouble = false;
    } catch (error) {
      if (isStoreTrouble(error) && !isInTrouble) {
        isInTrouble = true;
        onTrouble(`the store takes no spans: ${storeTroubleText(error)}; exporters are told to come again`);
      }
      throw error;
    }
  };
}

function counted(counts: CollectCounts, { spans, repeated }: Received): void {
  counts.spans += spans;
  counts.repeated += repeated;
}
