import { stripVTControlCharacters } from "node:util";
import Table from "cli-table3";

/** The library's time grows with the square of the rows: 20,000 take it a minute. */
const MOST_ROWS = 500;

/** Columns without borders, for people and for `awk`; nothing is cut. */
export function columns(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  dim: (text: string) => string,
): string {
  if (rows.length > MOST_ROWS && !rows.some((row) => row.some((cell) => cell.includes("\n"))))
    return padded([head.map(dim), ...rows]);
  const none = {
    top: "",
    "top-mid": "",
    "top-left": "",
    "top-right": "",
    bottom: "",
    "bottom-mid": "",
    "bottom-left": "",
    "bottom-right": "",
    left: "",
    "left-mid": "",
    mid: "",
    "mid-mid": "",
    right: "",
    "right-mid": "",
    middle: "  ",
  };
  const table = new Table({ chars: none, style: { "padding-left": 0, "padding-right": 0, head: [], border: [] } });
  table.push(
    head.map((h) => dim(h)),
    ...rows.map((r) => [...r]),
  );
  return table
    .toString()
    .split("\n")
    .map((line) => line.trimEnd())
    .join("\n");
}

/** The same for cells of one line, whose letters are all taken to be of one width. */
function padded(rows: readonly (readonly string[])[]): string {
  const widthOf = (cell: string) => Array.from(stripVTControlCharacters(cell)).length;
  const widths: number[] = [];
  for (const row of rows) for (const [i, cell] of row.entries()) widths[i] = Math.max(widths[i] ?? 0, widthOf(cell));
  const pad = (cell: string, i: number) => cell + " ".repeat((widths[i] ?? 0) - widthOf(cell));
  return rows.map((row) => row.map(pad).join("  ").trimEnd()).join("\n");
}
