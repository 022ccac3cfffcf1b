import { pause } from "../core/pause.ts";
import { AgentopsError, type ErrorCode } from "../core/errors.ts";
import { chance } from "../core/ids.ts";

/** What an engine's error means for the work that it ended. */
export type ErrorKind =
  /** Another transaction was first: the same work again. */
  | "again"
  /** The store's own trouble; nothing was changed. */
  | "outside"
  /** The connection was lost at the commit. */
  | "unknown"
  /** A bug of ours, or an error of the work itself. */
  | "ours";

export interface TransactionOptions {
  /** Names of what is decided on, as `operators` or `production/prompts/x`; held before the first read, in order. */
  locks?: readonly string[];
  /** All that it decides on is under its locks, so the engine need not watch what else it reads. */
  lockedAlone?: boolean;
}

/** Thrown by work that read something before its lock, which has changed since: the same work again. */
export class Changed extends Error {}

/** What the loop needs of an engine. */
export interface Transactions<Tx> {
  begin<T>(work: (tx: Tx) => Promise<T>, options: Required<TransactionOptions>): Promise<T>;
  kindOf(error: unknown): ErrorKind;
  /** The cause in a few words, for someone who has little time. */
  why(error: unknown): string;
  /** STORE_FAILED, or STORE_REFUSED where no later try helps. */
  codeOf(error: unknown): ErrorCode;
}

const TRIES = 12;

/**
 * Reads, decides and writes as one. The work may run several times, so it touches nothing but the transaction. Throws what the work throws,
 * with nothing written, and STORE_FAILED or STORE_REFUSED when the store cannot be written, or when nobody can know whether it was.
 */
export async function inTransaction<Tx, T>(
  engine: Transactions<Tx>,
  work: (tx: Tx) => Promise<T>,
  { locks = [], lockedAlone = false }: TransactionOptions = {},
): Promise<T> {
  const options = { locks: [...new Set(locks)].sort(), lockedAlone };
  for (let tries = 1; ; tries++) {
    try {
      return await engine.begin(work, options);
    } catch (error) {
      const kind = kindOf(engine, error);
      if (kind === "ours") throw error;
      if (kind !== "again" || tries === TRIES) throw failed(engine, kind, error);
      await pause(chance() * 5 * 2 ** Math.min(tries, 6));
    }
  }
}

function kindOf(engine: Pick<Transactions<unknown>, "kindOf">, error: unknown): ErrorKind {
  if (error instanceof Changed) return "again";
  return error instanceof AgentopsError ? "ours" : engine.kindOf(error);
}

function failed(engine: Pick<Transactions<unknown>, "why" | "codeOf">, kind: ErrorKind, cause: unknown): AgentopsError {
  const why = engine.why(cause);
  if (kind === "unknown")
    return new AgentopsError("STORE_FAILED", `nobody knows whether it was done: ${why} while it was committed`, {
      hint: "look first: agentops status, agentops history NAME",
      details: { outcome: "unknown" },
      cause,
    });
  const code = kind === "again" ? "STORE_FAILED" : engine.codeOf(cause);
  const hint =
    code === "STORE_FAILED" ? "run the command again" : "agentops doctor   says what is wrong with the store";
  return new AgentopsError(code, `nothing was changed: ${why}`, { hint, cause });
}
