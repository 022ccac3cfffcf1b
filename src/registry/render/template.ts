import { createRequire } from "node:module";

const require = createRequire(import.meta.url);

/** Where something stands inside a message's content. */
export interface ContentPosition {
  /** 1-based line of the content. */
  line: number;
  /** 1-based column. */
  column: number;
}

/** One use of a variable of the prompt, i.e. of a name at the top of what is passed to render. */
export interface VariableUse extends ContentPosition {
  name: string;
  /** Only asked about (`{{#if x}}`), not printed: may be missing when it is declared as optional. */
  asked: boolean;
  /** The block it opens, whose body may print what is in it. */
  block?: string;
}

/** A construct that the hardened templates do not have, or a syntax error. */
export interface TemplateProblem extends ContentPosition {
  message: string;
}

/** The four block helpers; there are no others, so a template can print and choose but not compute. */
export const HELPERS = ["if", "unless", "each", "with"] as const;

interface Node {
  type: string;
  loc: { start: { line: number; column: number } };
}
interface PathNode extends Node {
  data: boolean;
  depth: number;
  parts: string[];
  original: string | number;
  value?: unknown;
}
interface Program {
  body: Statement[];
  blockParams?: string[];
}
interface Statement extends Node {
  path: PathNode;
  params: PathNode[];
  hash?: { pairs: unknown[] };
  program?: Program;
  inverse?: Program;
}

/** A template's syntax tree, as far as we look at it. */
export type Template = Program;

/** Parses a template; a syntax error is a value. Only the parser is loaded, which is a third of Handlebars. */
export function parseTemplate(content: string): { template: Template } | { problem: TemplateProblem } {
  if (!content.includes("{{")) return { template: { body: [] } };
  const { parse } = require("handlebars/dist/cjs/handlebars/compiler/base.js") as { parse: (text: string) => Template };
  try {
    return { template: parse(content) };
  } catch (error) {
    return { problem: syntaxProblem(content, error as SyntaxFault) };
  }
}

type SyntaxFault = Error & { lineNumber?: number; column?: number };

/** Handlebars' parser tells the place only in its message: `Parse error on line 2:\n…text\n----^\nExpecting …`. */
function syntaxProblem(content: string, error: SyntaxFault): TemplateProblem {
  const [first = "", , , expecting = ""] = error.message.split("\n");
  const got = /got '(\w+)'/.exec(expecting)?.[1];
  if (got === "EOF") return { ...positionAt(content, unclosedBlock(content)), message: "this block is not closed" };
  const line = error.lineNumber ?? Number(/on line (\d+)/.exec(first)?.[1] ?? 1);
  const lastTag = (content.split("\n")[line - 1] ?? "").lastIndexOf("{{");
  const column = (error.column ?? Math.max(lastTag, 0)) + 1;
  return { line, column, message: got === undefined ? first.replace(/ - \d+:\d+$/, "") : sayGot(got) };
}

function sayGot(token: string): string {
  return token === "INVALID"
    ? "this tag has a character that does not belong there, or is not closed"
    : `unexpected ${token}`;
}

/** Offset of the innermost `{{#` that no `{{/` closes. */
function unclosedBlock(content: string): number {
  const open: number[] = [];
  for (const tag of content.matchAll(/\{\{~?([#/])/g)) {
    if (tag[1] === "#") open.push(tag.index);
    else open.pop();
  }
  return open.at(-1) ?? 0;
}

function positionAt(content: string, offset: number): ContentPosition {
  const before = content.slice(0, offset);
  return { line: before.split("\n").length, column: offset - before.lastIndexOf("\n") };
}

/** The constructs of a template that are refused: partials, decorators, helpers other than {@link HELPERS}. */
export function refusedConstructs(template: Template): TemplateProblem[] {
  return template.body.flatMap((node) => [...refused(node), ...children(node).flatMap(refusedConstructs)]);
}

function refused(node: Statement): TemplateProblem[] {
  const at = positionOf(node);
  if (node.type.startsWith("Partial")) return [{ ...at, message: "partials ({{> name}}) are not supported" }];
  if (node.type.startsWith("Decorator")) return [{ ...at, message: "decorators ({{* name}}) are not supported" }];
  if (node.type === "BlockStatement") return refusedBlock(node);
  if (node.type !== "MustacheStatement") return [];
  const isCall = node.params.length > 0 || node.hash !== undefined || isHelper(node.path);
  return isCall ? [{ ...positionOf(node.path), message: unknownHelper(node.path) }] : [];
}

function refusedBlock({ path, params, hash }: Statement): TemplateProblem[] {
  if (!isHelper(path)) return [{ ...positionOf(path), message: unknownHelper(path) }];
  const [param] = params;
  if (param === undefined || params.length > 1 || (hash && path.original !== "if" && path.original !== "unless")) {
    return [{ ...positionOf(path), message: `{{#${path.original}}} takes one variable` }];
  }
  const isCall = param.type === "SubExpression";
  return isCall ? [{ ...positionOf(param), message: "helper calls in ( ) are not supported" }] : [];
}

function unknownHelper(path: PathNode): string {
  if (isHelper(path)) return `{{#${path.original}}} is a block: write {{#${path.original} x}}…{{/${path.original}}}`;
  return `unknown helper "${path.original}": only ${HELPERS.join(", ")} exist`;
}

function isHelper(path: PathNode): boolean {
  return (HELPERS as readonly unknown[]).includes(path.original);
}

/** Every use of a top-level variable, in the order they appear. */
export function variableUses(template: Template): VariableUse[] {
  return usesIn(template, [[]]);
}

/**
 * `scopes` has one entry per context, the innermost last, holding its block parameters. Only each and with make a
 * context; a plain name inside them belongs to the item, `../name` to the context around.
 */
function usesIn(program: Program, scopes: readonly string[][]): VariableUse[] {
  return program.body.flatMap((node) => {
    if (node.type !== "MustacheStatement" && node.type !== "BlockStatement") return [];
    const asked = node.params.flatMap((param) => (isPath(param) ? useOf(param, scopes, true) : []));
    // With parameters the path is a helper's name.
    if (node.type === "MustacheStatement") return asked.length > 0 ? asked : useOf(node.path, scopes, false);
    const block = String(node.path.original);
    return [...asked.map((use) => ({ ...use, block })), ...usesInBlock(node, scopes)];
  });
}

function usesInBlock({ path, program, inverse }: Statement, scopes: readonly string[][]): VariableUse[] {
  const opens = path.original === "each" || path.original === "with";
  const inner = opens ? [...scopes, program?.blockParams ?? []] : scopes;
  return [...(program ? usesIn(program, inner) : []), ...(inverse ? usesIn(inverse, scopes) : [])];
}

function useOf(path: PathNode, scopes: readonly string[][], asked: boolean): VariableUse[] {
  const name = isPath(path) ? rootName(path, scopes) : String(path.value);
  return name === undefined ? [] : [{ name, asked, ...positionOf(path) }];
}

function rootName({ data, depth, parts, original }: PathNode, scopes: readonly string[][]): string | undefined {
  const [first, second] = parts;
  if (data) return first === "root" ? second : undefined;
  const scoped = /^\.|^this\b/.test(String(original));
  if (!scoped && first !== undefined && scopes.some((params) => params.includes(first))) return undefined;
  return scopes.length - 1 - depth <= 0 ? first : undefined;
}

function isPath(node: Node): boolean {
  return node.type === "PathExpression";
}

function children({ program, inverse }: Statement): Program[] {
  return [program, inverse].filter((p) => p !== undefined);
}

function positionOf({ loc }: Node): ContentPosition {
  return { line: loc.start.line, column: loc.start.column + 1 };
}
