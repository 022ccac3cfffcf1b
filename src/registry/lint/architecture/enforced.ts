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
  "limits",
  "guards",
] as const;
const OF_TOOLS = ["class", "authorize", "approval", "contract", "compensate"] as const;

/** not-enforced: who reads such a key must not believe that it protects anybody yet. */
export function enforced(file: LintFile): Problem[] {
  const { agent } = file;
  if (!agent) return [];
  return declared(agent).map(({ path, names }) =>
    problemAt(file, path, {
      rule: "not-enforced",
      severity: "warning",
      part: "key",
      message: `${names}: declared and not enforced yet, so nothing is done or refused because of it`,
      hint: "it is part of the version, and for people and programs to read",
    }),
  );
}

/** A key, and for limits and tools which of theirs. */
function declared(agent: Agent): { path: Path; names: string }[] {
  const { limits = {}, tools = [] } = agent;
  const ofTools = OF_TOOLS.filter((key) => tools.some((tool) => tool[key] !== undefined));
  return [
    ...OF_AGENT.filter((key) => agent[key] !== undefined).flatMap((key) => {
      const parts = key === "limits" ? Object.keys(limits).map((part) => `limits.${part}`) : [key];
      // Of limits that nobody knows there is nothing to say but that.
      return parts.length === 0 ? [] : [{ path: [key], names: parts.join(", ") }];
    }),
    ...(ofTools.length > 0 ? [{ path: ["tools"], names: ofTools.map((key) => `tools[].${key}`).join(", ") }] : []),
  ];
}
