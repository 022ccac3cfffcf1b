import { createAnthropic } from "@ai-sdk/anthropic";
import { KEY_VARIABLE } from "./keys.ts";
import { headersOf, type LoadedModel, type ProviderSetup } from "./provider.ts";

/** Explicit for the same reason as OpenAI's: no ambient variable decides which model answers. */
const BASE_URL = "https://api.anthropic.com/v1";

export function loadModel({ config, model, key, fetch }: ProviderSetup<"anthropic">): Promise<LoadedModel> {
  const provider = createAnthropic({
    baseURL: config.baseUrl ?? BASE_URL,
    apiKey: key(config.apiKeyEnv ?? KEY_VARIABLE.anthropic),
    fetch,
    ...headersOf(config),
  });
  return Promise.resolve({ model: provider.languageModel(model), providerKey: "anthropic" });
}
