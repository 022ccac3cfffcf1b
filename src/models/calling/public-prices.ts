import type { TokenUsage } from "../client/client.ts";
import { usageOf } from "./pricing.ts";

/** What a provider's public price list says of tokens at a time, in USD; null where nobody knows. */
export type PublicPrices = (
  asked: { provider: string | undefined; model: string },
  tokens: TokenUsage,
  at: Date,
) => number | null;

/** Names that conventions and frameworks give to providers, as genai-prices has them. */
const IDS: Record<string, string> = {
  openai: "openai", "openai.chat": "openai", "openai.responses": "openai", "openai.completion": "openai", "openai.embedding": "openai",
  azure: "azure", "azure.ai.openai": "azure", "azure.ai.inference": "azure", "azure-openai": "azure", az: "azure",
  anthropic: "anthropic", "anthropic.messages": "anthropic", aws: "aws", "aws.bedrock": "aws", "aws_bedrock": "aws", bedrock: "aws",
  google: "google", gemini: "google", "gcp.gemini": "google", "gcp.gen_ai": "google", "gcp.vertex_ai": "google", vertex_ai: "google", vertexai: "google",
  "gcp.vertex.agent": "google", "google.generative-ai": "google", "google.vertex": "google", "google-gla": "google", "google-vertex": "google",
  groq: "groq", mistral: "mistral", mistral_ai: "mistral", mistralai: "mistral", deepseek: "deepseek", x_ai: "x-ai", xai: "x-ai", cohere: "cohere",
  perplexity: "perplexity", openrouter: "openrouter", together_ai: "together", fireworks: "fireworks", moonshot_ai: "moonshotai", cerebras: "cerebras",
}; // prettier-ignore

/**
 * Prices by the provider that a span names; where it names none the model's own name must tell. A provider that is not on a list (a server of
 * one's own) has no public price, whatever its model is called.
 */
export async function publicPrices(): Promise<PublicPrices> {
  const { calcPrice } = await import("@pydantic/genai-prices");
  type Found = NonNullable<ReturnType<typeof calcPrice>>["provider"];
  const narrowed = new Map<string, Found | null>();
  const one = (provider: string | undefined, model: string, at: Date): Found | null => {
    const id = provider === undefined ? undefined : IDS[provider.toLowerCase()];
    if (provider !== undefined && id === undefined) return null;
    const match = calcPrice({}, model, { timestamp: at, ...(id === undefined ? {} : { providerId: id }) });
    return match === null ? null : { ...match.provider, models: [match.model] };
  };
  return (asked, tokens, at) => {
    const { provider, model } = withoutPrefix(asked);
    const usage = usageOf(tokens);
    if (usage === undefined) return null;
    const key = `${provider ?? ""}\0${model}`;
    let found = narrowed.get(key);
    if (found === undefined) {
      found = one(provider, model, at);
      if (narrowed.size < 10_000) narrowed.set(key, found);
    }
    return found === null ? null : (calcPrice(usage, model, { provider: found, timestamp: at })?.total_price ?? null);
  };
}

/** Gateways write `azure/gpt-4o`: then that is who is paid, whatever is said of the protocol. */
function withoutPrefix({ provider, model }: { provider: string | undefined; model: string }) {
  const slash = model.indexOf("/");
  const prefix = slash === -1 ? "" : model.slice(0, slash).toLowerCase();
  return Object.hasOwn(IDS, prefix) ? { provider: prefix, model: model.slice(slash + 1) } : { provider, model };
}
