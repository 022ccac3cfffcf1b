import { durationMs } from "../../../core/duration.ts";
import { AgentopsError } from "../../../core/errors.ts";
import type { RolloutRequest } from "../../../planning/rollout.ts";
import { weightsOf } from "../../../rollout/alarm.ts";
import { planOf } from "../../../rollout/plan.ts";
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
  const guardrails = wholeNumber("--guardrails", text("guardrails")) ?? MOST_GUARDRAILS;
  return {
    baseline: share(options, "baseline", "closed"),
    mde: share(options, "mde") ?? 0.05,
    margin: share(options, "margin") ?? 0.03,
    alpha: alphaOf(options),
    guardrails,
    alarmShare: successShare(guardrails),
    steps: weights(text("steps") ?? "0.01,0.05,0.25,0.5,1"),
    perHour,
    stepHours: amount("--step-hours", text("stepHours")) ?? 1,
    settleHours: hoursOf("--settle 4h", text("settle")) ?? 0,
    deadlineHours: hoursOf("--deadline 30d", text("deadline")) ?? 14 * 24,
    trafficHours: options["fast"] === true ? 0 : 24,
    stepObservations: wholeNumber("--step-observations", text("stepObservations")) ?? 50,
  };
}

const MOST_GUARDRAILS = 4;

/** What the alarm leaves to the success rate beside so many metrics that have observations. */
function successShare(guardrails: number): number {
  const { guardrails: all } = planOf({});
  return weightsOf(all.slice(0, guardrails)).guardrails.success ?? 1;
}

/** `4h` as hours. Throws USAGE with the example. */
function hoursOf(example: string, typed: string | undefined): number | undefined {
  const ms = typed === undefined ? undefined : durationMs(typed);
  if (ms !== undefined || typed === undefined) return ms === undefined ? undefined : ms / 3_600_000;
  const [flag] = example.split(" ");
  throw new AgentopsError("USAGE", `${flag} takes a duration, not "${typed}"`, { hint: example });
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
