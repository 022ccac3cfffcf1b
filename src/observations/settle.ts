import type { Place } from "../core/refs.ts";
import { valuesFor } from "../rollout/caps.ts";
import { MINUTE_MS, settledBefore, settles } from "../rollout/outcomes.ts";
import { slotOf } from "../serving/assignment.ts";
import type { Tx } from "../state/store.ts";
import { collecting, type CapCollector } from "./cap-collector.ts";
import { type OpenRollout, openRolloutsOf } from "./observations.store.ts";
import { serveUnits } from "./exposures.ts";
import { countFor } from "./rollout-count.ts";
import type { Dated } from "./schema.ts";
import {
  addAssumed,
  dropMinute,
  firstMinute,
  type Missing,
  missingIn,
  type Served,
  servedIn,
  setSettledTo,
  settledValues,
  type Waiting,
  waitingIn,
} from "./unsettled.store.ts";

/** Outcomes that are read at once. */
const PAGE = 1000;

/**
 * Counts what has settled by a time, minute by minute as it was served and with what is known of it by now; within the caller's transaction and
 * under its lock, so that nothing is counted twice and a minute is whole or not at all. A minute is never opened again.
 */
export async function settleDue(tx: Tx, { environment, target }: Place, at: string): Promise<void> {
  const [open] = await openRolloutsOf(tx, environment, [target]);
  if (open === undefined || !settles(open.plan)) return;
  const until = settledBefore(open.plan, at);
  const from = open.settledTo ?? 0;
  if (open.settledTo !== null && until <= open.settledTo) return;
  const missing = open.plan.outcomes?.missing === "failure";
  const caps = await settledCaps(tx, open, from);
  const next = (minute: number) => firstMinute(tx, open.seq, { from: minute, until, missing: missing || isTold(open) });
  for (let minute = await next(from); minute !== undefined; minute = await next(minute + 1)) {
    if (isTold(open)) await serveMinute(tx, open, minute);
    for await (const page of pagesOf(tx, open, minute, missing)) await countPage(tx, open, caps, page);
    await dropMinute(tx, open.seq, minute);
  }
  await setSettledTo(tx, open.seq, until);
}

function isTold({ plan }: OpenRollout): boolean {
  return plan.exposures === true;
}

/** Units arrive in the minute they were served in, whether an outcome came or not. */
async function serveMinute(tx: Tx, open: OpenRollout, minute: number): Promise<void> {
  for (let after: Served | undefined; ;) {
    const page = await servedIn(tx, { seq: open.seq, minute, after, limit: PAGE });
    await serveUnits(tx, open, page.map((one) => ({ ...one, slot: slotOf(open.id, one.unit), candidate: one.arm === "candidate", minute }))); // prettier-ignore
    after = page.at(-1);
    if (page.length < PAGE) return;
  }
}

interface Settled {
  observation: Dated;
  seq: number;
}

async function* pagesOf(tx: Tx, open: OpenRollout, minute: number, missing: boolean): AsyncGenerator<Settled[]> {
  const { seq, candidate } = open;
  for (let after: Waiting | undefined; ;) {
    const page = await waitingIn(tx, { seq, minute, after, limit: PAGE });
    yield page.map((row) => ({ observation: datedOf(open, row), seq: row.seq }));
    after = page.at(-1);
    if (page.length < PAGE) break;
  }
  if (!missing) return;
  for (let after: Missing | undefined; ;) {
    const page = await missingIn(tx, { seq, minute, candidate }, { after, limit: PAGE });
    yield page.flatMap((one) => failuresOf(open, minute, one));
    const of = (arm: Missing["arm"]) => page.reduce((sum, one) => sum + (one.arm === arm ? one.n : 0), 0);
    if (page.length > 0) await addAssumed(tx, seq, { control: of("control"), candidate: of("candidate") });
    after = page.at(-1);
    if (page.length < PAGE) break;
  }
}

async function countPage(tx: Tx, open: OpenRollout, caps: CapCollector, page: readonly Settled[]): Promise<void> {
  const count = countFor({ ...open, caps: caps.caps() }, caps, { breaches: false });
  const units = page.map(({ observation }) => count.unitOf(observation));
  await count.know(
    tx,
    units.filter((unit) => unit !== null),
  );
  for (const [i, { observation, seq }] of page.entries()) count.count(observation, seq, units[i] ?? null);
  await count.save(tx);
}

/** As it would have been reported with all that is known by now: by this rollout, at the weight that it waited with if it said one. */
function datedOf({ id: rollout, target }: OpenRollout, row: Waiting): Dated {
  const { id, version, unit, success, latencyMs, costUsd, safe, shadow, weight, exposure, served: at } = row;
  return {
    ...{ target, version, id, at, servedAt: at, success: success === 1 },
    ...(weight !== null && { rollout, weight }),
    ...(unit !== null && { unit }),
    ...(exposure !== null && { exposure }),
    ...(latencyMs !== null && { latencyMs }),
    ...(costUsd !== null && { costUsd }),
    ...(safe !== null && { safe: safe === 1 }),
    ...(shadow === 1 && { shadow: true }),
  };
}

/** What was served and never came to anything. */
function failuresOf({ id: rollout, target, control, candidate }: OpenRollout, minute: number, one: Missing): Settled[] {
  const { unit, arm, weight, n } = one;
  const at = new Date(minute * MINUTE_MS).toISOString();
  const version = arm === "candidate" ? candidate : control;
  const failure = { target, version, at, servedAt: at, rollout, weight, success: false, id: "missing" };
  const observation: Dated = unit === "" ? failure : { ...failure, unit };
  return Array.from({ length: n }, () => ({ observation, seq: 0 }));
}

/** Caps are made of the control's settled outcomes, before those that they judge. */
async function settledCaps(tx: Tx, { seq, control, plan, caps }: OpenRollout, from: number): Promise<CapCollector> {
  const before = new Date(from * MINUTE_MS).toISOString();
  const valuesOf = async (metric: "latency" | "cost") => {
    const wanted = plan.caps[metric];
    if (wanted === null || caps[metric] !== null) return undefined;
    const column = metric === "latency" ? "latencyMs" : "costUsd";
    return settledValues(tx, column, { seq, control, before, limit: valuesFor(wanted) });
  };
  return collecting({ plan, caps }, { latency: await valuesOf("latency"), cost: await valuesOf("cost") });
}
