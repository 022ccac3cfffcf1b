import { freeze, valuesFor } from "../rollout/caps.ts";
import type { Caps } from "../rollout/schema.ts";
import type { Tx } from "../state/store.ts";
import { lastSeq, reportedBy, valuesAfter } from "./caps.store.ts";
import type { OpenRollout } from "./observations.store.ts";
import { hourOf } from "./rollups.ts";

/** Freezes what is still open of a rollout's caps as soon as its control was seen often enough. */
export interface CapCollector {
  /** In force for the next request. */
  caps(): Caps;
  /** Takes a request of the control, after it was judged. */
  take(latencyMs: number | undefined, costUsd: number | undefined): void;
}

type Capped = "latency" | "cost";

/** What was found of each rollout and metric: what was counted never changes, so a process looks at each row once. */
export type Earlier = Map<string, Found>;

interface Found {
  /** Rows up to this one were looked at. */
  upTo: number;
  values: number[];
}

export async function collectCaps(
  tx: Tx,
  earlier: Earlier,
  environment: string,
  rollout: OpenRollout,
): Promise<CapCollector> {
  const isOpen = (metric: Capped) => rollout.plan.caps[metric] !== null && rollout.caps[metric] === null;
  const valuesOf = async (metric: Capped) =>
    isOpen(metric) ? [...(await earlierValues(tx, earlier, environment, rollout, metric))] : undefined;
  return collecting(rollout, { latency: await valuesOf("latency"), cost: await valuesOf("cost") });
}

/** Goes on from the values of the control so far; undefined for a metric whose cap is frozen, or that has none. */
export function collecting(
  rollout: Pick<OpenRollout, "plan" | "caps">,
  open: Record<Capped, number[] | undefined>,
): CapCollector {
  let { caps } = rollout;
  const take = (metric: Capped, value: number | undefined) => {
    const values = open[metric];
    if (values === undefined || value === undefined) return;
    values.push(value);
    const wanted = rollout.plan.caps[metric];
    if (wanted === null || values.length < valuesFor(wanted)) return;
    caps = { ...caps, [metric]: freeze(wanted, values) };
    open[metric] = undefined;
  };
  return {
    caps: () => caps,
    take(latencyMs, costUsd) {
      take("latency", latencyMs);
      take("cost", costUsd);
    },
  };
}

/** The control's values from the calls before this one, in order; too few for a cap, or it would be frozen. */
async function earlierValues(
  tx: Tx,
  earlier: Earlier,
  environment: string,
  { seq, target, control, createdAt, plan }: OpenRollout,
  metric: Capped,
): Promise<number[]> {
  const key = `${seq} ${metric}`;
  const { upTo, values } = earlier.get(key) ?? { upTo: 0, values: [] };
  const reported = await reportedBy(tx, { environment, target, version: control }, hourOf(createdAt));
  const wanted = plan.caps[metric];
  const beyond = { rollout: seq, version: control, seq: upTo, limit: wanted === null ? 0 : valuesFor(wanted) };
  const more = reported[metric] === 0 ? [] : await valuesAfter(tx, metric, beyond);
  // Read under the target's lock, so nothing of this rollout with a smaller number comes later.
  const all = { upTo: await lastSeq(tx), values: [...values, ...more] };
  earlier.set(key, all);
  return all.values;
}
