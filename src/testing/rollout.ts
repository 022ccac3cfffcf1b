import { appendAuditEvent } from "../audit/events.store.ts";
import { NO_EVIDENCE } from "../rollout/evidence.ts";
import { pendingState } from "../rollout/state.ts";
import { insertRollout, type Rollout, rolloutBySeq } from "../rollout/rollouts.store.ts";
import type { Asked } from "../operations/watch.ts";
import { reasonText } from "../report/rollout/reasons.ts";
import type { Caps, RolloutPlan } from "../rollout/schema.ts";
import { transition } from "../rollout/transition.ts";
import { insertRelease, insertStable } from "../serving/serving.store.ts";
import { operatorLocks } from "../state/locks.ts";
import type { Store, Tx } from "../state/store.ts";

export const BEGIN = "2026-11-21T10:00:00.000Z";

/** `BEGIN` and some minutes, ISO 8601. */
export function minutesLater(minutes: number): string {
  return new Date(Date.parse(BEGIN) + minutes * 60_000).toISOString();
}

const GUARDRAIL = { tolerance: 0, margin: 0.03, mde: 0.05, prior: 0.95, required: false, floor: null };

export const PLAN: RolloutPlan = {
  steps: [0.05, 0.25, 0.5, 1],
  stepMs: 3_600_000,
  stepObservations: 50,
  deadlineMs: 14 * 86_400_000,
  shadow: null,
  manual: false,
  proof: "promotion",
  alpha: 0.05,
  safeAlpha: 0.05,
  guardrails: [
    { ...GUARDRAIL, name: "success", required: true },
    { ...GUARDRAIL, name: "latency" },
    { ...GUARDRAIL, name: "cost" },
    { ...GUARDRAIL, name: "safety" },
  ],
  critical: "any",
  caps: { latency: { maxIncrease: 0.2, cap: null }, cost: { maxIncrease: 0.2, cap: null } },
};

const NO_CAPS: Caps = { latency: null, cost: null };

export interface Scene {
  environment?: string;
  target?: string;
  id?: string;
  control?: string;
  candidate?: string;
  plan?: Partial<RolloutPlan>;
  caps?: Caps;
  at?: string;
}

/** Releases a version whose whole content names it. */
async function release(tx: Tx, target: string, version: string, at = BEGIN): Promise<void> {
  await insertRelease(tx, {
    target,
    version,
    digest: `sha256:${version.padEnd(64, "0")}`,
    content: JSON.stringify({ name: target.slice(target.indexOf("/") + 1), text: version }),
    gitCommit: "0".repeat(40),
    publishedBy: "ada@example.com",
    publishedAt: at,
    releasedAt: at,
  });
}

/** Makes a version what everybody is served, with its audit event. */
export function promoted(store: Store, scene: Scene & { version: string }): Promise<void> {
  const { environment = "production", target = "prompts/x" } = scene;
  return store.inTransaction((tx) => promotedIn(tx, scene), operatorLocks({ environment, target }));
}

async function promotedIn(tx: Tx, scene: Scene & { version: string }): Promise<void> {
  const { environment = "production", target = "prompts/x", version, at = BEGIN } = scene;
  const by = { actor: "ada", reason: "for a test" };
  await release(tx, target, version, at);
  const event = { at, ...by, action: "promote" as const, environment, target, before: null, after: { version } };
  const auditEvent = await appendAuditEvent(tx, event);
  await insertStable(tx, { environment, target, version, how: "promote", rollout: null, at, ...by, auditEvent });
}

/** A promoted control v1 and an open rollout of v2 at its first step (with a shadow plan: in shadow), unless told otherwise. */
export function startedRollout(store: Store, scene: Scene = {}): Promise<Rollout> {
  const { environment = "production", target = "prompts/x" } = scene;
  return store.inTransaction((tx) => startedIn(tx, scene), operatorLocks({ environment, target }));
}

async function startedIn(tx: Tx, scene: Scene): Promise<Rollout> {
  const { environment = "production", target = "prompts/x", control = "v1", candidate = "v2", at = BEGIN } = scene;
  const plan = { ...PLAN, ...scene.plan };
  await promotedIn(tx, { ...scene, version: control });
  await release(tx, target, candidate, at);
  const seq = await insertRollout(tx, {
    id: scene.id ?? "0199f000-0000-7000-8000-000000000001",
    ...{ environment, target, control, candidate, plan },
    state: pendingState(at, plan),
    look: 1,
    evidence: NO_EVIDENCE,
    caps: scene.caps ?? NO_CAPS,
    createdAt: at,
    endedAt: null,
  });
  return transition(tx, await reread(tx, seq), { type: "start", at }, { actor: "ada", reason: "for a test" });
}

/** Moves a rollout on to its next step by a look; the candidate had all its units. */
export function stepUp(store: Store, rollout: Rollout, at: string): Promise<Rollout> {
  return store.inTransaction(async (tx) => {
    const before = await reread(tx, rollout.seq);
    const approved = await transition(tx, before, { type: "approve", at }, { actor: "ada", reason: "for a test" });
    const look = { type: "look", at, verdict: "promote", units: 1e9, held: null } as const;
    return transition(tx, approved, look, { actor: "engine", reason: "for a test" });
  }, operatorLocks(rollout));
}

/** Closes the look that arrivals are counted in, as the engine does. */
export async function closeLook(store: Store, { seq }: Rollout): Promise<void> {
  const next = ({ look }: Rollout) => ({ look: look + 1 });
  await store.inTransaction(async (tx) => {
    await tx
      .updateTable("rollouts")
      .set(next(await reread(tx, seq)))
      .where("seq", "=", seq)
      .execute();
  });
}

async function reread(tx: Tx, seq: number): Promise<Rollout> {
  return (await rolloutBySeq(tx, seq)) as Rollout;
}

/** What a turn of the engine at a moment needs. */
export function turnBy({ address }: Store, at: string): Asked {
  const clock = { now: () => new Date(at), monotonicMs: () => 0 };
  return { clock, via: "advance", markers: address.markers, say: reasonText };
}
