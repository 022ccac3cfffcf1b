import { requiredKey } from "../client/api-key.ts";
import type { BackendSetup } from "../client/backend.ts";
import type { ModelRequest } from "../client/client.ts";
import { KEY_VARIABLE } from "../providers/keys.ts";
import { OPENAI_URL } from "../providers/openai-url.ts";
import type { RemoteProvider } from "../providers/provider.ts";

/** Who speaks the chat-completions format, and what is particular to how. */
export interface ChatDialect {
  kind: "openai" | "openai-compatible";
  url: string;
  headers: Readonly<Record<string, string>>;
}

/** OpenAI's models that think, and those that search, take other parameters than were asked for: their package knows which. */
const PARTICULAR = /^(?:o\d+(?:-|$)|gpt-(?:[5-9]|\d\d)|gpt-4o(?:-mini)?-search-preview)/;

/**
 * How to ask a provider without its package; undefined where the package must: for streams, other formats, models with rules of their own.
 * Throws API_KEY_MISSING.
 */
export function chatDialect(
  config: RemoteProvider,
  { env, name, model }: Pick<BackendSetup, "env" | "name" | "model">,
): ChatDialect | undefined {
  if (config.stream === true) return undefined;
  if (config.kind === "openai-compatible") {
    const { apiKeyEnv, baseUrl } = config;
    return dialect(config, baseUrl, apiKeyEnv === undefined ? undefined : requiredKey(env, apiKeyEnv, name));
  }
  if (config.kind !== "openai" || config.api === "responses" || PARTICULAR.test(model)) return undefined;
  return dialect(config, config.baseUrl ?? OPENAI_URL, requiredKey(env, config.apiKeyEnv ?? KEY_VARIABLE.openai, name));
}

function dialect(
  { kind, headers = {} }: Extract<RemoteProvider, { kind: ChatDialect["kind"] }>,
  baseUrl: string,
  key: string | undefined,
): ChatDialect {
  const given = Object.entries({ ...(key !== undefined && { authorization: `Bearer ${key}` }), ...lower(headers) });
  return {
    kind,
    url: new URL(`${baseUrl.replace(/\/$/, "")}/chat/completions`).toString(),
    headers: {
      "content-type": "application/json",
      "user-agent": "agentops",
      "accept-encoding": "identity",
      ...Object.fromEntries(given),
    },
  };
}

/** A header is named once, however it is spelled. */
function lower(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

/** What a request asks for that only the package knows how to say: options of the provider's own; OpenAI's form of a schema. */
export function needsPackage({ kind }: ChatDialect, { parameters, responseFormat }: ModelRequest): boolean {
  if (parameters.extra !== undefined) return true;
  return kind === "openai" && responseFormat?.type === "json" && responseFormat.schema !== undefined;
}
