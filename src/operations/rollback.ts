import { AgentopsError } from "../core/errors.ts";
import { reasonIn } from "../core/reason.ts";
import { parseRef, type Place } from "../core/refs.ts";
import { againRefusal } from "../policy/staging.ts";
import { type Past, pastOf, takenBackNow } from "../policy/taken-back.store.ts";
import type { Db, Store, Tx } from "../state/store.ts";
import { appendAuditEvent } from "../audit/events.store.ts";
import type { Clock } from "../core/clock.ts";
import { operatorLocks } from "../state/locks.ts";
import { type Rollout, rolloutBySeq, rolloutsOf } from "../rollout/rollouts.store.ts";
import { transition } from "../rollout/transition.ts";
import { doneOrTried } from "./dry-run.ts";
import { hasMoved, openOf, type Served, servedAt, somebodyWasFirst, takenBackLately } from "./first.store.ts";
import { badIn, contentIn, furtherBack, onceStable, stableOnce, typedVersion, versionBefore, wayBack, whyFor } from "./way-back.ts"; // prettier-ignore
import { onlyEnvironment, releasedTarget } from "./names.ts";
import type { ReleaseDocument } from "./release.schema.ts";
import { environmentsOf, findRelease, insertStable, type StableRow } from "../serving/serving.store.ts";

export interface RollbackOrder {
  name: string;
  /** Null where nothing tells: then it is the only one in which the target is served. */
  environment: string | null;
  /** A version that everybody was served there; without it, back to the one before. */
  to: string | undefined;
  /** What is left, whoever was first; refused when it is another by now. */
  from: string | undefined;
  actor: string;
  /** As typed; at 3 a.m. nobody must think of one, unless it goes to what was taken back. */
  reason: string | undefined;
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
 * Throws ARTIFACT_NOT_FOUND, VERSION_NOT_FOUND, NeverStable, POLICY_REFUSED for what was taken back, CONCURRENT_CHANGE where somebody was first, USAGE when the environment
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
  const [now, past] = [await servedAt(tx, place), await pastOf(tx, place)];
  const [open, stable] = [openOf(now), now.stable];
  const left = open?.candidate ?? stable?.version ?? null;
  const by: By = { at, actor: order.actor, reason: reasonIn(order.reason) ?? "rollback" };
  const { to, from } = typedVersions(order, place, past);
  if (to !== undefined) await stableOnce(tx, place, { past, version: to, candidate: open?.candidate });
  const isThere = to !== undefined && open === undefined && to === stable?.version;
  if (!isThere) await refuseSecond(tx, place, { to, from }, { seen, now, past, left, at });
  if (to !== undefined && to !== stable?.version) refuseAgain(past, place, order, { to, left });
  const ended = open === undefined ? null : await endOpen(tx, open, by);
  const stays = ended !== null && (to === undefined || to === ended.control);
  const version = stays ? ended.control : (to ?? (await before(tx, place, stable, past)));
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

function typedVersions({ to, from }: RollbackOrder, place: Place, past: Past) {
  return {
    to: to === undefined ? undefined : typedVersion("--to", to, place, past),
    from: from === undefined ? undefined : typedVersion("--from", from, place, past),
  };
}

interface Moment {
  seen: Served;
  now: Served;
  past: Past;
  left: string | null;
  at: string;
}

/** Once more must be meant: `--from` says what is to be left. */
async function refuseSecond(
  tx: Tx,
  place: Place,
  { from, to }: Pick<RollbackOrder, "from" | "to">,
  { seen, now, past, left, at }: Moment,
): Promise<void> {
  if (from !== undefined && from === left) return;
  const hint = furtherBack(place, past, now, { left, to });
  if (from !== undefined && !hasMoved(seen, now) && (await neverServed(tx, place, past, from)))
    throw new AgentopsError(
      "USAGE",
      `--from ${from} was never served in ${place.environment}; ${left ?? "nothing"} is`,
      { hint },
    );
  const last = from === undefined ? await takenBackLately(tx, place, now, at) : null;
  if (from === undefined && last === null && !hasMoved(seen, now)) return;
  throw await somebodyWasFirst(tx, place, now, { at, hint, ...(last !== null && { last }) });
}

/** What was taken back is served again for a reason only, by this command as by any other. */
function refuseAgain(
  past: Past,
  { environment, target }: Place,
  { reason }: RollbackOrder,
  { to, left }: { to: string; left: string | null },
): void {
  const takenBack = takenBackNow(past, contentIn(past, to));
  if (takenBack === null || reasonIn(reason) !== undefined) return;
  const ref = `${target}@${to}`;
  const from = left === null ? "" : ` --from ${left}`;
  const command = `agentops rollback ${target} --env ${environment} --to ${to}${from}`;
  const refusal = againRefusal(takenBack, { ref, environment, command });
  throw new AgentopsError("POLICY_REFUSED", `${ref} does not go out again without a reason: ${refusal.message}`, {
    hint: refusal.hint,
    details: { ref, environment, refusals: [refusal] },
  });
}

async function neverServed(db: Db, { environment, target }: Place, { changes }: Past, version: string) {
  const candidates = await rolloutsOf(db, environment, target);
  return !changes.some((one) => one.version === version) && !candidates.some((one) => one.candidate === version);
}

async function endOpen(tx: Tx, rollout: Rollout, { at, ...by }: By): Promise<Rollout> {
  return transition(tx, rollout, { type: "rollback", at }, by);
}

async function before(
  db: Db,
  { environment, target }: Place,
  stable: StableRow | undefined,
  past: Past,
): Promise<string> {
  const { changes } = past;
  const isBad = badIn(past);
  const control = (await promotedBy(db, stable))?.control;
  const version = versionBefore(changes, isBad) ?? (control === undefined || isBad(control) ? undefined : control);
  if (version !== undefined) return version;
  if (stable === undefined) throw await neverThere(db, { environment, target });
  const others = onceStable(changes);
  const words =
    changes[0]?.version === stable.version
      ? "is the first version there"
      : versionBefore(changes) === undefined
        ? "was gone back to, and nothing leads on"
        : "has below it only what was taken back";
  const here = `${target} --env ${environment}`;
  const to = `agentops rollback ${here} --to VERSION --from ${stable.version}${whyFor(past, others)}`;
  const forward = others.length === 0 ? "" : `${to} (${wayBack(others)})   or   `;
  throw new AgentopsError(
    "VERSION_NOT_FOUND",
    `nothing to go back to: ${target} in ${environment}, ${stable.version} ${words}`,
    {
      hint: `${forward}agentops kill ${here} -m TEXT`,
    },
  );
}

/** Most likely another environment was meant, and no kill of a mistyped one would stop anything. */
async function neverThere(db: Db, { environment, target }: Place): Promise<AgentopsError> {
  const message = `nothing to go back to: ${target} in ${environment}, it was never promoted there`;
  const ways = (await environmentsOf(db, target)).map((name) => `agentops rollback ${target} --env ${name}`);
  return new AgentopsError("VERSION_NOT_FOUND", message, { hint: ways.join("   or   ") });
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
