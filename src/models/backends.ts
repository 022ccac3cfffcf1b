import type { Dispatcher } from "undici";
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

/** Chat completions are written and read here; everything else by the provider's package. */
async function remoteBackend(config: RemoteProvider, setup: BackendSetup): Promise<Backend> {
  const { env, model, clock, maxAnswer } = setup;
  const [{ createDispatcher }, { chatDialect }] = await Promise.all([import("./transport/agent.ts"), import("./chat/dialect.ts")]); // prettier-ignore
  const dialect = chatDialect(config, setup);
  const dispatcher = await createDispatcher(env);
  const packaged = () => packageBackend(config, setup, dispatcher);
  if (dialect === undefined) return packaged();
  const { chatBackend } = await import("./chat/backend.ts");
  return chatBackend(dialect, { model, clock, maxAnswer, dispatcher, package: packaged });
}

async function packageBackend(config: RemoteProvider, setup: BackendSetup, dispatcher: Dispatcher): Promise<Backend> {
  const { env, name, model, clock, maxAnswer } = setup;
  const [{ loadProviderModel }, { languageModelBackend }, { leanFetch }] = await Promise.all([
    import("./providers/load.ts"),
    import("./language-model/backend.ts"),
    import("./transport/fetch.ts"),
  ]);
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
