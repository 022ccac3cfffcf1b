import type { MetricVerdict } from "../../../comparison/schema.ts";
import { VERDICT_WORDS } from "../words.ts";
import { markup, type Markup } from "./markup.ts";

/** A verdict as word, shape and colour, so that none of them carries it alone. */
export function verdictMark(verdict: MetricVerdict): Markup {
  return markup`<span class="verdict ${verdict}">${verdictIcon(verdict)}${VERDICT_WORDS[verdict]}</span>`;
}

export function verdictIcon(verdict: MetricVerdict): Markup {
  return markup`<svg class="icon ${verdict}" viewBox="-8 -8 16 16" aria-hidden="true">${SHAPE[verdict]}</svg>`;
}

const SHAPE: Record<MetricVerdict, Markup> = {
  better: markup`<path class="line" d="M-5 0.5L-1.5 4L5 -4"/>`,
  worse: markup`<path class="line" d="M-4 -4L4 4M4 -4L-4 4"/>`,
  "no-difference": markup`<path class="line" d="M-5 -2.5H5M-5 2.5H5"/>`,
  inconclusive: markup`<path class="line" d="M-3 -2.5a3 3 0 1 1 4.6 2.5C.4 .8 0 1.3 0 2.2"/><circle class="dot" cy="5.4" r="1.2"/>`,
  "not-measured": markup`<path class="line" d="M-5 0H5"/>`,
};

/** The same on a plot, at the estimate. */
export const MARKER: Record<MetricVerdict, Markup> = {
  better: markup`<circle r="5.5"/>`,
  worse: markup`<path d="M0 -7L7 0L0 7L-7 0Z"/>`,
  "no-difference": markup`<path d="M-5 -5H5V5H-5Z"/>`,
  inconclusive: markup`<circle class="hollow" r="5"/>`,
  "not-measured": markup`<circle class="hollow" r="5"/>`,
};
