import { AgentopsError } from "../../../core/errors.ts";
import { durationMs } from "../../../core/duration.ts";
import type { RolloutSettings } from "../../../core/release-config.schema.ts";
import { COHORT_NAME, type StepConfig, stepsProblem } from "../../../core/steps.ts";

type Options = Record<string, unknown>;

/** What was typed of a rollout's settings; the rest comes from the config. Throws USAGE. */
export function rolloutFlags(options: Options): RolloutSettings {
  const text = (key: string) => options[key] as string | undefined;
  const steps = text("steps");
  const observations = text("stepObservations");
  return {
    ...(steps !== undefined && { steps: stepsIn(steps) }),
    ...timeFlag("stepTime", "--step-time", text("stepTime")),
    ...timeFlag("deadline", "--deadline", text("deadline")),
    ...(observations !== undefined && { stepObservations: countOf(observations) }),
    ...(options["shadow"] === true && { shadow: true }),
    ...(options["manual"] === true && { manual: true }),
    ...turnsFlag(text("turns")),
  };
}

function turnsFlag(typed: string | undefined): RolloutSettings {
  if (typed === undefined) return {};
  if (typed === "anybody" || typed === "watcher") return { turns: typed };
  throw new AgentopsError("USAGE", `--turns takes anybody or watcher, not "${typed}"`, { hint: "--turns watcher" });
}

/** A cohort, or a share or percent; a number that could be either is refused. */
function stepOf(typed: string): StepConfig {
  const text = typed.trim();
  if (COHORT_NAME.test(text)) return text;
  const [, number = "", percent] = /^(\d+\.?\d*|\.\d+)\s*(%)?$/.exec(text) ?? [];
  const value = percent === undefined ? Number(number || Number.NaN) : Number(number) / 100;
  if (value > 0 && value <= 1) return Number(value.toPrecision(12));
  const meant = value > 1 && value <= 100 ? `${number} % is ${number}% or ${Number(number) / 100}` : "1% is 0.01";
  throw new AgentopsError("USAGE", `--steps takes cohorts by name, and shares from 0 to 1 or percent, not "${text}"`, {
    hint: `${meant}; --steps 1%,5%,25%,50%,100%`,
  });
}

function stepsIn(typed: string): StepConfig[] {
  const steps = typed.split(",").map(stepOf);
  const problem = stepsProblem(steps);
  if (problem === undefined) return steps;
  const first = steps.filter((step) => typeof step === "string").slice(0, 1);
  const hint = `--steps ${[...first, "0.01,0.05,0.25,0.5,1"].join(",")}`;
  throw new AgentopsError("USAGE", `--steps ${typed}: ${problem}`, { hint });
}

function timeFlag(key: "stepTime" | "deadline", flag: string, typed: string | undefined): RolloutSettings {
  if (typed === undefined) return {};
  const ms = durationMs(typed);
  if (ms !== undefined && (ms > 0 || key === "stepTime")) return { [key]: typed };
  throw new AgentopsError("USAGE", `${flag} takes a number and ms, s, m, h or d, at most 36525d, not "${typed}"`, {
    hint: `${flag} 30m`,
  });
}

function countOf(typed: string): number {
  const count = typed.trim() === "" ? Number.NaN : Number(typed);
  if (Number.isSafeInteger(count) && count >= 1) return count;
  throw new AgentopsError("USAGE", `--step-observations takes a whole number from 1, not "${typed}"`, {
    hint: "--step-observations 50",
  });
}
