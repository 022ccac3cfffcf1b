import { gzipSync } from "node:zlib";
import { afterEach, describe, expect, it } from "vitest";
import { AgentopsError } from "../../core/errors.ts";
import { writeOtlpProtobuf } from "../wire/otlp-protobuf.ts";
import type { WireSpan } from "../wire/span.ts";
import { writeOtlpJson } from "../wire/write-otlp-json.ts";
import { readTraceFile } from "./read-file.ts";

const [TRACE, SPAN] = ["5b8efff798038103d269b633813fc60c", "eee19b7ec3c1b174"];
const DEEP = 20_000;
const OTLP = { traceId: TRACE, spanId: SPAN, startTimeUnixNano: "10", endTimeUnixNano: "12" };

/** JSON with a hole, by the place where its sender may put what it likes. */
const HOLES: Record<string, string> = {
  "a value of OTLP": otlp('"attributes":[{"key":"k","value":HOLE}]'),
  "the attributes of OTLP": otlp('"attributes":HOLE'),
  "the events of OTLP": otlp('"events":HOLE'),
  "a field nobody knows of OTLP": otlp('"unknown":HOLE'),
  "the resource of OTLP": `{"resourceSpans":[{"resource":HOLE,"scopeSpans":[{"spans":[${JSON.stringify(OTLP)}]}]}]}`,
  "all of OTLP": '{"resourceSpans":HOLE}',
  "all of Tempo": '{"batches":[HOLE]}',
  "a tag of Jaeger": `{"data":[{"processes":{},"spans":[{"traceID":"${TRACE}","spanID":"${SPAN}","startTime":1,"duration":1,"tags":[{"key":"k","value":HOLE}]}]}]}`,
  "the processes of Jaeger": `{"data":[{"processes":HOLE,"spans":[{"traceID":"${TRACE}","spanID":"${SPAN}","startTime":1,"processID":"constructor"}]}]}`,
  "an input of Langfuse": langfuse('"input":HOLE'),
  "the metadata of Langfuse": langfuse('"metadata":HOLE'),
  "the attributes of Langfuse": langfuse('"metadata":{"attributes":HOLE}'),
  "the usage of Langfuse": langfuse('"usageDetails":HOLE'),
  "a key of a line": '{"ts":1772359200,"x":HOLE}',
  "the messages of a line": '{"ts":1772359200,"messages":HOLE}',
  "the attributes of a line": '{"ts":1772359200,"attributes":HOLE}',
  "the usage of a line": '{"ts":1772359200,"usage":HOLE}',
  "the error of a line": '{"ts":1772359200,"error":HOLE}',
  "all of a line": "HOLE",
}; // prettier-ignore

const FILLINGS: Record<string, string> = {
  "lists within lists": "[".repeat(DEEP) + "]".repeat(DEEP),
  "objects within objects": '{"a":'.repeat(DEEP) + "1" + "}".repeat(DEEP),
  "values of OTLP within values": '{"arrayValue":{"values":['.repeat(DEEP) + "]}}".repeat(DEEP),
  "objects of OTLP within objects": '{"kvlistValue":{"values":[{"key":"a","value":'.repeat(DEEP) + "{}" + "}]}}".repeat(DEEP),
  "a key __proto__": '{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}',
  "an attribute __proto__": '[{"key":"__proto__","value":{"kvlistValue":{"values":[{"key":"polluted","value":{"boolValue":true}}]}}}]',
  "names of JavaScript's own": '{"toString":5,"hasOwnProperty":1,"length":-1,"then":"x","toJSON":"y","valueOf":null}',
  "a number of 400 digits": "9".repeat(400),
  "half of a letter": '"\\ud800"',
}; // prettier-ignore

const CASES = Object.entries(HOLES).flatMap(([hole, text]) =>
  Object.entries(FILLINGS).map(([filling, its]) => ({ hole, filling, text: text.replace("HOLE", () => its) })),
);

afterEach(() => {
  expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
});

describe("what was made to do harm is read, left out or refused", () => {
  it.each(CASES)("$filling in $hole", async ({ text }) => {
    await survives(Buffer.from(text));
  });

  it("a value of OTLP a hundred thousand deep", async () => {
    const value = '{"arrayValue":{"values":['.repeat(100_000) + "]}}".repeat(100_000);
    const read = await survives(Buffer.from(HOLES["a value of OTLP"]!.replace("HOLE", () => value)));
    expect(read).toEqual({ spans: [], rejected: ["line 1: a value within values, more than 30 deep"] });
  });

  it("a million attributes of a span", async () => {
    const attributes = `[${'{"key":"k1","value":{"intValue":"1"}},'.repeat(999_999)}{"key":"k2","value":{}}]`;
    const read = await survives(Buffer.from(HOLES["the attributes of OTLP"]!.replace("HOLE", () => attributes)));
    expect(read).toEqual({ spans: [], rejected: ["line 1: more than 100000 attributes"] });
  });

  it("three hundred thousand spans without anything", async () => {
    const text = `{"resourceSpans":[{"scopeSpans":[{"spans":[${"{},".repeat(299_999)}{}]}]}]}`;
    const read = await survives(Buffer.from(text));
    expect([read!.spans.length, read!.rejected.length]).toEqual([0, 300_000]);
  });

  it("protobuf within protobuf", async () => {
    const length = (n: number): number[] => (n < 128 ? [n] : [(n & 127) | 128, ...length(n >>> 7)]);
    const field = (tag: number, of: Buffer) => Buffer.concat([Buffer.from([tag, ...length(of.length)]), of]);
    let value = field(0x0a, Buffer.from("x"));
    for (let i = 0; i < 3_000; i++) value = field(0x2a, field(0x0a, value));
    const attribute = Buffer.concat([field(0x0a, Buffer.from("k")), field(0x12, value)]);
    const span = Buffer.concat([field(0x0a, Buffer.from(TRACE, "hex")), field(0x4a, attribute)]);
    const request = field(0x0a, field(0x12, field(0x12, span)));
    await expect(readTraceFile(request)).rejects.toThrow("max depth exceeded");
  });
});

describe("a file with damage is read, left out or refused", () => {
  const spans: WireSpan[] = Array.from({ length: 5 }, (_, n) => ({
    traceId: TRACE, spanId: `eee19b7ec3c1b17${n}`, parentSpanId: n === 0 ? null : SPAN, name: "chat ä", kind: "client",
    startNano: "1772359200000000000", endNano: "1772359200000000009", status: { code: "error", message: "no" },
    attributes: { text: "ü".repeat(50), n: 5, d: 0.5, list: [1, "a", { b: null }] }, resource: { "service.name": "s" }, scope: { name: "s" },
    events: [{ name: "e", atNano: "1772359200000000001", attributes: { a: true } }], links: [{ traceId: TRACE, spanId: SPAN, attributes: {} }],
  })); // prettier-ignore
  const line = `${JSON.stringify({ traceId: "t", id: 1, start: 1772359200, model: "m", prompt: "Hi", usage: { input: 1 } })}\n`;
  const files: Record<string, Uint8Array> = {
    "OTLP's JSON": Buffer.from(JSON.stringify(writeOtlpJson(spans), null, 1)),
    "OTLP's protobuf": writeOtlpProtobuf(spans),
    "a gzip": gzipSync(writeOtlpProtobuf(spans)),
    "lines by hand": Buffer.from(line.repeat(20)),
  };
  it.each(Object.entries(files))("%s", async (_, whole) => {
    let state = 7;
    const below = (n: number) => (state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 1) % n;
    for (let round = 0; round < 500; round++) {
      const bytes = Buffer.from(whole);
      for (let i = below(4); i >= 0; i--) bytes[below(bytes.length)] = below(256);
      await survives(round % 5 === 0 ? bytes.subarray(0, below(bytes.length)) : bytes);
    }
  });
});

/** What was read, as it can be stored; undefined where it was refused with a reason. */
async function survives(bytes: Uint8Array): Promise<{ spans: WireSpan[]; rejected: string[] } | undefined> {
  const [spans, rejected]: [WireSpan[], string[]] = [[], []];
  try {
    for await (const batch of (await readTraceFile(bytes)).batches) {
      spans.push(...batch.spans);
      for (const reason of batch.rejected) rejected.push(reason);
    }
  } catch (error) {
    expect(error).toBeInstanceOf(AgentopsError);
    expect((error as AgentopsError).code).toBe("FILE_INVALID");
    return undefined;
  }
  for (const span of spans) {
    expect(span.traceId).toMatch(/^[0-9a-f]{32}$/);
    expect(span.spanId).toMatch(/^[0-9a-f]{16}$/);
    expect(JSON.parse(JSON.stringify(span))).toEqual(span);
  }
  return { spans, rejected };
}

function otlp(hole: string): string {
  return `{"resourceSpans":[{"scopeSpans":[{"spans":[${JSON.stringify(OTLP).slice(0, -1)},${hole}}]}]}]}`;
}

function langfuse(hole: string): string {
  return `{"trace":{"id":"${TRACE}"},"observations":[{"id":"${SPAN}","type":"GENERATION","startTime":"2026-03-01",${hole}}]}`;
}
