/** A model that its provider has retired or announced to retire. */
export interface Retirement {
  /** Day of the shutdown, YYYY-MM-DD. */
  on: string;
  /** The provider's recommended successor, as a snapshot where there is one. */
  use: string;
}

/**
 * Sources: https://platform.openai.com/docs/deprecations,
 * https://docs.anthropic.com/en/docs/about-claude/model-deprecations, https://ai.google.dev/gemini-api/docs/deprecations.
 * A warning only: the table ages, and an account may have an extension.
 */
const RETIRED: Readonly<Record<string, Readonly<Record<string, readonly [on: string, use: string]>>>> = {
  openai: {
    "gpt-3.5-turbo-0301": ["2024-09-13", "gpt-4o-mini-2024-07-18"],
    "gpt-3.5-turbo-0613": ["2024-09-13", "gpt-4o-mini-2024-07-18"],
    "gpt-3.5-turbo-16k-0613": ["2024-09-13", "gpt-4o-mini-2024-07-18"],
    "gpt-3.5-turbo-1106": ["2026-09-28", "gpt-4.1-mini-2025-04-14"],
    "gpt-4-0314": ["2026-03-26", "gpt-4.1-2025-04-14"],
    "gpt-4-32k-0314": ["2025-06-06", "gpt-4o-2024-08-06"],
    "gpt-4-32k-0613": ["2025-06-06", "gpt-4o-2024-08-06"],
    "gpt-4-1106-preview": ["2026-03-26", "gpt-4.1-2025-04-14"],
    "gpt-4-0125-preview": ["2026-03-26", "gpt-4.1-2025-04-14"],
    "gpt-4-1106-vision-preview": ["2024-12-06", "gpt-4o-2024-08-06"],
    "gpt-4.5-preview-2025-02-27": ["2025-07-14", "gpt-4.1-2025-04-14"],
    "o1-preview-2024-09-12": ["2025-07-28", "o3-2025-04-16"],
    "o1-mini-2024-09-12": ["2025-10-27", "o4-mini-2025-04-16"],
    "chatgpt-4o-latest": ["2026-02-17", "gpt-4.1-2025-04-14"],
  },
  anthropic: {
    "claude-2.0": ["2025-07-21", "claude-sonnet-4-5-20250929"],
    "claude-2.1": ["2025-07-21", "claude-sonnet-4-5-20250929"],
    "claude-3-sonnet-20240229": ["2025-07-21", "claude-sonnet-4-5-20250929"],
    "claude-3-opus-20240229": ["2026-01-05", "claude-opus-4-1-20250805"],
    "claude-3-5-sonnet-20240620": ["2025-10-28", "claude-sonnet-4-5-20250929"],
    "claude-3-5-sonnet-20241022": ["2025-10-28", "claude-sonnet-4-5-20250929"],
    "claude-3-7-sonnet-20250219": ["2026-02-19", "claude-sonnet-4-5-20250929"],
    "claude-3-5-haiku-20241022": ["2026-02-19", "claude-haiku-4-5-20251001"],
  },
  google: {
    "gemini-1.0-pro-001": ["2025-02-15", "gemini-2.5-flash"],
    "gemini-1.0-pro-002": ["2025-02-15", "gemini-2.5-flash"],
    "gemini-1.5-pro-001": ["2025-05-24", "gemini-2.5-pro"],
    "gemini-1.5-flash-001": ["2025-05-24", "gemini-2.5-flash"],
    "gemini-1.5-pro-002": ["2025-09-24", "gemini-2.5-pro"],
    "gemini-1.5-flash-002": ["2025-09-24", "gemini-2.5-flash"],
  },
};

/** When and for what a model is retired, or null. `providerKind` is the `kind:` in the config; `model` the part after the slash. */
export function retirementOf(providerKind: string, model: string): Retirement | null {
  const found = RETIRED[providerKind]?.[model];
  return found ? { on: found[0], use: found[1] } : null;
}
