import { loadOptional } from "./optional.ts";
import { headersOf, type LoadedModel, type ProviderSetup } from "./provider.ts";

export async function loadModel({ config, model, key, fetch }: ProviderSetup<"google">): Promise<LoadedModel> {
  const { createGoogleGenerativeAI } = await loadOptional("@ai-sdk/google", 3, () => import("@ai-sdk/google"));
  const provider = createGoogleGenerativeAI({
    ...(config.baseUrl === undefined ? {} : { baseURL: config.baseUrl }),
    apiKey: key(config.apiKeyEnv ?? "GOOGLE_GENERATIVE_AI_API_KEY"),
    fetch,
    ...headersOf(config),
  });
  return { model: provider.languageModel(model), providerKey: "google" };
}
