import type { Problem } from "../../core/problems.ts";
import { didYouMean } from "../../core/suggest.ts";
import type { Tool } from "../agent.schema.ts";
import { type LintContext, type LintFile, problemAt } from "./file.ts";

const GUARDS = ["injection", "scope", "pii", "secrets"];

/** unknown-prompt: the prompt an agent names has no file. */
export function agentPrompt(file: LintFile, { artifacts }: LintContext): Problem[] {
  const { agent } = file;
  if (!agent) return [];
  const known = [...new Set(artifacts.filter((a) => a.kind === "prompts").map((a) => a.name))];
  if (known.includes(agent.prompt)) return [];
  const message = `no prompt named "${agent.prompt}" (${didYouMean(agent.prompt, known)})`;
  return [problemAt(file, ["prompt"], { rule: "unknown-prompt", message })];
}

/** unknown-suite: a name under `evals:` that no suite has. */
export function agentSuites({ agent, ...file }: LintFile, { suites }: LintContext): Problem[] {
  if (suites === undefined) return [];
  return (agent?.evals ?? []).flatMap((name, i) => {
    if (suites.includes(name)) return [];
    const message = `no suite "${name}" (${didYouMean(name, suites)})`;
    return [problemAt(file, ["evals", i], { rule: "unknown-suite", message })];
  });
}

/** duplicate-tool, and unknown-tool for a `compensate:` that names none of the agent's tools. */
export function tools(file: LintFile): Problem[] {
  const list = file.agent?.tools ?? [];
  const names = list.map((t) => t.name);
  const twice = names.flatMap((name, i) => {
    if (names.indexOf(name) === i) return [];
    const message = `tool "${name}" is there twice`;
    return [problemAt(file, ["tools", i, "name"], { rule: "duplicate-tool", message })];
  });
  return [...twice, ...list.flatMap((tool, i) => compensation(file, names, tool.compensate, i))];
}

function compensation(file: LintFile, names: readonly string[], target: Tool["compensate"], i: number): Problem[] {
  if (typeof target !== "string" || names.includes(target)) return [];
  const message = `this agent has no tool "${target}" (${didYouMean(target, names)})`;
  // The compensating tool may belong to whoever undoes, not to this agent.
  return [problemAt(file, ["tools", i, "compensate"], { rule: "unknown-tool", severity: "warning", message })];
}

/** unknown-guard: advice, since a later version may know more guards. */
export function guards(file: LintFile): Problem[] {
  const given = file.agent?.guards;
  return (["input", "output"] as const).flatMap((side) =>
    (given?.[side] ?? []).flatMap((guard, i) => {
      if (GUARDS.includes(guard)) return [];
      const message = `unknown guard "${guard}" (${didYouMean(guard, GUARDS)})`;
      return [problemAt(file, ["guards", side, i], { rule: "unknown-guard", severity: "warning", message })];
    }),
  );
}
