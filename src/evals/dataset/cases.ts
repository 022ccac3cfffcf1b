import { describeIssues } from "../../core/zod-issues.ts";
import { readPath } from "./dot-path.ts";
import { type DataFile, type DataRecord, invalid, readRecords } from "./records.ts";
import { type CaseSpec, caseSchema, type DatasetMapping } from "./schema.ts";
import type { EvalCase } from "../../scorers/scorer.ts";

export interface CaseRecord {
  case: EvalCase;
  line: number;
}

const CASE_ALIASES = {
  input: "vars",
  inputs: "vars",
  variables: "vars",
  output: "expected",
  answer: "expected",
  ideal: "expected",
  target: "expected",
  metadata: "tags",
  name: "id",
} as const;
const RESERVED_COLUMNS = new Set(["id", "expected", "tags", "cluster"]);

/** Cases of a data file in our own form: `{ id, vars, expected, tags?, cluster? }`; without `vars` all other keys and columns are variables. */
export async function* readCases(data: DataFile): AsyncGenerator<CaseRecord> {
  let ordinal = 0;
  for await (const record of readRecords({ ...data, written: true })) {
    ordinal += 1;
    const value = record.flat ? caseOfRow(record.value as Record<string, string>) : caseOfKeys(record.value);
    yield { case: caseOf(checkCase(value, data.file, record.line), ordinal), line: record.line };
  }
}

/** Cases of somebody else's data: dot paths pick the parts of each record. */
export async function* readMappedCases(data: DataFile, mapping: DatasetMapping): AsyncGenerator<CaseRecord> {
  for await (const record of readRecords({ ...data, written: true })) {
    yield { case: mapCase(record, data.file, mapping), line: record.line };
  }
}

/** A case as written, made whole; a case without an id is called by its position. */
export function caseOf(spec: CaseSpec, ordinal: number): EvalCase {
  return {
    id: spec.id ?? `case-${ordinal}`,
    vars: spec.vars ?? {},
    ...("expected" in spec && spec.expected !== undefined && { expected: spec.expected }),
    tags: spec.tags ?? [],
    cluster: spec.cluster ?? null,
  };
}

function checkCase(value: unknown, file: string, line: number): CaseSpec {
  const result = caseSchema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = describeIssues(caseSchema, result.error.issues, value, CASE_ALIASES);
  throw invalid(
    file,
    line,
    issue?.message ?? "not a case",
    "a case is { id, vars, expected, tags?, cluster? }; map other data with dataset: { file, id, vars, expected }",
  );
}

/** One rule with tables: what is no key of ours is a variable. `inputs: { … }` is somebody's word for `vars`, and is told so. */
function caseOfKeys(value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value) || "vars" in value) return value;
  const entries = Object.entries(value);
  const isMeant = ([key, its]: [string, unknown]) => key in CASE_ALIASES && typeof its === "object" && its !== null;
  if (entries.some(isMeant)) return value;
  const own = entries.filter(([key]) => RESERVED_COLUMNS.has(key));
  const vars = Object.fromEntries(entries.filter(([key]) => !RESERVED_COLUMNS.has(key)));
  return { ...Object.fromEntries(own), vars };
}

function caseOfRow(row: Record<string, string>): unknown {
  const vars = Object.fromEntries(Object.entries(row).filter(([column]) => !RESERVED_COLUMNS.has(column)));
  return {
    ...(row["id"] !== undefined && row["id"] !== "" && { id: row["id"] }),
    vars,
    ...(row["expected"] !== undefined && { expected: row["expected"] }),
    ...(row["tags"] !== undefined && row["tags"] !== "" && { tags: row["tags"].split(/[;,]/).map((t) => t.trim()) }),
    ...(row["cluster"] !== undefined && row["cluster"] !== "" && { cluster: row["cluster"] }),
  };
}

function mapCase(record: DataRecord, file: string, mapping: DatasetMapping): EvalCase {
  const pick = (path: string, required: boolean): unknown => {
    const value = readPath(record.value, path);
    if (value === undefined && required)
      throw invalid(file, record.line, `no value at "${path}"`, `keys here: ${keysOf(record.value)}`);
    return value ?? undefined;
  };
  const expected = mapping.expected === undefined ? undefined : pick(mapping.expected, true);
  const tags = mapping.tags === undefined ? undefined : pick(mapping.tags, false);
  const cluster = mapping.cluster === undefined ? undefined : pick(mapping.cluster, false);
  const vars = Object.entries(mapping.vars ?? {}).map(([name, path]) => [name, pick(path, true) ?? null] as const);
  return {
    id: text(pick(mapping.id, true), file, record.line, mapping.id),
    vars: Object.fromEntries(vars),
    ...(expected !== undefined && { expected }),
    tags: tags === undefined ? [] : (Array.isArray(tags) ? tags : [tags]).map(String),
    cluster: cluster === undefined ? null : text(cluster, file, record.line, mapping.cluster ?? ""),
  };
}

/** An id or a trial label: a number or a text. */
export function text(value: unknown, file: string, line: number, path: string): string {
  if (typeof value === "number" || (typeof value === "string" && value !== "")) return String(value);
  const found = value === undefined ? "nothing" : JSON.stringify(value).slice(0, 40);
  throw invalid(file, line, `"${path}" must be a text or a number, found ${found}`);
}

function keysOf(value: unknown): string {
  return typeof value === "object" && value !== null ? Object.keys(value).slice(0, 20).join(", ") : typeof value;
}
