import type { Place } from "../core/refs.ts";
import { cohortAt } from "../rollout/next.ts";
import { rolloutsOf, transitionsOf } from "../rollout/rollouts.store.ts";
import { currentStable, type StableRow, stablesOf } from "../serving/serving.store.ts";
import type { Db } from "../state/store.ts";
import type { Rules } from "./rules.ts";
import type { StagingFacts } from "./staging.ts";

const DAY_MS = 86_400_000;
const HOUR = "2026-11-21T10".length;

/** What the store knows of a version's way, now. */
export async function stagingFacts(
  db: Db,
  place: Place,
  {
    version,
    act,
    said,
    rules,
    now,
  }: Pick<StagingFacts, "act" | "said"> & { version: string; rules: Rules; now: string },
): Promise<StagingFacts> {
  const { environment, target } = place;
  const changes = await stablesOf(db, environment, target);
  const rollouts = await candidatesOf(db, environment, target, version);
  const lastServed = changes.findLast((change) => change.version === version && change.how !== "rollback")?.at ?? "";
  return {
    act,
    said,
    stable: (await currentStable(db, environment, target))?.version ?? null,
    wasStable: lastServed !== "",
    canary: canaryOf(rollouts),
    takenBack: await takenBackOf(db, changes, rollouts, version),
    before:
      rules.after === null
        ? null
        : await servedBefore(db, { environment: rules.after.environment, target }, version, now),
    observedLately: await observedSince(db, place, new Date(Date.parse(now) - DAY_MS).toISOString()),
  };
}

type Rollouts = Awaited<ReturnType<typeof rolloutsOf>>;

/** The newest that was not taken back; one that brought it to everybody stands for good. */
function canaryOf(rollouts: Rollouts): StagingFacts["canary"] {
  const whole = rollouts.find(({ state }) => state.phase === "promoted");
  const open = whole ?? rollouts.find(({ endedAt }) => endedAt === null);
  if (open === undefined) return null;
  const { state, plan } = open;
  const steps = plan.steps.length;
  const isLastStep = whole !== undefined || (state.phase !== "shadow" && state.step >= steps - 1);
  return { step: state.step + 1, steps, weight: state.weight, cohort: cohortAt(state, plan), isLastStep };
}

/** By the engine or a person: a rollout that went back, or a version that everybody was served and was left by a rollback. */
async function takenBackOf(
  db: Db,
  changes: readonly StableRow[],
  rollouts: Rollouts,
  version: string,
): Promise<StagingFacts["takenBack"]> {
  const left = changes.filter((change, i) => change.how === "rollback" && changes[i - 1]?.version === version).at(-1);
  const rollout = rollouts.find(({ state }) => state.phase === "rolled-back");
  const ended = rollout === undefined ? undefined : (await transitionsOf(db, rollout.seq)).at(-1);
  const last = [left, ended]
    .filter((one) => one !== undefined)
    .sort((a, b) => (a.at < b.at ? -1 : 1))
    .at(-1);
  const since = changes.findLast((change) => change.version === version)?.at ?? "";
  return last === undefined || since > last.at ? null : { at: last.at, actor: last.actor, reason: last.reason };
}

/** How long everybody was served it there, all times together. */
async function servedBefore(db: Db, { environment, target }: Place, version: string, now: string) {
  const changes = await stablesOf(db, environment, target);
  let ms = 0;
  for (const [i, change] of changes.entries())
    if (change.version === version) ms += Date.parse(changes[i + 1]?.at ?? now) - Date.parse(change.at);
  return {
    ms,
    takenBack: (await takenBackOf(db, changes, await candidatesOf(db, environment, target, version), version)) !== null,
  };
}

async function candidatesOf(db: Db, environment: string, target: string, version: string): Promise<Rollouts> {
  return (await rolloutsOf(db, environment, target)).filter(({ candidate }) => candidate === version);
}

async function observedSince(db: Db, { environment, target }: Place, since: string): Promise<number> {
  const row = await db
    .selectFrom("outcomes")
    .select(({ fn }) => fn.sum<number | null>("n").as("n"))
    .where("environment", "=", environment)
    .where("target", "=", target)
    .where("hour", ">=", since.slice(0, HOUR))
    .executeTakeFirst();
  return row?.n ?? 0;
}
