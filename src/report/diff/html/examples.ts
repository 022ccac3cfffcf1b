import type { DiffDocument, Example } from "../../../comparison/schema.ts";
import { markup, type Markup, NOTHING } from "./markup.ts";
import { textBlock } from "./text-block.ts";
import { whole } from "../../numbers.ts";

/** Examples of each kind that are open when the page is; the rest open on request. */
const OPEN = 3;

/** The worst regressions and the best improvements, with what both sides answered. */
export function examplesSection(document: DiffDocument): Markup {
  const { examples, regressions, improvements } = document;
  if (examples.length === 0) return NOTHING;
  return markup`<section aria-labelledby="examples"><h2 id="examples">Cases that changed</h2>
${kindSection(examples, "regression", "Regressions", regressions.length)}${kindSection(examples, "improvement", "Improvements", improvements.length)}</section>
`;
}

/** Where a case's example stands on the page; null without one. */
export function exampleAnchors(examples: readonly Example[]): Map<string, string> {
  return new Map(examples.map((example, i) => [example.case, `example-${i + 1}`]));
}

function kindSection(examples: readonly Example[], change: Example["change"], title: string, total: number): Markup {
  const anchors = exampleAnchors(examples);
  const shown = examples.filter((e) => e.change === change);
  if (shown.length === 0) return NOTHING;
  const some = shown.length === 1 ? "the largest" : `the ${whole(shown.length)} largest`;
  const count = shown.length < total ? `${some} of ${whole(total)}` : whole(total);
  return markup`<h3>${title} <span class="quiet">${count}</span></h3>
${shown.map((example, i) => exampleBlock(example, anchors.get(example.case) as string, i < OPEN))}`;
}

function exampleBlock(example: Example, anchor: string, open: boolean): Markup {
  const { case: id, change, input, expected, control, candidate } = example;
  const rates = `${control.passed}/${control.trials} → ${candidate.passed}/${candidate.trials}`;
  return markup`<details class="example" id="${anchor}"${open ? markup` open` : NOTHING}><summary>${changeWord(change)} <code>${id}</code> <span class="quiet">passed ${rates}</span></summary>
<dl><dt>Input</dt><dd>${inputMarkup(input)}</dd>${expected === null ? NOTHING : markup`<dt>Expected</dt><dd>${textBlock(expected)}</dd>`}</dl>
<div class="pair">${answer("control", control)}${answer("candidate", candidate)}</div></details>
`;
}

/** Word, shape and colour of what happened to a case. */
export function changeWord(change: Example["change"] | "none"): Markup {
  if (change === "none") return markup`<span class="quiet">unchanged</span>`;
  const [kind, sign] = change === "regression" ? ["worse", "↓"] : ["better", "↑"];
  return markup`<span class="verdict ${kind}"><span aria-hidden="true">${sign}</span> ${change}</span>`;
}

function answer(arm: "control" | "candidate", { shown }: Example["control"]): Markup {
  const { passed, output, reasons } = shown;
  const outcome =
    passed === null
      ? markup`<span class="quiet">not scored</span>`
      : markup`<span class="verdict ${passed ? "better" : "worse"}">${passed ? "✓ pass" : "✕ fail"}</span>`;
  const said = output === "" ? markup`<p class="quiet">(empty)</p>` : textBlock(output);
  const why =
    reasons.length === 0 ? NOTHING : markup`<ul class="reasons">${reasons.map((r) => markup`<li>${r}</li>`)}</ul>`;
  return markup`<div><h4><i class="swatch ${arm}"></i>${arm} ${outcome}</h4>${said}${why}</div>`;
}

/** A case's variables by name where the input is whole; the text itself where it was cut or is something else. */
function inputMarkup(input: string): Markup {
  const variables = variablesOf(input);
  if (variables === null) return textBlock(input);
  return markup`${variables.map(([name, value]) => markup`<div class="variable"><code>${name}</code>${textBlock(typeof value === "string" ? value : JSON.stringify(value))}</div>`)}`;
}

function variablesOf(input: string): [string, unknown][] | null {
  try {
    const value: unknown = JSON.parse(input);
    if (typeof value !== "object" || value === null || Array.isArray(value)) return null;
    const entries = Object.entries(value);
    return entries.length === 0 ? null : entries;
  } catch {
    return null;
  }
}
