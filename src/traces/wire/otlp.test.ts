import { describe, expect, it } from "vitest";
import { parseExactJson } from "./exact-json.ts";
import { readOtlpJson } from "./otlp-json.ts";

const [TRACE, SPAN] = ["5b8efff798038103d269b633813fc60c", "eee19b7ec3c1b174"];
const GOOD = { traceId: TRACE, spanId: SPAN, name: "x", startTimeUnixNano: "10", endTimeUnixNano: "12" };

const request = (...spans: unknown[]) => ({ resourceSpans: [{ scopeSpans: [{ spans }] }] });
const attribute = (value: unknown) => request({ ...GOOD, attributes: [{ key: "k", value }] });

function spanOf(value: unknown) {
  const { spans, rejected } = readOtlpJson(value);
  expect(rejected).toEqual([]);
  return spans[0]!;
}

describe("a span of OTLP's JSON", () => {
  it("is as small as this", () => {
    expect(spanOf(request(GOOD))).toEqual({
      traceId: TRACE, spanId: SPAN, parentSpanId: null, name: "x", kind: "unspecified", startNano: "10", endNano: "12",
      attributes: {}, events: [], links: [], status: { code: "unset" }, resource: {}, scope: { name: "" },
    }); // prettier-ignore
  });

  const base64 = (hex: string) => Buffer.from(hex, "hex").toString("base64");
  const table: Record<string, [object, object]> = {
    "may have ids in base64": [{ traceId: base64(TRACE), spanId: base64(SPAN), parentSpanId: base64(SPAN) }, { traceId: TRACE, spanId: SPAN, parentSpanId: SPAN }],
    "may have ids in capitals": [{ traceId: TRACE.toUpperCase() }, { traceId: TRACE }],
    "is a root with an empty parent": [{ parentSpanId: "" }, { parentSpanId: null }],
    "is a root with a parent of zeros": [{ parentSpanId: "0".repeat(16) }, { parentSpanId: null }],
    "may name its kind": [{ kind: "SPAN_KIND_INTERNAL" }, { kind: "internal" }],
    "may number its kind": [{ kind: 5 }, { kind: "consumer" }],
    "has no kind that nobody knows": [{ kind: 17 }, { kind: "unspecified" }],
    "may name its status": [{ status: { code: "STATUS_CODE_ERROR", message: "no" } }, { status: { code: "error", message: "no" } }],
    "may number its status": [{ status: { code: 1, message: "" } }, { status: { code: "ok" } }],
    "may have times as numbers": [{ startTimeUnixNano: 10, endTimeUnixNano: 12 }, { startNano: "10", endNano: "12" }],
    "keeps its state": [{ traceState: "a=b" }, { traceState: "a=b" }],
    "keeps no link that points nowhere": [{ links: [{ traceId: "x" }, { traceId: TRACE, spanId: SPAN }] }, { links: [{ traceId: TRACE, spanId: SPAN, attributes: {} }] }],
    "has events": [{ events: [{ name: "e", timeUnixNano: "11", attributes: [] }] }, { events: [{ name: "e", atNano: "11", attributes: {} }] }],
    "may have what nobody knows": [{ flags: 256, droppedLinksCount: 3, new: {} }, {}],
  }; // prettier-ignore
  it.each(Object.entries(table))("%s", (_, [raw, expected]) => {
    expect(spanOf(request({ ...GOOD, ...raw }))).toMatchObject(expected);
  });

  it("may have the names of the .proto files", () => {
    const span = { trace_id: TRACE, span_id: SPAN, parent_span_id: SPAN, start_time_unix_nano: 1, end_time_unix_nano: 1, attributes: [{ key: "k", value: { string_value: "v" } }] }; // prettier-ignore
    const value = { resource_spans: [{ scope_spans: [{ scope: { name: "s" }, spans: [span] }] }] };
    expect(spanOf(value)).toMatchObject({ traceId: TRACE, parentSpanId: SPAN, startNano: "1", attributes: { k: "v" } });
  });

  it("comes also in a list of requests, and from none at all", () => {
    expect(readOtlpJson([request(GOOD), request(GOOD)]).spans).toHaveLength(2);
    expect(readOtlpJson({})).toEqual({ spans: [], rejected: [] });
  });
});

describe("an attribute", () => {
  const table: Record<string, [unknown, unknown]> = {
    "of text": [{ stringValue: "" }, ""],
    "true or false": [{ boolValue: false }, false],
    "an integer as text": [{ intValue: "-5" }, -5],
    "an integer as number": [{ intValue: 5 }, 5],
    "an integer beyond 2^53 is its digits": [{ intValue: "9007199254740993" }, "9007199254740993"],
    "the smallest integer": [{ intValue: "-9223372036854775808" }, "-9223372036854775808"],
    "a double": [{ doubleValue: 0.5 }, 0.5],
    "a double as text": [{ doubleValue: "0.5" }, 0.5],
    "a double that JSON has not": [{ doubleValue: "NaN" }, "NaN"],
    bytes: [{ bytesValue: "AAE=" }, "AAE="],
    "a list": [{ arrayValue: { values: [{ intValue: 1 }, {}] } }, [1, null]],
    "an empty list": [{ arrayValue: {} }, []],
    "an object": [{ kvlistValue: { values: [{ key: "a", value: { stringValue: "b" } }] } }, { a: "b" }],
    nothing: [{}, null],
  };
  it.each(Object.entries(table))("%s", (_, [value, expected]) => {
    expect(spanOf(attribute(value)).attributes).toEqual({ k: expected });
  });
});

describe("a bad span is left out with a reason, and the others stay", () => {
  const nested = (depth: number) => {
    let value: unknown = { stringValue: "x" };
    for (let i = 0; i < depth; i++) value = { arrayValue: { values: [value] } };
    return value;
  };
  const k = (value: unknown) => ({ attributes: [{ key: "k", value }] });
  const table: Record<string, [unknown, string]> = {
    "no trace id": [{ traceId: undefined }, "no trace id, or one of zeros"],
    "a trace id of zeros": [{ traceId: "0".repeat(32) }, "no trace id, or one of zeros"],
    "a short trace id": [{ traceId: "abcd" }, "the trace id is not 16 bytes of hex or base64"],
    "a trace id that is a number": [{ traceId: 7 }, "the trace id is not 16 bytes of hex or base64"],
    "no span id": [{ spanId: "" }, "no span id, or one of zeros"],
    "a long span id": [{ spanId: TRACE }, "the span id is not 8 bytes of hex or base64"],
    "a parent that is none": [{ parentSpanId: "zz" }, "the parent's id is not 8 bytes of hex or base64"],
    "an end before its start": [{ endTimeUnixNano: "9" }, "it ends before it starts"],
    "no end": [{ endTimeUnixNano: undefined }, "no end"],
    "no start": [{ startTimeUnixNano: 0 }, "no start"],
    "a time with a fraction": [{ startTimeUnixNano: 1.5 }, "the start cannot be read"],
    "a time before 1970": [{ startTimeUnixNano: "-1" }, "the start cannot be read"],
    "a time of more than 64 bits": [{ endTimeUnixNano: "18446744073709551616" }, "the end has more than 64 bits"],
    "a time that is an object": [{ endTimeUnixNano: { low: "x", high: {} } }, "the end cannot be read"],
    "attributes that are no list": [{ attributes: { k: "v" } }, "attributes that are no list"],
    "an attribute without a key": [{ attributes: [null] }, "an attribute without a key"],
    "a key that JavaScript keeps": [{ attributes: [{ key: "__proto__", value: {} }] }, "a key is called __proto__"],
    "a value that is no value": [k("v"), "an attribute's value is no AnyValue"],
    "an integer that is none": [k({ intValue: "1e3" }), "an integer cannot be read"],
    "a double that is none": [k({ doubleValue: "" }), "a double cannot be read"],
    "a text that is none": [k({ stringValue: 5 }), "a value of the kind string is none"],
    "a value too deep": [k(nested(31)), "a value within values, more than 30 deep"],
    "something else than an object": ["span", "an item of spans is no object"],
  };
  it.each(Object.entries(table))("%s", (_, [raw, reason]) => {
    const bad = typeof raw === "object" ? { ...GOOD, ...raw } : raw;
    const { spans, rejected } = readOtlpJson(request(GOOD, bad, GOOD));
    expect([spans.length, rejected]).toEqual([2, [reason]]);
  });

  it("each span of a process whose attributes cannot be read", () => {
    const resource = { attributes: [{ key: "__proto__", value: {} }] };
    const { rejected } = readOtlpJson({ resourceSpans: [{ resource, scopeSpans: [{ spans: [GOOD, GOOD] }] }] });
    expect(rejected).toEqual(["a key is called __proto__", "a key is called __proto__"]);
  });

  it.each([
    [null],
    [5],
    ["x"],
    [[null]],
    [{ resourceSpans: 5 }],
    [{ resourceSpans: [[]] }],
    [{ resourceSpans: [{ scopeSpans: "x" }] }],
  ])("%j has no spans, and says so", (value) => {
    expect(readOtlpJson(value)).toEqual({ spans: [], rejected: [expect.any(String)] });
  });
});

describe("JSON with every digit", () => {
  const table: Record<string, [string, unknown]> = {
    "an integer beyond 2^53 is text": ['{"a":1777555053780274701}', { a: "1777555053780274701" }],
    "a negative one too": ["[ -9223372036854775808]", ["-9223372036854775808"]],
    "what a double holds is a number": ['{"a":9007199254740991,"b":1234567890123456}', { a: 9007199254740991, b: 1234567890123456 }],
    "a fraction stays one": ["[0.125000000000000000000, 1152921504606846976.0, 1152921504606846976e1]", [0.125, 2 ** 60, 2 ** 60 * 10]],
    "digits in a text are left alone": ['{"a":"x,1777555053780274701\\",2777555053780274701"}', { a: 'x,1777555053780274701",2777555053780274701' }],
    "a text that ends in a backslash": ['["\\\\",1777555053780274701]', ["\\", "1777555053780274701"]],
    "a number alone is one": ["5", 5],
  }; // prettier-ignore
  it.each(Object.entries(table))("%s", (_, [text, value]) => {
    expect(parseExactJson(text)).toEqual(value);
  });

  it.each([["["], ['{"a":1777555053780274701'], ['[1777555053780274701,"'], ["[1777555053780274701,-]"]])(
    "%j is none",
    (text) => {
      expect(() => parseExactJson(text)).toThrow(SyntaxError);
    },
  );

  it("takes time in proportion to its length", () => {
    const hostile = `[${"1777555053780274701,".repeat(100_000)}${" ".repeat(1_000_000)}${"-".repeat(1_000_000)}`;
    const start = performance.now();
    expect(() => parseExactJson(hostile)).toThrow(SyntaxError);
    expect(performance.now() - start).toBeLessThan(5_000);
  });
});
