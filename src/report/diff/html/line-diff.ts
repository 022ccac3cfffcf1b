import type { ContentChange } from "../../../comparison/schema.ts";
import { markup, type Markup } from "./markup.ts";
import { many } from "../../numbers.ts";

type Line = NonNullable<ContentChange["lines"]>[number];

/** Unchanged lines shown around a change; more of them fold. */
const CONTEXT = 3;

/** A line diff with everything in it; long stretches without a change are folded. */
export function lineDiff(lines: readonly Line[]): Markup {
  const near = nearChange(lines);
  const parts: Markup[] = [];
  for (let start = 0; start < lines.length;) {
    const shown = near[start] === true;
    let end = start + 1;
    while (end < lines.length && (near[end] === true) === shown) end++;
    const stretch = lines.slice(start, end).map(lineMarkup);
    parts.push(shown ? markup`${stretch}` : folded(stretch));
    start = end;
  }
  return markup`<div class="lines">${parts}</div>`;
}

/** Which lines stand within CONTEXT of a changed one. */
function nearChange(lines: readonly Line[]): boolean[] {
  const near = lines.map(() => false);
  for (const [i, { op }] of lines.entries())
    if (op !== " ") near.fill(true, Math.max(0, i - CONTEXT), Math.min(lines.length, i + CONTEXT + 1));
  return near;
}

function folded(stretch: readonly Markup[]): Markup {
  return markup`<details><summary>${many(stretch.length, "unchanged line")}</summary>${stretch}</details>`;
}

// The sign is text, not style: it stays when colours do not.
function lineMarkup({ op, text }: Line): Markup {
  if (op === "-") return markup`<del>- ${text}\n</del>`;
  if (op === "+") return markup`<ins>+ ${text}\n</ins>`;
  return markup`<span>  ${text}\n</span>`;
}
