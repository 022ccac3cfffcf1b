import type { Project } from "../../core/project.ts";
import { floats, pinsOfPrompt } from "../../registry/lint/models.ts";
import type { Prompt } from "../../registry/schema.ts";
import type { RunSpec } from "./run-spec.ts";

/**
 * What a run of a GitHub Models file asks under a name that may mean another model tomorrow: GitHub's ids always float, so it is said
 * and not refused. A file with `agentops:` is judged by lint.
 */
export function floatingWarnings(project: Project, { target, model, suite }: RunSpec): string[] {
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
