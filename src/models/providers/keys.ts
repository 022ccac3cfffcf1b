import type { ModelProvider } from "../../core/config.schema.ts";

/** The variable that a provider's key is in, where `apiKeyEnv` names no other. */
export const KEY_VARIABLE = {
  openai: "OPENAI_API_KEY",
  anthropic: "ANTHROPIC_API_KEY",
  google: "GOOGLE_GENERATIVE_AI_API_KEY",
  azure: "AZURE_API_KEY",
} as const;

/** Bedrock takes one key, or signs with these. */
export const AWS = {
  bearer: "AWS_BEARER_TOKEN_BEDROCK",
  id: "AWS_ACCESS_KEY_ID",
  secret: "AWS_SECRET_ACCESS_KEY",
} as const;

/** The variables that a provider's calls need; their values are nobody's concern here. */
export function keyVariables(provider: ModelProvider, isSet: (variable: string) => boolean): string[] {
  if ("apiKeyEnv" in provider && provider.apiKeyEnv !== undefined) return [provider.apiKeyEnv];
  if (provider.kind === "bedrock") return isSet(AWS.bearer) ? [AWS.bearer] : [AWS.id, AWS.secret];
  return provider.kind in KEY_VARIABLE ? [KEY_VARIABLE[provider.kind as keyof typeof KEY_VARIABLE]] : [];
}
