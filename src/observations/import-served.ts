import type { Clock } from "../core/clock.ts";
import { AgentopsError, messageOf } from "../core/errors.ts";
import { throwOnErrors } from "../core/problems.ts";
import { type Line, linesOf, type Pieces } from "../core/utf8.ts";
import type { StoreAddress } from "../state/address.ts";
import { openStore } from "../state/open.ts";
import type { Store } from "../state/store.ts";
import { storeCodeOf, whyNot } from "../state/why-not.ts";
import { minuteOf } from "./exposure-token.ts";
import { expose, type Exposures } from "./exposures.ts";
import { parseExposure } from "./lines.ts";
import type { ExposureLine, ObservedDocument } from "./schema.ts";
import { type Unknown, unknownAmong } from "./unknown.ts";

const CHUNK = 5000;
const WAIT_MS = 30_000;

export interface ServedRequest {
  /** How messages name the source. */
  name: string;
  open: () => Pieces;
  /** Bad lines are counted and left out; else the first one ends it. */
  skipInvalid: boolean;
  environment: string;
  store: StoreAddress;
  clock: Clock;
  signal: AbortSignal;
  onProgress: (done: number) => void;
  onUnknown: (unknown: Unknown) => void;
}

/**
 * Counts who was served what, from lines of JSON. Throws FILE_INVALID with the place and the key that is wrong, STORE_FAILED; what was counted
 * before stays, and a line that comes again changes nothing. The signal's reason, once a transaction is through.
 */
export async function importServed(request: ServedRequest): Promise<ObservedDocument> {
  const { environment, store } = request;
  const done: ObservedDocument = {
    schema: "agentops.observed/1",
    env: environment,
    store: store.shown,
    recorded: 0,
    repeated: 0,
    completed: 0,
    corrected: 0,
    unknown: 0,
    unknownBy: { target: 0, version: 0, rollout: 0 },
    invalid: 0,
  };
  try {
    const open = await openStore(store, { durability: "normal", waitMs: WAIT_MS });
    try {
      await importLines(request, open, done);
    } finally {
      await open.close();
    }
    return done;
  } catch (error) {
    if (error instanceof AgentopsError || request.signal.aborted) throw error;
    throw new AgentopsError(storeCodeOf(error), `cannot write ${store.shown}: ${whyNot(error, WAIT_MS)}`, {
      hint: `run it again: an exposure is counted once (${messageOf(error)})`,
      details: { ...done },
      cause: error,
    });
  }
}

async function importLines(request: ServedRequest, store: Store, done: ObservedDocument): Promise<void> {
  let chunk: ExposureLine[] = [];
  const write = async () => {
    if (chunk.length === 0) return;
    await count(request, store, chunk, done);
    chunk = [];
    request.onProgress(done.recorded + done.repeated + done.invalid);
    request.signal.throwIfAborted();
  };
  const take = async (lines: readonly Line[]) => {
    for (const line of lines) {
      const parsed = parseExposure(line);
      if ("value" in parsed) chunk.push(parsed.value);
      else if (request.skipInvalid) done.invalid += 1;
      else {
        await write();
        const hint = "leave bad lines out with --skip-invalid; what was counted before is counted once";
        throwOnErrors([{ severity: "error", rule: "exposure", file: request.name, line: line.line, ...parsed, hint }]);
      }
      if (chunk.length >= CHUNK) await write();
    }
  };
  for await (const lines of linesOf(request.open())) await take(lines);
  await write();
}

async function count(
  { environment, clock, onUnknown }: ServedRequest,
  store: Store,
  lines: readonly ExposureLine[],
  done: ObservedDocument,
): Promise<void> {
  const exposures = lines.map(({ servedAt, ...line }): Exposures => ({ ...line, minute: minuteOf(servedAt), n: 1 }));
  const { exposed, repeated } = await expose(store, environment, { exposures }, clock.now());
  done.recorded += exposed;
  done.repeated += repeated;
  const unknowns = await unknownAmong(store.db, environment, lines);
  for (const unknown of unknowns) {
    done.unknown += unknown.n;
    done.unknownBy[unknown.of] += unknown.n;
    onUnknown(unknown);
  }
}
