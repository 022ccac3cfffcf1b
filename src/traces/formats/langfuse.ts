import { plainAttributes } from "../wire/attributes.ts";
import { checkTimes } from "../wire/request.ts";
import type { WireBatch, WireScope, WireSpan } from "../wire/span.ts";
import { attempt, Unreadable } from "../wire/unreadable.ts";
import { addObservation, addTrace } from "./langfuse-attributes.ts";
import { listIn, type Loose, looseIn, textIn, unpacked } from "./loose.ts";
import { looseNano } from "./loose-time.ts";
import { madeIds } from "./made-ids.ts";

/**
 * What Langfuse exports: `{trace, observations}`, what its API answers for a trace (`{id, observations}`), lists of these, and observations
 * alone. Where a span came to Langfuse by OpenTelemetry, its own attributes are in the metadata.
 */
export function readLangfuse(value: unknown): WireBatch {
  const batch: WireBatch = { spans: [], rejected: [] };
  for (const { trace, observations } of langfuseTraces(value)) {
    const ids = new Set(observations.map(({ id }) => id));
    for (const each of observations) {
      const isRoot = !ids.has(each["parentObservationId"]);
      const span = attempt(() => spanOf(each, trace, isRoot));
      if (span instanceof Unreadable) batch.rejected.push(span.message);
      else batch.spans.push(span);
    }
  }
  return batch;
}

interface LangfuseTrace {
  trace: Loose;
  observations: Loose[];
}

/** Empty of what is not Langfuse's. */
export function langfuseTraces(value: unknown): LangfuseTrace[] {
  const data = looseIn(value)["data"] ?? value;
  return (Array.isArray(data) ? listIn(data) : [looseIn(data)]).flatMap((item) => {
    if (Array.isArray(item["observations"])) {
      const { trace = item } = item;
      return [{ trace: looseIn(trace), observations: listIn(item["observations"]) }];
    }
    return "parentObservationId" in item ? [{ trace: {}, observations: [item] }] : [];
  });
}

function spanOf(raw: Loose, trace: Loose, isRoot: boolean): WireSpan {
  const metadata = looseIn(unpacked(raw["metadata"]));
  const { attributes: source, ...ids } = idsOf(raw, trace);
  const attributes = { ...plainAttributes(looseIn(unpacked(metadata["attributes"]))), ...source };
  addObservation(raw, metadata, attributes);
  if (isRoot) addTrace(trace, attributes);
  const startNano = looseNano(raw["startTime"], "the start");
  const span: WireSpan = {
    ...ids,
    name: textIn(raw["name"]),
    kind: raw["type"] === "GENERATION" || raw["type"] === "EMBEDDING" ? "client" : "internal",
    startNano,
    // An EVENT has none: it is a moment.
    endNano: raw["endTime"] === null || raw["endTime"] === undefined ? startNano : looseNano(raw["endTime"], "the end"),
    attributes,
    events: [],
    links: [],
    status: statusOf(raw),
    resource: plainAttributes(looseIn(unpacked(metadata["resourceAttributes"]))),
    scope: scopeOf(looseIn(unpacked(metadata["scope"]))),
  };
  checkTimes(span);
  return span;
}

function idsOf(raw: Loose, trace: Loose): ReturnType<typeof madeIds> {
  const [traceId, spanId] = [textIn(raw["traceId"] ?? trace["id"]), textIn(raw["id"])];
  if (traceId === "") throw new Unreadable("no trace id");
  if (spanId === "") throw new Unreadable("no span id");
  const parentId = textIn(raw["parentObservationId"]);
  return madeIds(traceId, spanId, parentId === "" ? null : parentId);
}

function statusOf(raw: Loose): WireSpan["status"] {
  const message = textIn(raw["statusMessage"]);
  return { code: raw["level"] === "ERROR" ? "error" : "unset", ...(message === "" ? {} : { message }) };
}

function scopeOf(raw: Loose): WireScope {
  const version = textIn(raw["version"]);
  const attributes = plainAttributes(looseIn(raw["attributes"]));
  const scope: WireScope = { name: textIn(raw["name"]) };
  if (version !== "") scope.version = version;
  if (Object.keys(attributes).length > 0) scope.attributes = attributes;
  return scope;
}
