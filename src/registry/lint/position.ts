import type { ContentPosition } from "../render/template.ts";
import type { LintFile } from "./file.ts";

/**
 * Where a place of a message's content stands in the file. YAML folds, indents and quotes, so instead of undoing that
 * we count: the n-th occurrence of the tag's text in the content is its n-th occurrence in the file from the scalar on.
 * Falls back to the start of the scalar when quoting changed the tag's text itself.
 */
export function positionInFile(
  file: LintFile,
  message: number,
  content: string,
  position: ContentPosition,
  length: number,
): { line: number; column: number } {
  const scalar = file.yaml.locate(["messages", message, "content"]);
  const target = offsetOf(content, position);
  const start = tagStart(content, target);
  const snippet = content.slice(start, target + length);
  const from = offsetOf(file.text, scalar);
  const found = nthIndexOf(file.text, snippet, from, countBefore(content, snippet, start));
  return found < 0 ? scalar : positionOf(file.text, found + target - start);
}

/** The `{{` before an offset on the same line, else the offset's own line start. */
function tagStart(content: string, offset: number): number {
  const open = content.lastIndexOf("{{", offset);
  const line = content.lastIndexOf("\n", offset - 1) + 1;
  return open >= line ? open : Math.min(line + indent(content, line), offset);
}

function indent(content: string, line: number): number {
  return /^[ \t]*/.exec(content.slice(line))?.[0].length ?? 0;
}

function countBefore(text: string, snippet: string, end: number): number {
  let count = 0;
  for (let at = text.indexOf(snippet); at >= 0 && at < end; at = text.indexOf(snippet, at + 1)) count++;
  return count;
}

function nthIndexOf(text: string, snippet: string, from: number, n: number): number {
  let at = text.indexOf(snippet, from);
  for (let i = 0; i < n && at >= 0; i++) at = text.indexOf(snippet, at + 1);
  return at;
}

function offsetOf(text: string, { line, column }: ContentPosition): number {
  let offset = 0;
  for (let i = 1; i < line; i++) offset = text.indexOf("\n", offset) + 1;
  return Math.min(offset + column - 1, text.length);
}

function positionOf(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset);
  return { line: before.split("\n").length, column: offset - before.lastIndexOf("\n") };
}
