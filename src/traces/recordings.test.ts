import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { systemClock } from "../core/clock.ts";
import { openTestStore } from "../testing/store.ts";
import { readTraceFile } from "./formats/read-file.ts";
import { tracePrices } from "./price.ts";
import { tracesOf } from "./read/list.ts";
import { findTrace, showTrace } from "./read/show.ts";
import { receive } from "./receive.ts";
import type { TraceDocument } from "./schema.ts";
import { writeOtlpProtobuf } from "./wire/otlp-protobuf.ts";
import type { WireSpan } from "./wire/span.ts";
import { writeOtlpJson } from "./wire/write-otlp-json.ts";

const DATA = findUpwards("shared/data/otel-genai");
const FOLDERS = ["jaeger", "langfuse-export", "otlp-openinference", "otlp-reconstructed", "tempo-otlp"];
const FILES = DATA === undefined ? [] : FOLDERS.flatMap((folder) => readdirSync(join(DATA, folder)).map((name) => join(folder, name))); // prettier-ignore
const REBUILT = FILES.filter((file) => file.startsWith("otlp-reconstructed"));

describe.skipIf(DATA === undefined)("the recordings, against a count that shares no code with the importer", () => {
  it.each(FILES)("%s has the calls, tokens and tools that its text has", async (file) => {
    const trace = await imported(bytesOf(file));
    expect(counted(trace)).toEqual(naive(file));
  });

  it.each(FILES)("%s is the same tree after an export as JSON and as protobuf", async (file) => {
    const spans = await spansOf(bytesOf(file));
    const whole = await imported(bytesOf(file));
    for (const bytes of [Buffer.from(JSON.stringify(writeOtlpJson(spans))), writeOtlpProtobuf(spans)])
      expect(await imported(bytes)).toEqual(whole);
  });

  it.each(FILES)("%s imported again adds nothing", async (file) => {
    const store = await openTestStore();
    const spans = await spansOf(bytesOf(file));
    const options = {
      store,
      clock: systemClock,
      priceOf: () => null,
      targetOf: () => null,
      keep: (span: WireSpan) => span,
    };
    await receive(spans, options);
    expect(await receive(spans, options)).toMatchObject({ spans: 0, repeated: spans.length, traces: [] });
    expect((await tracesOf(store.db, { limit: 9 })).traces).toMatchObject([{ spanCount: spans.length }]);
  });

  it.each(REBUILT)("%s has the calls and tools of its Langfuse export", async (file) => {
    const both = [file, file.replace("otlp-reconstructed", "langfuse-export")];
    const [rebuilt, exported] = await Promise.all(both.map((each) => imported(bytesOf(each))));
    for (const key of ["spanCount", "modelCalls", "toolCalls", "models", "tools"] as const)
      expect(exported![key], key).toEqual(rebuilt![key]);
  });

  it.each([
    ["jaeger/helm.json", 1984 * 0.4 + 1792 * 0.1 + 130 * 1.6],
    ["tempo-otlp/tempo_export_with_batches.json", 4648 * 0.4 + 129 * 1.6],
    ["otlp-openinference/smol_deep_research_agent.json", 12448 * 15 + 5504 * 7.5 + 7122 * 60],
    ["langfuse-export/pydantic-ai-tools-2025-12-04.json", 322.65],
    ["langfuse-export/langgraph-python-2025-08-22.json", 168 * 2.5 + 66 * 10],
  ])("%s costs what its tokens cost by the provider's list", async (file, millionths) => {
    expect((await imported(bytesOf(file))).costUsd).toBeCloseTo(millionths / 1e6, 9);
  });
});

async function spansOf(bytes: Uint8Array): Promise<WireSpan[]> {
  const spans: WireSpan[] = [];
  for await (const batch of (await readTraceFile(bytes)).batches) spans.push(...batch.spans);
  return spans;
}

async function imported(bytes: Uint8Array): Promise<TraceDocument> {
  const store = await openTestStore();
  const priceOf = await tracePrices({});
  const clock = { ...systemClock, now: () => new Date(1_800_000_000_000) };
  const { traces } = await receive(await spansOf(bytes), {
    store,
    clock,
    priceOf,
    targetOf: () => null,
    keep: (span) => span,
  });
  expect(traces).toHaveLength(1);
  return showTrace(await findTrace(store.db, traces[0]!), priceOf);
}

function counted({ spanCount, modelCalls, toolCalls, tokens, tools }: TraceDocument) {
  return { spans: spanCount, modelCalls, toolCalls, input: tokens.input, output: tokens.output, tools };
}

// From here on: a count by somebody who read the files, not the importer.

interface Row {
  id: string;
  parent: string;
  name: string;
  said: Record<string, any>;
}

function naive(file: string) {
  const rows = rowsOf(JSON.parse(readFileSync(join(DATA!, file), "utf8")));
  const calls = rows.filter(({ said, name }) => isCall(said, name));
  const isAround = (row: Row) => calls.some((call) => parentsOf(call, rows).includes(row));
  const inner = calls.filter((call) => !isAround(call));
  const used = rows.filter(({ said }) => isTool(said));
  const sum = (pattern: RegExp) => inner.reduce((all, { said }) => all + Number(Object.entries(said).find(([key]) => pattern.test(key))?.[1] ?? 0), 0); // prettier-ignore
  return {
    ...{ spans: rows.length, modelCalls: inner.length, toolCalls: used.length },
    input: sum(/usage\.(?:input|prompt)_tokens$|token_count\.prompt$|promptTokens$|^langfuse input$/),
    output: sum(/usage\.(?:output|completion)_tokens$|token_count\.completion$|completionTokens$|^langfuse output$/),
    tools: [...new Set(used.map(({ said, name }) => String(said["gen_ai.tool.name"] ?? said["tool.name"] ?? said["ai.toolCall.name"] ?? name)))].sort(), // prettier-ignore
  };
}

function isCall(said: Row["said"], name: string): boolean {
  const kind = said["openinference.span.kind"];
  if (kind !== undefined) return kind === "LLM";
  if (said["langfuse type"] === "GENERATION") return true;
  return /^(?:chat|generate_content)$/.test(said["gen_ai.operation.name"] ?? said["llm.request.type"]) || name === "call_llm" || name.startsWith("ai.generateText"); // prettier-ignore
}

function isTool(said: Row["said"]): boolean {
  const kind = said["openinference.span.kind"] ?? said["gen_ai.operation.name"] ?? said["operation.name"] ?? said["langfuse type"]; // prettier-ignore
  return /^(?:TOOL|execute_tool|ai\.toolCall)$/.test(kind) || "gen_ai.tool.name" in said || said["langfuse output type"] === "tool"; // prettier-ignore
}

function parentsOf({ parent }: Row, rows: Row[]): Row[] {
  const above = rows.find(({ id }) => id === parent);
  return above === undefined ? [] : [above, ...parentsOf(above, rows)];
}

function rowsOf(file: any): Row[] {
  if (file.observations !== undefined) return file.observations.map(langfuseRow);
  if (file.data !== undefined)
    return file.data[0].spans.map(({ spanID, operationName, references, tags }: any) => ({ id: spanID, parent: references[0]?.spanID, name: operationName, said: pairs(tags, ({ value }) => value) })); // prettier-ignore
  return [file].flat().flatMap((request: any) =>
    (request.resourceSpans ?? request.batches).flatMap((resource: any) =>
      (resource.scopeSpans ?? resource.instrumentationLibrarySpans).flatMap(
        ({ spans }: any) =>
        spans.map(({ spanId, parentSpanId, name, attributes }: any) => ({ id: spanId, parent: parentSpanId, name, said: pairs(attributes, ({ value }) => Object.values(value)[0]) })), // prettier-ignore
      ),
    ),
  );
}

function pairs(list: any[] | undefined, read: (item: any) => unknown): Row["said"] {
  return Object.fromEntries((list ?? []).map((item) => [item.key, read(item)]));
}

function langfuseRow(raw: any): Row {
  const open = (value: unknown) => (typeof value === "string" && /^[[{]/.test(value) ? JSON.parse(value) : value);
  const said = { ...open(raw.metadata)?.attributes };
  if (!("openinference.span.kind" in said)) said["langfuse type"] = raw.type;
  said["langfuse input"] = open(raw.usageDetails)?.input;
  said["langfuse output"] = open(raw.usageDetails)?.output;
  said["langfuse output type"] = open(raw.output)?.type;
  return { id: raw.id, parent: raw.parentObservationId, name: raw.name, said };
}

function bytesOf(file: string): Uint8Array {
  return readFileSync(join(DATA!, file));
}

function findUpwards(path: string): string | undefined {
  for (let dir = dirname(fileURLToPath(import.meta.url)); dirname(dir) !== dir; dir = dirname(dir))
    if (existsSync(join(dir, path))) return join(dir, path);
  return undefined;
}
