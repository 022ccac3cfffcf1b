import { AgentopsError } from "../core/errors.ts";
import { parseRef, type Place } from "../core/refs.ts";
import type { Db, Store, Tx } from "../state/store.ts";
import { appendAuditEvent } from "../audit/events.store.ts";
import type { Clock } from "../core/clock.ts";
import { operatorLocks } from "../state/locks.ts";
import { type Rollout, rolloutBySeq, rolloutsOf } from "../rollout/rollouts.store.ts";
import { transition } from "../rollout/transition.ts";
import { doneOrTried } from "./dry-run.ts";
import { hasMoved, openOf, type Served, servedAt, somebodyWasFirst, takenBackLately } from "./first.store.ts";
import { furtherBack, onceStable, stableOnce, versionBefore, wayBack } from "./way-back.ts";
import { onlyEnvironment, releasedTarget } from "./names.ts";
import type { ReleaseDocument } from "./release.schema.ts";
import { findRelease, insertStable, type StableRow, stablesOf } from "../serving/serving.store.ts";

export interface RollbackOrder {
  name: string;
  /** Null where nothing tells: then it is the only one in which the target is served. */
  environment: string | null;
  /** A version that everybody was served there; without it, back to the one before. */
  to: string | undefined;
  /** What is left, whoever was first; refused when it is another by now. */
  from: string | undefined;
  actor: string;
  reason: string;
  /** Only say what would be done. */
  dryRun?: boolean;
}

interface By {
  at: string;
  actor: string;
  reason: string;
}

/**
 * Goes back: an open rollout ends and the stable version stays; without one, the version before is served again. It asks no policy,
 * waits for no evidence, needs no git and no config, and works on what is killed. One transaction that reads and decides. Leaves what it
 * saw when it was called: two people that one alert woke go back one version.
 * Throws ARTIFACT_NOT_FOUND, VERSION_NOT_FOUND, NeverStable, CONCURRENT_CHANGE where somebody was first, USAGE when the environment
 * is not clear, STORE_FAILED.
 */
export async function rollback(
  { store, clock }: { store: Store; clock: Clock },
  order: RollbackOrder,
): Promise<ReleaseDocument> {
  const target = await releasedTarget(store.db, parseRef(order.name));
  const environment = order.environment ?? (await onlyEnvironment(store.db, target));
  const place = { environment, target };
  const seen = await servedAt(store.db, place);
  const { dryRun } = order;
  const back = (tx: Tx) => goneBack(tx, place, order, seen, clock.now().toISOString());
  const done = await doneOrTried(store, back, { ...operatorLocks(place), dryRun });
  return { ...done, ...(dryRun === true && { dryRun }) };
}

async function goneBack(
  tx: Tx,
  place: Place,
  order: RollbackOrder,
  seen: Served,
  at: string,
): Promise<ReleaseDocument> {
  const { environment, target } = place;
  const now = await servedAt(tx, place);
  const [open, stable] = [openOf(now), now.stable];
  const left = open?.candidate ?? stable?.version ?? null;
  const by: By = { at, actor: order.actor, reason: order.reason };
  const to = order.to === undefined ? undefined : await stableOnce(tx, place, order.to);
  const isThere = to !== undefined && open === undefined && to === stable?.version;
  if (!isThere) await refuseSecond(tx, place, order, { seen, now, left, at });
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

interface Moment {
  seen: Served;
  now: Served;
  left: string | null;
  at: string;
}

/** Once more must be meant: `--from` says what is to be left. */
async function refuseSecond(
  tx: Tx,
  place: Place,
  { from, to }: Pick<RollbackOrder, "from" | "to">,
  { seen, now, left, at }: Moment,
): Promise<void> {
  if (from !== undefined && from === left) return;
  const hint = await furtherBack(tx, place, now, { left, to });
  if (from !== undefined && !hasMoved(seen, now) && (await neverServed(tx, place, from)))
    throw new AgentopsError(
      "USAGE",
      `--from ${from} was never served in ${place.environment}; ${left ?? "nothing"} is`,
      {
        hint,
      },
    );
  const last = from === undefined ? await takenBackLately(tx, place, now, at) : null;
  if (from === undefined && last === null && !hasMoved(seen, now)) return;
  throw await somebodyWasFirst(tx, place, now, { at, hint, ...(last !== null && { last }) });
}

async function neverServed(db: Db, { environment, target }: Place, version: string): Promise<boolean> {
  const changes = await stablesOf(db, environment, target);
  const candidates = await rolloutsOf(db, environment, target);
  return !changes.some((one) => one.version === version) && !candidates.some((one) => one.candidate === version);
}

async function endOpen(tx: Tx, rollout: Rollout, { at, ...by }: By): Promise<Rollout> {
  return transition(tx, rollout, { type: "rollback", at }, by);
}

async function before(db: Db, { environment, target }: Place, stable: StableRow | undefined): Promise<string> {
  const version = versionBefore(await stablesOf(db, environment, target)) ?? (await promotedBy(db, stable))?.control;
  if (version !== undefined) return version;
  const [first] = await stablesOf(db, environment, target);
  const others = await onceStable(db, { environment, target });
  const words =
    first?.version === stable?.version ? "is the first version there" : "was gone back to, and nothing leads on";
  const current = stable === undefined ? "it was never promoted there" : `${stable.version} ${words}`;
  const here = `${target} --env ${environment}`;
  const forward =
    others.length === 0
      ? ""
      : `agentops rollback ${here} --to VERSION --from ${stable?.version ?? ""} (${wayBack(others)})   or   `;
  throw new AgentopsError("VERSION_NOT_FOUND", `nothing to go back to: ${target} in ${environment}, ${current}`, {
    hint: `${forward}agentops kill ${here} -m TEXT`,
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
