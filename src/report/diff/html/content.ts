import type { ContentChange, DiffDocument } from "../../../comparison/schema.ts";
import { lineDiff } from "./line-diff.ts";
import { markup, type Markup, NOTHING } from "./markup.ts";
import { textBlock } from "./text-block.ts";

/** What changed between the two artifacts, leaf by leaf; recorded outputs have none. */
export function contentSection({ content: changes, control, candidate }: DiffDocument): Markup {
  if (control.digest === null || candidate.digest === null) return NOTHING;
  const body =
    changes.length === 0
      ? markup`<p>No difference in meaning between the two; formatting and comments do not count.</p>`
      : changes.map(changeBlock);
  return markup`<section aria-labelledby="content"><h2 id="content">What changed in the content</h2>
${body}</section>
`;
}

function changeBlock({ path, control, candidate, lines }: ContentChange): Markup {
  const body =
    lines === undefined
      ? markup`<dl class="pair">${side("control", control)}${side("candidate", candidate)}</dl>`
      : lineDiff(lines);
  return markup`<article class="changed"><h3><code>${path === "" ? "(everything)" : path}</code></h3>${body}</article>
`;
}

function side(arm: "control" | "candidate", value: unknown): Markup {
  const shown = value === undefined ? markup`<span class="quiet">absent</span>` : textBlock(text(value));
  return markup`<div><dt><i class="swatch ${arm}"></i>${arm}</dt><dd>${shown}</dd></div>`;
}

function text(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value, null, 2);
}
