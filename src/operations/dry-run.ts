import type { Store, Tx } from "../state/store.ts";
import type { TransactionOptions } from "../state/transaction.ts";

/** Carries what was done out of a transaction that is taken back. */
class Tried<T> extends Error {
  readonly done: T;

  constructor(done: T) {
    super("tried");
    this.done = done;
  }
}

/** Does it, or does it all and takes it back: who or what would refuse says so as it would, and nothing is written. */
export async function doneOrTried<T>(
  store: Store,
  work: (tx: Tx) => Promise<T>,
  { dryRun = false, ...options }: TransactionOptions & { dryRun?: boolean | undefined },
): Promise<T> {
  if (!dryRun) return store.inTransaction(work, options);
  const tried = async (tx: Tx): Promise<never> => {
    throw new Tried(await work(tx));
  };
  try {
    return await store.inTransaction(tried, options);
  } catch (error) {
    if (error instanceof Tried) return error.done as T;
    throw error;
  }
}
