import { createHash } from "node:crypto";
import type { DiffDetails } from "../../comparison/details.ts";
import type { DiffDocument } from "../../comparison/schema.ts";
import { casesSection } from "./html/case-table.ts";
import { contentSection } from "./html/content.ts";
import { costQualityFigure } from "./html/cost-quality-plot.ts";
import { effectSection } from "./html/effect-table.ts";
import { exampleAnchors, examplesSection } from "./html/examples.ts";
import { header } from "./html/header.ts";
import { headline } from "./html/headline.ts";
import { latencyFigure } from "./html/latency-plot.ts";
import { markup, type Markup, NOTHING, verbatim } from "./html/markup.ts";
import { pairedFigure } from "./html/paired-table.ts";
import { SCRIPT } from "./html/script.ts";
import { STYLE } from "./html/style.ts";

/**
 * A diff as one page that needs nothing else: no network, no library. Its policy forbids everything but this very style
 * and script, so that an answer of a model that got past the escaping still could not run or load anything.
 * @param details null without runs of both sides
 */
export function diffHtml(document: DiffDocument, details: DiffDetails | null): string {
  const policy = `default-src 'none'; style-src '${hashOf(STYLE)}'; script-src '${hashOf(SCRIPT)}'; base-uri 'none'; form-action 'none'`;
  const about = document.suite ?? document.candidate.ref;
  return markup`<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${verbatim(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="referrer" content="no-referrer"><meta name="color-scheme" content="light dark">
<title>${headline(document)} · ${about} · agentops diff</title>
<style>${verbatim(STYLE)}</style></head>
<body><main>${header(document)}${effectSection(document.metrics)}${figures(document, details)}${contentSection(document)}${examplesSection(document)}${details === null ? NOTHING : casesSection(details, exampleAnchors(document.examples))}</main>
${verbatim(`<script>${SCRIPT}</script>`)}</body></html>
`.html;
}

function figures({ metrics, paired }: DiffDocument, details: DiffDetails | null): Markup {
  if (paired === null) return NOTHING;
  const quality = metrics.find((m) => m.role === "primary");
  const cost = metrics.find((m) => m.name === "costUsd.perTask");
  return markup`<section aria-labelledby="behind"><h2 id="behind">What is behind it</h2><div class="figures">${pairedFigure(paired)}${details?.latency ? latencyFigure(details.latency) : NOTHING}${quality && cost ? costQualityFigure(quality, cost) : NOTHING}</div></section>
`;
}

function hashOf(text: string): string {
  return `sha256-${createHash("sha256").update(text).digest("base64")}`;
}
