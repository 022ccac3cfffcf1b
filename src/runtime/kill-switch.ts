import { AgentopsError } from "../core/errors.ts";
import { holding, reasonText, targetsOf } from "../kill/latch.ts";
import type { StoreReader } from "./store-reader.ts";

export interface KillSwitch {
  killed: boolean;
  /** Why, by whom and since when (ISO 8601); null when not killed. `by` is null when fail-closed stopped it. */
  reason: string | null;
  by: string | null;
  at: string | null;
  /** What could not be read, if anything; what could be read counts all the same. */
  problem: string | null;
}

/** What a reader knows of a name. Throws REF_INVALID for what is no name. */
export function killSwitchOf(
  reader: StoreReader,
  environment: string | null,
  name: string,
  failClosed: boolean,
): KillSwitch {
  const targets = targetsOf(name);
  const problem = reader.problem();
  const first = holding(reader.kills(), environment, targets)[0];
  if (first !== undefined) return { killed: true, reason: reasonText(first), by: first.actor, at: first.at, problem };
  if (failClosed && problem !== null)
    return { killed: true, reason: `fail closed: ${problem}`, by: null, at: null, problem };
  return { killed: false, reason: null, by: null, at: null, problem };
}

/** What a checkpoint throws; undefined where nothing is killed. */
export function killedError(
  name: string,
  environment: string | null,
  { killed, reason, by, at }: KillSwitch,
): AgentopsError | undefined {
  if (!killed) return undefined;
  const who = by === null ? "" : ` (by ${by} since ${at ?? "unknown"})`;
  return new AgentopsError("AGENT_KILLED", `${name} is killed: ${reason ?? "unknown"}${who}`, {
    hint: `agentops status; agentops revive ${name} -m TEXT`,
    details: { name, environment, reason, by, at },
  });
}
