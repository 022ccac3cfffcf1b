import { stat } from "node:fs/promises";
import { digestOf } from "../../core/canonical.ts";
import { AgentopsError } from "../../core/errors.ts";
import { type DataFile, type DataRecord, invalid, readRecords } from "../dataset/records.ts";

/** A person's verdict on the output of one trial. */
export interface Label {
  caseId: string;
  trial: number;
  pass: boolean;
  line: number;
}

/** A person's verdict on which of two outputs is better. */
export interface PairLabel {
  caseId: string;
  outputs: [unknown, unknown];
  better: Better;
  line: number;
}

export type Better = "first" | "second" | "tie";

export interface Labels {
  file: string;
  labels: Label[];
  pairs: PairLabel[];
  /** Of the labels alone: their order and the file's form do not matter. */
  digest: string;
}

const PASSES = new Map<unknown, boolean>([
  ...(["pass", "true", "1", true, 1] as const).map((word) => [word, true] as const),
  ...(["fail", "false", "0", false, 0] as const).map((word) => [word, false] as const),
]);

/**
 * Reads people's labels: `{ case, trial?, label: pass | fail }` or `{ case, outputs: [A, B], label: first | second | tie }` a
 * record, as JSON lines, CSV, JSON or YAML; other keys are the labeller's own. Throws DATASET_INVALID with file and line,
 * FILE_NOT_FOUND where there is no file.
 */
export async function readLabels(data: DataFile): Promise<Labels> {
  if ((await stat(data.path).catch(() => undefined))?.isDirectory() === true) {
    throw new AgentopsError("FILE_NOT_FOUND", `${data.file} is a folder, not a file of labels`, { hint: HINT });
  }
  const labels = new Map<string, Label>();
  const pairs = new Map<string, PairLabel>();
  for await (const record of readRecords(data)) {
    const row = recordOf(record, data.file);
    if (row["outputs"] === undefined || row["outputs"] === "") {
      const label = labelOf(row, data.file, record.line);
      addOnce(labels, JSON.stringify([label.caseId, label.trial]), label, data.file);
    } else {
      const pair = pairOf(row, data.file, record.line);
      addOnce(pairs, JSON.stringify([pair.caseId, pair.outputs]), pair, data.file);
    }
  }
  if (labels.size + pairs.size === 0) throw invalid(data.file, 1, "no labels", HINT);
  return { file: data.file, labels: [...labels.values()], pairs: [...pairs.values()], digest: digest(labels, pairs) };
}

const HINT = '{"case": "id", "label": "pass"} or {"case": "id", "outputs": ["A", "B"], "label": "first"} a line';

function recordOf({ value, line }: DataRecord, file: string): Record<string, unknown> {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw invalid(file, line, "not a label", HINT);
}

function labelOf(row: Record<string, unknown>, file: string, line: number): Label {
  const pass = PASSES.get(wordOf(row["label"]));
  if (pass === undefined) throw invalid(file, line, notOne(row, "pass or fail (true or false, 1 or 0)"), HINT);
  return { caseId: caseIdOf(row, file, line), trial: trialOf(row["trial"], file, line), pass, line };
}

/** 0 where a line (or a CSV row's field) names none. */
function trialOf(value: unknown, file: string, line: number): number {
  if (value === undefined || value === "") return 0;
  const trial = typeof value === "number" || typeof value === "string" ? Number(value) : Number.NaN;
  if (Number.isInteger(trial) && trial >= 0) return trial;
  throw invalid(file, line, `"trial" must be 0 or a whole number above, found ${shown(value)}`);
}

function pairOf(row: Record<string, unknown>, file: string, line: number): PairLabel {
  const { outputs } = row;
  if (!Array.isArray(outputs) || outputs.length !== 2) {
    throw invalid(file, line, `"outputs" must be a list of two, found ${shown(outputs)}`, HINT);
  }
  const better = wordOf(row["label"]);
  if (better !== "first" && better !== "second" && better !== "tie") {
    throw invalid(file, line, notOne(row, "first, second or tie, as the line has outputs"), HINT);
  }
  return { caseId: caseIdOf(row, file, line), outputs: [outputs[0], outputs[1]], better, line };
}

function caseIdOf(row: Record<string, unknown>, file: string, line: number): string {
  const id = row["case"];
  if (typeof id === "number" || (typeof id === "string" && id !== "")) return String(id);
  throw invalid(file, line, `"case" must be the id of a case, found ${shown(id)}`, HINT);
}

function wordOf(value: unknown): unknown {
  return typeof value === "string" ? value.trim().toLowerCase() : value;
}

function notOne(row: Record<string, unknown>, allowed: string): string {
  return `"label" must be ${allowed}, found ${shown(row["label"])}`;
}

function shown(value: unknown): string {
  return value === undefined ? "nothing" : JSON.stringify(value).slice(0, 60);
}

function addOnce<T extends { line: number }>(all: Map<string, T>, key: string, item: T, file: string): void {
  const earlier = all.get(key);
  if (earlier !== undefined) {
    throw invalid(
      file,
      item.line,
      `labelled before, in line ${earlier.line}`,
      "one label an output; settle disagreements first",
    );
  }
  all.set(key, item);
}

function digest(labels: Map<string, Label>, pairs: Map<string, PairLabel>): string {
  return digestOf({
    labels: [...labels].map(([key, { pass }]) => [key, pass]).sort(),
    pairs: [...pairs].map(([key, { better }]) => [key, better]).sort(),
  });
}
