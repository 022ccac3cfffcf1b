import type { Problem } from "../../core/problems.ts";
import type { Project } from "../../core/project.ts";
import { didYouMean } from "../../core/suggest.ts";
import type { Path } from "../../core/yaml.ts";
import { retirementOf } from "./deprecated-models.ts";
import { floatingReason } from "./floating.ts";
import { type LintContext, type LintFile, problemAt } from "./file.ts";

/** unknown-provider, floating-model, deprecated-model, for every model pin of a file. */
export function models(file: LintFile, { project }: LintContext): Problem[] {
  return pinsOf(file).flatMap(({ pin, path }) => judge(file, project, pin, path));
}

function pinsOf({ prompt, agent }: LintFile): { pin: string; path: Path }[] {
  const model = (prompt ?? agent)?.model;
  const fallbacks = agent?.fallbackModels ?? [];
  return [
    ...(model === undefined ? [] : [{ pin: model, path: ["model"] }]),
    ...fallbacks.map((pin, i) => ({ pin, path: ["fallbackModels", i] })),
  ];
}

function judge(file: LintFile, project: Project, pin: string, path: Path): Problem[] {
  const slash = pin.indexOf("/");
  if (slash <= 0 || slash === pin.length - 1) {
    const message = `"${pin}" is not a model pin`;
    return [problemAt(file, path, { rule: "unknown-provider", message, hint: "write provider/model-snapshot" })];
  }
  const provider = pin.slice(0, slash);
  const kind = kindOf(project, provider);
  if (kind === undefined) {
    const known = [...Object.keys(project.config.models ?? {}), "offline"];
    const message = `unknown provider "${provider}" (${didYouMean(provider, known)})`;
    const hint = "providers are listed under models: in agentops.config.yaml";
    return [problemAt(file, path, { rule: "unknown-provider", message, hint })];
  }
  return [...floating(file, path, pin, kind), ...deprecated(file, path, kind, pin.slice(slash + 1))];
}

/** `offline` is built in, so it needs no entry. */
function kindOf({ config }: Project, provider: string): string | undefined {
  const own = config.models && Object.hasOwn(config.models, provider) ? config.models[provider] : undefined;
  return own?.kind ?? (provider === "offline" ? "offline" : undefined);
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
