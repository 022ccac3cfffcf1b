import type { Prompt } from "../schema.ts";

/** The variables `agentops.input` declares, and which of them are required. */
export interface DeclaredVariables {
  names: string[];
  required: string[];
}

/** Null when the prompt declares no input, as files from elsewhere do. */
export function declaredVariables(prompt: Pick<Prompt, "agentops">): DeclaredVariables | null {
  const input = prompt.agentops?.input;
  if (!input) return null;
  const { properties, required } = input;
  return {
    names: typeof properties === "object" && properties !== null ? Object.keys(properties) : [],
    required: Array.isArray(required) ? required.filter((r) => typeof r === "string") : [],
  };
}
