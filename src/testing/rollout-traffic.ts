import { recorderFor } from "../observations/record.ts";
import type { Observation } from "../observations/schema.ts";
import { advance } from "../operations/watch.ts";
import type { Turn } from "../rollout/turn.ts";
import { isOver } from "../rollout/state.ts";
import type { Rollout } from "../rollout/rollouts.store.ts";
import { bucketOf, isCandidate } from "../serving/assignment.ts";
import type { RolloutSettings } from "../core/release-config.schema.ts";
import { startRollout } from "../rollout/start.ts";
import type { Store } from "../state/store.ts";
import { BEGIN, promoted, turnBy } from "./rollout.ts";

/** A simulated production: what each arm does at the arrival with that number. */
export interface Traffic {
  control: (arrival: number) => Partial<Observation>;
  /** Null: an outcome that nobody reports. */
  candidate: (arrival: number) => Partial<Observation> | null;
  /** Arrivals an hour, for the least time of steps and the deadline. */
  perHour: number;
}

export interface Journey {
  turn: Turn;
  arrivals: number;
  /** Units of the candidate, and requests of both arms. */
  candidate: number;
}

/** A promoted v1 and a rollout of v2 against it, begun as `canary start` begins it. */
export async function beginRollout(store: Store, settings: RolloutSettings, id = "rollout-1"): Promise<Rollout> {
  const target = "prompts/x";
  await promoted(store, { version: "v1" });
  const release = {
    target,
    version: "v2",
    digest: "sha256:2",
    content: "{}",
    gitCommit: "2".repeat(40),
    publishedBy: "ada@example.com",
    publishedAt: BEGIN,
  };
  return startRollout(store, {
    id,
    environment: "production",
    release,
    settings,
    at: BEGIN,
    actor: "ada",
    reason: "simulated",
    admit: () => Promise.resolve({ overridden: [] }),
  });
}

/** Arrivals between two looks. */
const LOOK = 50;

/**
 * Sends units by the real assignment, records what they got, and takes a turn every 50 arrivals, until the rollout is over or paused, or
 * after that many arrivals.
 */
export async function drive(store: Store, rollout: Rollout, traffic: Traffic, most: number): Promise<Journey> {
  const recorder = recorderFor(store);
  const { environment, target, control, candidate: version, id } = rollout;
  const from = Date.parse(rollout.createdAt);
  const timeOf = (arrival: number) => new Date(from + (arrival / traffic.perHour) * 3_600_000).toISOString();
  let { weight } = rollout.state;
  let [arrivals, candidate] = [0, 0];
  for (;;) {
    const lines = Array.from({ length: LOOK }, (_, i): Observation[] => {
      const arrival = arrivals + i;
      const unit = `u${arrival}`;
      const served = isCandidate(bucketOf(id, unit), weight);
      if (served) candidate += 1;
      const outcome = served ? traffic.candidate(arrival) : traffic.control(arrival);
      if (outcome === null) return [];
      return [{ target, version: served ? version : control, unit, success: true, at: timeOf(arrival), ...outcome }];
    }).flat();
    arrivals += LOOK;
    const at = timeOf(arrivals);
    await recorder.record(environment, lines, new Date(at));
    const turn = await advance(store, { environment, target }, turnBy(store, at));
    const { phase } = turn.rollout.state;
    ({ weight } = turn.rollout.state);
    if (isOver(phase) || phase === "inconclusive" || phase === "paused" || arrivals >= most)
      return { turn, arrivals, candidate };
  }
}
