import { resourceSpansIn, readOtlpJson } from "../wire/otlp-json.ts";
import type { WireBatch } from "../wire/span.ts";
import { readFlat } from "./flat.ts";
import { isFlatLine } from "./flat-line.ts";
import { jaegerTraces, readJaeger } from "./jaeger.ts";
import { langfuseTraces, readLangfuse } from "./langfuse.ts";
import { readTempo, tempoBatches } from "./tempo.ts";

export type TraceFormat = "otlp-json" | "otlp-protobuf" | "tempo" | "jaeger" | "langfuse" | "flat";
type JsonFormat = Exclude<TraceFormat, "otlp-protobuf">;

/** What a person may hand in, for an error to say. */
export const UNDERSTOOD =
  "OTLP (JSON, JSON lines, protobuf), Tempo, Jaeger and Langfuse exports, JSON lines with an object a step; each may be gzipped";

export interface JsonReader {
  format: JsonFormat;
  fits: (value: object) => boolean;
  read: (value: unknown) => WireBatch;
}

/** The first that fits is it: the loosest stands last. */
const READERS: readonly JsonReader[] = [
  {
    format: "otlp-json",
    fits: (value) => firstOf(value).some((item) => resourceSpansIn(item) !== undefined),
    read: readOtlpJson,
  },
  { format: "tempo", fits: (value) => tempoBatches(value) !== undefined, read: readTempo },
  { format: "jaeger", fits: (value) => jaegerTraces(value) !== undefined, read: readJaeger },
  { format: "langfuse", fits: (value) => langfuseTraces(value).length > 0, read: readLangfuse },
  { format: "flat", fits: (value) => firstOf(value).some(isFlatLine), read: readFlat },
];

/** How to read what was parsed; undefined of what looks like nothing we know. */
export function recognise(value: unknown): JsonReader | undefined {
  return typeof value === "object" && value !== null ? READERS.find(({ fits }) => fits(value)) : undefined;
}

/** The object itself, or the first objects of a list. */
function firstOf(value: object): object[] {
  const items: unknown[] = Array.isArray(value) ? value.slice(0, 10) : [value];
  return items.filter((item): item is object => typeof item === "object" && item !== null && !Array.isArray(item));
}
