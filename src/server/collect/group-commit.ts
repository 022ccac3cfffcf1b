import type { Clock } from "../../core/clock.ts";
import { isStoreTrouble } from "./store-trouble.ts";
import type { CollectLimits } from "./limits.ts";

/** Commits together what came while the last commit was under way: one that waits for the disk serves all that wait. */
export interface GroupCommit<Item, Done> {
  /** Resolves when the item is durable; rejects with why it is not. */
  add(item: Item): Promise<Done>;
}

interface Waiting<Item, Done> {
  item: Item;
  done: (value: Done) => void;
  failed: (error: unknown) => void;
}

export interface GroupOptions<Item, Done> {
  limits: CollectLimits["group"];
  sizeOf: (item: Item) => number;
  /** Whether somebody is about to add one. */
  isMoreComing: () => boolean;
  clock: Pick<Clock, "monotonicMs">;
  /** All of them or none. */
  commit: (items: readonly Item[]) => Promise<Done>;
}

export function groupCommit<Item, Done>(options: GroupOptions<Item, Done>): GroupCommit<Item, Done> {
  const queue: Waiting<Item, Done>[] = [];
  let isRunning = false;
  const run = async () => {
    while (queue.length > 0) {
      await whileMoreComes(queue, options);
      await commitGroup(nextGroup(queue, options), queue, options.commit);
    }
    isRunning = false;
  };
  return {
    add: (item) =>
      new Promise((done, failed) => {
        queue.push({ item, done, failed });
        if (isRunning) return;
        isRunning = true;
        void run();
      }),
  };
}

/** A commit that goes to the disk takes as long; a request whose body has begun to come is mostly here by then. */
const MOST_WAIT_MS = 4;

/** Lets the sockets be read: what has arrived there during the last commit belongs to this group. */
async function whileMoreComes<Item, Done>(queue: readonly unknown[], options: GroupOptions<Item, Done>): Promise<void> {
  const until = options.clock.monotonicMs() + MOST_WAIT_MS;
  do await new Promise(setImmediate);
  while (queue.length < options.limits.requests && options.isMoreComing() && options.clock.monotonicMs() < until);
}

/** As many as the limits say, and always one. */
function nextGroup<Item, Done>(queue: Waiting<Item, Done>[], { limits, sizeOf }: GroupOptions<Item, Done>) {
  let size = 0;
  let count = 0;
  for (const { item } of queue.slice(0, limits.requests)) {
    size += sizeOf(item);
    if (count > 0 && size > limits.spans) break;
    count += 1;
  }
  return queue.splice(0, count);
}

type Commit<Item, Done> = GroupOptions<Item, Done>["commit"];

async function commitGroup<Item, Done>(
  group: Waiting<Item, Done>[],
  queue: Waiting<Item, Done>[],
  commit: Commit<Item, Done>,
): Promise<void> {
  const error = await settled(group, commit);
  if (error === null) return;
  if (isStoreTrouble(error)) {
    // Each of those that wait would only wait as long again, and its client gives up before.
    reject([...group, ...queue.splice(0)], error);
    return;
  }
  if (group.length === 1) {
    reject(group, error);
    return;
  }
  // Something that one of them holds.
  for (const one of group) {
    const its = await settled([one], commit);
    if (its !== null) reject([one], its);
  }
}

function reject<Item, Done>(group: readonly Waiting<Item, Done>[], error: unknown): void {
  for (const { failed } of group) failed(error);
}

/** null when they are durable and told so, else why not. */
async function settled<Item, Done>(
  group: readonly Waiting<Item, Done>[],
  commit: Commit<Item, Done>,
): Promise<unknown> {
  try {
    const value = await commit(group.map(({ item }) => item)); // prettier-ignore
    for (const { done } of group) done(value);
    return null;
  } catch (error) {
    return error ?? new Error("no reason");
  }
}
