import type { Agent, Dispatcher } from "undici";

/** An unroutable host must not look like a slow model. */
const CONNECT_TIMEOUT_MS = 3000;

/**
 * Keep-alive connections of one client. Deadlines are per attempt and ours, so undici's own are off.
 * A proxy named by the environment is used as other tools do, but never for this machine.
 */
export async function createDispatcher(env: NodeJS.ProcessEnv): Promise<Dispatcher> {
  const options = { headersTimeout: 0, bodyTimeout: 0, connect: { timeout: CONNECT_TIMEOUT_MS } };
  const httpProxy = env["http_proxy"] ?? env["HTTP_PROXY"] ?? "";
  const httpsProxy = env["https_proxy"] ?? env["HTTPS_PROXY"] ?? "";
  if (httpProxy === "" && httpsProxy === "") return new (await agentClass())(options);
  const noProxy = [env["no_proxy"] ?? env["NO_PROXY"] ?? "", "127.0.0.1", "localhost", "::1"].filter((h) => h !== "");
  const { EnvHttpProxyAgent } = await import("undici");
  return new EnvHttpProxyAgent({ ...options, httpProxy, httpsProxy, noProxy: noProxy.join(",") });
}

/** Not among undici's types, and of another package's release perhaps elsewhere. */
const AGENT_ALONE = "undici/lib/dispatcher/agent.js";

/** The one class alone: with its fetch, mocks and caches, none of which is used here, undici takes four times as long to load. */
async function agentClass(): Promise<typeof Agent> {
  try {
    return ((await import(AGENT_ALONE)) as { default: typeof Agent }).default;
  } catch {
    return (await import("undici")).Agent;
  }
}
