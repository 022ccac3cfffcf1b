import { attributesOf } from "./any-value.ts";
import { parentIdOf, spanIdOf, traceIdOf } from "./ids.ts";
import { isBefore, nanoOf } from "./integers.ts";
import { type Attributes, WIRE_KINDS, type WireBatch, type WireEvent, type WireKind, type WireLink } from "./span.ts";
import type { WireScope, WireSpan } from "./span.ts";
import { attempt, Unreadable } from "./unreadable.ts";

type Loose = Readonly<Record<string, unknown>>;

/**
 * The spans of a list of ResourceSpans, read into a batch. One walk for every wire: JSON has texts and numbers at its leaves, protobuf has
 * bytes and halves of 64 bits, and what reads a leaf takes both; so the same trace is the same spans whichever way it came.
 */
export function addResourceSpans(list: unknown, into: WireBatch): void {
  for (const item of listIn(list, "resourceSpans", into)) {
    const resource = attempt(() => attributesOf(field(looseIn(item["resource"]), "attributes")));
    const scopes = field(item, "scopeSpans") ?? field(item, "instrumentationLibrarySpans");
    for (const each of listIn(scopes, "scopeSpans", into)) {
      const scope = attempt(() => scopeOf(looseIn(field(each, "scope") ?? field(each, "instrumentationLibrary"))));
      for (const span of listIn(each["spans"], "spans", into)) addSpan(span, resource, scope, into);
    }
  }
}

/** The objects of a list; what is none of them is rejected. */
function listIn(value: unknown, what: string, { rejected }: WireBatch): Loose[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) {
    rejected.push(`${what} is no list`);
    return [];
  }
  return value.filter((item): item is Loose => {
    const fits = typeof item === "object" && item !== null && !Array.isArray(item);
    if (!fits) rejected.push(`an item of ${what} is no object`);
    return fits;
  });
}

function addSpan(raw: Loose, resource: Attributes | Unreadable, scope: WireScope | Unreadable, into: WireBatch): void {
  const span = attempt(() => spanOf(raw, unlessUnreadable(resource), unlessUnreadable(scope)));
  if (span instanceof Unreadable) into.rejected.push(span.message);
  else into.spans.push(span);
}

function unlessUnreadable<T>(read: T | Unreadable): T {
  if (read instanceof Unreadable) throw read;
  return read;
}

function spanOf(raw: Loose, resource: Attributes, scope: WireScope): WireSpan {
  const status = looseIn(raw["status"]);
  const message = textIn(status["message"]);
  const traceState = textIn(field(raw, "traceState"));
  const span: WireSpan = {
    traceId: traceIdOf(field(raw, "traceId")),
    spanId: spanIdOf(field(raw, "spanId")),
    parentSpanId: parentIdOf(field(raw, "parentSpanId")),
    name: textIn(raw["name"]),
    kind: kindOf(raw["kind"]),
    startNano: nanoOf(field(raw, "startTimeUnixNano"), "the start"),
    endNano: nanoOf(field(raw, "endTimeUnixNano"), "the end"),
    attributes: attributesOf(raw["attributes"]),
    events: partsIn(raw["events"]).map(eventOf),
    links: partsIn(raw["links"]).flatMap(linkOf),
    status: { code: statusCodeOf(status["code"]), ...(message === "" ? {} : { message }) },
    ...(traceState === "" ? {} : { traceState }),
    resource,
    scope,
  };
  checkTimes(span);
  return span;
}

/** OTLP's zero is "not known", and a span that has not ended is not to be sent. */
export function checkTimes({ startNano, endNano }: Pick<WireSpan, "startNano" | "endNano">): void {
  if (startNano === "0") throw new Unreadable("no start");
  if (endNano === "0") throw new Unreadable("no end");
  if (isBefore(endNano, startNano)) throw new Unreadable("it ends before it starts");
}

function eventOf(raw: Loose): WireEvent {
  const atNano = nanoOf(field(raw, "timeUnixNano"), "an event's time");
  return { name: textIn(raw["name"]), atNano, attributes: attributesOf(raw["attributes"]) };
}

/** A link that points nowhere is none; the span is worth keeping all the same. */
function linkOf(raw: Loose): WireLink[] {
  const ids = attempt(() => ({ traceId: traceIdOf(field(raw, "traceId")), spanId: spanIdOf(field(raw, "spanId")) }));
  return ids instanceof Unreadable ? [] : [{ ...ids, attributes: attributesOf(raw["attributes"]) }];
}

function scopeOf(raw: Loose): WireScope {
  const version = textIn(raw["version"]);
  const attributes = attributesOf(raw["attributes"]);
  const scope: WireScope = { name: textIn(raw["name"]) };
  if (version !== "") scope.version = version;
  if (Object.keys(attributes).length > 0) scope.attributes = attributes;
  return scope;
}

const STATUS_CODES = ["unset", "ok", "error"] as const;

/** A number of the enum, its name (`SPAN_KIND_CLIENT`), or the name's last word in any case. */
function kindOf(value: unknown): WireKind {
  return (
    WIRE_KINDS[typeof value === "number" ? value : WIRE_KINDS.findIndex((kind) => isWord(value, kind))] ?? WIRE_KINDS[0]
  );
}

function statusCodeOf(value: unknown): WireSpan["status"]["code"] {
  const at = typeof value === "number" ? value : STATUS_CODES.findIndex((code) => isWord(value, code));
  return STATUS_CODES[at] ?? STATUS_CODES[0];
}

function isWord(value: unknown, word: string): boolean {
  return typeof value === "string" && value.slice(value.lastIndexOf("_") + 1).toLowerCase() === word;
}

/** A field under its name in JSON, or under its name in the .proto files, which readers of JSON shall take too. */
function field(raw: Loose, name: string): unknown {
  return raw[name] ?? raw[(SNAKE[name] ??= name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`))];
}
const SNAKE: Record<string, string> = {};

function looseIn(value: unknown): Loose {
  return typeof value === "object" && value !== null ? (value as Loose) : {};
}

function partsIn(value: unknown): Loose[] {
  return Array.isArray(value) ? value.map(looseIn) : [];
}

function textIn(value: unknown): string {
  return typeof value === "string" ? value : "";
}
