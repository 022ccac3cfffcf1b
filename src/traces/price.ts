import type { Config } from "../core/config.schema.ts";
import { overrideUsd, usageOf } from "../models/calling/pricing.ts";
import { publicPrices } from "../models/calling/public-prices.ts";
import type { PriceOf } from "./trace/summary.ts";

/** Prices as this project knows them: its own for a pin, else the public list of the day of the call; where neither knows, what the sender said. */
export async function tracePrices(config: Pick<Config, "pricing">): Promise<PriceOf> {
  const own = new Map(Object.entries(config.pricing ?? {}));
  const listed = await publicPrices();
  return ({ provider, modelAsked, modelAnswered, tokens, costSaid, startNano }) => {
    const names = [modelAnswered, modelAsked].filter((name) => name !== undefined);
    if (tokens === undefined || names.length === 0) return costSaid ?? null;
    const usage = usageOf(tokens);
    const at = new Date(Number(startNano) / 1e6);
    for (const model of names) {
      const price = own.get(`${provider ?? ""}/${model}`) ?? own.get(model);
      const usd = price === undefined || usage === undefined ? listed({ provider, model }, tokens, at) : overrideUsd(price, usage); // prettier-ignore
      if (usd !== null) return usd;
    }
    return costSaid ?? null;
  };
}
