import { userInfo } from "node:os";
import { AgentopsError } from "../core/errors.ts";
import { namesSomebody } from "../core/printable.ts";
import type { CommandContext } from "./context.ts";

/** After git; a CI's come before the machine's user, who is the same for everybody there. */
const VARIABLES = ["GITHUB_ACTOR", "GITLAB_USER_LOGIN", "USER"];

/** Somebody, and what said so: a flag, a variable, "git" or "login name". */
export interface Acting {
  name: string;
  source: string;
}

/** Who acts: `--actor`, AGENTOPS_ACTOR, git's user, the CI's, the system's. Throws USAGE for a stated name that is nobody's. */
export async function actorOf(context: CommandContext): Promise<string> {
  return (await findActor(context)).name;
}

/** The same, and what said so. */
export async function findActor(context: CommandContext): Promise<Acting> {
  return statedActor(context) ?? (await gitActor(context)) ?? machineActor(context);
}

/** Whom a person named; undefined where nobody was. Throws USAGE for a name without a letter: nobody would know who it was. */
export function statedActor({ flags, shell: { env } }: Pick<CommandContext, "flags" | "shell">): Acting | undefined {
  const stated = [
    { name: flags.actor, source: "--actor" },
    { name: env["AGENTOPS_ACTOR"] || undefined, source: "AGENTOPS_ACTOR" },
  ].find((one): one is Acting => one.name !== undefined);
  if (stated === undefined || namesSomebody(stated.name)) return stated;
  throw new AgentopsError("USAGE", `${stated.source} names nobody: "${stated.name}" has no letter`, {
    hint: '--actor "Ada Lovelace <ada@example.com>", or without it whom git knows',
  });
}

/** git's user as `Name <mail>`, through the `.mailmap`. */
async function gitActor({ cwd, shell }: CommandContext): Promise<Acting | undefined> {
  const { gitPerson } = await import("../registry/people.ts");
  const name = await gitPerson({ root: cwd, env: shell.env }).catch(() => null);
  return name === null || !namesSomebody(name) ? undefined : { name, source: "git" };
}

const URGENT_MS = 300;

/** The same for whom nobody may wait: as git has it, with one question, and soon or not at all. */
export async function urgentActor({ cwd, shell }: CommandContext): Promise<string | undefined> {
  const { committerOf, openGit } = await import("../registry/git/git.ts");
  const name = await committerOf(openGit(cwd, shell.env), URGENT_MS);
  return name === null || !namesSomebody(name) ? undefined : name;
}

/** Whom the CI or the system names, without asking anybody. */
export function machineActor({ shell: { env } }: Pick<CommandContext, "shell">): Acting {
  for (const source of VARIABLES) {
    const name = env[source];
    if (name !== undefined && namesSomebody(name)) return { name, source };
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
