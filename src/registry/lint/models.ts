import type { Problem } from "../../core/problems.ts";
import type { Project } from "../../core/project.ts";
import { didYouMean } from "../../core/suggest.ts";
import type { Path } from "../../core/yaml.ts";
import { retirementOf } from "./deprecated-models.ts";
import type { Prompt } from "../schema.ts";
import { floatingReason } from "./floating.ts";
import { type LintContext, type LintFile, problemAt } from "./file.ts";

/** A model a file names, and where. */
export interface NamedPin {
  pin: string;
  path: Path;
  /** The model answers, or judges what another answered. */
  by: "answer" | "judge";
}

/**
 * unknown-provider, floating-model, deprecated-model, for every model pin of a file. Ids in GitHub's own files always float and name
 * GitHub's publishers, so there it is advice, until a release.
 */
export function models(file: LintFile, { project, release }: LintContext): Problem[] {
  return pinsOf(file).flatMap((named) => {
    const advice = !release && (file.github === true || named.by === "judge");
    return judge(file, project, named).map((problem) =>
      advice ? { ...problem, severity: "warning" as const } : problem,
    );
  });
}

function pinsOf({ prompt, agent }: LintFile): NamedPin[] {
  if (prompt !== undefined) return pinsOfPrompt(prompt);
  const fallbacks = agent?.fallbackModels ?? [];
  return [
    ...(agent?.model === undefined ? [] : [{ pin: agent.model, path: ["model"], by: "answer" as const }]),
    ...fallbacks.map((pin, i) => ({ pin, path: ["fallbackModels", i], by: "answer" as const })),
  ];
}

/** The model of a prompt, and the judges of its `evaluators`. */
export function pinsOfPrompt({ model, evaluators = [] }: Prompt): NamedPin[] {
  const judges = evaluators.flatMap((evaluator, i): NamedPin[] => {
    const pin = (evaluator["llm"] as { modelId?: unknown } | null | undefined)?.modelId;
    return typeof pin === "string" ? [{ pin, path: ["evaluators", i, "llm", "modelId"], by: "judge" }] : [];
  });
  return [...(model === undefined ? [] : [{ pin: model, path: ["model"], by: "answer" as const }]), ...judges];
}

/** Why a pin of a prompt may change what it names without notice; null when it does not, is allowed to, or is of no provider here. */
export function floats({ config }: Project, prompt: Prompt, pin: string): string | null {
  if (prompt.agentops?.allowFloating === true) return null;
  const kind = kindOf(config, pin.slice(0, Math.max(0, pin.indexOf("/"))));
  return kind === undefined ? null : floatingReason(pin, kind);
}

function judge(file: LintFile, { config }: Project, { pin, path }: NamedPin): Problem[] {
  const slash = pin.indexOf("/");
  if (slash <= 0 || slash === pin.length - 1) {
    const message = `"${pin}" is not a model pin`;
    return [problemAt(file, path, { rule: "unknown-provider", message, hint: "write provider/model-snapshot" })];
  }
  const provider = pin.slice(0, slash);
  const kind = kindOf(config, provider);
  if (kind === undefined) {
    const known = [...Object.keys(config.models ?? {}), "offline"];
    const message = `unknown provider "${provider}" (${didYouMean(provider, known)})`;
    const hint = "providers are listed under models: in agentops.config.yaml";
    return [problemAt(file, path, { rule: "unknown-provider", message, hint })];
  }
  return [...floating(file, path, pin, kind), ...deprecated(file, path, kind, pin.slice(slash + 1))];
}

/** `offline` is built in, so it needs no entry. */
export function kindOf({ models: own }: Project["config"], provider: string): string | undefined {
  const found = own && Object.hasOwn(own, provider) ? own[provider] : undefined;
  return found?.kind ?? (provider === "offline" ? "offline" : undefined);
}

function floating(file: LintFile, path: Path, pin: string, kind: string): Problem[] {
  const allowed = file.agent?.allowFloating ?? file.prompt?.agentops?.allowFloating ?? false;
  const reason = allowed ? null : floatingReason(pin, kind);
  if (reason === null) return [];
  const key = file.agent ? "allowFloating: true" : "agentops: { allowFloating: true }";
  const hint = `pin a snapshot, or say ${key}`;
  return [problemAt(file, path, { rule: "floating-model", message: reason, hint })];
}

function deprecated(file: LintFile, path: Path, kind: string, model: string): Problem[] {
  const retired = retirementOf(kind, model);
  if (!retired) return [];
  const message = `${model} is retired on ${retired.on}`;
  const hint = `use ${retired.use}`;
  return [problemAt(file, path, { rule: "deprecated-model", severity: "warning", message, hint })];
}
