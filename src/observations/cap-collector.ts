import { CAP_VALUES, freezeCap } from "../rollout/caps.ts";
import type { Caps } from "../rollout/schema.ts";
import { hourOf } from "./hourly.ts";
import type { OpenRollout, Statements } from "./observations.store.ts";

/** Freezes what is still open of a rollout's caps as soon as its control was seen often enough. */
export interface CapCollector {
  /** In force for the next request. */
  caps(): Caps;
  /** Takes a request of the control, after it was judged. */
  take(latencyMs: number | undefined, costUsd: number | undefined): void;
  /** Writes caps that were frozen since. */
  save(): void;
}

type Capped = "latency" | "cost";

export function collectCaps(
  statements: Statements,
  environment: string,
  target: string,
  rollout: OpenRollout,
): CapCollector {
  let { caps } = rollout;
  const isOpen = (metric: Capped) => rollout.plan.caps[metric] !== null && caps[metric] === null;
  const valuesOf = (metric: Capped) =>
    isOpen(metric) ? [...earlierValues(statements, environment, target, rollout, metric)] : undefined;
  const open = { latency: valuesOf("latency"), cost: valuesOf("cost") };

  const take = (metric: Capped, value: number | undefined) => {
    const values = open[metric];
    if (values === undefined || value === undefined) return;
    values.push(value);
    if (values.length < CAP_VALUES) return;
    caps = { ...caps, [metric]: freezeCap(values, rollout.plan.caps[metric]?.maxIncrease ?? 0) };
    open[metric] = undefined;
  };
  return {
    caps: () => caps,
    take(latencyMs, costUsd) {
      take("latency", latencyMs);
      take("cost", costUsd);
    },
    save() {
      if (caps !== rollout.caps) statements.saveCaps.run(JSON.stringify(caps), rollout.seq);
    },
  };
}

interface Found {
  /** Rows up to this one were looked at. */
  upTo: number;
  values: number[];
}

/** By rollout and metric: stored rows never change, so each process looks at each of them once. */
const found = new WeakMap<Statements, Map<string, Found>>();

/** The control's values from the calls before this one, in order; too few for a cap, or it would be frozen. */
function earlierValues(
  statements: Statements,
  environment: string,
  target: string,
  { seq, control, createdAt }: OpenRollout,
  metric: Capped,
): number[] {
  const known = found.get(statements) ?? new Map<string, Found>();
  found.set(statements, known);
  const key = `${seq} ${metric}`;
  const { upTo, values } = known.get(key) ?? { upTo: 0, values: [] };
  const reported = statements.reported.get(environment, target, control, hourOf(createdAt));
  const more =
    (reported?.[metric] ?? 0) === 0 ? [] : statements.valuesAfter[metric].all(seq, control, upTo, CAP_VALUES);
  const all = { upTo: statements.lastSeq.get() ?? 0, values: [...values, ...more] };
  known.set(key, all);
  return all.values;
}
