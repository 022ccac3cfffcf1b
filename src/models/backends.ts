import type { ModelProvider } from "../core/config.schema.ts";
import { requiredKey } from "./client/api-key.ts";
import type { Backend, BackendSetup } from "./client/backend.ts";
import type { RemoteKind, RemoteProvider } from "./providers/provider.ts";

/** What answers for a provider; only the code of that kind is loaded. */
export async function createBackend(provider: ModelProvider, setup: BackendSetup): Promise<Backend> {
  if (provider.kind === "offline") return (await import("./offline/offline.ts")).offlineBackend();
  if (provider.kind === "exec") return (await import("./agent/exec.ts")).execBackend(provider, setup);
  if (provider.kind === "http") return (await import("./agent/http.ts")).httpBackend(provider, setup);
  return remoteBackend(provider, setup);
}

async function remoteBackend(config: RemoteProvider, setup: BackendSetup): Promise<Backend> {
  const { env, name, model, clock, maxAnswer } = setup;
  const [{ loadProviderModel }, { languageModelBackend }, { createDispatcher }, { leanFetch }] = await Promise.all([
    import("./providers/load.ts"),
    import("./language-model/backend.ts"),
    import("./transport/agent.ts"),
    import("./transport/fetch.ts"),
  ]);
  const dispatcher = createDispatcher(env);
  const loaded = await loadProviderModel<RemoteKind>(config.kind, {
    config,
    model,
    name,
    key: (variable: string) => requiredKey(env, variable, name),
    env: (variable: string) => env[variable],
    fetch: leanFetch(dispatcher, maxAnswer) as unknown as typeof globalThis.fetch,
  });
  return languageModelBackend(loaded.model, {
    clock,
    stream: config.stream ?? false,
    providerKey: loaded.providerKey,
    close: () => dispatcher.destroy(),
  });
}
