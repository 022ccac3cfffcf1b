import { AgentopsError } from "../core/errors.ts";
import { parseRef } from "../core/refs.ts";

/** Every environment: named by hand, or because nothing says which one it is. */
export const EVERY = "*";
/** Every target, also those that do not exist yet. */
export const ALL = "all";

/** One switch. Each is set and released by itself: what `kill --all` stopped, `revive NAME` does not start. */
export interface Latch {
  environment: string;
  target: string;
}

/** A latch that is set: whose kill it was, the first one's, until it is revived. */
export interface Kill extends Latch {
  actor: string;
  /** "" while nobody has given one. */
  reason: string;
  at: string;
}

/** The same in a document. */
export type ToldKill = Omit<Kill, "reason"> & { authenticated: boolean; reason: string | null };

/** Nobody has to show who they are to stop something. */
export function told<K extends Kill>(kill: K): Omit<K, "reason"> & Pick<ToldKill, "authenticated" | "reason"> {
  return { ...kill, authenticated: false, reason: kill.reason === "" ? null : kill.reason };
}

export function reasonText({ reason }: Pick<ToldKill, "reason">): string {
  return reason === null || reason === "" ? "no reason given" : reason;
}

/** A name's targets; a bare name means both kinds, and nothing needs to exist. Throws REF_INVALID, USAGE. */
export function targetsOf(name: string, verb = "kill"): string[] {
  const { kind, name: bare, point } = parseRef(name);
  if (point.type !== "worktree" || name.includes("@")) {
    throw new AgentopsError("USAGE", `a kill stops every version, and "${name}" names one`, {
      hint: `agentops ${verb} ${name.slice(0, name.indexOf("@"))} -m TEXT`,
    });
  }
  return kind === undefined ? [`prompts/${bare}`, `agents/${bare}`] : [`${kind}/${bare}`];
}

export function isSame(a: Latch, b: Latch): boolean {
  return a.environment === b.environment && a.target === b.target;
}

/** The kills that stop a target in an environment, the first one first. An unknown environment (null) is stopped by a kill in any. */
export function holding<K extends Kill>(
  kills: readonly K[],
  environment: string | null,
  targets: readonly string[],
): K[] {
  return kills
    .filter((kill) => environment === null || kill.environment === EVERY || kill.environment === environment)
    .filter((kill) => kill.target === ALL || targets.includes(kill.target))
    .sort((a, b) => (a.at < b.at ? -1 : Number(a.at > b.at)));
}
