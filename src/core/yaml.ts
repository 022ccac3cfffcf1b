import { isMap, isPair, isScalar, isSeq, LineCounter, parseDocument, type Document, type Node } from "yaml";
import type { z } from "zod";
import { DEEP_REFUSED } from "./json.ts";
import { type Problem, throwOnErrors } from "./problems.ts";
import { CONFLICT, conflictIn } from "./stand-ins.ts";
import { keepSpelling, type KeptSpelling, lostIn, type LostSpelling } from "./spelling.ts";
import { doubtIn } from "./yaml-doubts.ts";
import { describeIssues } from "./zod-issues.ts";

export type Path = readonly (string | number)[];

/** A YAML (or JSON) file that was parsed, and can still say where each value stands. */
export interface YamlFile {
  /** Path relative to the project root, with forward slashes. */
  file: string;
  /** Plain JSON value; mappings have string keys. */
  value: unknown;
  /** 1-based position of the value at a path, or of its key; falls back to the nearest ancestor that exists. */
  locate(path: Path, part?: "key" | "value"): { line: number; column: number };
  /** The numbers that lose their spelling, from top to bottom. */
  lost(): LostSpelling[];
}

const MOST_SYNTAX = 3;

/**
 * Parses one YAML document. Syntax errors, keys that are twice or `__proto__`, several documents, anchors within themselves or that expand
 * without bound, and nesting without end come back as problems with line and column. `numbers`: those that would lose their spelling are
 * the text that was written.
 */
export function readYaml(
  text: string,
  file: string,
  { numbers }: { numbers?: KeptSpelling } = {},
): { yaml?: YamlFile; problems: Problem[] } {
  const conflict = conflictIn(text);
  if (conflict !== undefined) {
    const line = text.slice(0, conflict).split("\n").length;
    return { problems: [{ severity: "error", file, line, column: 1, ...CONFLICT }] };
  }
  const lines = new LineCounter();
  const doc = parseDocument(text, {
    lineCounter: lines,
    uniqueKeys: false,
    prettyErrors: false,
    ...(numbers !== undefined && { customTags: keepSpelling(numbers) }),
  });
  const problem = (offset: number, finding: { message: string; hint?: string }): Problem => {
    const { line, col } = lines.linePos(offset);
    return { severity: "error", rule: "yaml-syntax", file, line, column: Math.max(col, 1), ...finding };
  };
  // The parser gives up on what is nested too deeply, goes on somewhere, and what it says of the rest is noise.
  const endless = doc.errors.find(({ message }) => /call stack/.test(message));
  if (endless !== undefined) return { problems: [problem(endless.pos[0], DEEP_REFUSED)] };
  const found = [...doc.errors, ...doc.warnings];
  const problems = found.slice(0, MOST_SYNTAX).map((e) => problem(e.pos[0], { message: e.message }));
  const rest = found.length - problems.length;
  // One wrong bracket makes a fault of every line after it.
  if (rest > 0) problems.push(problem(found[MOST_SYNTAX]?.pos[0] ?? 0, { message: `and ${rest} more from here on, which the first may be the cause of` })); // prettier-ignore
  const doubt = problems.length > 0 ? undefined : doubtIn(doc);
  if (doubt !== undefined) problems.push(problem(doubt.offset, { message: doubt.message, hint: doubt.hint }));
  if (problems.length > 0) return { problems };
  try {
    const value: unknown = doc.toJS({ maxAliasCount: 100 });
    const whereIs: YamlFile["locate"] = (path, part) => locate(doc, lines, path, part);
    return { yaml: { file, value, locate: whereIs, lost: () => lostIn(doc, lines) }, problems };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { problems: [{ severity: "error", rule: "yaml-syntax", file, line: 1, column: 1, message }] };
  }
}

/** Checks a parsed file against a schema; every issue becomes a problem at its line and column. */
export function checkYaml<T>(
  schema: z.ZodType<T>,
  yaml: YamlFile,
  aliases: Readonly<Record<string, string>> = {},
): { value?: T; problems: Problem[] } {
  const result = schema.safeParse(yaml.value);
  if (result.success) return { value: result.data, problems: [] };
  const problems = describeIssues(schema, result.error.issues, yaml.value, aliases).map((issue): Problem => ({
    severity: "error",
    rule: issue.rule,
    file: yaml.file,
    ...yaml.locate(issue.path, issue.rule === "unknown-key" ? "key" : "value"),
    message: issue.message,
  }));
  // A mistyped key also leaves its real name missing; the typo is the one to say first.
  problems.sort((a, b) => Number(b.rule === "unknown-key") - Number(a.rule === "unknown-key"));
  return { problems };
}

/** Reads and checks in one go; throws FILE_INVALID (or `code`) at the first error. */
export function parseYamlAs<T>(
  schema: z.ZodType<T>,
  text: string,
  file: string,
  options: {
    code?: "FILE_INVALID" | "CONFIG_INVALID";
    aliases?: Readonly<Record<string, string>>;
    /** What the schema sees of what was parsed; as it is, unless given. */
    read?: (written: unknown) => unknown;
  } = {},
): { value: T; yaml: YamlFile } {
  const read = readYaml(text, file);
  throwOnErrors(read.problems, options.code);
  const yaml = read.yaml as YamlFile;
  const seen = options.read === undefined ? yaml : { ...yaml, value: options.read(yaml.value) };
  const checked = checkYaml(schema, seen, options.aliases);
  throwOnErrors(checked.problems, options.code);
  return { value: checked.value as T, yaml };
}

function locate(doc: Document, lines: LineCounter, path: Path, part: "key" | "value" = "value") {
  let node: unknown = doc.contents;
  let offset = startOf(node) ?? 0;
  for (const [depth, segment] of path.entries()) {
    const last = depth === path.length - 1;
    const next = step(node, segment);
    if (next === undefined) break;
    offset = (last && part === "key" ? startOf(next.key) : startOf(next.value)) ?? startOf(next.key) ?? offset;
    node = next.value;
  }
  const { line, col } = lines.linePos(offset);
  return { line: Math.max(line, 1), column: Math.max(col, 1) };
}

function step(node: unknown, segment: string | number): { key?: unknown; value: unknown } | undefined {
  if (isMap(node)) {
    const pair = node.items.find((p) => isPair(p) && isScalar(p.key) && String(p.key.value) === String(segment));
    return pair && { key: pair.key, value: pair.value };
  }
  if (isSeq(node) && typeof segment === "number" && node.items[segment] !== undefined) {
    return { value: node.items[segment] };
  }
  return undefined;
}

function startOf(node: unknown): number | undefined {
  return (node as Node | null | undefined)?.range?.[0];
}
