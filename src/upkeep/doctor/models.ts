import type { Config } from "../../core/config.schema.ts";
import { AgentopsError } from "../../core/errors.ts";
import { priceTable } from "../../models/calling/price-table.ts";
import { keyVariables } from "../../models/providers/keys.ts";
import { OPTIONAL } from "../../models/providers/optional.ts";
import type { Facts, Trouble } from "./found.ts";

const DAY_MS = 86_400_000;

export async function findPrices(now: Date): Promise<Facts["prices"]> {
  const table = await priceTable(now);
  return { ...table, ageDays: Math.max(0, Math.floor((now.getTime() - table.installedAt.getTime()) / DAY_MS)) };
}

/** Loads the packages that the configured kinds need; undefined where none needs one that does not come along. */
export async function findProviders({ models = {} }: Config): Promise<Facts["providers"] | undefined> {
  const kinds = new Set(Object.values(models).map(({ kind }) => kind));
  const needed = Object.entries(OPTIONAL).filter(([kind]) => kinds.has(kind as keyof typeof OPTIONAL));
  if (needed.length === 0) return undefined;
  const found: Facts["providers"] = { installed: [], missing: [] };
  for (const [kind, load] of needed) {
    const trouble = await load().then(() => null, troubleOfPackage);
    if (trouble === null) found.installed.push(kind);
    else found.missing.push(trouble);
  }
  return found;
}

function troubleOfPackage(error: unknown): Trouble {
  if (error instanceof AgentopsError) return { message: error.message, hint: error.hint ?? null };
  throw error;
}

export function findKeys({ models = {} }: Config, env: NodeJS.ProcessEnv): Facts["keys"] {
  const isSet = (variable: string) => (env[variable] ?? "").trim() !== "";
  const variables = [...new Set(Object.values(models).flatMap((provider) => keyVariables(provider, isSet)))];
  return { set: variables.filter(isSet), missing: variables.filter((variable) => !isSet(variable)) };
}
