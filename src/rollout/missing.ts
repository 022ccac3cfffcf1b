import { AgentopsError } from "../core/errors.ts";

/** ROLLOUT_NOT_FOUND: nothing was ever started there. */
export function rolloutMissing(environment: string, target: string): AgentopsError {
  return new AgentopsError("ROLLOUT_NOT_FOUND", `${target} has no rollout in ${environment}`, {
    hint: `agentops canary start ${target}@v2 --env ${environment}   (agentops log ${target} lists the versions)`,
  });
}
