import { createHash } from "node:crypto";
import type { Attributes, Value, WireSpan } from "../wire/span.ts";

/** Where a span says which of its texts were cut: by key, how long each was in bytes and what its SHA-256 was. */
export const CUT = "agentops.cut";

interface Cut {
  bytes: number;
  sha256: string;
}

/** Of texts longer than so many bytes the beginning, whole characters; the very same span where none is. */
export function cutSpan(span: WireSpan, limit: number): WireSpan {
  const cuts: Record<string, Value> = {};
  const attributes = cutAll(span.attributes, limit, (key, cut) => (cuts[key] = { ...cut }));
  const events = span.events.map((event, i) => {
    const kept = cutAll(event.attributes, limit, (key, cut) => (cuts[`events.${i}.${key}`] = { ...cut }));
    return kept === event.attributes ? event : { ...event, attributes: kept };
  });
  if (Object.keys(cuts).length === 0) return span;
  return { ...span, attributes: { ...attributes, [CUT]: cuts }, events };
}

/** What was cut of a span, by the key it was under. */
export function cutsIn(span: WireSpan): Record<string, Cut> {
  const said = span.attributes[CUT];
  return typeof said === "object" && said !== null && !Array.isArray(said) ? (said as unknown as Record<string, Cut>) : {}; // prettier-ignore
}

function cutAll(attributes: Attributes, limit: number, onCut: (key: string, cut: Cut) => void): Attributes {
  let kept = attributes;
  for (const [key, value] of Object.entries(attributes)) {
    const text = typeof value === "string" ? value : typeof value === "object" && value !== null ? JSON.stringify(value) : ""; // prettier-ignore
    // A character takes at most three bytes a UTF-16 unit, so most need not be counted.
    if (text.length * 3 <= limit || key === CUT) continue;
    const bytes = Buffer.from(text);
    if (bytes.length <= limit) continue;
    onCut(key, { bytes: bytes.length, sha256: createHash("sha256").update(bytes).digest("hex") });
    kept = { ...kept, [key]: beginning(bytes, limit) };
  }
  return kept;
}

function beginning(bytes: Buffer, limit: number): string {
  let end = limit;
  // Not within a character: those that follow its first byte begin with 10.
  while (end > 0 && ((bytes[end] ?? 0) & 0b1100_0000) === 0b1000_0000) end -= 1;
  return bytes.toString("utf8", 0, end);
}
