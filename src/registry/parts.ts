import { canonicalJson } from "../core/canonical.ts";

/** What of an artifact changes answers, as one tells changes apart: one of them at a time shows what it does. */
export const PARTS = ["prompt", "model", "tools", "settings"] as const;
export type Part = (typeof PARTS)[number];

/** An artifact as loaded, frozen or released: its prompt's keys, its agent's, and the model pin in force. */
export interface Parted {
  prompt: object;
  agent: object | null;
  model: string | null | undefined;
}

/** The parts two artifacts differ in, in the order of {@link PARTS}; names, owners and descriptions are no part. */
export function changedParts(control: Parted, candidate: Parted): Part[] {
  const [before, after] = [partsOf(control), partsOf(candidate)];
  return PARTS.filter((part) => canonicalJson(before[part]) !== canonicalJson(after[part]));
}

/** The same where more than one changed, so that a difference may be either's doing; else none. */
export function changedTogether(control: Parted, candidate: Parted): Part[] {
  const parts = changedParts(control, candidate);
  return parts.length > 1 ? parts : [];
}

const SETTINGS = ["modelParameters", "responseFormat", "jsonSchema"];
const AGENT_SETTINGS = ["fallbackModels", "limits", "guards"];

function partsOf({ prompt, agent, model }: Parted): Record<Part, unknown> {
  const told = prompt as Record<string, unknown>;
  const own = (agent ?? {}) as Record<string, unknown>;
  const of = (keys: readonly string[], from: Record<string, unknown>) => keys.map((key) => from[key] ?? null);
  return {
    prompt: told["messages"] ?? null,
    model: model ?? null,
    tools: own["tools"] ?? null,
    settings: [...of(SETTINGS, told), ...of(AGENT_SETTINGS, own)],
  };
}
