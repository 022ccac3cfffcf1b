import { AWS } from "./keys.ts";
import { OPTIONAL } from "./optional.ts";
import { headersOf, type LoadedModel, type ProviderSetup } from "./provider.ts";

/** With a bearer key (apiKeyEnv or AWS_BEARER_TOKEN_BEDROCK), else signed with the usual AWS variables. */
export async function loadModel(setup: ProviderSetup<"bedrock">): Promise<LoadedModel> {
  const { config, model, fetch } = setup;
  const { createAmazonBedrock } = await OPTIONAL.bedrock();
  const provider = createAmazonBedrock({
    region: config.region,
    baseURL: config.baseUrl ?? `https://bedrock-runtime.${config.region}.amazonaws.com`,
    ...credentials(setup),
    fetch,
    ...headersOf(config),
  });
  return { model: provider.languageModel(model), providerKey: "bedrock" };
}

function credentials({ config, key, env }: ProviderSetup<"bedrock">) {
  if (config.apiKeyEnv !== undefined) return { apiKey: key(config.apiKeyEnv) };
  const bearer = env(AWS.bearer);
  if (bearer !== undefined) return { apiKey: bearer };
  const sessionToken = env("AWS_SESSION_TOKEN");
  return {
    accessKeyId: key(AWS.id),
    secretAccessKey: key(AWS.secret),
    ...(sessionToken === undefined ? {} : { sessionToken }),
  };
}
