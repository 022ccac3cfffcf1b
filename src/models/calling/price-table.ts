import { readFileSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { PROVIDER_IDS } from "./pricing.ts";

/** How old the built-in prices may be: the package tells no date of the table itself. */
export interface PriceTable {
  version: string;
  /** When its file was written on this machine, so the prices are at least that old. */
  installedAt: Date;
  /** The latest day, of those that are past, from which one of its prices is in force; so they are at most that old. */
  newest: string | null;
}

const PACKAGE = "@pydantic/genai-prices";

/** Throws where the package cannot be read. */
export async function priceTable(now: Date): Promise<PriceTable> {
  const file = createRequire(import.meta.url).resolve(PACKAGE);
  const { version } = JSON.parse(readFileSync(join(dirname(file), "..", "package.json"), "utf8")) as {
    version: string;
  };
  return { version, installedAt: statSync(file).mtime, newest: await newestStart(now.toISOString().slice(0, 10)) };
}

async function newestStart(today: string): Promise<string | null> {
  const { findProvider } = await import("@pydantic/genai-prices");
  const days = Object.values(PROVIDER_IDS)
    .flatMap((providerId) => findProvider({ providerId })?.models ?? [])
    .flatMap(({ prices }) => (Array.isArray(prices) ? prices : []))
    .flatMap(({ constraint }) => (constraint?.type === "start_date" ? [constraint.start_date] : []));
  // Some are announced for a day to come.
  return days.filter((day) => day <= today).sort().at(-1) ?? null; // prettier-ignore
}
