import { isRatio } from "../rollout/caps.ts";
import type { Caps, FrozenLimit } from "../rollout/schema.ts";
import { candidateScore, controlScore, multipleOf } from "../stats/sequential/ratio.ts";
import type { Request } from "./arrival.ts";
import type { Dated } from "./schema.ts";

/** What an observation says of each metric, as far as it can be judged yet. */
export function outcomesOf(
  { success, safe, latencyMs, costUsd }: Pick<Dated, "success" | "safe" | "latencyMs" | "costUsd">,
  caps: Caps,
  candidate: boolean,
): Pick<Request, "outcomes" | "multiples"> {
  const latency = scored(latencyMs, caps.latency, candidate);
  const cost = scored(costUsd, caps.cost, candidate);
  return {
    outcomes: {
      success: Number(success),
      ...(latency !== null && { latency: latency.score }),
      ...(cost !== null && { cost: cost.score }),
      ...(safe !== undefined && { safety: Number(safe) }),
    },
    multiples: {
      ...(latency?.multiple !== undefined && { latency: latency.multiple }),
      ...(cost?.multiple !== undefined && { cost: cost.multiple }),
    },
  };
}

/** How good a value is; null where there is none, or nothing to hold it against yet. */
function scored(
  value: number | undefined,
  frozen: FrozenLimit | null,
  candidate: boolean,
): { score: number; multiple?: number | null } | null {
  if (value === undefined || frozen === null) return null;
  if (!isRatio(frozen)) return { score: Number(value <= frozen.cap) };
  const { point, limit } = frozen;
  if (!candidate) return { score: controlScore(point, value), multiple: null };
  return { score: candidateScore(point, value, limit), multiple: multipleOf(point, value, limit) };
}
