import type { ComparedMetric } from "../../../comparison/schema.ts";
import { metricValue, pWords } from "../words.ts";
import { type EffectGroup, effectGroups, effectScale } from "./effect.ts";
import { effectAxis, effectDrawing } from "./effect-drawing.ts";
import { markup, type Markup, NOTHING } from "./markup.ts";
import type { Scale } from "./scale.ts";
import { verdictMark } from "./verdict-mark.ts";
import { changeOf, metricTitle, tied } from "./words.ts";

/** Every metric with its effect drawn: those the verdict is by, then those that inform. */
export function effectSection(metrics: readonly ComparedMetric[]): Markup {
  if (metrics.length === 0) return NOTHING;
  const deciding = metrics.filter((m) => m.role !== "other");
  const others = metrics.filter((m) => m.role === "other");
  return markup`<section aria-labelledby="metrics"><h2 id="metrics">Effect on the metrics</h2>
<p class="key"><span>Mark: the estimate; bar: its 95 % interval; arrow: it goes on.</span> <span><i class="swatch band"></i>Shaded: within the margin, where a change counts as none.</span> <span class="keys">${KEY}</span></p>
${effectTable("The verdict is by these", deciding)}${effectTable("These inform, and decide nothing", others)}</section>`;
}

const KEY = (["better", "worse", "no-difference", "inconclusive"] as const).map(
  (verdict) => markup`${verdictMark(verdict)} `,
);

// The roles keep it a table for screen readers where a narrow screen lays rows out as blocks.
function effectTable(caption: string, metrics: readonly ComparedMetric[]): Markup {
  if (metrics.length === 0) return NOTHING;
  return markup`<table class="effects" role="table"><caption>${caption}</caption>
<thead role="rowgroup"><tr role="row">${HEADS.map((h) => markup`<th scope="col" role="columnheader">${h}</th>`)}</tr></thead>
${effectGroups(metrics).map(groupBody)}</table>`;
}

const HEADS = ["Metric", "Control", "Candidate", "Effect", "Change [95 %]", "p", "Verdict"];

function groupBody(group: EffectGroup): Markup {
  const scale = effectScale(group);
  const title = group.kind === "points" ? "Difference in points" : "Change in percent, on a logarithmic axis";
  return markup`<tbody role="rowgroup"><tr class="group" role="row"><th colspan="7" scope="rowgroup" role="rowheader">${title}</th></tr>
${group.metrics.map((metric) => metricRow(metric, scale, group.kind === "points" ? 0 : 1))}
<tr class="axis-row" aria-hidden="true"><td colspan="3"></td><td class="plot">${effectAxis(group, scale)}</td><td colspan="3"></td></tr></tbody>
`;
}

function metricRow(metric: ComparedMetric, scale: Scale, zero: number): Markup {
  const { estimate, interval } = changeOf(metric);
  const role =
    metric.role === "other"
      ? NOTHING
      : markup` <span class="role">${metric.role}${metric.bounded ? ", bounded by the gate" : ""}</span>`;
  return markup`<tr role="row" data-metric="${metric.name}"><th scope="row" role="rowheader">${metricTitle(metric.name)}${role}</th>
<td role="cell" class="n" data-label="Control">${metricValue(metric, metric.control)}</td><td role="cell" class="n" data-label="Candidate">${metricValue(metric, metric.candidate)}</td>
<td role="cell" class="plot">${effectDrawing(metric, scale, zero)}</td>
<td role="cell" class="n change" data-label="Change"><b>${estimate}</b> <span class="quiet">${interval === null ? "no interval" : `[${interval}]`}</span></td>
<td role="cell" class="n p" data-label="p">${pCell(metric)}</td><td role="cell" class="said">${verdictMark(metric.verdict)}${remarks(metric)}</td></tr>
`;
}

/** The p-value the verdict is by; where others were judged with it, what the test alone gave stands below. */
function pCell(metric: ComparedMetric): Markup {
  const { pValue, adjustedPValue } = metric;
  if (pValue === null) return markup`<span class="quiet">none</span>`;
  const shown = pShort(metric);
  const alone = pShort({ ...metric, adjustedPValue: null });
  if (adjustedPValue === null || alone === shown) return markup`${shown}`;
  return markup`${shown} <span class="quiet">${alone} unadjusted</span>`;
}

function pShort(metric: ComparedMetric): string {
  return tied(pWords(metric).replace(/^p (= )?/, ""));
}

function remarks({ role, verdict, beyondMargin, remarks: said }: ComparedMetric): Markup {
  const breach = role === "guardrail" && verdict === "worse" && beyondMargin ? ["beyond its margin"] : [];
  return markup`${[...breach, ...said].map((remark) => markup`<span class="remark">${remark}</span>`)}`;
}
