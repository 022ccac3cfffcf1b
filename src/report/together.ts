import type { Part } from "../registry/parts.ts";

/** "prompt and model changed together, so a difference may be the doing of either" */
export function togetherWords(parts: readonly Part[]): string {
  const last = parts.at(-1) ?? "";
  const either = parts.length === 2 ? "either" : "any of them";
  return `${parts.slice(0, -1).join(", ")} and ${last} changed together, so a difference may be the doing of ${either}`;
}
