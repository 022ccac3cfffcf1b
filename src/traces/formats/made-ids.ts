import { sha256Hex } from "../../core/canonical.ts";
import type { Attributes } from "../wire/span.ts";
import { put } from "../wire/attributes.ts";

/** Ids of 16 and 8 bytes made of what a sender calls its traces and spans: the same ones at every import. */
export interface MadeIds {
  traceId: string;
  spanId: string;
  parentSpanId: string | null;
  /** What the sender called them, where that is not what they are called now. */
  attributes: Attributes;
}

export function madeIds(traceId: string, spanId: string, parentId: string | null): MadeIds {
  const ids = { traceId: hexId(traceId, 32), spanId: hexId(spanId, 16), parentSpanId: null, attributes: {} };
  if (ids.traceId !== traceId) put(ids.attributes, "agentops.source.traceId", traceId);
  if (ids.spanId !== spanId) put(ids.attributes, "agentops.source.spanId", spanId);
  return { ...ids, parentSpanId: parentId === null ? null : hexId(parentId, 16) };
}

/** Hex of that length as it is, in lower case; a UUID's 32 digits without its dashes; of any other text its SHA-256. */
function hexId(text: string, digits: number): string {
  const lower = (UUID.test(text) ? text.replaceAll("-", "") : text).toLowerCase();
  const isHex = lower.length === digits && /^[0-9a-f]+$/.test(lower) && !/^0+$/.test(lower);
  return isHex ? lower : sha256Hex(text).slice(0, digits);
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
