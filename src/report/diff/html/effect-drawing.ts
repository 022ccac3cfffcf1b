import type { ComparedMetric } from "../../../comparison/schema.ts";
import { type Effect, type EffectGroup, effectOf, tickLabel } from "./effect.ts";
import { markup, type Markup, NOTHING } from "./markup.ts";
import { fixed, type Scale } from "./scale.ts";
import { MARKER } from "./verdict-mark.ts";
import { changeOf } from "./words.ts";

/**
 * One metric's change with its interval, the zero line and the margin. Places are in percent, so that the drawing takes
 * whatever width and height its cell has and lines of neighbouring rows meet.
 */
export function effectDrawing(metric: ComparedMetric, scale: Scale, zero: number): Markup {
  const effect = effectOf(metric);
  if (effect === null) return markup`<span class="undrawn">no ratio to draw</span>`;
  const { estimate, interval } = changeOf(metric);
  const label = interval === null ? `${estimate}, no interval` : `${estimate}, 95 % interval ${interval}`;
  return markup`<svg class="effect" role="img" aria-label="${label}"><title>${label}</title>${bandOf(effect, scale)}${vertical("zero", scale.at(zero))}${intervalOf(effect, scale)}${at(scale.at(effect.estimate), markup`<g class="mark ${metric.verdict}">${MARKER[metric.verdict]}</g>`)}</svg>`;
}

/** The axis under the rows of a group, and which way is better. */
export function effectAxis({ kind, higherIsBetter }: EffectGroup, scale: Scale): Markup {
  const ticks = scale.ticks
    .filter((tick) => inside(scale.at(tick)))
    .map((tick) => {
      const x = fixed(scale.at(tick));
      return markup`<line class="tick" x1="${x}%" x2="${x}%" y1="0" y2="5"/><text x="${x}%" y="18" text-anchor="middle">${tickLabel(kind, tick)}</text>`;
    });
  const [left, right] = higherIsBetter ? ["← worse", "better →"] : ["← better", "worse →"];
  return markup`<svg class="effect-axis" aria-hidden="true"><line class="axis" x1="0" x2="100%" y1="0.5" y2="0.5"/>${ticks}<text class="side" x="0" y="36">${left}</text><text class="side" x="100%" y="36" text-anchor="end">${right}</text></svg>`;
}

/** A label at the very end would stick out of the picture. */
function inside(at: number): boolean {
  return at > 6 && at < 94;
}

function bandOf({ band, limit }: Effect, { at: place }: Scale): Markup {
  if (band === null || limit === null) return NOTHING;
  const [from, to] = [place(band[0]), place(band[1])];
  return markup`<rect class="band" x="${fixed(from)}%" width="${fixed(to - from)}%" height="100%"/>${vertical("limit", place(limit))}`;
}

function intervalOf({ low, high, hasInterval }: Effect, scale: Scale): Markup {
  if (!hasInterval) return NOTHING;
  const openLow = low === null || low < scale.low;
  const openHigh = high === null || high > scale.high;
  const [from, to] = [openLow ? 0 : scale.at(low), openHigh ? 100 : scale.at(high)];
  const line = markup`<line class="interval" x1="${fixed(from)}%" x2="${fixed(to)}%" y1="50%" y2="50%"/>`;
  return markup`${line}${at(from, openLow ? ARROW_LEFT : CAP)}${at(to, openHigh ? ARROW_RIGHT : CAP)}`;
}

const CAP = markup`<path class="interval" d="M0 -5V5"/>`;
const ARROW_LEFT = markup`<path class="interval" d="M7 -5L1 0L7 5"/>`;
const ARROW_RIGHT = markup`<path class="interval" d="M-7 -5L-1 0L-7 5"/>`;

function vertical(kind: string, x: number): Markup {
  return markup`<line class="${kind}" x1="${fixed(x)}%" x2="${fixed(x)}%" y1="0" y2="100%"/>`;
}

function at(x: number, shape: Markup): Markup {
  return markup`<svg class="at" x="${fixed(x)}%" y="50%">${shape}</svg>`;
}
