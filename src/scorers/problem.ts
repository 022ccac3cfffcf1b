import { AgentopsError } from "../core/errors.ts";
import type { Problem } from "../core/problems.ts";
import type { YamlFile } from "../core/yaml.ts";

/** A faulty scorer as a problem at its line, when the error says which one it is. */
export function scorerProblem(error: unknown, yaml: YamlFile): Problem | undefined {
  if (!(error instanceof AgentopsError) || error.code !== "SCORER_INVALID") return undefined;
  const index = error.details?.["index"];
  const path = error.details?.["path"];
  const within = Array.isArray(path) ? (path as (string | number)[]) : [];
  const at = yaml.locate(["scorers", ...(typeof index === "number" ? [index] : []), ...within]);
  return {
    severity: "error",
    rule: "scorer",
    file: yaml.file,
    ...at,
    message: error.message,
    ...(error.hint !== undefined && { hint: error.hint }),
  };
}
