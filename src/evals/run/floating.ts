import type { Project } from "../../core/project.ts";
import { floatingReason } from "../../registry/lint/floating.ts";
import { floats, kindOf, pinsOfPrompt } from "../../registry/lint/models.ts";
import type { Prompt } from "../../registry/schema.ts";
import type { RunSpec } from "./run-spec.ts";

/** What a run may ask under a name that may mean another model tomorrow. */
export function floatingWarnings(project: Project, spec: RunSpec): string[] {
  return [...ofGithub(project, spec), ...ofFallbacks(project, spec)];
}

/** An arm is named by its pin in what is stored for good; lint, which refuses such names, is not asked by a run. */
function ofFallbacks({ config }: Project, { target, fallbacks = [] }: RunSpec): string[] {
  if (target === null || target.agent?.allowFloating === true) return [];
  return fallbacks.flatMap((pin) => {
    const kind = kindOf(config, pin.slice(0, Math.max(0, pin.indexOf("/"))));
    const reason = kind === undefined ? null : floatingReason(pin, kind);
    return reason === null ? [] : [`${target.address}: fallbackModels: ${reason}`];
  });
}

/**
 * What a run of a GitHub Models file asks under a name that may mean another model tomorrow: GitHub's ids always float, so it is said
 * and not refused. A file with `agentops:` is judged by lint.
 */
function ofGithub(project: Project, { target, model, suite }: RunSpec): string[] {
  if (target === null || target.agent !== null || target.prompt.agentops !== undefined) return [];
  const asked = new Set([model, ...suite.scorers.flatMap((s) => (s.type === "github:llm" ? [s.model] : []))]);
  return floatingPins(project, target.prompt)
    .filter(({ pin }) => asked.has(pin))
    .map(({ reason }) => `${target.address}: ${reason}`);
}

/** The pins of a prompt that float and are not allowed to, with why. */
export function floatingPins(project: Project, prompt: Prompt): { pin: string; reason: string }[] {
  return pinsOfPrompt(prompt).flatMap(({ pin }) => {
    const reason = floats(project, prompt, pin);
    return reason === null ? [] : [{ pin, reason }];
  });
}
