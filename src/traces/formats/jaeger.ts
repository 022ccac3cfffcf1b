import { finite, plainValue, put } from "../wire/attributes.ts";
import { parentIdOf, spanIdOf, traceIdOf } from "../wire/ids.ts";
import { int64Of } from "../wire/integers.ts";
import { checkTimes } from "../wire/request.ts";
import {
  type Attributes,
  type Value,
  WIRE_KINDS,
  type WireBatch,
  type WireEvent,
  type WireScope,
} from "../wire/span.ts";
import type { WireLink, WireSpan } from "../wire/span.ts";
import { attempt, Unreadable } from "../wire/unreadable.ts";
import { listIn, type Loose, looseIn, textIn } from "./loose.ts";

/** What Jaeger's UI and HTTP API give: `{data: [{traceID, spans, processes}]}`, or one such trace, or a list of them. */
export function readJaeger(value: unknown): WireBatch {
  const batch: WireBatch = { spans: [], rejected: [] };
  for (const trace of jaegerTraces(value) ?? []) {
    const processes = processesOf(looseIn(trace["processes"]));
    for (const raw of listIn(trace["spans"])) {
      const span = attempt(() => spanOf(raw, processes));
      if (span instanceof Unreadable) batch.rejected.push(span.message);
      else batch.spans.push(span);
    }
  }
  return batch;
}

/** undefined of what is not Jaeger's. */
export function jaegerTraces(value: unknown): Loose[] | undefined {
  const data = looseIn(value)["data"] ?? value;
  const traces = (Array.isArray(data) ? (data as unknown[]) : [data]).map(looseIn);
  return traces.some((trace) => Array.isArray(trace["spans"]) && "processes" in trace) ? traces : undefined;
}

/** A process that cannot be read is the reason of each of its spans. */
type Processes = ReadonlyMap<string, Attributes | Unreadable>;

function processesOf(raw: Loose): Processes {
  return new Map(Object.entries(raw).map(([id, process]) => [id, attempt(() => resourceOf(looseIn(process)))]));
}

function resourceOf(process: Loose): Attributes {
  const resource = tagsOf(process["tags"]);
  const name = textIn(process["serviceName"]);
  if (name !== "" && !Object.hasOwn(resource, "service.name")) put(resource, "service.name", name);
  return resource;
}

function spanOf(raw: Loose, processes: Processes): WireSpan {
  const tags = tagsOf(raw["tags"]);
  const resource = processes.get(textIn(raw["processID"])) ?? resourceOf(looseIn(raw["process"]));
  if (resource instanceof Unreadable) throw resource;
  const traceId = traceIdOf(padded(raw["traceID"], 32));
  const references = listIn(raw["references"]);
  const parent = parentIn(references, raw["traceID"]);
  const span: WireSpan = {
    traceId,
    spanId: spanIdOf(padded(raw["spanID"], 16)),
    parentSpanId: parentIdOf(padded(parent?.["spanID"] ?? raw["parentSpanID"], 16)),
    name: textIn(raw["operationName"]),
    kind: kindIn(take(tags, "span.kind")),
    ...timesOf(raw),
    status: statusIn(tags),
    ...traceStateIn(tags),
    events: listIn(raw["logs"]).map(eventOf),
    links: references.filter((reference) => reference !== parent).flatMap(linkOf),
    scope: scopeIn(tags),
    attributes: tags,
    resource,
  };
  checkTimes(span);
  return span;
}

/** 64 bits of older clients, and digits that some drop at the front. */
function padded(id: unknown, digits: number): unknown {
  return typeof id === "string" && id !== "" && /^[0-9a-fA-F]+$/.test(id) ? id.padStart(digits, "0") : id;
}

/** As Jaeger itself finds it: of the same trace the first that it is a child of, else the first that it follows. */
function parentIn(references: readonly Loose[], traceId: unknown): Loose | undefined {
  const own = references.filter((reference) => reference["traceID"] === traceId);
  return own.find(({ refType }) => refType === "CHILD_OF") ?? own.find(({ refType }) => refType === "FOLLOWS_FROM");
}

function linkOf(reference: Loose): WireLink[] {
  const ids = attempt(() => ({
    traceId: traceIdOf(padded(reference["traceID"], 32)),
    spanId: spanIdOf(padded(reference["spanID"], 16)),
  }));
  if (ids instanceof Unreadable) return [];
  return [{ ...ids, attributes: { "opentracing.ref_type": textIn(reference["refType"]).toLowerCase() } }];
}

function timesOf(raw: Loose): Pick<WireSpan, "startNano" | "endNano"> {
  const start = microsOf(raw["startTime"], "the start");
  return { startNano: `${start}000`, endNano: `${start + microsOf(raw["duration"] ?? 0, "the duration")}000` };
}

function microsOf(value: unknown, what: string): number {
  const micros = Math.round(Number(value));
  if (
    typeof value === "object" ||
    !Number.isSafeInteger(micros) ||
    micros < 0 ||
    (micros === 0 && what === "the start")
  )
    throw new Unreadable(`${what} cannot be read`);
  return micros;
}

function tagsOf(list: unknown): Attributes {
  const found: Attributes = {};
  for (const { key, type, value } of listIn(list)) {
    if (typeof key !== "string") throw new Unreadable("a tag without a key");
    put(found, key, tagValue(type, value));
  }
  return found;
}

function tagValue(type: unknown, value: unknown): Value {
  if (type === "int64" && value !== null) return int64Of(value);
  if (type === "float64" && typeof value === "string") return finite(Number(value));
  if (type === "bool" && typeof value === "string") return value === "true";
  return plainValue(value);
}

/** A tag that is a field of its own in OTLP, taken out. */
function take(tags: Attributes, key: string): Value | undefined {
  const value = Object.hasOwn(tags, key) ? tags[key] : undefined;
  Reflect.deleteProperty(tags, key);
  return value;
}

function kindIn(value: Value | undefined): WireSpan["kind"] {
  return WIRE_KINDS.find((kind) => kind === value) ?? "unspecified";
}

/** `error` is OpenTracing's; what else than true or false it says stays a tag. */
function statusIn(tags: Attributes): WireSpan["status"] {
  const message = textIn(take(tags, "otel.status_description"));
  const said = take(tags, "otel.status_code");
  const error = tags["error"];
  if (error === true || error === false) take(tags, "error");
  const failed = said === "ERROR" || (error !== undefined && error !== false && error !== "false");
  return { code: failed ? "error" : said === "OK" ? "ok" : "unset", ...(message === "" ? {} : { message }) };
}

function traceStateIn(tags: Attributes): Pick<WireSpan, "traceState"> {
  const traceState = textIn(take(tags, "w3c.tracestate"));
  return traceState === "" ? {} : { traceState };
}

function scopeIn(tags: Attributes): WireScope {
  const [name, library] = [take(tags, "otel.scope.name"), take(tags, "otel.library.name")];
  const [version, libraryVersion] = [take(tags, "otel.scope.version"), take(tags, "otel.library.version")];
  const its = textIn(version ?? libraryVersion);
  return { name: textIn(name ?? library), ...(its === "" ? {} : { version: its }) };
}

function eventOf(log: Loose): WireEvent {
  const attributes = tagsOf(log["fields"]);
  const name = textIn(take(attributes, "event"));
  return { name: name === "" ? "log" : name, atNano: `${microsOf(log["timestamp"], "a log's time")}000`, attributes };
}
