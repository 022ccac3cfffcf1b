import { digestOf } from "../core/canonical.ts";
import type { Config, ModelProvider } from "../core/config.schema.ts";
import { parsePin } from "../core/refs.ts";

/** What decides which model answers: keys, limits and streaming do not. */
export function addressOf(provider: ModelProvider): Record<string, unknown> {
  const { kind, baseUrl, api, headers, region, resourceName, apiVersion, command, env, url } = provider as Record<
    string,
    unknown
  >;
  return { kind, baseUrl, api, headers, region, resourceName, apiVersion, command, env, url };
}

/** Digest over who answers behind a pin, and for what price where the config has one of its own. */
export function definitionOf({ models = {}, pricing = {} }: Pick<Config, "models" | "pricing">, pin: string): string {
  const { provider: name } = parsePin(pin);
  const provider = Object.hasOwn(models, name) ? models[name] : undefined;
  const price = Object.hasOwn(pricing, pin) ? pricing[pin] : undefined;
  const address = addressOf(provider ?? { kind: "offline" });
  return digestOf(JSON.parse(JSON.stringify({ pin, address, price })));
}
