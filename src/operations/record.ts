import type { Clock } from "../core/clock.ts";
import { type Counting, type Recorded, type Recorder, recorderFor } from "../observations/record.ts";
import { isDue, isWorthALook, newsIn, newsOf } from "../rollout/look.ts";
import { isOver } from "../rollout/state.ts";
import { breachesOf, countsOf, openRollouts, type Rollout, rolloutBySeq } from "../rollout/rollouts.store.ts";
import type { Store } from "../state/store.ts";
import { advance, type Asked } from "./watch.ts";

/** A step that only needs time is left at the next turn of anybody; so often whoever records takes one without a look that is due. */
const TURN_EVERY_MS = 10_000;

/** Many processes that record without a pause would else wait for each other's turns more than they record. */
const PAUSE_MS = 250;

/** What is remembered of a rollout between batches. */
interface Seen extends Pick<Rollout, "seq" | "plan"> {
  look: number;
  /** Arrivals that the looks before it have counted. */
  before: number;
  /** When the last turn was taken here, by the monotonic clock. */
  turnAt: number;
}

export interface TurnTaker extends Omit<Asked, "via"> {
  via: "sdk" | "observe";
  clock: Clock;
  /** What was recorded stays; the next batch tries again. */
  onTrouble: (error: unknown) => void;
  /** Tells of rollouts that ended: after such a turn, and now and then for processes that ended before they had told. */
  tell: (store: Store, environment: string) => Promise<void>;
}

const TELL_EVERY_MS = 60_000;

/**
 * Records, and takes the turn of each rollout whose look that made due: harm is undone with nobody watching. The turn is a transaction of its
 * own right after, since its audit event has its place in the order of all operators'; a process that ends between the two leaves it due, and
 * whoever records next takes it before anything more is counted.
 */
export function turningRecorder(store: Store, taker: TurnTaker): Recorder {
  const recorder = recorderFor(store);
  const seen = new Map<number, Seen>();
  const begun = new Set<string>();
  let toldAt = -Infinity;
  return {
    // What was served makes no look due: its outcomes do.
    expose: (...given) => recorder.expose(...given),
    async record(environment, observations, clockNow): Promise<Recorded> {
      if (!begun.has(environment)) await takeInherited(store, taker, environment).catch(taker.onTrouble);
      begun.add(environment);
      const done = await recorder.record(environment, observations, clockNow);
      try {
        let ended = taker.clock.monotonicMs() - toldAt >= TELL_EVERY_MS;
        for (const rollout of done.counted) ended = (await turnOf(store, taker, seen, environment, rollout)) || ended;
        if (!ended) return done;
        toldAt = taker.clock.monotonicMs();
        await taker.tell(store, environment);
      } catch (error) {
        taker.onTrouble(error);
      }
      return done;
    },
  };
}

async function takeInherited(store: Store, taker: TurnTaker, environment: string): Promise<void> {
  for (const rollout of await openRollouts(store.db, environment)) {
    const counts = await countsOf(store.db, rollout, rollout.look);
    if (!isWorthALook(rollout, counts, await breachesOf(store.db, rollout.seq))) continue;
    await advance(store, { environment, target: rollout.target }, taker);
  }
}

/** True where it ended the rollout, or left it to a person. */
async function turnOf(
  store: Store,
  taker: TurnTaker,
  seen: Map<number, Seen>,
  environment: string,
  { seq, target, look, breached }: Counting,
): Promise<boolean> {
  const now = taker.clock.monotonicMs();
  const known = seen.get(seq);
  const last = known === undefined || known.look === look ? known : await takenByOthers(store, seq, now);
  if (last !== undefined) seen.set(seq, last);
  const age = last === undefined ? Infinity : now - last.turnAt;
  if (taker.via === "sdk" && age < PAUSE_MS && !breached) return false;
  const timely = last !== undefined && age < TURN_EVERY_MS;
  if (timely && !breached && !isDue(await newsSince(store, last), last.before)) return false;
  const { rollout, moved } = await advance(store, { environment, target }, taker);
  seen.set(seq, seenIn(rollout, now));
  return moved && (isOver(rollout.state.phase) || rollout.state.phase === "inconclusive");
}

async function takenByOthers(store: Store, seq: number, now: number): Promise<Seen | undefined> {
  const rollout = await rolloutBySeq(store.db, seq);
  return rollout === undefined ? undefined : seenIn(rollout, now);
}

function seenIn({ seq, plan, look, evidence }: Rollout, turnAt: number): Seen {
  return { seq, plan, look, before: newsIn(evidence), turnAt };
}

async function newsSince(store: Store, seen: Seen): Promise<number> {
  return newsOf(await countsOf(store.db, seen, seen.look));
}
