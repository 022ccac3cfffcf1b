import { AgentopsError } from "../../core/errors.ts";
import { PROTO_REFUSED, readJson } from "../../core/json.ts";
import type { Prompt } from "../schema.ts";

/**
 * Variables typed as `k=v`. A value is text unless the prompt declares another type for it; then it is read as JSON.
 * Throws USAGE, also for a name that is there twice.
 */
export function parseVars(prompt: Prompt, pairs: readonly string[]): Record<string, unknown> {
  const parsed = pairs.map((pair) => parsePair(prompt, pair));
  const names = parsed.map(([name]) => name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined)
    throw new AgentopsError("USAGE", `variable ${twice} is given twice`, { hint: "keep the one that is meant" });
  return Object.fromEntries(parsed);
}

function parsePair(prompt: Prompt, pair: string): [string, unknown] {
  const equals = pair.indexOf("=");
  if (equals <= 0) throw new AgentopsError("USAGE", `not a variable: "${pair}"`, { hint: "--var NAME=VALUE" });
  const [name, value] = [pair.slice(0, equals), pair.slice(equals + 1)];
  if (name === "__proto__") throw new AgentopsError("USAGE", PROTO_REFUSED.message, { hint: PROTO_REFUSED.hint });
  const declared = (
    prompt.agentops?.input?.["properties"] as Record<string, { type?: unknown } | undefined> | undefined
  )?.[name]?.type;
  if (declared === undefined || declared === "string") return [name, value];
  const json = readJson(value);
  if ("value" in json) return [name, json.value];
  const { offset, message, hint, syntax } = json.problem;
  if (!syntax) throw new AgentopsError("USAGE", `variable ${name}, character ${offset + 1}: ${message}`, { hint });
  throw new AgentopsError(
    "USAGE",
    `variable ${name} is declared as ${JSON.stringify(declared)}, and "${value}" is not`,
  );
}
