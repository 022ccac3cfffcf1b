import { AgentopsError } from "../../core/errors.ts";
import { KEY_VARIABLE } from "./keys.ts";
import { OPTIONAL } from "./optional.ts";
import { headersOf, type LoadedModel, type ProviderSetup } from "./provider.ts";

/**
 * The pin names a deployment; which model answered is in the response. A dated `apiVersion` means the older addresses
 * with the deployment in the path.
 */
export async function loadModel({ config, model, name, key, fetch }: ProviderSetup<"azure">): Promise<LoadedModel> {
  const { createAzure } = await OPTIONAL.azure();
  if (config.baseUrl === undefined && config.resourceName === undefined) {
    throw new AgentopsError("CONFIG_INVALID", `models.${name}: an azure provider needs resourceName or baseUrl`);
  }
  const dated = config.apiVersion !== undefined && /^\d{4}-/.test(config.apiVersion);
  const provider = createAzure({
    ...(config.baseUrl === undefined ? {} : { baseURL: config.baseUrl }),
    ...(config.resourceName === undefined ? {} : { resourceName: config.resourceName }),
    ...(config.apiVersion === undefined ? {} : { apiVersion: config.apiVersion }),
    useDeploymentBasedUrls: dated,
    apiKey: key(config.apiKeyEnv ?? KEY_VARIABLE.azure),
    fetch,
    ...headersOf(config),
  });
  return { model: provider.chat(model), providerKey: "azure" };
}
