import type { Clock } from "../core/clock.ts";
import type { ModelProvider } from "../core/config.schema.ts";
import { AgentopsError } from "../core/errors.ts";
import type { Project } from "../core/project.ts";
import { parsePin } from "../core/refs.ts";
import { sizeBytes } from "../core/size.ts";
import { didYouMean } from "../core/suggest.ts";
import { requireReplaced } from "../core/unreplaced.ts";
import { createBackend } from "./backends.ts";
import { callClient } from "./calling/call.ts";
import type { ModelClient } from "./client/client.ts";
import { sharedGate } from "./calling/gates.ts";
import { createPricer } from "./calling/pricing.ts";

export interface ModelClientOptions {
  clock: Clock;
  /** Jitter of retries, in [0, 1). */
  random: () => number;
  /** Told once about each pin whose price is unknown. */
  warn: (message: string) => void;
  /** For one attempt; default 60000. */
  timeoutMs?: number | undefined;
  /** Attempts after the first; default 3. */
  retries?: number | undefined;
  /** Calls under way at once; default 8. A provider's own limits.concurrency wins. */
  concurrency?: number | undefined;
  /** Where keys come from; default the project's environment. */
  env?: NodeJS.ProcessEnv | undefined;
}

const DEFAULTS = { timeoutMs: 60_000, retries: 3, concurrency: 8, maxAnswer: "16MiB" };

/** What of a pin's answers is known without asking. Throws MODEL_UNKNOWN. */
export function answersOf(project: Project, pin: string): Pick<ModelClient, "kind" | "cacheable" | "remote"> {
  const { kind } = providerOf(project, parsePin(pin).provider);
  const agent = kind === "exec" || kind === "http";
  // An agent can change behind its command or URL, and the stand-in with each release; a pin names one thing.
  return { kind, cacheable: !agent && kind !== "offline", remote: kind !== "offline" };
}

/**
 * The client for a model pin.
 * Throws MODEL_UNKNOWN (no such provider), API_KEY_MISSING, PACKAGE_MISSING, CONFIG_INVALID.
 */
export async function createModelClient(
  project: Project,
  pin: string,
  options: ModelClientOptions,
): Promise<ModelClient> {
  const { provider: name, model } = parsePin(pin);
  const provider = providerOf(project, name);
  requireReplaced(provider, ["models", name]);
  const { limits: general = {}, pricing } = project.config;
  const own = "limits" in provider ? (provider.limits ?? {}) : {};
  const concurrency = own.concurrency ?? options.concurrency ?? general.concurrency ?? DEFAULTS.concurrency;
  const { clock, random, warn } = options;
  const env = options.env ?? project.env;
  const backend = await createBackend(provider, {
    ...{ project, name, model, env, clock },
    maxAnswer: sizeBytes(general.maxAnswer ?? DEFAULTS.maxAnswer) ?? Infinity,
  });
  return callClient(backend, {
    pin,
    ...answersOf(project, pin),
    clock,
    random,
    redact: project.redact,
    timeoutMs: options.timeoutMs ?? general.timeoutMs ?? DEFAULTS.timeoutMs,
    retries: options.retries ?? general.retries ?? DEFAULTS.retries,
    gate: sharedGate(`${project.root}\0${name}`, { ...own, concurrency }, clock),
    price: createPricer({ pin, model, provider, override: pricing?.[pin], clock, warn }),
  });
}

/** The provider a pin names; `offline` exists without being configured. */
function providerOf({ config }: Project, name: string): ModelProvider {
  const models = config.models ?? {};
  if (Object.hasOwn(models, name)) return models[name] as ModelProvider;
  if (name === "offline") return { kind: "offline" };
  throw new AgentopsError("MODEL_UNKNOWN", `no model provider "${name}"`, {
    hint: `${didYouMean(name, [...Object.keys(models), "offline"])} (models: in agentops.config.yaml)`,
  });
}
