import type { Mailmap } from "../core/mailmap.ts";
import { samePerson } from "../core/person.ts";
import type { Place } from "../core/refs.ts";
import { holding, type Kill } from "../kill/latch.ts";
import { unitsIn } from "../rollout/evidence.ts";
import { lastJudged } from "../rollout/look.ts";
import { latenessOf } from "../rollout/late.store.ts";
import { cohortAt } from "../rollout/state.ts";
import { saidBy } from "../rollout/verdict.ts";
import { waitingFor } from "../rollout/waiting.ts";
import { openRollout, type Rollout, rolloutsOf, starterOf } from "../rollout/rollouts.store.ts";
import type { Db } from "../state/store.ts";
import { killedSpans, within } from "./killed.store.ts";
import type { Rules } from "./rules.ts";
import type { StagingFacts } from "./staging.ts";
import { type Content, isOf, lastTakenBack, type Past, pastOf, takenBackNow } from "./taken-back.store.ts";

const DAY_MS = 86_400_000;
const HOUR = "2026-11-21T10".length;

export interface StagingCase extends Pick<StagingFacts, "act" | "said" | "askedSteps"> {
  content: Content;
  rules: Rules;
  now: string;
  actor: string;
  mailmap: Mailmap;
  /** In force, wherever. */
  kills: readonly Kill[];
}

/** What the store knows of a version's way, now. */
export async function stagingFacts(db: Db, place: Place, of: StagingCase): Promise<StagingFacts> {
  const { content, act, said, rules, now, askedSteps } = of;
  const { environment, target } = place;
  const past = await pastOf(db, place);
  const rollouts = await rolloutsOf(db, environment, target);
  const isOpen = rollouts.some(({ endedAt, candidate }) => endedAt === null && candidate === content.version);
  return {
    ...{ act, said, askedSteps },
    stable: past.changes.at(-1)?.version ?? null,
    // No rollback goes to what is a candidate now.
    wasStable: isOpen ? null : wasStable(past, content),
    canary: await canaryOf(db, rollouts, past, content, now),
    unapproved: act === "promote" ? await unapproved(db, place, of) : null,
    takenBack: takenBackNow(past, content),
    before: rules.after === null ? null : await servedBefore(db, { environment: rules.after.environment, target }, of),
    observedLately: await observedSince(db, place, new Date(Date.parse(now) - DAY_MS).toISOString()),
  };
}

/** Under this very number: a rollback goes to what the store has under it. */
function wasStable({ changes, digests }: Past, { version, digest }: Content): StagingFacts["wasStable"] {
  if (!changes.some((change) => change.version === version && change.how !== "rollback")) return null;
  return digests.get(version) === digest ? "so" : "otherwise";
}

/**
 * The newest that was not taken back; one that brought it to everybody stands until it is. The last step is where the whole traffic follows:
 * a canary gets there by what it has shown, and one whose steps end before that must have shown it.
 */
async function canaryOf(
  db: Db,
  rollouts: readonly Rollout[],
  past: Past,
  content: Content,
  now: string,
): Promise<StagingFacts["canary"]> {
  const isSame = isOf(past, content);
  const last = lastTakenBack(past, content)?.auditEvent ?? 0;
  const startOf = ({ seq }: Rollout) => past.turnings.find((one) => one.rollout === seq && one.seq === 1)?.auditEvent;
  const own = rollouts.filter(({ candidate }) => isSame(candidate));
  const whole = own.find((one) => one.state.phase === "promoted" && (startOf(one) ?? 0) > last);
  const open = whole ?? own.find(({ endedAt }) => endedAt === null);
  if (open === undefined) return null;
  const { state, plan } = open;
  const steps = plan.steps.length;
  const isLast = (state.pausedFrom ?? state.phase) !== "shadow" && state.step >= steps - 1;
  const isLastStep = whole !== undefined || (isLast && (state.weight >= 1 || (await isShown(db, open, now))));
  return { step: state.step + 1, steps, weight: state.weight, cohort: cohortAt(state, plan), isLastStep };
}

/** Its least time, its units and its proof: all but a person's approval. */
async function isShown(db: Db, rollout: Rollout, at: string): Promise<boolean> {
  const { state, plan, evidence } = rollout;
  const judged = await lastJudged(db, rollout);
  const late = await latenessOf(db, rollout, at);
  const own = { ...state, phase: state.pausedFrom ?? state.phase };
  const waits = waitingFor(own, { at, ...saidBy(judged), units: unitsIn(own, plan, evidence), ...late }, plan);
  return (
    waits.outcomes === null &&
    waits.timeMs === null &&
    waits.trafficMs === null &&
    waits.units === null &&
    waits.proof === null
  );
}

/** Whoever started a manual rollout does not leave its step alone, by whatever command. */
async function unapproved(
  db: Db,
  { environment, target }: Place,
  { actor, mailmap }: StagingCase,
): Promise<StagingFacts["unapproved"]> {
  const open = await openRollout(db, environment, target);
  if (open === undefined || !open.plan.manual || open.state.approved) return null;
  const starter = await starterOf(db, open.seq);
  if (starter === undefined || !samePerson(starter, actor, mailmap)) return null;
  return {
    starter,
    step: open.state.step + 1,
    steps: open.plan.steps.length,
    isPaused: open.state.pausedFrom !== null,
  };
}

/** How long everybody was served it there since it was last taken back, all times together but what was killed of them. */
async function servedBefore(
  db: Db,
  below: Place,
  { content, now, kills }: StagingCase,
): Promise<NonNullable<StagingFacts["before"]>> {
  const [past, killed] = [await pastOf(db, below), await killedSpans(db, below, now)];
  const isSame = isOf(past, content);
  const last = lastTakenBack(past, content);
  const since = last?.auditEvent ?? 0;
  const { changes } = past;
  const all = { ms: 0, killedMs: 0 };
  for (const [i, { version, at, auditEvent }] of changes.entries()) {
    if (!isSame(version) || auditEvent <= since) continue;
    const span = { from: Date.parse(at), to: Date.parse(changes[i + 1]?.at ?? now) };
    const killedMs = within(span, killed);
    all.ms += span.to - span.from - killedMs;
    all.killedMs += killedMs;
  }
  const served = changes.at(-1)?.version;
  return {
    ...all,
    isServed: served !== undefined && isSame(served),
    takenBack: takenBackNow(past, content),
    earlier: changes.some((one) => isSame(one.version) && one.auditEvent <= since) ? (last ?? null) : null,
    kill: holding(kills, below.environment, [below.target])[0] ?? null,
  };
}

async function observedSince(db: Db, { environment, target }: Place, since: string): Promise<number> {
  const row = await db
    .selectFrom("outcomes")
    .select(({ fn }) => fn.sum<number | null>("n").as("n"))
    .where("environment", "=", environment)
    .where("target", "=", target)
    // Of no version that anybody said, a rollout would count none.
    .where("version", "!=", "")
    .where("hour", ">=", since.slice(0, HOUR))
    .executeTakeFirst();
  return row?.n ?? 0;
}
