import type { LoadedModel, LoadModel, ProviderSetup, RemoteKind } from "./provider.ts";

/** One module a kind, loaded only when a pin needs it: the packages are large and a run uses one or two. */
const LOADERS: { [K in RemoteKind]: () => Promise<{ loadModel: LoadModel<K> }> } = {
  openai: () => import("./openai.ts"),
  anthropic: () => import("./anthropic.ts"),
  "openai-compatible": () => import("./openai-compatible.ts"),
  google: () => import("./google.ts"),
  azure: () => import("./azure.ts"),
  bedrock: () => import("./bedrock.ts"),
};

/** The provider package's model for a pin; throws API_KEY_MISSING, PACKAGE_MISSING. */
export async function loadProviderModel<K extends RemoteKind>(kind: K, setup: ProviderSetup<K>): Promise<LoadedModel> {
  const { loadModel } = await LOADERS[kind]();
  return loadModel(setup);
}
