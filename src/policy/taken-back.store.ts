import type { Place } from "../core/refs.ts";
import { type StableRow, stablesOf } from "../serving/serving.store.ts";
import type { Db } from "../state/store.ts";

/** A content, and the number it has here: the same content may be published under another one again. */
export interface Content {
  version: string;
  digest: string;
}

/** One time that a content was taken back. */
export interface TakenBack {
  /** The number it had then. */
  version: string;
  /** Rolled back, by the engine or a person; or its canary was aborted. */
  how: "rolled-back" | "aborted";
  at: string;
  actor: string;
  reason: string;
  auditEvent: number;
}

/** The first and the bad last state of a rollout; `auditEvent` gives the order, whatever the clocks said. */
interface Turning {
  rollout: number;
  version: string;
  seq: number;
  phase: string;
  at: string;
  actor: string;
  reason: string;
  auditEvent: number;
}

/** What became of every content of a target in an environment. */
export interface Past {
  changes: StableRow[];
  turnings: Turning[];
  /** By version, of all that were ever released. */
  digests: ReadonlyMap<string, string>;
}

export async function pastOf(db: Db, { environment, target }: Place): Promise<Past> {
  const released = db.selectFrom("releases").select(["version", "digest"]).where("target", "=", target);
  const turnings = db
    .selectFrom("transitions as t")
    .innerJoin("rollouts as r", "r.seq", "t.rollout")
    .innerJoin("auditEvents as a", "a.id", "t.auditEvent")
    .select(["t.rollout", "r.candidate as version", "t.seq", "t.phase", "t.at", "t.actor", "a.reason", "t.auditEvent"])
    .where("r.environment", "=", environment)
    .where("r.target", "=", target)
    .where((e) => e.or([e("t.seq", "=", 1), e("t.phase", "in", ["rolled-back", "aborted"])]));
  return {
    changes: await stablesOf(db, environment, target),
    turnings: await turnings.orderBy("t.auditEvent").execute(),
    digests: new Map((await released.execute()).map(({ version, digest }) => [version, digest])),
  };
}

/** A number is a name: what has the same digest is the same. */
export function isOf({ digests }: Pick<Past, "digests">, { version, digest }: Content): (other: string) => boolean {
  return (other) => other === version || digests.get(other) === digest;
}

/** The last time that this content was taken back, whatever came after; undefined when it never was. */
export function lastTakenBack(past: Past, content: Content): TakenBack | undefined {
  const isSame = isOf(past, content);
  const left = past.changes.flatMap((change, i) => {
    const before = past.changes[i - 1]?.version;
    const leaves = change.how === "rollback" && before !== undefined && isSame(before) && !isSame(change.version);
    return leaves ? [{ ...change, version: before, how: "rolled-back" as const }] : [];
  });
  const ended = past.turnings.filter(({ version, phase }) => isEnd(phase) && isSame(version));
  const all: TakenBack[] = [...left, ...ended.map((one) => ({ ...one, how: one.phase as TakenBack["how"] }))];
  return all.sort((a, b) => a.auditEvent - b.auditEvent).at(-1);
}

function isEnd(phase: string): boolean {
  return phase === "rolled-back" || phase === "aborted";
}

/** The same, unless it was served to everybody or started again since: whoever did that has said why. */
export function takenBackNow(past: Past, content: Content): TakenBack | null {
  const last = lastTakenBack(past, content);
  if (last === undefined) return null;
  const isSame = isOf(past, content);
  const again = [...past.changes, ...past.turnings.filter(({ seq }) => seq === 1)];
  return again.some(({ version, auditEvent }) => isSame(version) && auditEvent > last.auditEvent) ? null : last;
}
