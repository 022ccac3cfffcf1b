import { AgentopsError } from "../core/errors.ts";
import { parseRef, type Place } from "../core/refs.ts";
import type { Db, Store, Tx } from "../state/store.ts";
import { appendAuditEvent } from "../audit/events.store.ts";
import type { Clock } from "../core/clock.ts";
import { operatorLocks } from "../state/locks.ts";

import { openRollout, type Rollout, rolloutBySeq } from "../rollout/rollouts.store.ts";
import { transition } from "../rollout/transition.ts";
import { onlyEnvironment, releasedTarget } from "./names.ts";
import type { ReleaseDocument } from "./release.schema.ts";
import {
  currentStable,
  findRelease,
  insertStable,
  releasesOf,
  type StableRow,
  stablesOf,
} from "../serving/serving.store.ts";

export interface RollbackOrder {
  name: string;
  /** Null where nothing tells: then it is the only one in which the target is served. */
  environment: string | null;
  /** Any released version; without it, back to the one before. */
  to: string | undefined;
  /** Refuse when something else is to be left by now. */
  from: string | undefined;
  actor: string;
  reason: string;
}

interface By {
  at: string;
  actor: string;
  reason: string;
}

/**
 * Goes back: an open rollout ends and the stable version stays; without one, the version before is served again. It asks no policy,
 * waits for no evidence, needs no git and no config, and works on what is killed. One transaction that reads and decides.
 * Throws ARTIFACT_NOT_FOUND, VERSION_NOT_FOUND, CONCURRENT_CHANGE (`from`), USAGE when the environment is not clear, STORE_FAILED.
 */
export async function rollback(
  { store, clock }: { store: Store; clock: Clock },
  order: RollbackOrder,
): Promise<ReleaseDocument> {
  const target = await releasedTarget(store.db, parseRef(order.name));
  const environment = order.environment ?? (await onlyEnvironment(store.db, target));
  const place = { environment, target };
  return store.inTransaction((tx) => goneBack(tx, place, order, clock.now().toISOString()), operatorLocks(place));
}

async function goneBack(tx: Tx, place: Place, order: RollbackOrder, at: string): Promise<ReleaseDocument> {
  const { environment, target } = place;
  const open = await openRollout(tx, environment, target);
  const stable = await currentStable(tx, environment, target);
  const left = open?.candidate ?? stable?.version ?? null;
  refuseMoved(place, order.from, left);
  const by: By = { at, actor: order.actor, reason: order.reason };
  const to = order.to === undefined ? undefined : await releasedVersion(tx, target, order.to);
  const ended = open === undefined ? null : await endOpen(tx, open, by);
  const stays = ended !== null && (to === undefined || to === ended.control);
  const version = stays ? ended.control : (to ?? (await before(tx, place, stable)));
  const takenBack = stays ? ended : await replaceStable(tx, place, stable, { version, by });
  return {
    schema: "agentops.release/1",
    action: "rollback",
    target,
    env: environment,
    version,
    digest: (await findRelease(tx, target, version))?.digest ?? "",
    from: left,
    at,
    actor: by.actor,
    authenticated: false,
    reason: by.reason,
    overridden: [],
    changed: ended !== null || version !== stable?.version,
    rollout: (ended ?? takenBack)?.id ?? null,
  };
}

function refuseMoved({ environment, target }: Place, from: string | undefined, left: string | null): void {
  if (from === undefined || from === left) return;
  const is = left === null ? "nothing is served" : `it is ${left} by now`;
  throw new AgentopsError("CONCURRENT_CHANGE", `not from ${from}: ${is} in ${environment}`, {
    hint: `agentops history ${target} --env ${environment}`,
  });
}

async function releasedVersion(db: Db, target: string, typed: string): Promise<string> {
  const version = typed.slice(typed.lastIndexOf("@") + 1);
  if ((await findRelease(db, target, version)) !== undefined) return version;
  const known = (await releasesOf(db, target)).map((release) => release.version);
  throw new AgentopsError("VERSION_NOT_FOUND", `${target}@${version} was never released`, {
    hint: `released: ${known.join(", ")}; agentops promote ${target}@${version} releases another`,
  });
}

async function endOpen(tx: Tx, rollout: Rollout, { at, ...by }: By): Promise<Rollout> {
  return transition(tx, rollout, { type: "rollback", at }, by);
}

async function before(db: Db, { environment, target }: Place, stable: StableRow | undefined): Promise<string> {
  const version = versionBefore(await stablesOf(db, environment, target)) ?? (await promotedBy(db, stable))?.control;
  if (version !== undefined) return version;
  const current = stable === undefined ? "it was never promoted there" : `${stable.version} is the first version there`;
  const known = (await releasesOf(db, target)).map((release) => release.version);
  throw new AgentopsError("VERSION_NOT_FOUND", `nothing to go back to: ${target} in ${environment}, ${current}`, {
    hint: `agentops rollback ${target} --to VERSION (released: ${known.join(", ")})   or   agentops kill ${target} --reason TEXT`,
  });
}

/** The rollout that the current version came from. */
async function promotedBy(db: Db, stable: StableRow | undefined): Promise<Rollout | undefined> {
  if (stable?.how !== "rollout" || stable.rollout === null) return undefined;
  const rollout = await rolloutBySeq(db, stable.rollout);
  return rollout?.state.phase === "promoted" ? rollout : undefined;
}

/** Takes a rollout back where that leads there, else writes the version down; returns that rollout. */
async function replaceStable(
  tx: Tx,
  { environment, target }: Place,
  stable: StableRow | undefined,
  { version, by }: { version: string; by: By },
): Promise<Rollout | null> {
  if (version === stable?.version) return null;
  const { at, actor, reason } = by;
  const rollout = await promotedBy(tx, stable);
  if (rollout?.control === version) return endOpen(tx, rollout, by);
  const auditEvent = await appendAuditEvent(tx, {
    at,
    actor,
    action: "rollback",
    environment,
    target,
    reason,
    before: stable === undefined ? null : { version: stable.version },
    after: { version },
  });
  await insertStable(tx, {
    environment,
    target,
    version,
    how: "rollback",
    rollout: null,
    at,
    actor,
    reason,
    auditEvent,
  });
  return null;
}

type Change = Pick<StableRow, "version" | "how">;

/**
 * The versions one can go back through, the current one last. Going forward to a version puts it on top; to one that is on the way
 * already, forward or back, cuts off what is above it. A rollback to a version that was never stable here takes the top's place:
 * what was left on purpose is nothing to go back to.
 */
export function stackOf(changes: readonly Change[]): string[] {
  return changes.reduce<string[]>((stack, { version, how }) => {
    const at = stack.indexOf(version);
    if (at >= 0) return stack.slice(0, at + 1);
    return [...(how === "rollback" ? stack.slice(0, -1) : stack), version];
  }, []);
}

/** Where a rollback without `--to` goes; undefined when there is nothing to go back to. */
export function versionBefore(changes: readonly Change[]): string | undefined {
  return stackOf(changes).at(-2);
}
