import type { Environment } from "@marcbachmann/cel-js";
import { messageOf } from "../core/errors.ts";
import { didYouMean } from "../core/suggest.ts";
import { fault, type Subject } from "./measure.ts";
import { loadRe2, remembering, type CompilePattern } from "./re2.ts";

/** A type-checked CEL expression. */
export interface Expression {
  /** CEL's static type: `bool`, `double`, `dyn` (known only at run time), … */
  type: string;
  /** Throws an Error with CEL's message when evaluation fails, for instance on a missing key. */
  evaluate(subject: Subject): unknown;
}

/** Compiles an expression found at `path` of a scorer; throws a fault on a syntax or type error or an unknown variable. */
export type CompileExpression = (source: string, path: readonly (string | number)[]) => Expression;

const VARIABLES = ["case", "output", "expected", "record", "toolCalls", "latencyMs", "costUsd"];

/** Loads CEL when a scorer needs it. */
export async function loadCel(): Promise<CompileExpression> {
  const cel = await import("@marcbachmann/cel-js");
  const compilePattern = remembering(await loadRe2());
  const env = new cel.Environment({ unlistedVariablesAreDyn: false, homogeneousAggregateLiterals: false });
  for (const name of VARIABLES) env.registerVariable(name, name === "toolCalls" ? "list<dyn>" : "dyn");
  registerMixedArithmetic(env);
  env.registerFunction("string.re2Matches(string): bool", (text: string, pattern: string) =>
    compilePattern(pattern).test(text),
  );
  return (source, path) => {
    const checked = env.check(source);
    if (!checked.valid) throw invalid(path, source, checked.error);
    const { ast } = env.parse(source);
    const patterns = matchesToRe2(ast);
    for (const pattern of patterns) checkPattern(compilePattern, pattern, path);
    const evaluate = env.parse(patterns.length === 0 ? source : cel.serialize(ast));
    return { type: checked.type ?? "dyn", evaluate: (subject) => run(evaluate, subject) };
  };
}

/** JSON has one kind of number and CEL has two: `latencyMs / 1000` must work whether or not it is whole. */
function registerMixedArithmetic(env: Environment): void {
  const operations: Record<string, (left: number, right: number) => number> = {
    "+": (left, right) => left + right,
    "-": (left, right) => left - right,
    "*": (left, right) => left * right,
    "/": (left, right) => left / right,
  };
  for (const [sign, apply] of Object.entries(operations)) {
    for (const [left, right] of [
      ["int", "double"],
      ["double", "int"],
    ]) {
      env.registerOperator(`${left ?? ""} ${sign} ${right ?? ""}: double`, (a, b) => apply(Number(a), Number(b)));
    }
  }
}

/**
 * CEL's own `matches` runs a backtracking engine, which a hostile pattern can hang; RE2 takes its place in the tree.
 * Gives the patterns of all calls, undefined for those that are known only at run time.
 */
function matchesToRe2(node: unknown): (string | undefined)[] {
  if (Array.isArray(node)) return node.flatMap(matchesToRe2);
  if (node === null || typeof node !== "object" || !("op" in node && "args" in node)) return [];
  const inner = matchesToRe2(node.args);
  if (node.op !== "rcall") return inner;
  const call = node.args as [method: string, receiver: unknown, parameters: { op: string; args: unknown }[]];
  if (call[0] !== "matches") return inner;
  call[0] = "re2Matches";
  const [pattern] = call[2];
  return [...inner, pattern?.op === "value" ? String(pattern.args) : undefined];
}

function checkPattern(compile: CompilePattern, pattern: string | undefined, path: readonly (string | number)[]): void {
  try {
    if (pattern !== undefined) compile(pattern);
  } catch (error) {
    throw fault(path, messageOf(error));
  }
}

function run(evaluate: (context: Record<string, unknown>) => unknown, { output, expected, input }: Subject): unknown {
  const { record, toolCalls, latencyMs, costUsd } = input;
  const context = {
    case: input.case,
    // A null that was recorded is an empty answer, here as for every scorer of texts; record has it as it is.
    output: output ?? "",
    expected: expected ?? null,
    record: record ?? null,
    toolCalls,
    latencyMs,
    costUsd,
  };
  try {
    return evaluate(context);
  } catch (error) {
    throw new Error(`CEL: ${firstLine(error)}`, { cause: error });
  }
}

function invalid(path: readonly (string | number)[], source: string, error: unknown) {
  const message = firstLine(error);
  const unknown = /^Unknown variable: (\w+)/.exec(message)?.[1];
  const hint = unknown === undefined ? undefined : didYouMean(unknown, VARIABLES);
  return fault(path, `CEL: ${message} in ${source}`, hint);
}

function firstLine(error: unknown): string {
  return messageOf(error).split("\n")[0] ?? "";
}

/** A CEL result as JSON: whole numbers come as bigint, unsigned ones as a wrapper. */
export function celToJson(value: unknown): unknown {
  if (typeof value === "bigint") return Number(value);
  if (Array.isArray(value)) return value.map(celToJson);
  if (value instanceof Map) return celToJson(Object.fromEntries(value));
  if (value === null || typeof value !== "object" || "toJSON" in value) return value;
  if (typeof value.valueOf() === "bigint") return Number(value.valueOf());
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, celToJson(inner)]));
}
