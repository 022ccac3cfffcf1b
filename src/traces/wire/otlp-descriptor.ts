/** A letter that a sender cut in two becomes U+FFFD: by proto3's own rule it would be the end of all spans that came with it. */
const CUT_LETTERS = { features: { utf8_validation: "NONE" } };

/**
 * opentelemetry-proto 1.x, as far as a trace goes, and google.rpc.Status: what protobufjs makes of .proto files, written by hand, so that no
 * file is read and no step of a build is needed.
 */
const messages = {
  ExportTraceServiceRequest: fields({ resourceSpans: ["repeated", "ResourceSpans", 1] }),
  ExportTraceServiceResponse: fields({ partialSuccess: ["ExportTracePartialSuccess", 1] }),
  ExportTracePartialSuccess: fields({ rejectedSpans: ["int64", 1], errorMessage: ["string", 2] }),
  Status: fields({ code: ["int32", 1], message: ["string", 2] }),
  ResourceSpans: fields({ resource: ["Resource", 1], scopeSpans: ["repeated", "ScopeSpans", 2] }),
  Resource: fields({ attributes: ["repeated", "KeyValue", 1] }),
  ScopeSpans: fields({ scope: ["InstrumentationScope", 1], spans: ["repeated", "Span", 2] }),
  InstrumentationScope: fields({
    name: ["string", 1],
    version: ["string", 2],
    attributes: ["repeated", "KeyValue", 3],
  }),
  Span: fields({
    traceId: ["bytes", 1],
    spanId: ["bytes", 2],
    traceState: ["string", 3],
    parentSpanId: ["bytes", 4],
    name: ["string", 5],
    kind: ["int32", 6],
    startTimeUnixNano: ["fixed64", 7],
    endTimeUnixNano: ["fixed64", 8],
    attributes: ["repeated", "KeyValue", 9],
    events: ["repeated", "Event", 11],
    links: ["repeated", "Link", 13],
    status: ["SpanStatus", 15],
  }),
  Event: fields({ timeUnixNano: ["fixed64", 1], name: ["string", 2], attributes: ["repeated", "KeyValue", 3] }),
  Link: fields({ traceId: ["bytes", 1], spanId: ["bytes", 2], attributes: ["repeated", "KeyValue", 4] }),
  SpanStatus: fields({ message: ["string", 2], code: ["int32", 3] }),
  KeyValue: fields({ key: ["string", 1], value: ["AnyValue", 2] }),
  AnyValue: {
    oneofs: {
      value: {
        oneof: ["stringValue", "boolValue", "intValue", "doubleValue", "arrayValue", "kvlistValue", "bytesValue"],
      },
    },
    ...fields({
      stringValue: ["string", 1],
      boolValue: ["bool", 2],
      intValue: ["int64", 3],
      doubleValue: ["double", 4],
      arrayValue: ["ArrayValue", 5],
      kvlistValue: ["KeyValueList", 6],
      bytesValue: ["bytes", 7],
    }),
  },
  ArrayValue: fields({ values: ["repeated", "AnyValue", 1] }),
  KeyValueList: fields({ values: ["repeated", "KeyValue", 1] }),
};

export type OtlpMessage = keyof typeof messages;

export const OTLP_DESCRIPTOR = { nested: messages };

type Field = readonly [type: string, id: number] | readonly [rule: "repeated", type: string, id: number];

function fields(named: Record<string, Field>) {
  const each = Object.entries(named).map(([name, field]) => {
    const [rule, type, id] = field.length === 3 ? field : [undefined, ...field];
    return [name, { ...(rule && { rule }), type, id }] as const;
  });
  return { options: CUT_LETTERS, fields: Object.fromEntries(each) };
}
