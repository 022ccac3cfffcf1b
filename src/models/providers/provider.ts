import type { LanguageModelV3 } from "@ai-sdk/provider";
import type { ModelProvider } from "../../core/config.schema.ts";

/** The kinds that are reached over HTTP through a provider package. */
export type RemoteProvider = Exclude<ModelProvider, { kind: "offline" | "exec" | "http" }>;
export type RemoteKind = RemoteProvider["kind"];
type ConfigOf<K extends RemoteKind> = Extract<RemoteProvider, { kind: K }>;

export interface ProviderSetup<K extends RemoteKind> {
  config: ConfigOf<K>;
  model: string;
  /** The name under `models:`. */
  name: string;
  /** Value of the variable, or a throw of API_KEY_MISSING that names it. */
  key: (variable: string) => string;
  /** Value of the variable, if it is set. */
  env: (variable: string) => string | undefined;
  fetch: typeof globalThis.fetch;
}

export interface LoadedModel {
  model: LanguageModelV3;
  /** The provider package's name for its own options. */
  providerKey: string;
}

export type LoadModel<K extends RemoteKind> = (setup: ProviderSetup<K>) => Promise<LoadedModel>;

/** Extra headers, in the form that "no key" takes under exactOptionalPropertyTypes. */
export function headersOf(config: RemoteProvider): { headers: Record<string, string> } {
  return { headers: config.headers ?? {} };
}
