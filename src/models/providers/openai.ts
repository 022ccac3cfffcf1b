import { createOpenAI } from "@ai-sdk/openai";
import { KEY_VARIABLE } from "./keys.ts";
import { OPENAI_URL } from "./openai-url.ts";
import { headersOf, type LoadedModel, type ProviderSetup } from "./provider.ts";

export function loadModel({ config, model, key, fetch }: ProviderSetup<"openai">): Promise<LoadedModel> {
  const provider = createOpenAI({
    baseURL: config.baseUrl ?? OPENAI_URL,
    apiKey: key(config.apiKeyEnv ?? KEY_VARIABLE.openai),
    fetch,
    ...headersOf(config),
  });
  const loaded = config.api === "responses" ? provider.responses(model) : provider.chat(model);
  return Promise.resolve({ model: loaded, providerKey: "openai" });
}
