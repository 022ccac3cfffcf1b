import { AgentopsError } from "../../core/errors.ts";

/** The value of a variable that must be set; throws API_KEY_MISSING, which names the variable and never a value. */
export function requiredKey(env: NodeJS.ProcessEnv, variable: string, provider: string): string {
  const value = env[variable]?.trim();
  if (value !== undefined && value !== "") return value;
  throw new AgentopsError("API_KEY_MISSING", `models.${provider} needs an API key, and ${variable} is not set`, {
    hint: `export ${variable}=…, or name another variable with apiKeyEnv; offline/… needs no key`,
  });
}
