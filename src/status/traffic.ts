import type { Db } from "../state/store.ts";
import { outcomesByTarget, type Seen, tracesByAgent, tracesByTarget } from "./traffic.store.ts";

/** What was seen of one artifact, or of an agent that is none. */
interface Traffic {
  name: string;
  /** active: registered and seen; unseen: registered and not; unregistered: seen and not. */
  state: "active" | "unseen" | "unregistered";
  traces: number;
  outcomes: number;
  /** Null where it was not seen. */
  lastAt: string | null;
}

export interface TrafficFound {
  since: string;
  traffic: Traffic[];
}

const MONTH_MS = 30 * 86_400_000;

/** The registry against what was seen in a month: what is registered in the order it is listed, then what nobody registered. */
export async function trafficOf(db: Db, registered: readonly string[], now: Date): Promise<TrafficFound> {
  const sinceMs = now.getTime() - MONTH_MS;
  const since = new Date(sinceMs).toISOString();
  const [traces, agents, outcomes] = [await tracesByTarget(db, sinceMs), await tracesByAgent(db, sinceMs), await outcomesByTarget(db, since)]; // prettier-ignore
  const known = new Set(registered);
  const others = [...new Set([...traces, ...outcomes].map(({ name }) => name))].filter((name) => !known.has(name)).sort(); // prettier-ignore
  const rowOf = (name: string, ofTraces: readonly Seen[]): Traffic => {
    const [trace, outcome] = [ofTraces, outcomes].map((all) => all.find((seen) => seen.name === name));
    const last = Math.max(trace?.lastMs ?? 0, outcome?.lastMs ?? 0);
    const state = !known.has(name) ? "unregistered" : last > 0 ? "active" : "unseen";
    return { name, state, traces: trace?.n ?? 0, outcomes: outcome?.n ?? 0, lastAt: last > 0 ? new Date(last).toISOString() : null }; // prettier-ignore
  };
  return { since, traffic: [...[...registered, ...others].map((name) => rowOf(name, traces)), ...agents.map(({ name }) => ({ ...rowOf(name, agents), outcomes: 0 }))] }; // prettier-ignore
}
