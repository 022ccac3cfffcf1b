import { recordObservations } from "../observations/record.ts";
import type { Observation } from "../observations/schema.ts";
import { advance } from "../operations/watch.ts";
import type { Turn } from "../rollout/turn.ts";
import { isOver } from "../rollout/next.ts";
import type { Rollout } from "../rollout/rollouts.store.ts";
import { bucketOf, isCandidate } from "../serving/assignment.ts";
import type { RolloutSettings } from "../core/release-config.schema.ts";
import { startRollout } from "../rollout/start.ts";
import type { Sqlite } from "../state/connection.ts";
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
export function beginRollout(sqlite: Sqlite, settings: RolloutSettings, id = "rollout-1"): Rollout {
  const target = "prompts/x";
  promoted(sqlite, { version: "v1" });
  const release = {
    target,
    version: "v2",
    digest: "sha256:2",
    content: "{}",
    gitCommit: "2".repeat(40),
    publishedBy: "ada@example.com",
    publishedAt: BEGIN,
  };
  return startRollout(sqlite, {
    id,
    environment: "production",
    release,
    settings,
    at: BEGIN,
    actor: "ada",
    reason: "simulated",
    admit: () => ({ overridden: [] }),
  });
}

/** Arrivals between two looks. */
const LOOK = 50;

/**
 * Sends units by the real assignment, records what they got, and takes a turn every 50 arrivals, until the rollout is over or paused, or
 * after that many arrivals.
 */
export function drive(sqlite: Sqlite, rollout: Rollout, traffic: Traffic, most: number): Journey {
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
    recordObservations(sqlite, environment, lines, new Date(at));
    const turn = advance(sqlite, { environment, target }, turnBy(sqlite.name, at));
    const { phase } = turn.rollout.state;
    ({ weight } = turn.rollout.state);
    if (isOver(phase) || phase === "inconclusive" || arrivals >= most) return { turn, arrivals, candidate };
  }
}
