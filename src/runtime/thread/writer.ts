import { statSync } from "node:fs";
import type { Clock } from "../../core/clock.ts";
import type { Exposures } from "../../observations/exposures.ts";
import type { Recorder } from "../../observations/record.ts";
import type { Observation } from "../../observations/schema.ts";
import { type Unknown, unknownWords } from "../../observations/unknown.ts";
import type { StoreAddress } from "../../state/address.ts";
import { isLocked, isRefusal } from "../../state/errors.ts";
import { turningRecorder } from "../../operations/record.ts";
import { tellEnds } from "../../operations/tell-ends.ts";
import { reasonText } from "../../report/rollout/reasons.ts";
import { openStore } from "../../state/open.ts";
import type { Store } from "../../state/store.ts";
import { whyNot } from "../../state/why-not.ts";
import type { WithStore } from "./presence.ts";
import type { CountedExposures, Expose, Exposed, Write, Written } from "./protocol.ts";

/** Longer than others write; what still could not be written is asked for again. */
const WAIT_MS = 2000;

interface Open {
  store: Store;
  recorder: Recorder;
  /** Of the file and its log, by which one that was put in its place is known. */
  files: string;
}

/** Writes observations to a store that may be locked, moved away, out of reach, or not there yet. */
export function writerTo(
  address: StoreAddress,
  clock: Clock,
): {
  write(write: Write): Promise<Written>;
  expose(expose: Expose): Promise<Exposed>;
  withStore: WithStore;
  end(): Promise<void>;
} {
  const over = new AbortController();
  const telling = teller(clock, over.signal);
  let open: Open | undefined;
  let problem: Written["problem"] = null;
  const opened = async (): Promise<Open> => {
    // What is written to a file that was moved away, or beside its log, is lost to everybody else.
    if (open !== undefined && open.files !== filesOf(address.file)) {
      await open.store.close();
      open = undefined;
    }
    open ??= await openAt(address, clock, telling.tell);
    return open;
  };
  return {
    async end() {
      over.abort();
      await telling.settled();
    },
    async expose({ environment, source, batch, exposures }) {
      try {
        const { recorder } = await opened();
        const each = { exposures: exposures.flatMap(oneByOne), from: { source, batch } };
        await recorder.expose(environment, each, clock.now());
        return { type: "exposed", refused: false, problem: null };
      } catch (error) {
        if (isRefusal(error)) return { type: "exposed", refused: true, problem: null };
        return { type: "exposed", refused: false, problem: whyNot(error, WAIT_MS) };
      }
    },
    withStore: async (work) => work((await opened()).store),
    async write({ environment, observations, behind }) {
      if (behind > 0 && problem !== null) return { type: "written", recorded: 0, refused: 0, problem };
      try {
        const { recorder } = await opened();
        const { recorded, unknowns } = await recordAll(recorder, environment, observations, clock.now());
        problem = null;
        const unknown = unknownIn(unknowns, environment);
        return { type: "written", recorded, refused: observations.length - recorded, ...unknown, problem };
      } catch (error) {
        problem = { why: whyNot(error, WAIT_MS), locked: isLocked(error) };
        return { type: "written", recorded: 0, refused: 0, problem };
      }
    },
  };
}

async function openAt(address: StoreAddress, clock: Clock, tell: Tell): Promise<Open> {
  const file = fileOf(address.file);
  // Never made here: a new one in place of one that is gone would say that nothing was ever released, and everybody would be served nothing.
  if (address.file !== null && (file?.size ?? 0) === 0) throw new Error(`there is no store ${address.shown}`);
  const store = await openStore(address, { durability: "normal", waitMs: WAIT_MS });
  const { markers } = address;
  // What was recorded stays; the next batch tries again, and status says that a look is overdue.
  const onTrouble = () => undefined;
  const recorder = turningRecorder(store, { clock, markers, via: "sdk", say: reasonText, onTrouble, tell });
  return { store, recorder, files: filesOf(address.file) };
}

function oneByOne({ n, units, counts, ...shared }: CountedExposures): Exposures[] {
  const { target, version, minute } = shared;
  const others = n > 0 ? [{ target, version, minute, n }] : [];
  return [...others, ...units.map((unit, i) => ({ ...shared, unit, n: counts[i] ?? 0 }))];
}

type Tell = (store: Store, environment: string) => Promise<void>;

/**
 * Beside the batches, which wait for nobody; one at a time. What this process has no time for, the next one tells: at its end a program that
 * is still told is ended with it.
 */
function teller(clock: Clock, signal: AbortSignal): { tell: Tell; settled: () => Promise<unknown> } {
  let telling: Promise<unknown> | undefined;
  return {
    tell: (store, environment) => {
      if (!signal.aborted)
        telling ??= tellEnds(store, environment, { clock, env: process.env, cwd: process.cwd(), signal })
          .catch(() => undefined)
          .finally(() => (telling = undefined));
      return Promise.resolve();
    },
    settled: () => telling ?? Promise.resolve(),
  };
}

function unknownIn(unknowns: readonly Unknown[], environment: string): Pick<Written, "unknown"> {
  const [first] = unknowns;
  if (first === undefined) return {};
  const { message, hint } = unknownWords(first, environment);
  return { unknown: { n: unknowns.reduce((sum, { n }) => sum + n, 0), first: `${message} (${hint})` } };
}

/** How many are in the store now, and what of them it does not know. One that the store will never take must not hold up those after it: it is found by halving. */
async function recordAll(
  recorder: Recorder,
  environment: string,
  batch: readonly Observation[],
  now: Date,
): Promise<{ recorded: number; unknowns: Unknown[] }> {
  try {
    const { unknowns } = await recorder.record(environment, batch, now);
    return { recorded: batch.length, unknowns };
  } catch (error) {
    if (!isRefusal(error)) throw error;
    if (batch.length <= 1) return { recorded: 0, unknowns: [] };
    const middle = batch.length >> 1;
    const first = await recordAll(recorder, environment, batch.slice(0, middle), now);
    const second = await recordAll(recorder, environment, batch.slice(middle), now);
    return { recorded: first.recorded + second.recorded, unknowns: [...first.unknowns, ...second.unknowns] };
  }
}

function fileOf(path: string | null) {
  return path === null ? undefined : statSync(path, { throwIfNoEntry: false });
}

function filesOf(path: string | null): string {
  return path === null ? "" : [path, `${path}-wal`].map((file) => fileOf(file)?.ino ?? "").join(" ");
}
