import { calcPrice } from "@pydantic/genai-prices";
import { describe, expect, it } from "vitest";
import { systemClock } from "../../core/clock.ts";
import type { ModelProvider, Price } from "../../core/config.schema.ts";
import { createPricer } from "./pricing.ts";

const tokens = (
  input: number | null,
  output: number | null,
  cached: number | null = null,
  cacheWrite: number | null = null,
) => ({
  input,
  output,
  cached,
  cacheWrite,
  reasoning: null,
});

function pricer(provider: ModelProvider, model: string, override?: Price) {
  const warnings: string[] = [];
  const warn = (m: string) => warnings.push(m);
  const price = createPricer({ pin: `it/${model}`, model, provider, override, clock: systemClock, warn });
  return { price, warnings };
}

describe("prices", () => {
  it.each([
    [{ kind: "openai" }, "gpt-4o-2024-08-06", "openai"],
    [{ kind: "anthropic" }, "claude-sonnet-4-5-20250929", "anthropic"],
    [{ kind: "google" }, "gemini-2.5-flash", "google"],
    [{ kind: "bedrock", region: "x" }, "anthropic.claude-3-5-sonnet-20240620-v1:0", "aws"],
    [{ kind: "openai-compatible", baseUrl: "https://api.groq.com/openai/v1" }, "llama-3.3-70b-versatile", "groq"],
  ] as [ModelProvider, string, string][])(
    "%j %s are those of the table, cache and long prompts included",
    async (provider, model, providerId) => {
      const { price, warnings } = pricer(provider, model);
      for (const input of [1000, 300_000]) {
        const usage = { input_tokens: input, output_tokens: 100, cache_read_tokens: 400 };
        const expected = calcPrice(usage, model, { providerId })?.total_price;
        expect(expected).toBeGreaterThan(0);
        expect(await price(tokens(input, 100, 400), model)).toBeCloseTo(expected as number, 12);
      }
      expect(warnings).toEqual([]);
    },
  );

  it("of the model that answered go before those of the pin, and a strange name falls back to the pin", async () => {
    const { price } = pricer({ kind: "openai" }, "gpt-4o-2024-08-06");
    expect(await price(tokens(1e6, 0), "gpt-4o-mini-2024-07-18")).toBeCloseTo(0.15, 10);
    expect(await price(tokens(1e6, 0), "internal-name-7")).toBeCloseTo(2.5, 10);
    expect(await price(tokens(1e6, 0), null)).toBeCloseTo(2.5, 10);
  });

  it("that the project sets go before the table", async () => {
    const own = { inputPerMillionUsd: 1, outputPerMillionUsd: 10, cachedPerMillionUsd: 0.1 };
    const { price } = pricer({ kind: "openai-compatible", baseUrl: "http://127.0.0.1:1/v1" }, "m", own);
    expect(await price(tokens(1000, 100, 400, 100), null)).toBeCloseTo((500 + 40 + 100 + 1000) / 1e6, 12);
  });

  it.each([
    [{ kind: "openai" }, "gpt-99"],
    [{ kind: "openai-compatible", baseUrl: "http://localhost:8000/v1" }, "gpt-4o"],
    [{ kind: "openai-compatible", baseUrl: "https://models.example.com/v1" }, "gpt-4o"],
    [{ kind: "exec", command: ["x"] }, "gpt-4o"],
  ] as [ModelProvider, string][])("%j %s have none: null, never 0, and one warning", async (provider, model) => {
    const { price, warnings } = pricer(provider, model);
    for (let i = 0; i < 3; i++) expect(await price(tokens(1000, 100), null)).toBeNull();
    expect(warnings).toHaveLength(1);
  });

  it("need both counts", async () => {
    expect(await pricer({ kind: "openai" }, "gpt-4o").price(tokens(null, 5), null)).toBeNull();
  });
});
