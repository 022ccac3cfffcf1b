import { plural } from "../../core/words.ts";
import type { FallbackArm } from "../../evals/result/schema.ts";
import { milliseconds, oneLine, percent, percentInterval, usd } from "../numbers.ts";
import { costPartText } from "./cost.ts";

/** A fallback model as an arm of its own: whoever reads a run must not take its figures for the model's that was pinned. */
export function fallbackRows(arm: FallbackArm): [label: string, text: string | undefined][] {
  const { metrics, scored } = arm;
  const { successRate: rate, latencyMs: l } = metrics;
  return [
    ["fallback", `${arm.model}: ${askedText(arm)}`],
    [
      "fallback success",
      rate === null
        ? "not scored"
        : `${percent(rate.estimate)}  ${percentInterval(rate.ci95)}  (${arm.succeeded} of ${plural(scored, "trial")})`,
    ],
    ["fallback latency", l === null ? undefined : `p50 ${milliseconds(l.p50)}  p95 ${milliseconds(l.p95)}`],
    ["fallback cost", scored === 0 ? undefined : costText(arm)],
  ];
}

function askedText({ asked, errors, fromCache, firstError }: FallbackArm): string {
  const first = firstError === null ? "" : `; the first: ${oneLine(firstError.message, 200)}`;
  const parts = [
    `asked for ${plural(asked, "trial")} whose provider failed`,
    ...(fromCache > 0 ? [`${fromCache} answers stored or recorded before`] : []),
    ...(errors > 0 ? [`${plural(errors, "error")}${first}`] : []),
  ];
  return parts.join(", ");
}

function costText({ metrics: { costUsd: c, costPart } }: FallbackArm): string {
  if (costPart !== undefined) return costPartText(costPart);
  return c === null ? "unknown (no price)" : `${usd(c.total)} in all, ${usd(c.perTask)} a task`;
}
