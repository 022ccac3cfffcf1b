import { Agent, type Dispatcher, EnvHttpProxyAgent } from "undici";

/** An unroutable host must not look like a slow model. */
const CONNECT_TIMEOUT_MS = 3000;

/**
 * Keep-alive connections of one client. Deadlines are per attempt and ours, so undici's own are off.
 * A proxy named by the environment is used as other tools do, but never for this machine.
 */
export function createDispatcher(env: NodeJS.ProcessEnv): Dispatcher {
  const options = { headersTimeout: 0, bodyTimeout: 0, connect: { timeout: CONNECT_TIMEOUT_MS } };
  const httpProxy = env["http_proxy"] ?? env["HTTP_PROXY"] ?? "";
  const httpsProxy = env["https_proxy"] ?? env["HTTPS_PROXY"] ?? "";
  if (httpProxy === "" && httpsProxy === "") return new Agent(options);
  const noProxy = [env["no_proxy"] ?? env["NO_PROXY"] ?? "", "127.0.0.1", "localhost", "::1"].filter((h) => h !== "");
  return new EnvHttpProxyAgent({ ...options, httpProxy, httpsProxy, noProxy: noProxy.join(",") });
}
