import { setImmediate } from "node:timers/promises";
import type { Config } from "../../core/config.schema.ts";
import { AgentopsError } from "../../core/errors.ts";
import type { Place } from "../../core/refs.ts";
import type { RolloutSettings } from "../../core/release-config.schema.ts";
import { type Past, pastOf } from "../../observations/past.ts";
import { replayed, type Replayed, type ReplayOrder } from "../../observations/replayed.ts";
import { rulesOf } from "../../policy/rules.ts";
import { firstCaps } from "../../rollout/caps.ts";
import { controlHistory } from "../../rollout/control-history.store.ts";
import { usualDelay } from "../../rollout/delays.store.ts";
import { settleMsOf } from "../../rollout/late.ts";
import { outcomesFor, weekBefore } from "../../rollout/outcomes.ts";
import { settingsFor } from "../../rollout/plan.ts";
import type { Caps, RolloutPlan } from "../../rollout/schema.ts";
import { planFor } from "../../rollout/start.ts";
import { currentStable } from "../../serving/serving.store.ts";
import type { Db } from "../../state/store.ts";
import { within } from "../start-canary.ts";
import { storedPast, unitsSeen } from "./past.store.ts";
import type { CanaryCalibration } from "./schema.ts";
import { plannedOf, reachIn, readOf, summaryOf } from "./summary.ts";

export interface CalibrationOrder {
  place: Place;
  /** What is stored since so long before `at` is replayed. */
  sinceMs: number;
  /** At least 1. */
  runs: number;
  /** The same traffic, plan and seed give the same document. */
  seed: number;
  /** What wins over the config's `rollout:`, key by key; cohorts are left out. */
  settings: RolloutSettings;
  fast: boolean;
  /** ISO 8601. */
  at: string;
  signal: AbortSignal;
  /** Called after each run. */
  onProgress: (done: number) => void;
}

/**
 * Replays what production stored of the version that everybody is served, as rollouts of that version against itself by the plan that `canary
 * start` would freeze now; in memory, so that nothing is written. Each run divides the units anew. The traffic is served once, by its own
 * times: a run that needs more of it stays open. Throws NOT_RELEASED where nothing is served, the signal's reason.
 */
export async function calibrate(
  db: Db,
  config: Config,
  order: CalibrationOrder,
): Promise<CanaryCalibration> {
  const { place, sinceMs, at, seed } = order;
  const { environment: env, target } = place;
  const version = await stableOf(db, place);
  const since = new Date(Date.parse(at) - sinceMs).toISOString();
  const { plan, caps } = await frozenNow(db, config, version, order);
  const stored = await storedPast(db, place, version, since);
  const past = pastOf(stored.rows, target, { settleMs: settleMsOf(plan) });
  const read = readOf(past, stored.isCut);
  const { ms: usualDelayMs } = await usualDelay(db, place, version, weekBefore(at));
  const runs = await runsOf(past, { plan, caps, target, usualDelayMs }, order);
  return {
    ...{ schema: "agentops.canary-calibration/1", target, env, version, since, read, seed },
    seen: await unitsSeen(db, place, since),
    plan: plannedOf(plan),
    ...summaryOf(runs, plan, reachIn(past, read.perHour)),
  };
} // prettier-ignore

async function stableOf(db: Db, { environment, target }: Place): Promise<string> {
  const stable = await currentStable(db, environment, target);
  if (stable !== undefined) return stable.version;
  throw new AgentopsError("NOT_RELEASED", `nothing is served of ${target} in ${environment}, so there is no traffic of it`, {
    hint: `agentops promote ${target} --env ${environment}   serves the first version`,
  });
} // prettier-ignore

/** As `canary start` would freeze it, but for what is no question of chance: cohorts, copies of inputs, and people's approvals. */
async function frozenNow(
  db: Db,
  config: Config,
  control: string,
  { place: { environment, target }, settings, fast, at }: CalibrationOrder,
): Promise<{ plan: RolloutPlan; caps: Caps }> {
  const asked = settingsFor(config.rollout, target, { ...settings, shadow: false, manual: false });
  const steps = asked.steps?.filter((step) => typeof step === "number");
  const history = await controlHistory(db, environment, target, control);
  const request = {
    ...{ environment, release: { target }, fast, at },
    settings: within(rulesOf({ config }, environment), { ...asked, steps }),
    fit: steps === undefined,
    outcomes: outcomesFor(config.outcomes, target),
  };
  const plan = await planFor(db, request, { control, history });
  return { plan, caps: firstCaps(plan, history) };
}

/** One after the other. */
async function runsOf(
  past: Past,
  of: Omit<ReplayOrder, "id" | "pause">,
  { runs, seed, signal, onProgress }: CalibrationOrder,
): Promise<Replayed[]> {
  const found: Replayed[] = [];
  if (past.requests.length === 0) return found;
  // A signal is heard between two tasks alone.
  const pause = async () => {
    await setImmediate();
    signal.throwIfAborted();
  };
  while (found.length < runs) {
    found.push(await replayed(past, { ...of, pause, id: `calibration-${seed}-${found.length + 1}` }));
    onProgress(found.length);
  }
  return found;
}
