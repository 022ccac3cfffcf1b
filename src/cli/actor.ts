import { userInfo } from "node:os";
import type { CommandContext } from "./context.ts";

/** Who acts: `--actor`, AGENTOPS_ACTOR, the CI's actor, else the login name. */
export function actorOf({ flags, shell: { env } }: CommandContext): string {
  return (
    flags.actor ??
    env["AGENTOPS_ACTOR"] ??
    env["GITHUB_ACTOR"] ??
    env["GITLAB_USER_LOGIN"] ??
    env["USER"] ??
    loginName()
  );
}

function loginName(): string {
  try {
    return userInfo().username;
  } catch {
    // A container may run under a user id without a name.
    return "unknown";
  }
}
