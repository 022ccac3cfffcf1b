import { describe, expect, it } from "vitest";
import { parseExactJson } from "./exact-json.ts";
import { readOtlpJson } from "./otlp-json.ts";
import { readOtlpProtobuf, writeOtlpProtobuf, writeRpcStatus, writeTraceResponse } from "./otlp-protobuf.ts";
import { type Attributes, type Value, WIRE_KINDS, type WireSpan } from "./span.ts";
import { writeOtlpJson } from "./write-otlp-json.ts";

/** Numbers in [0, 1) from a seed (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

const PLAIN: Value[] = [null, true, false, 0, -1, 1.5, -2.5e-7, 1e300, 2 ** 53 - 1, -(2 ** 53 - 1), 2 ** 60, "", "ä\u2028🜁", "9223372036854775807", "x".repeat(3000)]; // prettier-ignore
const KEYS = [
  "a",
  "gen_ai.usage.input_tokens",
  "",
  "constructor",
  "toString",
  "0",
  "ключ",
  "stringValue",
  "low",
  "high",
];

function generated(seed: number, count: number): WireSpan[] {
  const random = seeded(seed);
  const below = (n: number) => Math.floor(random() * n);
  const hex = (digits: number) => "1" + Array.from({ length: digits - 1 }, () => below(16).toString(16)).join("");
  const value = (depth: number): Value => {
    const kind = depth > 4 ? 2 : below(6);
    if (kind === 0) return Array.from({ length: below(3) }, () => value(depth + 1));
    return kind === 1 ? attributes(depth + 1) : PLAIN[below(PLAIN.length)]!;
  };
  const attributes = (depth = 0): Attributes =>
    Object.fromEntries(Array.from({ length: below(5) }, () => [KEYS[below(KEYS.length)]!, value(depth)]));
  const shared = Array.from({ length: 3 }, () => attributes());
  const start = () => 1772359200000000000n + BigInt(below(2 ** 31)) * 7n;
  return Array.from({ length: count }, () => {
    const startNano = start();
    const extra = attributes();
    return {
      traceId: hex(32),
      spanId: hex(16),
      parentSpanId: random() < 0.3 ? null : hex(16),
      name: ["", "chat m", "é"][below(3)]!,
      kind: WIRE_KINDS[below(WIRE_KINDS.length)]!,
      startNano: String(startNano),
      endNano: String(startNano + BigInt(below(1e9))),
      attributes: attributes(),
      events: Array.from({ length: below(3) }, () => ({ name: "e", atNano: String(start()), attributes: attributes() })),
      links: Array.from({ length: below(2) }, () => ({ traceId: hex(32), spanId: hex(16), attributes: attributes() })),
      status: [{ code: "unset" }, { code: "ok" }, { code: "error", message: "no" }][below(3)] as WireSpan["status"],
      ...(random() < 0.2 && { traceState: "a=b" }),
      resource: random() < 0.5 ? shared[below(3)]! : { ...shared[below(3)] },
      scope: { name: ["", "s"][below(2)]!, ...(random() < 0.5 && { version: "1" }), ...(Object.keys(extra).length > 0 && { attributes: extra }) },
    }; // prettier-ignore
  });
}

const byId = (spans: readonly WireSpan[]) => new Map(spans.map((span) => [span.traceId + span.spanId, span]));

describe("spans that were written are read as they were", () => {
  it.each(Array.from({ length: 40 }, (_, seed) => seed))("whatever is in them: seed %i", (seed) => {
    const spans = generated(seed, 30);
    const json = readOtlpJson(parseExactJson(JSON.stringify(writeOtlpJson(spans))));
    const bytes = readOtlpProtobuf(writeOtlpProtobuf(spans));
    for (const { spans: again, rejected } of [json, bytes]) {
      expect(rejected).toEqual([]);
      expect(byId(again)).toEqual(byId(spans));
    }
  });

  it("in groups of one process and one scope, and in their order", () => {
    const [a, b, c] = generated(1, 3).map((span) => ({
      ...span,
      resource: { "service.name": "a" },
      scope: { name: "s" },
    }));
    const spans = [a!, { ...b!, resource: { "service.name": "b" } }, { ...c!, resource: { "service.name": "a" } }];
    const { resourceSpans } = writeOtlpJson(spans) as { resourceSpans: any[] };
    const ids = resourceSpans.map(({ scopeSpans }) =>
      scopeSpans.map((each: any) => each.spans.map((span: any) => span.spanId)),
    );
    expect(ids).toEqual([[[a!.spanId, c!.spanId]], [[b!.spanId]]]);
  });

  it("in the JSON that OTLP asks for", () => {
    const span: WireSpan = {
      ...generated(1, 1)[0]!,
      kind: "client",
      status: { code: "error" },
      attributes: { n: 5, d: 0.5, s: "x", l: [true], o: { k: null } },
    };
    const written = writeOtlpJson([span]) as any;
    const { attributes, ...its } = written.resourceSpans[0].scopeSpans[0].spans[0];
    expect(its).toMatchObject({
      traceId: span.traceId,
      kind: 3,
      startTimeUnixNano: span.startNano,
      status: { code: 2 },
    });
    expect(attributes).toEqual([
      { key: "n", value: { intValue: "5" } },
      { key: "d", value: { doubleValue: 0.5 } },
      { key: "s", value: { stringValue: "x" } },
      { key: "l", value: { arrayValue: { values: [{ boolValue: true }] } } },
      { key: "o", value: { kvlistValue: { values: [{ key: "k", value: {} }] } } },
    ]);
  });
});

describe("protobuf", () => {
  it("with a letter cut in two is read but for that letter", () => {
    const span = { ...generated(1, 1)[0]!, name: "caf\u00e9!" };
    const bytes = writeOtlpProtobuf([span]);
    bytes[Buffer.from(bytes).indexOf("\u00e9!") + 1] = 0x21;
    expect(readOtlpProtobuf(bytes)).toMatchObject({ spans: [{ name: "caf\ufffd!!" }], rejected: [] });
  });

  it("that is none is refused in the name of its file", () => {
    const error = { code: "FILE_INVALID", message: expect.stringMatching(/^F: not protobuf of OTLP: /) };
    expect(() => readOtlpProtobuf(Buffer.from("0affffffffff", "hex"), "F")).toThrow(expect.objectContaining(error));
  });
});

describe("an answer in protobuf", () => {
  it("is nothing where nothing was left out", () => {
    expect(writeTraceResponse(0)).toHaveLength(0);
  });

  it("says how many were left out, and why", () => {
    expect(Buffer.from(writeTraceResponse(3, "no")).toString("hex")).toBe("0a06080312026e6f");
  });

  it("of a refusal is a google.rpc.Status", () => {
    expect(Buffer.from(writeRpcStatus(3, "no")).toString("hex")).toBe("080312026e6f");
  });
});
