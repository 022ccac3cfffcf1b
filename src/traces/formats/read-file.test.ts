import { Readable } from "node:stream";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import type { WireBatch } from "../wire/span.ts";
import { readOtlpJson } from "../wire/otlp-json.ts";
import { writeOtlpProtobuf } from "../wire/otlp-protobuf.ts";
import { readTraceFile } from "./read-file.ts";
import { boundedLines, inPieces, whole } from "./pieces.ts";
import { unpackedPieces } from "./unpacked-pieces.ts";

const TRACE = "5b8efff798038103d269b633813fc60c";
const hex = (n: number) => (n + 1).toString(16).padStart(16, "0");
const SPAN = (n = 0) => ({ traceId: TRACE, spanId: hex(n), name: "x", startTimeUnixNano: "10", endTimeUnixNano: "12" });
const REQUEST = (...spans: object[]) => ({ resourceSpans: [{ scopeSpans: [{ spans }] }] });
const FLAT = (n = 0) => ({ trace_id: TRACE, span_id: hex(n), ts: 1772359200 });
const PROTOBUF = writeOtlpProtobuf(readOtlpJson(REQUEST(SPAN())).spans);

async function readAll(source: Parameters<typeof readTraceFile>[0] | string) {
  const { format, batches } = await readTraceFile(typeof source === "string" ? Buffer.from(source) : source, "F");
  const all: WireBatch[] = [];
  for await (const batch of batches) all.push(batch);
  return { format, sizes: all.map(({ spans }) => spans.length), rejected: all.flatMap(({ rejected }) => rejected) };
}

describe("a file is known by what is in it", () => {
  const jaeger = { data: [{ spans: [{ traceID: TRACE, spanID: hex(0), startTime: 1, duration: 0 }], processes: {} }] };
  const langfuse = { trace: { id: TRACE }, observations: [{ id: hex(0), startTime: "2026-03-01" }] };
  const lines = (...values: object[]) => values.map((value) => JSON.stringify(value)).join("\n");
  const table: Record<string, [string | Uint8Array, string, number]> = {
    "OTLP in a line": [JSON.stringify(REQUEST(SPAN())), "otlp-json", 1],
    "OTLP over many lines": [JSON.stringify(REQUEST(SPAN()), null, 2), "otlp-json", 1],
    "OTLP a request a line, as the collector writes": [`${lines(REQUEST(SPAN(1)), REQUEST(SPAN(2)))}\n`, "otlp-json", 2],
    "OTLP in a list": [JSON.stringify([REQUEST(SPAN())], null, 1), "otlp-json", 1],
    "OTLP in protobuf": [PROTOBUF, "otlp-protobuf", 1],
    "protobuf, gzipped": [gzipSync(PROTOBUF), "otlp-protobuf", 1],
    "Tempo": [JSON.stringify({ batches: REQUEST(SPAN()).resourceSpans }), "tempo", 1],
    "Jaeger": [JSON.stringify(jaeger, null, 4), "jaeger", 1],
    "Langfuse": [JSON.stringify(langfuse), "langfuse", 1],
    "lines by hand": [lines(FLAT(1), FLAT(2), FLAT(3)), "flat", 3],
    "lines by hand, gzipped": [gzipSync(lines(FLAT(1), FLAT(2))), "flat", 2],
    "lines by hand in a list": [JSON.stringify([FLAT(1), FLAT(2)], null, 2), "flat", 2],
    "lines with a byte order mark, blank lines and CRLF": [`\uFEFF${lines(FLAT(1), FLAT(2)).replace("\n", "\r\n\r\n")}\r\n`, "flat", 2],
  }; // prettier-ignore
  it.each(Object.entries(table))("%s", async (_, [contents, format, count]) => {
    expect(await readAll(contents)).toEqual({ format, sizes: [count], rejected: [] });
  });

  it.each(Object.entries(table))("%s, byte by byte", async (_, [contents, format, count]) => {
    const bytes = [...Buffer.from(contents)].map((byte) => Buffer.of(byte));
    expect(await readAll(Readable.from(bytes))).toEqual({ format, sizes: [count], rejected: [] });
  });
});

describe("many spans come a thousand at once", () => {
  const [many, none] = [Array.from({ length: 2500 }, (_, n) => n), { rejected: [] }];
  it("of lines", async () => {
    const text = many.map((n) => JSON.stringify(FLAT(n))).join("\n");
    expect(await readAll(text)).toEqual({ format: "flat", sizes: [1000, 1000, 500], ...none });
  });

  it("of lines with many each", async () => {
    const text = [1, 2].map(() => JSON.stringify(REQUEST(...many.map(SPAN)))).join("\n");
    const { sizes } = await readAll(text);
    expect([Math.max(...sizes), sizes.reduce((sum, each) => sum + each)]).toEqual([1000, 5000]);
  });

  it("of a document", async () => {
    expect(await readAll(JSON.stringify(REQUEST(...many.map(SPAN))))).toMatchObject({ sizes: [1000, 1000, 500] });
    expect(await readAll(JSON.stringify(REQUEST(...many.map(SPAN)), null, 1))).toMatchObject({
      sizes: [1000, 1000, 500],
    });
  });

  it("as they are asked for", async () => {
    let asked = 0;
    async function* endless() {
      for (;;) yield await Promise.resolve(`${JSON.stringify(FLAT(asked++))}\n`.repeat(100));
    }
    const { batches } = await readTraceFile(endless(), "F");
    expect((await batches.next()).value.spans).toHaveLength(1000);
    expect(asked).toBeLessThan(200);
  });
});

describe("a line that nobody can read is left out with its number", () => {
  it.each([
    ['{"ts":', "line 2: not JSON, or no object"],
    ["5", "line 2: not JSON, or no object"],
    ['{"a":1}', "line 2: no trace that is understood"],
    ['{"ts":"soon"}', 'line 2: the start cannot be read: "soon"'],
    [Buffer.from([0x22, 0xff, 0x22]), "line 2: not UTF-8: the byte 0xFF"],
  ])("%s", async (line, reason) => {
    const [before, after] = [FLAT(1), FLAT(2)].map((each) => Buffer.from(`${JSON.stringify(each)}\n`));
    const contents = Buffer.concat([before!, Buffer.from(line), Buffer.from("\n"), after!]);
    expect(await readAll(contents)).toEqual({ format: "flat", sizes: [2], rejected: [reason] });
  });
});

describe("a file that nobody can read says what is wrong and what is understood", () => {
  const table: Record<string, [string | Uint8Array, RegExp]> = {
    nothing: ["", /^F is empty$/],
    "blank lines": [" \n\n", /^F is empty$/],
    "nothing, gzipped": [gzipSync(""), /^F is empty$/],
    "a text": ["hello\nworld", /^F:1 is neither JSON nor protobuf$/],
    "JSON of something else": ['{"a": 1}\n{"a": 2}', /^F:1 is JSON, but no trace$/],
    "a document of something else": ['{\n"a": 1}', /^F is JSON, but no trace$/],
    "half a document": ['{\n"resourceSpans": [\n', /^F:\d+:\d+: not JSON/],
    "a damaged first line": ['{"ts":1,\n{"ts":2}', /^F:2:1: not JSON$/],
    "a picture": [Buffer.from("89504e470d0a1a0a0000000d49484452", "hex"), /^F is neither JSON nor protobuf of OTLP$/],
    "half of protobuf": [PROTOBUF.subarray(0, -5), /^F: not protobuf of OTLP: /],
    "half a gzip": [gzipSync(JSON.stringify(REQUEST(SPAN()))).subarray(0, -10), /^F: half a gzip: it ends too early$/],
    "a damaged gzip": [Buffer.concat([Buffer.from([0x1f, 0x8b]), Buffer.alloc(50, 7)]), /^F: a damaged gzip$/],
    "UTF-16": [Buffer.from('\uFEFF{"a":1}', "utf16le"), /UTF-16/],
    "no UTF-8": [Buffer.from([0x7b, 0x22, 0xff, 0x22]), /^F:1:3: not UTF-8/],
  };
  it.each(Object.entries(table))("%s", async (_, [contents, message]) => {
    await expect(readAll(contents)).rejects.toMatchObject({
      code: "FILE_INVALID",
      message: expect.stringMatching(message),
      hint: expect.any(String),
    });
  });

  it("also where it breaks off after a thousand spans", async () => {
    const lines = Array.from({ length: 5000 }, (_, n) => JSON.stringify(FLAT(n))).join("\n");
    const { batches } = await readTraceFile(gzipSync(lines).subarray(0, -100), "F");
    const all = async () => {
      for await (const { spans } of batches) expect(spans.length).toBeGreaterThan(0);
    };
    await expect(all()).rejects.toMatchObject({ message: "F: half a gzip: it ends too early" });
  });

  it("also where the reading itself fails", async () => {
    async function* failing() {
      yield await Promise.resolve(gzipSync("x").subarray(0, 10));
      throw new Error("EIO");
    }
    await expect(readTraceFile(failing(), "F")).rejects.toThrow("EIO");
  });
});

describe("what is too large is refused before it is held", () => {
  const drain = async (pieces: AsyncIterable<Uint8Array>) => {
    let count = 0;
    for await (const piece of pieces) count += piece.length;
    return count;
  };
  const zeros = gzipSync(Buffer.alloc(10_000_000, "x"));

  it("a gzip that unpacks to too much", async () => {
    await expect(drain(unpackedPieces(inPieces(zeros), "F", 1_000_000))).rejects.toThrow(
      "F: it unpacks to more than 976.6 KiB",
    );
  });

  it("a line, a document", async () => {
    const pieces = () => unpackedPieces(inPieces(zeros), "F");
    await expect(drain(boundedLines(pieces(), "F", 2 ** 20))).rejects.toThrow("F: a line has more than 1 MiB");
    await expect(whole(pieces(), "F", 2 ** 20)).rejects.toThrow("F: it is one document, and has more than 1 MiB");
  });
});
