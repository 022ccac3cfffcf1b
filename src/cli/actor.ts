import { userInfo } from "node:os";
import type { CommandContext } from "./context.ts";

/** In this order; a CI's come before the machine's user, who is the same for everybody there. */
const VARIABLES = ["AGENTOPS_ACTOR", "GITHUB_ACTOR", "GITLAB_USER_LOGIN", "USER"];

/** Who acts: `--actor`, AGENTOPS_ACTOR, the CI's actor, else the login name. */
export function actorOf(context: CommandContext): string {
  return findActor(context).name;
}

/** The same, and what said so: a flag, a variable, or "login name". */
export function findActor({ flags, shell: { env } }: CommandContext): { name: string; source: string } {
  if (flags.actor !== undefined) return { name: flags.actor, source: "--actor" };
  for (const source of VARIABLES) {
    const name = env[source];
    if (name !== undefined) return { name, source };
  }
  return { name: loginName(), source: "login name" };
}

function loginName(): string {
  try {
    return userInfo().username;
  } catch {
    // A container may run under a user id without a name.
    return "unknown";
  }
}
