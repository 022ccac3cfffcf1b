import { AgentopsError } from "../core/errors.ts";
import type { RolloutSettings } from "../core/release-config.schema.ts";
import type { Sqlite } from "../state/connection.ts";
import { inOneTransaction } from "../state/transaction.ts";
import { currentStable, insertRelease, type ReleaseRow } from "../serving/serving.store.ts";
import { firstCaps } from "./caps.ts";
import { controlHistory } from "./control-history.store.ts";
import { NO_EVIDENCE } from "./evidence.ts";
import { pendingState } from "./next.ts";
import { planOf } from "./plan.ts";
import { insertRollout, openRollout, type Rollout } from "./rollouts.store.ts";
import { type By, transition } from "./transition.ts";

export interface StartRequest extends By {
  /** Of the new rollout; also the salt that units are divided by. */
  id: string;
  environment: string;
  /** The candidate, as it was published. */
  release: Omit<ReleaseRow, "releasedAt">;
  settings: RolloutSettings;
  /** ISO 8601. */
  at: string;
  /** Asks the policy under the same lock; returns the rules that were overridden, throws POLICY_REFUSED. */
  admit: () => { overridden: readonly string[] };
}

/**
 * Starts a rollout against what is served now: copies the release into the store, freezes plan and caps, takes the first step (or
 * shadow). Throws NOT_RELEASED without a stable version, USAGE when the candidate is the stable one, CONCURRENT_CHANGE while another is
 * under way.
 */
export function startRollout(sqlite: Sqlite, request: StartRequest): Rollout {
  return inOneTransaction(sqlite, () => started(sqlite, request));
}

function started(
  sqlite: Sqlite,
  { id, environment, release, settings, at, actor, reason, admit }: StartRequest,
): Rollout {
  const { target, version } = release;
  const control = controlOf(sqlite, environment, release);
  refuseSecond(sqlite, environment, target);
  const { overridden } = admit();
  insertRelease(sqlite, { ...release, releasedAt: at });
  const history = controlHistory(sqlite, environment, target, control);
  const plan = planOf(settings, history.priors);
  const fresh: Omit<Rollout, "seq"> = {
    id,
    environment,
    target,
    control,
    candidate: version,
    plan,
    state: pendingState(at, plan),
    look: 1,
    evidence: NO_EVIDENCE,
    caps: firstCaps(plan, history),
    createdAt: at,
    endedAt: null,
  };
  const seq = insertRollout(sqlite, fresh);
  return transition(sqlite, { ...fresh, seq }, { type: "start", at }, { actor, reason, overridden });
}

function controlOf(sqlite: Sqlite, environment: string, { target, version }: StartRequest["release"]): string {
  const stable = currentStable(sqlite, environment, target);
  if (stable === undefined) {
    throw new AgentopsError(
      "NOT_RELEASED",
      `nothing is served of ${target} in ${environment}, so there is no control`,
      {
        hint: `the first version goes out whole: agentops promote ${target}@${version} --env ${environment}`,
      },
    );
  }
  if (stable.version !== version) return stable.version;
  throw new AgentopsError("USAGE", `${target}@${version} is what ${environment} serves already`, {
    hint: `agentops log ${target} lists the versions`,
  });
}

function refuseSecond(sqlite: Sqlite, environment: string, target: string): void {
  const open = openRollout(sqlite, environment, target);
  if (open === undefined) return;
  throw new AgentopsError(
    "CONCURRENT_CHANGE",
    `${target} has a rollout in ${environment} already: ${open.control} → ${open.candidate}, ${open.state.phase}`,
    {
      hint: `agentops canary status ${target} --env ${environment}; agentops canary abort ${target} --env ${environment}`,
    },
  );
}
