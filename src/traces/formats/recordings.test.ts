import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { readOtlpProtobuf, writeOtlpProtobuf } from "../wire/otlp-protobuf.ts";
import { readOtlpJson } from "../wire/otlp-json.ts";
import type { WireSpan } from "../wire/span.ts";
import { writeOtlpJson } from "../wire/write-otlp-json.ts";
import { readTraceFile } from "./read-file.ts";

const DATA = findUpwards("shared/data/otel-genai");
const FOLDERS = {
  jaeger: "jaeger",
  "langfuse-export": "langfuse",
  "otlp-openinference": "otlp-json",
  "otlp-reconstructed": "otlp-json",
  "tempo-otlp": "tempo",
};
const FILES = Object.entries(FOLDERS).flatMap(([folder, format]) =>
  DATA === undefined ? [] : readdirSync(join(DATA, folder)).map((name) => ({ file: join(folder, name), format })),
);
const EXPORTS = FILES.filter(({ file }) => file.startsWith("otlp-reconstructed")).map(({ file }) => file);

describe.skipIf(DATA === undefined)("the recordings of frameworks", () => {
  it("are twenty-two", () => {
    expect(FILES).toHaveLength(22);
  });

  it.each(FILES)("$file has the spans and traces that its text has", async ({ file, format }) => {
    const read = await readAll(bytesOf(file), file);
    expect(read.rejected).toEqual([]);
    expect(read.format).toBe(format);
    const spans = counted(textOf(file), format);
    expect(new Set(read.spans.map(({ traceId, spanId }) => `${traceId} ${spanId}`))).toEqual(new Set(spans));
    expect(read.spans).toHaveLength(spans.length);
  });

  it.each(FILES)("$file is the same spans after an export as JSON, as protobuf, and gzipped", async ({ file }) => {
    const { spans } = await readAll(bytesOf(file), file);
    const json = JSON.stringify(writeOtlpJson(spans));
    const bytes = writeOtlpProtobuf(spans);
    expect(sorted(readOtlpJson(JSON.parse(json)).spans)).toEqual(sorted(spans));
    expect(sorted(readOtlpProtobuf(bytes).spans)).toEqual(sorted(spans));
    for (const again of [json, bytes, gzipSync(json), gzipSync(bytes)])
      expect(sorted((await readAll(Buffer.from(again))).spans)).toEqual(sorted(spans));
  });

  it.each(EXPORTS)("%s has the ids, parents, names and times of its Langfuse export", async (file) => {
    const shown = ({ traceId, spanId, parentSpanId, name, startNano, endNano }: WireSpan) =>
      [traceId, spanId, parentSpanId, name, startNano, endNano].join("|");
    const [rebuilt, exported] = await Promise.all(
      [file, file.replace("otlp-reconstructed", "langfuse-export")].map((each) => readAll(bytesOf(each))),
    );
    expect(sorted(exported!.spans).map(shown)).toEqual(sorted(rebuilt!.spans).map(shown));
    const own = new Map(exported!.spans.map((span) => [span.spanId, span]));
    for (const span of rebuilt!.spans) {
      expect(Object.keys(own.get(span.spanId)!.attributes)).toEqual(
        expect.arrayContaining(Object.keys(span.attributes)),
      );
      expect(own.get(span.spanId)!.scope.name).toBe(span.scope.name);
    }
  });

  it("keeps the nanoseconds that Tempo writes as numbers", async () => {
    const file = "tempo-otlp/tempo_export_with_batches.json";
    const written = [...textOf(file).matchAll(/"startTimeUnixNano":(\d+)/g)].map((match) => match[1]);
    const { spans } = await readAll(bytesOf(file));
    expect(spans.map(({ startNano }) => startNano)).toEqual(written);
  });
});

/** `trace span` of every span, counted by a walk over the text that knows where the formats have ids and nothing else of them. */
function counted(text: string, format: string): string[] {
  const found: string[] = [];
  const value = JSON.parse(text);
  const isSpan: Record<string, (its: any) => string | false> = {
    jaeger: (its) => "operationName" in its && `${its.traceID} ${its.spanID}`,
    langfuse: (its) => "parentObservationId" in its && `${its.traceId} ${its.id}`,
  };
  const plain = (its: any) => "startTimeUnixNano" in its && `${hex(its.traceId)} ${hex(its.spanId)}`;
  const open: unknown[] = [format === "langfuse" ? value.observations : value];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (typeof next !== "object" || next === null) continue;
    const id = (isSpan[format] ?? plain)(next);
    if (id !== false) found.push(id);
    open.push(...Object.values(next));
  }
  return found;
}

function hex(id: string): string {
  return /^[0-9a-f]+$/.test(id)
    ? id
    : Array.from(atob(id), (c) => c.charCodeAt(0).toString(16).padStart(2, "0")).join("");
}

async function readAll(bytes: Uint8Array, file?: string) {
  const { format, batches } = await readTraceFile(bytes, file);
  const [spans, rejected]: [WireSpan[], string[]] = [[], []];
  for await (const batch of batches) {
    spans.push(...batch.spans);
    rejected.push(...batch.rejected);
  }
  return { format, spans, rejected };
}

function sorted(spans: readonly WireSpan[]): WireSpan[] {
  return spans.toSorted((a, b) => (a.traceId + a.spanId < b.traceId + b.spanId ? -1 : 1));
}

function bytesOf(file: string): Uint8Array {
  return readFileSync(join(DATA!, file));
}

function textOf(file: string): string {
  return readFileSync(join(DATA!, file), "utf8");
}

function findUpwards(path: string): string | undefined {
  for (let dir = dirname(fileURLToPath(import.meta.url)); dirname(dir) !== dir; dir = dirname(dir)) {
    if (existsSync(join(dir, path))) return join(dir, path);
  }
  return undefined;
}
