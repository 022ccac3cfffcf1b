import { printable } from "../core/printable.ts";

/** A table of GitHub's Markdown; cells cannot break out of it. */
export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map(cell).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

/** Text that cannot break out of a table cell. */
export function cell(text: string): string {
  return printable(text.replace(/\r?\n/g, " ")).replace(/\|/g, "\\|");
}

/** Foreign text as code: nothing in it is markup, mentions nobody, and cannot end the code. */
export function code(text: string): string {
  const plain = printable(text.replace(/\s+/g, " ").trim());
  if (plain === "") return "(empty)";
  const longest = Math.max(0, ...(plain.match(/`+/g) ?? []).map((run) => run.length));
  const fence = "`".repeat(longest + 1);
  const pad = longest > 0 ? " " : "";
  return `${fence}${pad}${plain}${pad}${fence}`;
}

/** Foreign text as plain words of a sentence: no markup, no HTML, no mention, one line. */
export function prose(text: string): string {
  return printable(text.replace(/\s+/g, " "))
    .replace(/&/g, "&amp;")
    .replace(/</g, "&lt;")
    .replace(/[\\`*_[\]~#>]/g, "\\$&")
    .replace(/@/g, "@\u200B")
    .trim();
}

/** Foreign lines as a block of code that they cannot end. */
export function fenced(language: string, lines: readonly string[]): string {
  const longest = Math.max(2, ...lines.flatMap((line) => (line.match(/`+/g) ?? []).map((run) => run.length)));
  const fence = "`".repeat(longest + 1);
  return [`${fence}${language}`, ...lines, fence].join("\n");
}
