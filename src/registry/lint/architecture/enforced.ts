import type { Problem } from "../../../core/problems.ts";
import type { Path } from "../../../core/yaml.ts";
import type { Agent } from "../../agent.schema.ts";
import { type LintFile, problemAt } from "../file.ts";

/** What says what an agent may do; nothing here stops it from doing more, until runtime safety does. */
const OF_AGENT = [
  "allowedModels",
  "scope",
  "data",
  "purposes",
  "restrictions",
  "handoffs",
  "slos",
  "approvals",
] as const;
const OF_LIMITS = ["maxTokensPerTask", "maxDepth"] as const;

/** not-enforced: who reads such a key must not believe that it protects anybody yet. */
export function enforced(file: LintFile): Problem[] {
  const { agent } = file;
  if (!agent) return [];
  return declared(agent).map((path) =>
    problemAt(file, path, {
      rule: "not-enforced",
      severity: "warning",
      part: "key",
      message: `${path.join(".")} is declared and not enforced yet: nothing is refused because of it`,
      hint: "it is part of the version, and for people to read",
    }),
  );
}

function declared(agent: Agent): Path[] {
  return [
    ...OF_AGENT.filter((key) => agent[key] !== undefined).map((key) => [key]),
    ...OF_LIMITS.filter((key) => agent.limits?.[key] !== undefined).map((key) => ["limits", key]),
  ];
}
