import { isIPv4 } from "node:net";
import { AgentopsError } from "../../core/errors.ts";
import type { ListenAt } from "./collect.ts";

const DEFAULT = { host: "127.0.0.1", port: 4318 };

/** Where to listen. Throws USAGE for a port that is none, and for a host that others can reach while no token keeps strangers out. */
export function listenAt(
  typed: { host?: string | undefined; port?: string | undefined },
  token: string | null,
): ListenAt {
  const host = typed.host ?? DEFAULT.host;
  if (!isLoopback(host) && token === null)
    throw new AgentopsError("USAGE", `${host} is open to other machines, and no token keeps strangers out`, {
      hint: "AGENTOPS_COLLECT_TOKEN=… for this process and for its exporters; or --host 127.0.0.1",
    });
  return { host, port: portOf(typed.port) };
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || (isIPv4(host) && host.startsWith("127."));
}

function portOf(typed: string | undefined): number {
  if (typed === undefined) return DEFAULT.port;
  const port = /^\d{1,5}$/.test(typed) ? Number(typed) : NaN;
  if (port <= 65_535) return port;
  throw new AgentopsError("USAGE", `--port takes a number from 0 to 65535, not "${typed}"`, { hint: "--port 4318" });
}

/** What AGENTOPS_COLLECT_TOKEN says; null where it says nothing. */
export function tokenIn(env: Readonly<Record<string, string | undefined>>): string | null {
  const token = env["AGENTOPS_COLLECT_TOKEN"]?.trim() ?? "";
  return token === "" ? null : token;
}
