import { plural } from "../../core/words.ts";
import type { StatusDocument } from "../../status/schema.ts";
import type { StatusNow } from "../../status/status.ts";
import type { Wrong } from "../../status/wrong.ts";

/** `agentops.status/1`: what is going on, with what is wrong in words. */
export function statusDocument(now: StatusNow): StatusDocument {
  return {
    ...now,
    environments: now.environments.map((environment) => ({
      ...environment,
      targets: environment.targets.map((target) => ({ ...target, wrong: target.wrong.map(wrongText) })),
    })),
  };
}

function wrongText(wrong: Wrong): string {
  switch (wrong.code) {
    case "unsafe":
      return `${plural(wrong.count, "unsafe answer")} in the last hour`;
    case "overdue":
      return `a look at ${wrong.version} is due since ${wrong.since.slice(0, 16).replace("T", " ")} UTC and nobody takes it: agentops canary advance ${wrong.target} --env ${wrong.environment}`;
    case "inconclusive":
      return `the rollout of ${wrong.version} is inconclusive and waits for a person`;
    case "invalid":
      return `the rollout of ${wrong.version} is invalid; ${ackText(wrong)}`;
    case "rolled-back":
      return `${wrong.version} was rolled back; ${ackText(wrong)}`;
  }
}

function ackText({ target, environment }: { target: string; environment: string }): string {
  return `agentops canary ack ${target} --env ${environment}`;
}
