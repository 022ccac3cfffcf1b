import { createOpenAI } from "@ai-sdk/openai";
import { KEY_VARIABLE } from "./keys.ts";
import { headersOf, type LoadedModel, type ProviderSetup } from "./provider.ts";

/** The address is always explicit: the package would let OPENAI_BASE_URL change silently which model answers. */
const BASE_URL = "https://api.openai.com/v1";

export function loadModel({ config, model, key, fetch }: ProviderSetup<"openai">): Promise<LoadedModel> {
  const provider = createOpenAI({
    baseURL: config.baseUrl ?? BASE_URL,
    apiKey: key(config.apiKeyEnv ?? KEY_VARIABLE.openai),
    fetch,
    ...headersOf(config),
  });
  const loaded = config.api === "responses" ? provider.responses(model) : provider.chat(model);
  return Promise.resolve({ model: loaded, providerKey: "openai" });
}
