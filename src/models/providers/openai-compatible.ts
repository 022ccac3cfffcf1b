import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { headersOf, type LoadedModel, type ProviderSetup } from "./provider.ts";

/** Ollama, vLLM, llama.cpp, OpenRouter and the like: the chat shape, with a key only where the config names one. */
export function loadModel({
  config,
  model,
  name,
  key,
  fetch,
}: ProviderSetup<"openai-compatible">): Promise<LoadedModel> {
  const provider = createOpenAICompatible({
    name,
    baseURL: config.baseUrl,
    ...(config.apiKeyEnv === undefined ? {} : { apiKey: key(config.apiKeyEnv) }),
    includeUsage: true,
    supportsStructuredOutputs: true,
    fetch,
    ...headersOf(config),
  });
  return Promise.resolve({ model: provider.chatModel(model), providerKey: name });
}
