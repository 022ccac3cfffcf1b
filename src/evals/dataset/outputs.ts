import { finishReasonNamed } from "../../models/client/finish-reason.ts";
import type { RecordedOutput } from "../../models/outputs.ts";
import { callsNamedIn, readToolCalls } from "../../models/client/tool-calls.ts";
import { text } from "./cases.ts";
import { readPath } from "./dot-path.ts";
import { type DataFile, invalid, readRecords } from "./records.ts";
import type { OutputsMapping } from "./schema.ts";
import type { Stage } from "./stage.store.ts";

export type Mapping = Omit<OutputsMapping, "file"> & {
  /** The file uses our own words, so every optional value is looked for under its own name. */
  own?: true;
};

/** The file of outputs that somebody recorded, and where in a line each value stands. */
export interface RecordedOutputs {
  file: string;
  mapping: Mapping;
}

/** The mapping of a file that is already in our own words. */
export const OWN_MAPPING: Mapping = { case: "case", output: "output", own: true };

const OPTIONAL = ["trial", "latencyMs", "costUsd", "toolCalls", "inputTokens", "outputTokens", "finishReason"] as const;

const MEASURES = ["latencyMs", "costUsd", "inputTokens", "outputTokens"] as const;

type Optional = (typeof OPTIONAL)[number];

/** The trial an output belongs to; repetitions are told apart by it. */
function labelOf(value: unknown, mapping: Mapping, file: string, line: number): string {
  const found =
    mapping.trial === undefined && mapping.own !== true ? undefined : readPath(value, pathOf(mapping, "trial"));
  if (found === undefined && (mapping.trial === undefined || mapping.own === true)) return "0";
  return text(found, file, line, pathOf(mapping, "trial"));
}

/** Where a mapped value stands; a file in our own words uses the keys' own names. */
function pathOf(mapping: Mapping, key: Optional): string {
  const at = mapping[key] ?? key;
  return typeof at === "string" ? at : at.path;
}

function scaled(value: number | null, at: Mapping["latencyMs"]): number | null {
  return value === null || typeof at !== "object" ? value : value * at.times;
}

/**
 * Reads recorded outputs into the stage, keyed by case and trial. Throws DATASET_INVALID on a record without its case
 * or output, on two outputs for one trial, and on a mapped path that no record has.
 */
export async function stageOutputs(stage: Stage, data: DataFile, mapping: Mapping): Promise<void> {
  const unseen = new Set(OPTIONAL.filter((key) => mapping[key] !== undefined));
  for await (const { value, line } of readRecords(data)) {
    if (readPath(value, mapping.output) === undefined)
      throw invalid(data.file, line, `no output at "${mapping.output}"`);
    const caseId = text(readPath(value, mapping.case), data.file, line, mapping.case);
    const label = labelOf(value, mapping, data.file, line);
    for (const key of MEASURES) checkMeasure(key, pick(value, mapping, key), data.file, line);
    checkCalls(callsAt(value, mapping), data.file, line);
    const added = stage.addOutput(caseId, label, JSON.stringify(value), line);
    if (!added.added) throw duplicate(data.file, line, caseId, mapping, added.line);
    for (const key of unseen) if (readPath(value, pathOf(mapping, key)) !== undefined) unseen.delete(key);
  }
  const [missing] = unseen;
  if (missing !== undefined)
    throw invalid(data.file, 1, `outputs.${missing}: no record has a value at "${pathOf(mapping, missing)}"`);
}

function duplicate(file: string, line: number, caseId: string, mapping: Mapping, earlier: number) {
  const hint =
    mapping.trial === undefined
      ? "if these are repetitions, map them: outputs: { …, trial: PATH }"
      : "each case has one output a trial";
  return invalid(file, line, `a second output for case "${caseId}" (the first is on line ${earlier})`, hint);
}

/** A staged record as the model client gives it out. */
export function recordedOutput(record: string, mapping: Mapping): RecordedOutput {
  const value = JSON.parse(record) as unknown;
  const at = (key: Optional) => pick(value, mapping, key);
  const measure = (key: "latencyMs" | "costUsd") => scaled(numberOrNull(at(key)), mapping[key]);
  return {
    output: readPath(value, mapping.output),
    toolCalls: readToolCalls(callsAt(value, mapping)) ?? [],
    latencyMs: measure("latencyMs"),
    costUsd: measure("costUsd"),
    inputTokens: numberOrNull(at("inputTokens")),
    outputTokens: numberOrNull(at("outputTokens")),
    finishReason: finishReasonOf(at("finishReason")),
    record: value,
  };
}

function pick(value: unknown, mapping: Mapping, key: Optional): unknown {
  return mapping.own === true || mapping[key] !== undefined ? readPath(value, pathOf(mapping, key)) : undefined;
}

/**
 * The calls at the mapped path. Where none is mapped they are looked for under their usual names: a record that has them there and is read as one
 * without calls would pass each check that a tool was not called. A number of calls is not the calls.
 */
function callsAt(value: unknown, mapping: Mapping): unknown {
  if (mapping.toolCalls !== undefined) return readPath(value, pathOf(mapping, "toolCalls"));
  if (typeof value !== "object" || value === null) return undefined;
  const found = callsNamedIn(value as Record<string, unknown>);
  return mapping.own === true || typeof found === "object" ? found : undefined;
}

/** Calls that are not understood are not calls that were not made: a check that a tool was not used would pass. */
function checkCalls(value: unknown, file: string, line: number): void {
  if (readToolCalls(value) !== undefined) return;
  const hint = 'a list of { "name": …, "arguments": {…} }, as JSON where the file is CSV';
  throw invalid(file, line, `toolCalls is no list of tool calls: ${JSON.stringify(value).slice(0, 60)}`, hint);
}

function finishReasonOf(value: unknown): RecordedOutput["finishReason"] {
  return value === undefined || value === null ? null : (finishReasonNamed(value) ?? "other");
}

/** A measurement that is not understood is neither left out nor taken: it would be in a p95 or a sum, or miss there. */
function checkMeasure(key: (typeof MEASURES)[number], value: unknown, file: string, line: number): void {
  const isNothing = value === undefined || value === null || (typeof value === "string" && value.trim() === "");
  if (isNothing || numberOrNull(value) !== null) return;
  const hint = "a plain number, as 812 or 0.0014; left empty or out where it is not known";
  throw invalid(file, line, `${key} is no number of at least 0: ${JSON.stringify(value).slice(0, 60)}`, hint);
}

/** A number of at least 0, or a text that spells one in decimals. */
function numberOrNull(value: unknown): number | null {
  const isSpelled = typeof value === "string" && /^(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(value.trim());
  const number = isSpelled ? Number(value) : value;
  return typeof number === "number" && Number.isFinite(number) && number >= 0 ? number : null;
}
