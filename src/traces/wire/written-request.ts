import { canonicalJson } from "../../core/canonical.ts";
import { type Attributes, type Value, WIRE_KINDS, type WireScope, type WireSpan } from "./span.ts";

/** What differs between the wires: JSON has ids in hex, protobuf has their bytes. */
type WriteId = (hex: string) => string | Uint8Array;

/** An ExportTraceServiceRequest, as JSON has its fields: spans of one process, and of one scope within it, stand together in their order. */
export function requestOf(spans: readonly WireSpan[], id: WriteId) {
  const resourceSpans = grouped(spans, ({ resource }) => resource).map((ofResource) => ({
    resource: { attributes: keyValues(ofResource.of) },
    scopeSpans: grouped(ofResource.spans, ({ scope }) => scope).map((ofScope) => ({
      scope: writtenScope(ofScope.of),
      spans: ofScope.spans.map((span) => writtenSpan(span, id)),
    })),
  }));
  return { resourceSpans };
}

interface Group<T> {
  of: T;
  spans: WireSpan[];
}

/** By what is equal; spans that were read together share the very object, so it is compared by content once. */
function grouped<T extends object>(spans: readonly WireSpan[], by: (span: WireSpan) => T): Group<T>[] {
  const known = new Map<T, Group<T>>();
  const groups = new Map<string, Group<T>>();
  for (const span of spans) {
    const of = by(span);
    const group = known.get(of) ?? byContent(groups, of);
    known.set(of, group);
    group.spans.push(span);
  }
  return [...groups.values()];
}

function byContent<T extends object>(groups: Map<string, Group<T>>, of: T): Group<T> {
  const content = canonicalJson(of);
  const group = groups.get(content) ?? { of, spans: [] };
  groups.set(content, group);
  return group;
}

function writtenScope({ name, version, attributes }: WireScope) {
  return { name, ...(version !== undefined && { version }), ...(attributes && { attributes: keyValues(attributes) }) };
}

function writtenSpan(span: WireSpan, id: WriteId) {
  const { code, message } = span.status;
  return {
    traceId: id(span.traceId),
    spanId: id(span.spanId),
    ...(span.traceState !== undefined && { traceState: span.traceState }),
    ...(span.parentSpanId !== null && { parentSpanId: id(span.parentSpanId) }),
    name: span.name,
    kind: WIRE_KINDS.indexOf(span.kind),
    startTimeUnixNano: span.startNano,
    endTimeUnixNano: span.endNano,
    attributes: keyValues(span.attributes),
    events: span.events.map(({ name, atNano, attributes }) => ({
      timeUnixNano: atNano,
      name,
      attributes: keyValues(attributes),
    })),
    links: span.links.map((link) => ({
      traceId: id(link.traceId),
      spanId: id(link.spanId),
      attributes: keyValues(link.attributes),
    })),
    status: { ...(message !== undefined && { message }), code: STATUS_CODES[code] },
  };
}

const STATUS_CODES = { unset: 0, ok: 1, error: 2 } as const;

interface KeyValue {
  key: string;
  value: AnyValue;
}

/** One of its kinds; null is the empty message. */
type AnyValue =
  | { stringValue: string }
  | { boolValue: boolean }
  | { intValue: string }
  | { doubleValue: number }
  | { arrayValue: { values: AnyValue[] } }
  | { kvlistValue: { values: KeyValue[] } }
  | Record<string, never>;

function keyValues(attributes: Attributes): KeyValue[] {
  return Object.entries(attributes).map(([key, value]) => ({ key, value: anyValue(value) }));
}

/** A number without a fraction is an integer: which of the two its sender had is not kept. Integers beyond 2^53 are texts here and stay texts. */
function anyValue(value: Value): AnyValue {
  if (value === null) return {};
  if (typeof value === "string") return { stringValue: value };
  if (typeof value === "boolean") return { boolValue: value };
  if (typeof value === "number")
    return Number.isSafeInteger(value) ? { intValue: String(value) } : { doubleValue: value };
  if (Array.isArray(value)) return { arrayValue: { values: value.map(anyValue) } };
  return { kvlistValue: { values: keyValues(value) } };
}
