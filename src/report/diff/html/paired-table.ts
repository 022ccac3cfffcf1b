import type { DiffDocument } from "../../../comparison/schema.ts";
import { percent, many } from "../../numbers.ts";
import { markup, type Markup, NOTHING } from "./markup.ts";
import { whole } from "../../numbers.ts";

type Paired = NonNullable<DiffDocument["paired"]>;

/** Ids listed of what was left out; the JSON has them all. */
const LISTED = 200;

/** What the same cases did on both sides: only those that changed sides speak about the change. */
export function pairedFigure(paired: Paired): Markup {
  const { cases, bothPass, onlyControl, onlyCandidate, neither } = paired;
  const cell = (n: number, kind: string) =>
    markup`<td class="n ${kind}"><b>${whole(n)}</b> <span class="quiet">${percent(cases === 0 ? 0 : n / cases)}</span></td>`;
  const several = paired.trialsControl > 1 || paired.trialsCandidate > 1;
  return markup`<section class="figure"><h3>The same cases on both sides</h3>
<table class="outcomes"><caption>Cases by what the control and the candidate did${several ? "; a case passes when more than half of its trials succeeded" : ""}</caption>
<thead><tr><td></td><th scope="col"><i class="swatch candidate"></i>candidate passes</th><th scope="col"><i class="swatch candidate"></i>candidate fails</th></tr></thead>
<tbody><tr><th scope="row"><i class="swatch control"></i>control passes</th>${cell(bothPass, "same")}${cell(onlyControl, "lost")}</tr>
<tr><th scope="row"><i class="swatch control"></i>control fails</th>${cell(onlyCandidate, "won")}${cell(neither, "same")}</tr></tbody></table>
${leftOut("only the control has", paired.unmatched.control)}${leftOut("only the candidate has", paired.unmatched.candidate)}${leftOut("with another input or expectation", paired.differing)}${leftOut("without a scored trial on one side", paired.unscored)}</section>
`;
}

function leftOut(why: string, ids: readonly string[]): Markup {
  if (ids.length === 0) return NOTHING;
  const more = ids.length > LISTED ? markup` and ${whole(ids.length - LISTED)} more` : NOTHING;
  const named = ids.slice(0, LISTED).map((id, i) => markup`${i === 0 ? "" : ", "}<code>${id}</code>`);
  return markup`<details><summary>Left out: ${many(ids.length, "case")} ${why}</summary><p>${named}${more}</p></details>`;
}
