import type { ComparedSide, DiffDocument } from "../../../comparison/schema.ts";
import { needWords, sideName } from "../words.ts";
import { explanation } from "../scorers.ts";
import { evidence, headline, qualifications } from "./headline.ts";
import { markup, type Markup, NOTHING } from "./markup.ts";
import { verdictIcon } from "./verdict-mark.ts";
import { tied } from "./words.ts";
import { whole, many } from "../../numbers.ts";

/** The verdict, who was compared, and what more evidence it would take. */
export function header(document: DiffDocument): Markup {
  const { suite, metrics, notes, verdict, paired } = document;
  const icon = paired === null ? NOTHING : verdictIcon(verdict);
  const because = explanation(document);
  const said = [...(because === null ? [] : [`Explained by ${because}`]), ...qualifications(metrics)];
  return markup`<header><p class="eyebrow">agentops diff${suite === null ? NOTHING : markup` · suite <bdi>${suite}</bdi>`}</p>
<h1 class="${paired === null ? "" : verdict}">${icon}<span>${headline(document)}</span></h1>
<p class="lead">${evidence(document)}</p>${said.map((text) => markup`<p class="lead">${text}</p>`)}
${sides(document)}
${evidenceNeeded(document)}
${notes.length === 0 ? NOTHING : markup`<ul class="notes" aria-label="Notes">${notes.map((n) => markup`<li>${n}</li>`)}</ul>`}</header>
`;
}

/** What would decide. */
function evidenceNeeded({ need, paired, verdict }: DiffDocument): Markup {
  if (need === null || paired === null || verdict !== "inconclusive") return NOTHING;
  return markup`<p class="need"><b>To decide:</b> it takes ${tied(needWords(need))}; this diff has ${whole(need.clusters?.now ?? paired.cases)}.</p>`;
}

function sides({ control, candidate, paired }: DiffDocument): Markup {
  const rows: [string, string | null, string | null][] = [
    ["Model", control.model, candidate.model],
    ["Run", control.run, candidate.run],
    ["Digest", control.digest?.slice(0, 19) ?? null, candidate.digest?.slice(0, 19) ?? null],
    ["Cases", measured(paired, paired?.trialsControl), measured(paired, paired?.trialsCandidate)],
  ];
  const known = rows.filter(([, a, b]) => a !== null || b !== null);
  return markup`<div class="scroll"><table class="sides"><caption class="hidden">Who was compared</caption>
<thead><tr><td></td>${sideHead("control", control)}${sideHead("candidate", candidate)}</tr></thead>
<tbody>${known.map(([label, a, b]) => markup`<tr><th scope="row">${label}</th><td>${a ?? "–"}</td><td>${b ?? "–"}</td></tr>`)}</tbody></table></div>`;
}

function sideHead(arm: "control" | "candidate", side: ComparedSide): Markup {
  return markup`<th scope="col"><span class="arm"><i class="swatch ${arm}"></i>${arm}</span> <bdi class="ref">${sideName(side)}</bdi></th>`;
}

function measured(paired: DiffDocument["paired"], trials: number | undefined): string | null {
  if (paired === null || trials === undefined) return null;
  const clusters = paired.clusters === paired.cases ? "" : ` in ${many(paired.clusters, "cluster")}`;
  return `${many(paired.cases, "case")}${clusters} × ${many(trials, "trial")}`;
}
