import type { CaseLine, DiffDetails } from "../../../comparison/details.ts";
import { usd } from "../../numbers.ts";
import { changeWord } from "./examples.ts";
import { markup, type Markup, NOTHING } from "./markup.ts";
import { whole } from "../../numbers.ts";

/** Every case with both outcomes. The search shows itself only where the page's script runs. */
export function casesSection({ cases, casesLeftOut }: DiffDetails, examples: ReadonlyMap<string, string>): Markup {
  if (cases.length === 0) return NOTHING;
  const costs = cases.some((c) => c.control.costUsd !== null || c.candidate.costUsd !== null);
  const leftOut =
    casesLeftOut === 0
      ? NOTHING
      : markup`<p class="left-out">${whole(casesLeftOut)} more cases are left out of this page; those that changed come first. The run has all of them.</p>`;
  return markup`<section aria-labelledby="cases"><h2 id="cases">All cases</h2>
${leftOut}${filterForm(cases.length)}
<div class="scroll tall" tabindex="0" role="region" aria-label="Table of cases"><table class="cases"><caption class="hidden">Cases by outcome on both sides</caption>
<thead><tr><th scope="col">Case</th><th scope="col">Change</th><th scope="col" class="n">Control passed</th><th scope="col" class="n">Candidate passed</th>${costs ? markup`<th scope="col" class="n">Control cost</th><th scope="col" class="n">Candidate cost</th>` : NOTHING}</tr></thead>
<tbody id="case-rows">
${cases.map((row) => caseRow(row, costs, examples.get(row.id)))}</tbody></table></div></section>
`;
}

function filterForm(count: number): Markup {
  return markup`<form id="case-filter" hidden role="search"><label>Find a case <input type="search" id="case-text" autocomplete="off" spellcheck="false"></label>
<label>Show <select id="case-change"><option value="">all</option><option value="regression">regressions</option><option value="improvement">improvements</option><option value="none">unchanged</option></select></label>
<output id="case-count" for="case-text case-change">${whole(count)} of ${whole(count)} cases</output></form>`;
}

function caseRow({ id, change, control, candidate }: CaseLine, costs: boolean, anchor: string | undefined): Markup {
  const name = markup`<code>${id}</code>`;
  const passed = ({ passed: n, trials }: CaseLine["control"]) => markup`<td class="n">${n}/${trials}</td>`;
  const cost = ({ costUsd }: CaseLine["control"]) =>
    markup`<td class="n">${costUsd === null ? "–" : usd(costUsd)}</td>`;
  return markup`<tr data-change="${change}"><th scope="row">${anchor === undefined ? name : markup`<a href="#${anchor}">${name}</a>`}</th><td>${changeWord(change)}</td>${passed(control)}${passed(candidate)}${costs ? [cost(control), cost(candidate)] : NOTHING}</tr>
`;
}
