import type { Clock } from "../../core/clock.ts";
import type { ModelProvider, Price } from "../../core/config.schema.ts";
import type { TokenUsage } from "../client/client.ts";

/** USD for the tokens of one answer; null when the price or a count is unknown. At once where the table of prices is there. */
export type Pricer = (tokens: TokenUsage, answeredBy: string | null) => number | null | Promise<number | null>;

type Usage = Record<string, number>;
type Table = (usage: Usage, model: string) => number | null;

export interface PricerOptions {
  pin: string;
  /** What the provider calls the model. */
  model: string;
  provider: ModelProvider;
  override: Price | undefined;
  clock: Clock;
  warn: (message: string) => void;
}

/** Prices by the model that answered, else by the pinned one; an unknown price is reported once. */
export function createPricer(options: PricerOptions): Pricer {
  const { override, provider, pin, model, clock } = options;
  let warned = false;
  let table: Table | undefined;
  let loading: Promise<Table> | undefined;
  const priced = (lookup: Table, usage: Usage, answeredBy: string | null) => {
    const usd = (answeredBy === null ? null : lookup(usage, answeredBy)) ?? lookup(usage, model);
    if (usd === null && !warned) {
      warned = true;
      options.warn(`no price is known for ${pin}: its cost is left open (pricing: in agentops.config.yaml sets one)`);
    }
    return usd;
  };
  return (tokens, answeredBy) => {
    const usage = usageOf(tokens);
    if (usage === undefined) return null;
    if (override !== undefined) return overrideUsd(override, usage);
    if (table !== undefined) return priced(table, usage, answeredBy);
    loading ??= loadTable(provider, clock);
    return loading.then((loaded) => priced((table = loaded), usage, answeredBy));
  };
}

export function usageOf(tokens: TokenUsage): Usage | undefined {
  if (tokens.input === null || tokens.output === null) return undefined;
  return {
    input_tokens: tokens.input,
    output_tokens: tokens.output,
    ...(tokens.cached === null ? {} : { cache_read_tokens: tokens.cached }),
    ...(tokens.cacheWrite === null ? {} : { cache_write_tokens: tokens.cacheWrite }),
  };
}

export function overrideUsd(price: Price, usage: Usage): number {
  const cached = usage["cache_read_tokens"] ?? 0;
  const written = usage["cache_write_tokens"] ?? 0;
  const plain = Math.max(0, (usage["input_tokens"] ?? 0) - cached - written);
  const perMillion =
    plain * price.inputPerMillionUsd +
    cached * (price.cachedPerMillionUsd ?? price.inputPerMillionUsd) +
    written * (price.cacheWritePerMillionUsd ?? price.inputPerMillionUsd) +
    (usage["output_tokens"] ?? 0) * price.outputPerMillionUsd;
  return perMillion / 1e6;
}

const UNKNOWN: Table = () => null;

/** genai-prices' names of the providers. */
export const PROVIDER_IDS: Partial<Record<ModelProvider["kind"], string>> = {
  openai: "openai",
  anthropic: "anthropic",
  google: "google",
  azure: "azure",
  bedrock: "aws",
};

/**
 * The built-in price table of one provider. A compatible server is recognised by its public address only: a model
 * name served from somewhere else says nothing about what it costs there.
 */
async function loadTable(provider: ModelProvider, clock: Clock): Promise<Table> {
  const providerId = PROVIDER_IDS[provider.kind];
  const address = provider.kind === "openai-compatible" ? provider.baseUrl : undefined;
  if (providerId === undefined && (address === undefined || isLocal(address))) return UNKNOWN;
  const { calcPrice, findProvider } = await import("@pydantic/genai-prices");
  const found = findProvider(providerId === undefined ? { providerApiUrl: address ?? "" } : { providerId });
  if (found === undefined) return UNKNOWN;
  const narrowed = new Map<string, typeof found | null>();
  return (usage, model) => {
    let one = narrowed.get(model);
    if (one === undefined) {
      // Searching a provider's whole list costs as much as the rest of a call, so the match is remembered.
      const match = calcPrice({}, model, { provider: found, timestamp: clock.now() });
      one = match === null ? null : { ...found, models: [match.model] };
      narrowed.set(model, one);
    }
    if (one === null) return null;
    return calcPrice(usage, model, { provider: one, timestamp: clock.now() })?.total_price ?? null;
  };
}

function isLocal(address: string): boolean {
  const { hostname } = new URL(address);
  return hostname === "localhost" || hostname.startsWith("127.") || hostname === "[::1]" || hostname === "0.0.0.0";
}
