import { AgentopsError } from "../../core/errors.ts";
import type { Prompt } from "../schema.ts";

/**
 * Variables typed as `k=v`. A value is text unless the prompt declares another type for it; then it is read as JSON.
 * Throws USAGE.
 */
export function parseVars(prompt: Prompt, pairs: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(pairs.map((pair) => parsePair(prompt, pair)));
}

function parsePair(prompt: Prompt, pair: string): [string, unknown] {
  const equals = pair.indexOf("=");
  if (equals <= 0) throw new AgentopsError("USAGE", `not a variable: "${pair}"`, { hint: "--var NAME=VALUE" });
  const [name, value] = [pair.slice(0, equals), pair.slice(equals + 1)];
  const declared = (
    prompt.agentops?.input?.["properties"] as Record<string, { type?: unknown } | undefined> | undefined
  )?.[name]?.type;
  if (declared === undefined || declared === "string") return [name, value];
  try {
    return [name, JSON.parse(value) as unknown];
  } catch (error) {
    throw new AgentopsError(
      "USAGE",
      `variable ${name} is declared as ${JSON.stringify(declared)}, and "${value}" is not`,
      {
        cause: error,
      },
    );
  }
}
