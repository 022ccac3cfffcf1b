import { markup, type Markup } from "./markup.ts";
import { fixed, type Scale } from "./scale.ts";

interface Axis {
  scale: Scale;
  ticks: readonly { at: number; label: string }[];
  title: string;
}

/**
 * A plot with two axes. Places are in percent, so that it takes the width it gets and its text keeps its size; what stands
 * at the axes is drawn outside of the picture, into the room its style leaves.
 */
export function frame(id: string, title: string, axes: { x: Axis; y: Axis }, drawing: Markup): Markup {
  const { x, y } = axes;
  // A label at the very end would stick out of the page.
  const columns = x.ticks
    .filter((t) => x.scale.at(t.at) < 96)
    .map((t) => {
      const at = fixed(x.scale.at(t.at));
      return markup`<line class="grid" x1="${at}%" x2="${at}%" y1="0" y2="100%"/>${below(at, t.label)}`;
    });
  const rows = y.ticks.map((t) => {
    const at = fixed(100 - y.scale.at(t.at));
    return markup`<line class="grid" x1="0" x2="100%" y1="${at}%" y2="${at}%"/><text x="-8" y="${at}%" dy="0.35em" text-anchor="end">${t.label}</text>`;
  });
  return markup`<p class="y-title" aria-hidden="true">${y.title}</p><svg class="frame" role="img" aria-labelledby="${id}-title"><title id="${id}-title">${title}</title>${columns}${rows}${drawing}</svg><p class="x-title" aria-hidden="true">${x.title}</p>`;
}

/** Text under the picture: y in percent, then down by lines of its own. */
function below(x: string, label: string): Markup {
  return markup`<text x="${x}%" y="100%" dy="1.5em" text-anchor="middle">${label}</text>`;
}

/** A line through points given in percent, stretched with the picture. */
export function curve(kind: string, points: readonly (readonly [x: number, y: number])[]): Markup {
  const d = points.map(([x, y], i) => `${i === 0 ? "M" : "L"}${fixed(x)} ${fixed(100 - y)}`).join("");
  return markup`<svg width="100%" height="100%" viewBox="0 0 100 100" preserveAspectRatio="none"><path class="curve ${kind}" d="${d}"/></svg>`;
}

/** A point, in percent. */
export function point(kind: string, x: number, y: number): Markup {
  return markup`<circle class="point ${kind}" cx="${fixed(x)}%" cy="${fixed(100 - y)}%" r="5"/>`;
}

/** A straight line, in percent. */
export function segment(
  kind: string,
  [x1, y1]: readonly [number, number],
  [x2, y2]: readonly [number, number],
): Markup {
  return markup`<line class="${kind}" x1="${fixed(x1)}%" y1="${fixed(100 - y1)}%" x2="${fixed(x2)}%" y2="${fixed(100 - y2)}%"/>`;
}
