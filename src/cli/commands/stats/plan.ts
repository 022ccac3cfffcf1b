import { durationMs } from "../../../core/duration.ts";
import { AgentopsError } from "../../../core/errors.ts";
import type { RolloutRequest } from "../../../planning/rollout.ts";
import { amount, wholeNumber } from "../../numbers.ts";
import { alphaOf, share } from "./flags.ts";

type Options = Record<string, unknown>;

/** The flags of a rollout's plan, with the defaults the help names. Throws USAGE. */
export function rolloutRequest(options: Options): RolloutRequest {
  const text = (key: string) => options[key] as string | undefined;
  const perHour = amount("--per-hour", text("perHour"));
  if (perHour === undefined || perHour === 0) {
    throw new AgentopsError("USAGE", "say how many arrivals there are an hour: --per-hour 200", {
      hint: "agentops stats plan --baseline 0.95 --per-hour 200",
    });
  }
  return {
    baseline: share(options, "baseline", "closed"),
    mde: share(options, "mde") ?? 0.05,
    margin: share(options, "margin") ?? 0.03,
    alpha: alphaOf(options),
    guardrails: wholeNumber("--guardrails", text("guardrails")) ?? 4,
    steps: weights(text("steps") ?? "0.01,0.05,0.25,0.5,1"),
    perHour,
    stepHours: amount("--step-hours", text("stepHours")) ?? 1,
    settleHours: settleHours(text("settle")),
    trafficHours: options["fast"] === true ? 0 : 24,
    stepObservations: wholeNumber("--step-observations", text("stepObservations")) ?? 50,
  };
}

/** `4h` as hours. Throws USAGE. */
function settleHours(typed: string | undefined): number {
  const ms = typed === undefined ? 0 : durationMs(typed);
  if (ms !== undefined) return ms / 3_600_000;
  throw new AgentopsError("USAGE", `--settle takes a duration, not "${typed}"`, { hint: "--settle 4h" });
}

/** `0.01,0.05,1` as numbers. Throws USAGE. */
function weights(typed: string): number[] {
  const parts = typed.split(",").map((part) => part.trim());
  const steps = parts.map((part) => (part === "" ? Number.NaN : Number(part)));
  if (steps.every((weight) => weight > 0 && weight <= 1)) return steps;
  throw new AgentopsError("USAGE", `--steps takes weights between 0 and 1, not "${typed}"`, {
    hint: "--steps 0.01,0.05,0.25,0.5,1",
  });
}
