import { appendAuditEvent } from "../audit/events.store.ts";
import { deliver, type Sender } from "../channels/deliver.ts";
import type { Clock } from "../core/clock.ts";
import { messageOf } from "../core/errors.ts";
import { newId } from "../core/ids.ts";
import { redactor } from "../core/redact.ts";
import { operatorLocks } from "../state/locks.ts";
import type { Phase } from "../rollout/schema.ts";
import { isOver } from "../rollout/state.ts";
import type { Store } from "../state/store.ts";
import { type EndRow, endsSince, type Told, toldSince } from "./ends.store.ts";
import type { RolloutEnd } from "./rollout-end.schema.ts";
import { nowOf, releaseLease, takeLease } from "./lease.store.ts";

export interface TellRequest extends Sender {
  clock: Clock;
}

/** What was tried now, for whoever has a place to say it. */
export type TriedNow = Told & { target: string };

/** What nobody could be told for so long is no news any more. */
const NEWS_MS = 86_400_000;
/** Longer than an attempt takes; one that failed is made again by whoever comes after it. */
const LEASE_MS = 60_000;

/**
 * Tells the channels that a rollout's plan names of its end, each of them once: whoever tells holds a lease, and that it was taken is an audit
 * event. A process that ends between the two leaves it to the next one, so a message may come twice; its id is the same. Never throws what a
 * channel throws: it is in the answer, and once in the audit. Throws STORE_FAILED.
 */
export async function tellEnds(store: Store, environment: string, request: TellRequest): Promise<TriedNow[]> {
  const since = new Date(request.clock.now().getTime() - NEWS_MS).toISOString();
  const tellings = (await endsSince(store.db, environment, since)).flatMap((end) =>
    (end.plan.notify ?? []).map(async ({ name, ...channel }): Promise<TriedNow[]> => {
      const told = await toldSince(store.db, environment, end.target, since);
      if (told.some((one) => isOf(one, end, name) && one.sent)) return [];
      const one = await tell(store, { environment, end, name, channel }, request);
      return one === null ? [] : [{ ...one, target: end.target }];
    }),
  );
  // One that hangs keeps nobody else from being told.
  return (await Promise.all(tellings)).flat();
}

interface Telling {
  environment: string;
  end: EndRow;
  name: string;
  channel: Parameters<typeof deliver>[0];
}

function isOf({ rollout, change, channel }: Told, end: EndRow, name: string): boolean {
  return rollout === end.rollout && change === end.change && channel === name;
}

/** Null where somebody else is at it, or was. */
async function tell(store: Store, { environment, end, name, channel }: Telling, request: TellRequest) {
  const { clock } = request;
  const lease = { name: `telling ${name} of ${end.rollout}/${end.change}`, holder: newId() };
  const isMine = await store
    .inTransaction(async (tx) => {
      const before = await toldSince(tx, environment, end.target, end.at);
      if (before.some((one) => isOf(one, end, name) && one.sent)) return false;
      await takeLease(tx, { ...lease, ms: LEASE_MS }, nowOf(store, clock));
      return true;
    })
    .catch(refusedByOther);
  if (!isMine) return null;
  const error = await deliver(channel, messageOfEnd(environment, end), request).then(
    () => null,
    (problem: unknown) => safe(messageOf(problem), request.env),
  );
  const told: Told = { rollout: end.rollout, change: end.change, channel: name, sent: error === null, error };
  const place = { environment, target: end.target };
  await store.inTransaction(async (tx) => {
    const before = await toldSince(tx, environment, end.target, end.at);
    // The lease of an attempt that failed runs out: until then nobody tries again.
    if (told.sent) await releaseLease(tx, lease);
    else if (before.some((one) => isOf(one, end, name))) return;
    const words = error === null ? `told ${name}` : `${name} could not be told: ${error}`;
    const at = clock.now().toISOString();
    await appendAuditEvent(tx, {
      at,
      actor: "agentops",
      action: "rollout.notify",
      ...place,
      reason: words,
      before: null,
      after: { ...told },
    });
  }, operatorLocks(place));
  return told;
}

/** A program may write what it was given. */
function safe(text: string, env: NodeJS.ProcessEnv): string {
  const secrets = Object.entries(env).filter(([name]) => /(KEY|TOKEN|SECRET|PASSWORD|URL)$/i.test(name));
  return redactor(secrets.map(([, value]) => value))(text);
}

function refusedByOther(error: unknown): false {
  if ((error as { code?: unknown }).code === "CONCURRENT_CHANGE") return false;
  throw error;
}

function messageOfEnd(
  env: string,
  { rollout, change, target, control, candidate, phase, at, reason, via }: EndRow,
): RolloutEnd {
  const serves = phase === "promoted" ? candidate : isOver(phase as Phase) ? control : null;
  return {
    schema: "agentops.rollout-end/1",
    id: `${rollout}/${change}`,
    rollout,
    target,
    env,
    control,
    candidate,
    phase,
    at,
    reason,
    via,
    serves,
    look: `agentops canary status ${target} --env ${env}`,
  };
}
