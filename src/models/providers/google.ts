import { KEY_VARIABLE } from "./keys.ts";
import { OPTIONAL } from "./optional.ts";
import { headersOf, type LoadedModel, type ProviderSetup } from "./provider.ts";

export async function loadModel({ config, model, key, fetch }: ProviderSetup<"google">): Promise<LoadedModel> {
  const { createGoogleGenerativeAI } = await OPTIONAL.google();
  const provider = createGoogleGenerativeAI({
    ...(config.baseUrl === undefined ? {} : { baseURL: config.baseUrl }),
    apiKey: key(config.apiKeyEnv ?? KEY_VARIABLE.google),
    fetch,
    ...headersOf(config),
  });
  return { model: provider.languageModel(model), providerKey: "google" };
}
